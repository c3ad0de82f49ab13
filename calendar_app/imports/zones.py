"""Names of time zones as programs write them → a zone of the tz database.

In this order (``imports.md``, Parse): IANA, Windows names, Outlook's display names, a zone that
the file defines itself and that ticks like a known one. An unknown name is refused by name, never
silently taken for local time.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from calendar_app.core.names import fold
from calendar_app.core.timespan import HOUSE_ZONE
from calendar_app.imports.text import Component

# What Outlook shows and no city says.
_DISPLAYED = {
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "us-eastern": "America/New_York",
    "us-central": "America/Chicago",
    "us-mountain": "America/Denver",
    "us-pacific": "America/Los_Angeles",
    "atlantic time": "America/Halifax",
    "greenwich mean time": "Europe/London",
    "western/central europe": HOUSE_ZONE,
    "central european time": HOUSE_ZONE,
    "central european standard time": HOUSE_ZONE,
    "west-europa (standaardtijd)": HOUSE_ZONE,
    "west-europa": HOUSE_ZONE,
    "midden-europese standaardtijd": HOUSE_ZONE,
    "romance": "Europe/Paris",
    "bern": "Europe/Zurich",
    "edinburgh": "Europe/London",
    "brasilia": "America/Sao_Paulo",
    "beijing": "Asia/Shanghai",
    "canberra": "Australia/Sydney",
    "st. petersburg": "Europe/Moscow",
    "new delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "hanoi": "Asia/Bangkok",
    "islamabad": "Asia/Karachi",
    "osaka": "Asia/Tokyo",
}
_UTC = frozenset({
    "utc", "z", "gmt", "etc/utc", "etc/gmt", "coordinated universal time", "universal", "zulu",
})  # fmt: skip
_LABEL = re.compile(r"^\((?:utc|gmt)?\s*([+-]\d{1,2})?[:.]?(\d{2})?\)\s*(.*)$", re.IGNORECASE)
_OFFSET = re.compile(r"^(?:utc|gmt)?\s*([+-])(\d{1,2})[:.]?(\d{2})?$", re.IGNORECASE)
_TWO_OFFSETS = re.compile(
    r"^gmt\s*([+-]\d{2})[:.]?(\d{2})\s*(?:\(standard\))?\s*/\s*(?:gmt\s*)?([+-]\d{2})[:.]?(\d{2})",
    re.IGNORECASE,
)
_WINTER, _SUMMER = datetime(2025, 1, 15), datetime(2025, 7, 15)  # noqa: DTZ001 - wall times
# Asked first when a zone is found by how it ticks.
_LIKELY = (
    HOUSE_ZONE, "Europe/London", "Europe/Helsinki", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip


@cache
def _known() -> dict[str, str]:
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return {name.lower(): name for name in names}


@cache
def _cities() -> dict[str, str]:
    """Last part of the name → zone, for the cities in display names."""
    found: dict[str, str] = {}
    for name in _known().values():
        if name.split("/")[0] in ("Europe", "America", "Asia", "Africa", "Australia", "Pacific"):
            found.setdefault(name.rsplit("/", 1)[-1].replace("_", " ").lower(), name)
    return found


@cache
def _windows() -> dict[str, str]:
    # Here, since icalendar takes longer to load than most files to read, and few need it.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}


@cache
def named_zone(name: str) -> str | None:
    """The zone of the tz database that a name means, or ``None`` when nobody knows."""
    plain = " ".join(name.strip().strip("\"'").split())
    plain = plain.removeprefix("TZID=")
    low = fold(plain)
    if not low or len(low) > 300:
        return None
    if low in _UTC:
        return "UTC"
    return (
        _iana(low)
        or _windows().get(low)
        or _DISPLAYED.get(low)
        or _fixed(low)
        or _two_offsets(low)
        or _displayed(low)
    )


def _iana(low: str) -> str | None:
    """Also with a maker's prefix (``/mozilla.org/2005…/Europe/Berlin``) or ``_`` for ``/``."""
    known = _known()
    parts = low.strip("/").split("/")
    for begin in range(len(parts)):
        tail = "/".join(parts[begin:])
        # A last part alone is no name: "Foo/Iran" is not Iran.
        if tail in known and (begin == 0 or "/" in tail):
            return known[tail]
    return known.get(low.replace("_", "/", 1)) or known.get(low.replace(" ", "_"))


def _fixed(low: str) -> str | None:
    match = _OFFSET.match(low)
    if not match:
        return None
    sign, hours, minutes = match.group(1), int(match.group(2)), match.group(3) or "00"
    return _of_offset(hours * (1 if sign == "+" else -1)) if minutes == "00" else None


def _of_offset(hours: int) -> str | None:
    # The sign in Etc/ is the other way round.
    name = "Etc/GMT" if hours == 0 else f"Etc/GMT{-hours:+d}"
    return _known().get(name.lower())


def _two_offsets(low: str) -> str | None:
    match = _TWO_OFFSETS.match(low)
    if not match:
        return None
    standard, summer = (
        timedelta(hours=int(h), minutes=int(m) * (-1 if h.startswith("-") else 1))
        for h, m in (match.group(1, 2), match.group(3, 4))
    )
    for name in _LIKELY:
        if _both(name) == (standard, summer):
            return name
    return None


def _displayed(low: str) -> str | None:
    """``(UTC+01:00) Amsterdam, Berlin, …`` and ``Amsterdam, Belgrade, …``: the first city that is
    known and, where the label gives an offset, lies at it in winter or summer."""
    label = _LABEL.match(low)
    words = label.group(3) if label else low
    offset: timedelta | None = None
    if label and label.group(1):
        hours, minutes = int(label.group(1)), int(label.group(2) or 0)
        offset = timedelta(hours=hours, minutes=-minutes if hours < 0 else minutes)
    if label and words in _UTC:
        return "UTC"
    pieces = [piece.strip(" .") for piece in re.split(r"[,/&]|\(", words)]
    if not label and len(pieces) < 2:
        return None
    for piece in pieces:
        zone = _DISPLAYED.get(piece) or _cities().get(piece)
        if zone and (offset is None or offset in _both(zone)):
            return zone
    if label and offset is not None and not words and not offset.seconds % 3600:
        return _of_offset(int(offset.total_seconds() // 3600))
    return None


def _both(name: str) -> tuple[timedelta | None, timedelta | None]:
    return _offset(name, _WINTER), _offset(name, _SUMMER)


@cache
def _offset(name: str, wall: datetime) -> timedelta | None:
    return wall.replace(tzinfo=ZoneInfo(name)).utcoffset()


def defined_zone(component: Component) -> str | None:
    """The known zone that a VTIMEZONE of the file ticks like, or ``None``.

    Compared around every change in two recent years and, for zones written with old rules, in the
    two years after its newest rule began.
    """
    for name in ("X-LIC-LOCATION", "TZID"):
        said = component.first(name)
        zone = named_zone(said.value) if said and said.value else None
        if zone:
            return zone
    try:
        observances = [_observance(part) for part in component.parts[:200]]
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    if not observances:
        return None
    newest = max(start.year for _, start, _, _ in observances)
    for years in ((2025, 2026), (newest + 1, newest + 2)):
        ticks = _ticks(observances, years)
        for name in (*_LIKELY, *sorted(set(_windows().values()))):
            if name.lower() in _known() and _same_ticks(name, ticks):
                return name
    return None


_Observance = tuple[str, datetime, timedelta, str]


def _observance(part: Component) -> _Observance:
    start, to, rule = part.first("DTSTART"), part.first("TZOFFSETTO"), part.first("RRULE")
    if start is None or to is None:
        raise ValueError("an observance needs a start and an offset")
    match = re.fullmatch(r"([+-])(\d{2})(\d{2})(?:\d{2})?", to.value.strip())
    if match is None:
        raise ValueError("no offset")
    offset = timedelta(hours=int(match.group(2)), minutes=int(match.group(3)))
    text = rule.value.strip().strip(";").upper() if rule else ""
    # Only the yearly rules that zones have; anything else could take for ever.
    if text and not re.fullmatch(
        r"(?:FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|BYMONTH=\d{1,2}|BYDAY=-?[1-5]?[A-Z]{2}"
        r"|UNTIL=\d{8}T\d{6}Z?|BYHOUR=\d{1,2}|BYMINUTE=\d{1,2}|BYMONTHDAY=[\d,]+|;)+",
        text,
    ):
        raise ValueError("not a zone's rule")
    began = datetime.strptime(start.value.strip()[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time
    return part.kind, began, offset if match.group(1) == "+" else -offset, text


def _in_force(observances: Sequence[_Observance], year: int) -> list[_Observance]:
    """Without rules that have no end of their own but were followed by a newer one."""
    newest: dict[str, datetime] = {}
    for kind, start, _, rule in observances:
        if rule and "UNTIL" not in rule and start.year <= year:
            newest[kind] = max(start, newest.get(kind, start))
    return [
        one for one in observances
        if not one[3] or "UNTIL" in one[3] or one[1] >= newest.get(one[0], one[1])
    ]  # fmt: skip


def _ticks(
    observances: Sequence[_Observance], years: tuple[int, int]
) -> list[tuple[datetime, timedelta]]:
    """(wall time, offset) a day before and after each change of the two years; of a zone that
    never changes, at two days."""
    changes: list[tuple[datetime, timedelta]] = []
    for _, start, offset, rule in _in_force(observances, years[0]):
        if not rule:
            changes.append((start, offset))
            continue
        text = re.sub(r"(UNTIL=\d{8}T\d{6})Z", r"\1", rule)
        begin = start.replace(year=max(start.year, years[0] - 2), day=min(start.day, 28))
        if "BYMONTH=" not in text:
            begin = start
        first = datetime(years[0] - 2, 1, 1)  # noqa: DTZ001 - wall time
        last = datetime(years[1] + 1, 1, 1)  # noqa: DTZ001 - wall time
        if start <= last:
            found = rrulestr(text, dtstart=begin).between(first, last, inc=True)
            changes += [(at, offset) for at in found]
    changes.sort(key=lambda change: change[0])
    if not changes:
        return []
    ticks: list[tuple[datetime, timedelta]] = []
    day = timedelta(days=1)
    before = changes[0][1]
    for at, offset in changes:
        if at.year in years:
            ticks += [(at - day, before), (at + day, offset)]
        before = offset
    if not ticks:
        ticks = [(datetime(year, month, 15), before) for year in years for month in (1, 7)]  # noqa: DTZ001
    return ticks


def _same_ticks(name: str, ticks: Sequence[tuple[datetime, timedelta]]) -> bool:
    if not ticks or any(_offset(name, wall) != offset for wall, offset in ticks):
        return False
    # A zone with summer time is not one without.
    return len({offset for _, offset in ticks}) > 1 or len(set(_both(name))) == 1


class Zones:
    """The zones of one file: the names its events use, with what the file defines itself."""

    def __init__(self, components: Sequence[Component]) -> None:
        self._defined: dict[str, Component] = {}
        for component in components:
            for name in component.every("TZID"):
                self._defined.setdefault(name.value.strip(), component)
        self._found: dict[str, str | None] = {}

    def find(self, name: str) -> str | None:
        """The zone that a TZID of this file means, or ``None``."""
        if name not in self._found:
            zone = named_zone(name)
            if zone is None and name in self._defined:
                zone = defined_zone(self._defined[name])
            self._found[name] = zone
        return self._found[name]
