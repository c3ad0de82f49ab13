"""Components of a calendar file → found events and refusals; pure.

One broken event never takes the others with it. A repair that a person should know of is a note
on the event (a code); what cannot be repaired is a :class:`Refusal` with its line.
"""

import hashlib
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from calendar_app.core.names import clean_line, clean_text
from calendar_app.core.timespan import HOUSE_ZONE, in_years
from calendar_app.imports.recurrence import (
    MOST_MOMENTS,
    Guard,
    Horizon,
    RuleRefused,
    starts_of,
)
from calendar_app.imports.text import (
    Component,
    FileRefused,
    Property,
    read_components,
    split_list,
    unescape,
)
from calendar_app.imports.zones import Zones, named_zone

MOST_EVENTS = 20_000
MOST_ALL_MOMENTS = 60_000
MOST_DATES = 5_000
SINGLE = "single"
"""The key of the one moment of an event that does not recur: it lives on when it moves."""
DEFAULT_LENGTH = timedelta(hours=2)
MAX_LENGTH = timedelta(days=366 * 12)
PERIOD = timedelta(days=7)
"""What lasts longer than this is a period (an exhibition's run), not a moment."""

_DURATION = re.compile(
    r"([+-])?P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?"
)
_URL = re.compile(r"https?://[^\s<>\"]+")
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_DATETIME = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2}):?(\d{2})?(Z)?")


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """One dated moment. Timed: naive walls in ``zone`` with folds, ISO text; all-day: dates,
    ``ends`` exclusive. ``key`` says which moment of its series it is."""

    key: str
    all_day: bool
    starts: str
    ends: str
    zone: str
    starts_fold: int = 0
    ends_fold: int = 0
    cancelled: bool = False
    role: str = "regular"


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event of the file as plain values; ``uid`` is its identity within the source."""

    uid: str
    line: int
    title: str
    language: str = "nl"
    description: str = ""
    location: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    planning: str = "confirmed"
    secret: bool = False
    recurs: bool = False
    moments: tuple[FoundMoment, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not taken, and why: a code with parameters (``wording.py`` says what to do)."""

    line: int
    uid: str
    title: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """All that a file gave; ``problem`` is set when the file as a whole was refused."""

    events: tuple[FoundEvent, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problem: str = ""
    problem_params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "events": [
                {**_plain(event), "moments": [_plain(moment) for moment in event.moments]}
                for event in self.events
            ],
            "refusals": [_plain(refusal) for refusal in self.refusals],
            "problem": self.problem,
            "problem_params": self.problem_params,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Found":
        """The inverse of :meth:`as_json`."""
        events = tuple(
            FoundEvent(
                **{
                    **event,
                    "categories": tuple(event["categories"]),
                    "notes": tuple(event["notes"]),
                    "moments": tuple(FoundMoment(**moment) for moment in event["moments"]),
                }
            )
            for event in data["events"]
        )
        refusals = tuple(Refusal(**refusal) for refusal in data["refusals"])
        return cls(events, refusals, data["problem"], data["problem_params"])


def _plain(value: Any) -> dict[str, Any]:
    # dataclasses.asdict copies deeply, ten times slower.
    return {name: getattr(value, name) for name in value.__slots__}


class _Refused(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class _When:
    """A date or a time as written. Timed: naive wall in ``zone``."""

    wall: datetime
    zone: str | None

    @property
    def all_day(self) -> bool:
        return self.zone is None

    @cached_property
    def instant(self) -> datetime:
        return self.wall.replace(tzinfo=ZoneInfo(self.zone or "UTC")).astimezone(UTC)

    def key(self) -> str:
        return f"{self.wall:%Y%m%d}" if self.all_day else f"{self.instant:%Y%m%dT%H%M%SZ}"


@dataclass(slots=True)
class _Read:
    """An event component that could be read so far."""

    component: Component
    uid: str
    title: str
    start: _When
    length: timedelta
    notes: list[str]
    cancelled: bool
    sequence: int
    recurrence: _When | None


def parse(
    content: bytes, now: datetime, zone: str = HOUSE_ZONE, guard: Guard = nullcontext
) -> Found:
    """Reads a calendar file. ``zone`` is the source's own, for floating times; ``guard`` bounds
    the time of one series. Never raises for any bytes."""
    try:
        calendars = read_components(content)
    except FileRefused as refused:
        return Found(problem=refused.code)
    if not calendars.events:
        return Found(problem="no_events")
    if len(calendars.events) > MOST_EVENTS:
        return Found(problem="too_many", problem_params={"most": MOST_EVENTS})
    reader = _Reader(
        Zones(calendars.zones), [_head(head, zone) for head in calendars.heads],
        Horizon.around(now), guard, zone,
    )  # fmt: skip
    return reader.read(calendars.events)


def _head(head: Sequence[Property], zone: str) -> tuple[str, bool]:
    """(zone of floating times, everything is cancelled) of one VCALENDAR."""
    own, cancel = zone, False
    for prop in head:
        if prop.name == "X-WR-TIMEZONE":
            own = named_zone(prop.value) or own
        elif prop.name == "METHOD":
            cancel = prop.value.strip().upper() == "CANCEL"
    return own, cancel


class _Reader:
    def __init__(
        self, zones: Zones, heads: Sequence[tuple[str, bool]], horizon: Horizon, guard: Guard,
        home: str,
    ) -> None:  # fmt: skip
        self._zones = zones
        self._heads = heads
        self._horizon = horizon
        self._guard = guard
        self._home = home
        self._refusals: list[Refusal] = []
        self._moments = 0

    def read(self, components: Sequence[Component]) -> Found:
        masters: dict[str, list[_Read]] = {}
        overrides: dict[str, list[_Read]] = {}
        for component in components:
            try:
                one = self._component(component)
            except _Refused as refused:
                self._refuse(component, refused)
                continue
            group = masters if one.recurrence is None else overrides
            group.setdefault(one.uid, []).append(one)
        events: list[FoundEvent] = []
        for uid, same in masters.items():
            for event_uid, one in self._apart(uid, same):
                mine = overrides.pop(event_uid, []) if event_uid == uid else []
                self._add(events, event_uid, one, mine)
        for uid, orphans in overrides.items():
            # Exceptions whose series is not in the file: their moments are sound as they stand.
            self._add(events, uid, orphans[0], orphans, orphaned=True)
        events.sort(key=lambda event: event.line)
        refusals = sorted(self._refusals, key=lambda refusal: refusal.line)
        return Found(tuple(events), tuple(refusals))

    def _add(
        self, events: list[FoundEvent], uid: str, one: _Read, overrides: list[_Read], *,
        orphaned: bool = False,
    ) -> None:  # fmt: skip
        try:
            event = self._event(uid, one, overrides, orphaned=orphaned)
            self._moments += len(event.moments)
            if self._moments > MOST_ALL_MOMENTS:
                raise _Refused("too_many_moments", most=MOST_ALL_MOMENTS)
            events.append(event)
        except _Refused as refused:
            self._refuse(one.component, refused)
        except RuleRefused as refused:
            self._refuse(one.component, _Refused(refused.code, **refused.params), "RRULE")

    def _refuse(self, component: Component, refused: _Refused, near: str = "") -> None:
        at = component.first(near) if near else None
        self._refusals.append(
            Refusal(
                at.line if at else component.line, _text(component, "UID", 200),
                _text(component, "SUMMARY", 200), refused.code, refused.params,
            )
        )  # fmt: skip

    def _apart(self, uid: str, same: list[_Read]) -> list[tuple[str, _Read]]:
        """Events that share a UID: with another start or title they are others; of twins the newest
        counts."""
        if len(same) == 1:
            return [(uid, same[0])]
        by_start: dict[tuple[str, str], _Read] = {}
        for one in same:
            which = (one.start.key(), one.title)
            twin = by_start.get(which)
            if twin is not None:
                older = one if one.sequence < twin.sequence else twin
                self._refuse(older.component, _Refused("duplicate"))
                if older is one:
                    continue
            by_start[which] = one
        named: dict[str, _Read] = {}
        for which in sorted(by_start):
            name = uid
            while name in named:
                name = f"{uid} {which[0]}" if name == uid else f"{name}+"
            named[name] = by_start[which]
        return list(named.items())

    def _component(self, component: Component) -> _Read:
        if not component.closed:
            raise _Refused("unclosed")
        title = _text(component, "SUMMARY", 200)
        notes: list[str] = []
        start_line = component.first("DTSTART")
        recurrence_line = component.first("RECURRENCE-ID")
        if start_line is None or not start_line.value.strip():
            raise _Refused("no_start")
        start = self._when(start_line, component)
        recurrence = None
        if recurrence_line is not None and recurrence_line.value.strip():
            recurrence = self._when(recurrence_line, component)
        start, length = self._span(component, start, notes)
        if not in_years(start.wall.date()) or not in_years((start.wall + length).date()):
            raise _Refused("year", year=start.wall.year)
        uid = _text(component, "UID", 2000)
        if not uid:
            raw = f"{title}|{start.key()}|{_text(component, 'LOCATION', 500)}"
            uid = "made-" + hashlib.sha256(raw.encode()).hexdigest()[:24]
            notes.append("no_uid")
        elif len(uid) > 180:
            uid = "long-" + hashlib.sha256(uid.encode()).hexdigest()
        status = _text(component, "STATUS", 40).upper()
        cancelled = status in ("CANCELLED", "CANCELED") or self._heads[component.calendar][1]
        sequence = _text(component, "SEQUENCE", 12)
        return _Read(
            component, uid, title, start, length, notes, cancelled,
            int(sequence) if re.fullmatch(r"[0-9]{1,9}", sequence) else 0, recurrence,
        )  # fmt: skip

    def _span(
        self, component: Component, start: _When, notes: list[str]
    ) -> tuple[_When, timedelta]:
        """Start and length, repaired where it is plain what is meant."""
        end_line, duration = component.first("DTEND"), component.first("DURATION")
        end: _When | None = None
        if end_line is not None and end_line.value.strip():
            end = self._when(end_line, component)
        if end is not None and end.all_day != start.all_day:
            start, end = _one_kind(start, end, notes)
        if end is not None:
            length = end.wall - start.wall if start.all_day else end.instant - start.instant
        elif duration is not None:
            length = _duration(duration.value, notes)
        else:
            length = timedelta()
            if not start.all_day:
                notes.append("end_assumed")
        if start.all_day:
            return start, _whole_days(length, notes)
        if _is_day(start, end, length, self._heads[component.calendar][0]):
            return _as_days(start, end, length, self._heads[component.calendar][0], notes)
        if end is not None and timedelta(days=-1) < length < timedelta():
            # 20:00–01:00 written with one date: it ends after midnight.
            length += timedelta(days=1)
            notes.append("overnight")
        elif length < timedelta():
            length = timedelta()
            notes.append("end_before_start")
        elif length == timedelta() and "end_assumed" not in notes:
            notes.append("end_assumed")
        if length > MAX_LENGTH:
            raise _Refused("too_long")
        return start, length or DEFAULT_LENGTH

    def _when(self, prop: Property, component: Component) -> _When:
        return self._parse_when(prop.value, prop, component)

    def _parse_when(self, value: str, prop: Property, component: Component) -> _When:
        value = value.strip().upper()
        try:
            if "T" not in value:
                match = _DATE.fullmatch(value)
                if match is None:
                    raise ValueError
                year, month, day = map(int, match.groups())
                return _When(datetime(year, month, day), None)  # noqa: DTZ001 - wall time
            match = _DATETIME.fullmatch(value)
            if match is None:
                raise ValueError
            year, month, day, hour, minute, second = map(int, match.groups("0")[:6])
            # 60 is a leap second.
            wall = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - wall time
        except ValueError:
            raise _Refused("bad_time", name=prop.name, value=clean_line(value)[:40]) from None
        own = self._heads[component.calendar][0]
        if match.group(7):
            # An instant: told on the clock of the source.
            if not 2 <= wall.year <= 9998:
                raise _Refused("year", year=wall.year)
            return _When(wall, "UTC")
        name = prop.params.get("TZID", "")
        if not name:
            return _When(wall, own)
        zone = self._zones.find(name)
        if zone is None:
            raise _Refused("zone", zone=clean_line(name)[:80])
        if not 2 <= wall.year <= 9998:
            raise _Refused("year", year=wall.year)
        return _When(wall, zone)

    def _list(
        self, component: Component, name: str, notes: list[str]
    ) -> list[tuple[_When, timedelta | None]]:
        """The times of all EXDATE or RDATE lines; one that cannot be read is passed over and
        noted."""
        found: list[tuple[_When, timedelta | None]] = []
        for prop in component.every(name):
            for value in prop.value.split(","):
                if not value.strip() or len(found) >= MOST_DATES:
                    continue
                head, _, tail = value.partition("/")
                try:
                    when = self._parse_when(head, prop, component)
                    length = None
                    if tail.strip().upper().startswith("P"):
                        length = _duration(tail, [])
                    elif tail.strip():
                        length = self._parse_when(tail, prop, component).instant - when.instant
                except _Refused:
                    notes.append("dates_skipped")
                    continue
                found.append((when, length))
        return found

    def _event(
        self, uid: str, one: _Read, overrides: list[_Read], *, orphaned: bool = False
    ) -> FoundEvent:
        moments: dict[str, FoundMoment] = {}
        component = one.component
        if orphaned:
            recurs = True
        else:
            recurs = bool(component.first("RRULE") or component.first("RDATE"))
            if recurs:
                moments = self._series(one)
            else:
                moment = self._moment(SINGLE, one.start, one.length)
                moments = {SINGLE: moment}
        for override in overrides:
            self._override(moments, one, override, recurs)
        if not moments:
            raise _Refused("no_moments")
        if len(moments) > MOST_MOMENTS:
            raise _Refused("rule_many", most=MOST_MOMENTS)
        status = _text(component, "STATUS", 40).upper()
        planning = "option" if status == "TENTATIVE" else "confirmed"
        if one.cancelled and (not orphaned or all(m.cancelled for m in moments.values())):
            planning = "cancelled"
        summary = component.first("SUMMARY")
        title = one.title or self._title(component)
        if not one.title:
            one.notes.append("no_title")
        language = (summary.params.get("LANGUAGE", "") if summary else "").lower()
        secret = _text(component, "CLASS", 40).upper() in ("PRIVATE", "CONFIDENTIAL")
        return FoundEvent(
            uid=uid, line=component.line, title=title,
            language="en" if language.startswith("en") else "nl",
            description=_description(component), location=_text(component, "LOCATION", 300),
            url=_url(component), categories=_categories(component), planning=planning,
            secret=secret, recurs=recurs,
            moments=tuple(sorted(moments.values(), key=lambda m: (m.starts, m.key))),
            notes=tuple(dict.fromkeys(one.notes)),
        )  # fmt: skip

    def _title(self, component: Component) -> str:
        for text in (_text(component, "LOCATION", 120), _description(component).split("\n")[0]):
            if clean_line(text):
                return clean_line(text)[:120]
        return ""

    def _series(self, one: _Read) -> dict[str, FoundMoment]:
        component, start = one.component, one.start
        starts: dict[str, tuple[_When, timedelta]] = {}
        rule = component.first("RRULE")
        if rule is not None:
            for wall in starts_of(rule.value, start.wall, start.zone, self._horizon, self._guard):
                when = _When(wall, start.zone)
                starts[when.key()] = (when, one.length)
        else:
            starts[start.key()] = (start, one.length)
        for when, length in self._list(component, "RDATE", one.notes):
            if when.all_day != start.all_day:
                when = _like(when, start)
            if in_years(when.wall.date()) and when.wall.date() <= self._horizon.last:
                fit = length if length and length > timedelta() else one.length
                starts.setdefault(when.key(), (when, fit))
        for when, _ in self._list(component, "EXDATE", one.notes):
            self._except(starts, when, start)
        moments = {}
        for key, (when, length) in starts.items():
            if in_years(when.wall.date()) and in_years((when.wall + length).date()):
                moments[key] = self._moment(key, when, length)
        return moments

    def _except(
        self, starts: dict[str, tuple[_When, timedelta]], when: _When, start: _When
    ) -> None:
        if when.key() in starts:
            del starts[when.key()]
        elif when.all_day != start.all_day:
            # A date takes out what begins on it; a time takes out the day it lies on.
            day = when.wall.date()
            for key in [key for key, (at, _) in starts.items() if at.wall.date() == day]:
                del starts[key]

    def _override(
        self, moments: dict[str, FoundMoment], one: _Read, override: _Read, recurs: bool
    ) -> None:
        recurrence = override.recurrence
        if recurrence is None:
            return
        key = recurrence.key()
        if key not in moments and recurrence.all_day != one.start.all_day:
            day = recurrence.wall.date().isoformat()
            key = next((k for k, m in moments.items() if m.starts[:10] == day), key)
        if key not in moments and not recurs:
            key = SINGLE
        before = moments.get(key)
        if before is None and not in_years(override.start.wall.date()):
            return
        if override.title and override.title != one.title:
            one.notes.append("override_title")
        moment = self._moment(key, override.start, override.length)
        moments[key] = replace(moment, cancelled=override.cancelled)

    def _moment(self, key: str, start: _When, length: timedelta) -> FoundMoment:
        role = "run" if length > PERIOD else "regular"
        if start.zone is None:
            first = start.wall.date()
            return FoundMoment(
                key, True, first.isoformat(), (first + length).isoformat(), self._home, role=role
            )
        zone = start.zone if start.zone != "UTC" else self._home
        clock = ZoneInfo(zone)
        starts, last = start.instant.astimezone(clock), start.instant + length
        # A moment of a series keeps its length on the clock, also over a change of the clock.
        if start.zone != "UTC" and length < timedelta(days=1):
            wall = (start.wall + length).replace(tzinfo=clock).astimezone(UTC)
            last = wall if wall > start.instant else last
        ends = last.astimezone(clock)
        return FoundMoment(
            key, False, _naive(starts), _naive(ends), zone, starts.fold, ends.fold, role=role
        )


def _naive(at: datetime) -> str:
    return at.isoformat()[:19]


def _one_kind(start: _When, end: _When, notes: list[str]) -> tuple[_When, _When | None]:
    """A date with a time for an end, or the other way round."""
    notes.append("mixed")
    if start.all_day:
        day = end.wall
        if day.time() != time():
            day = datetime.combine(day.date() + timedelta(days=1), time())
        return start, _When(day, None)
    return start, None


def _like(when: _When, start: _When) -> _When:
    if start.all_day:
        return _When(datetime.combine(when.wall.date(), time()), None)
    return _When(datetime.combine(when.wall.date(), start.wall.time()), start.zone)


def _whole_days(length: timedelta, notes: list[str]) -> timedelta:
    """DTEND = DTSTART is one day; before it as well, and said."""
    if length < timedelta():
        notes.append("end_before_start")
    days = max(1, length.days + (1 if length.seconds else 0))
    if days > MAX_LENGTH.days:
        raise _Refused("too_long")
    return timedelta(days=days)


def _is_day(start: _When, end: _When | None, length: timedelta, own: str) -> bool:
    """From midnight to midnight, or to a minute before it, on the clock of the event, of the
    source or of UTC."""
    if length < timedelta(hours=23):
        return False
    for zone in (start.zone, own):
        first = _wall_in(start, zone or own)
        last = _wall_in(end, zone or own) if end else first + length
        if first.time() == time() and (last.time() == time() or last.time() >= time(23, 59)):
            return True
    return False


def _wall_in(when: _When, zone: str) -> datetime:
    if when.zone == zone:
        return when.wall
    return when.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _as_days(
    start: _When, end: _When | None, length: timedelta, own: str, notes: list[str]
) -> tuple[_When, timedelta]:
    zone = start.zone or own
    if _wall_in(start, zone).time() != time():
        zone = own
    first = _wall_in(start, zone)
    last = _wall_in(end, zone) if end else first + length
    if last.time() != time():
        last += timedelta(minutes=1)
    days = max(1, (last.date() - first.date()).days)
    if days > MAX_LENGTH.days:
        raise _Refused("too_long")
    notes.append("all_day")
    return _When(first, None), timedelta(days=days)


def _duration(value: str, notes: list[str]) -> timedelta:
    match = _DURATION.fullmatch(value.strip().upper())
    if match is None or not any(match.groups()[1:]):
        notes.append("end_assumed")
        return timedelta()
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if match.group(1) == "-" else length


def _text(component: Component, name: str, most: int) -> str:
    prop = component.first(name)
    return clean_line(unescape(prop.value[: most * 8]))[:most].strip() if prop else ""


def _description(component: Component) -> str:
    prop = component.first("DESCRIPTION")
    return clean_text(unescape(prop.value))[:10_000] if prop else ""


def _url(component: Component) -> str:
    address = _text(component, "URL", 501)
    return address if address and _URL.fullmatch(address) and len(address) <= 500 else ""


def _categories(component: Component) -> tuple[str, ...]:
    found: list[str] = []
    for prop in component.every("CATEGORIES")[:50]:
        found += [clean_line(item)[:80] for item in split_list(prop.value)[:50]]
    return tuple(dict.fromkeys(item for item in found if item))[:50]
