"""The part of the event form that says when: one date, several, from … until, always, not exact
yet; opening hours, dates that repeat, and moments beside the main one."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from wtforms import BooleanField

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.core.timespan import LAST_YEAR, local_day, to_wall
from calendar_app.events.lines import MAX_TEXT, read_lines, write_lines
from calendar_app.events.opening import Hours, OpeningHours
from calendar_app.events.recurrence import LAST, MOST, Monthly, Repeat, Weekly, propose_dates
from calendar_app.events.rules import (
    MARKETING_ROLES,
    Moment,
    MomentError,
    all_day_moment,
    timed_moment,
)
from calendar_app.web.forms.fields import Choice, Choices, Clock, Day, Number, Strings, line, text

SHAPES = ("single", "multiple", "periodic", "permanent", "fuzzy")
MOMENT_ROLES = ("regular", "premiere", "opening", "school", "preview", "press")
_MAIN = (*MOMENT_ROLES, "last_day")
"""Of an event on one date: which of its moments is the one it is about."""
FUZZY = ("week", "month", "season")
DAYS = tuple(str(weekday) for weekday in range(7))
_RANGE = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|tot|to)\s*(\d{1,2})(?:[:.](\d{2}))?")
_CLOSED_WORDS = ("dicht", "gesloten", "closed", "-", "–", "x")
_CUT = N_(
    "These are the first %(most)s dates, until %(last)s. Register what comes after it as another"
    " event, or choose an earlier last date."
)
_END_OF_TIME = date(LAST_YEAR, 12, 31)


class DatesPart:
    """Fields and reading of the dates; mixed into the event form."""

    date_type = Choice(default="single")
    # one date
    starts_on = Day()
    starts_time = Clock()
    ends_time = Clock()
    ends_on = Day()
    fold = Choice(default="")
    role = Choice(default="regular")
    # several performances
    performances = text(MAX_TEXT)
    repeat = Choice(default="")
    repeat_first = Day()
    repeat_days = Choices()
    repeat_number = Choice(default="1")
    repeat_starts = Clock()
    repeat_ends = Clock()
    repeat_until = Day()
    repeat_count = Number(1, MOST)
    repeat_outside = BooleanField()
    # the dates that came of it: all of them, their times, and those that are ticked
    dated = Strings(MOST, 10)
    dated_times = Strings(MOST, 13)
    dated_on = Strings(MOST, 10)
    # from … until, and always
    from_on = Day()
    until_on = Day()
    opening_on = Day()
    opening_time = Clock()
    opening_ends = Clock()
    press_on = Day()
    press_time = Clock()
    hours = line(60)
    closed_mondays = BooleanField()
    hours_0, hours_1, hours_2, hours_3 = line(60), line(60), line(60), line(60)
    hours_4, hours_5, hours_6 = line(60), line(60), line(60)
    closed_days = text(5000)
    adjusted_days = text(5000)
    # not exact yet
    fuzzy = Choice(default="month")
    fuzzy_on = Day()
    # beside the main moment
    more_moments = text(MAX_TEXT)

    kind: Any
    validate: Any

    def offer_dates(self) -> None:
        """Sets what can be chosen."""
        self.date_type.choices = [(shape, shape) for shape in SHAPES]
        self.role.choices = [(role, role) for role in (*MOMENT_ROLES, *MARKETING_ROLES)]
        self.fold.choices = [("", ""), ("0", "0"), ("1", "1")]
        self.repeat.choices = [(value, value) for value in ("", "weekly", "monthly")]
        self.repeat_days.choices = [(day, day) for day in DAYS]
        self.repeat_number.choices = [(value, value) for value in ("1", "2", "3", "4", "last")]
        self.fuzzy.choices = [(value, value) for value in FUZZY]

    @property
    def stored_type(self) -> str:
        """The date type as it is stored: a date that is not exact yet is one (wide) date."""
        return "single" if self.date_type.data == "fuzzy" else str(self.date_type.data)

    @property
    def stored_precision(self) -> str:
        """How exact the date is (``product.md``, date precision)."""
        if self.date_type.data == "fuzzy":
            return str(self.fuzzy.data)
        return (
            "day" if self.date_type.data == "single" and self.starts_time.data is None else "exact"
        )

    # ── moments ──────────────────────────────────────────────────────────────────────────

    def read_moments(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        """The moments that were typed; what is wrong goes to ``errors``."""
        shape = {
            "single": self._single, "multiple": self._multiple, "periodic": self._periodic,
            "permanent": self._permanent, "fuzzy": self._fuzzy,
        }  # fmt: skip
        try:
            moments = list(shape[self.date_type.data](now, errors))
        except MomentError as problem:
            errors.append(problem.error)
            return ()
        if self.date_type.data == "multiple":
            return moments
        more, found = read_lines(self.more_moments.data, local_day(now), where="more_moments")
        errors.extend(found)
        known = {(one.role, one.starts_at) for one in moments}
        return [*moments, *(one for one in more if (one.role, one.starts_at) not in known)]

    def _single(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        first, last = self.starts_on.data, self.ends_on.data
        if first is None:
            errors.append(FieldError("starts_on", N_("Give the date; the time may follow later.")))
            return ()
        role = self.role.data or "regular"
        if self.starts_time.data is None:
            if self.ends_time.data is not None:
                errors.append(FieldError("starts_time", N_("Give the start as well as the end.")))
                return ()
            ends_on = (last or first) + timedelta(days=1)
            return [all_day_moment(role, first, ends_on, where="starts_on")]
        fold = int(self.fold.data) if self.fold.data else None
        return [
            _timed(role, first, self.starts_time.data, self.ends_time.data, fold, last,
                   where="starts_time")
        ]  # fmt: skip

    def _multiple(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        moments, found = read_lines(self.performances.data, local_day(now))
        errors.extend(found)
        moments += self._ticked(errors, {moment.starts_at for moment in moments})
        if not moments and not errors:
            errors.append(FieldError("performances", N_("Give at least one date, one a line.")))
        return moments

    def _periodic(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        first, last = self.from_on.data, self.until_on.data
        if first is None or last is None:
            name = "from_on" if first is None else "until_on"
            errors.append(FieldError(name, N_("Give the first and the last day.")))
            return ()
        role = "campaign" if self.kind.data == "campaign" else "run"
        return [
            all_day_moment(role, first, last + timedelta(days=1), where="until_on"),
            *self._opening_and_press(),
        ]

    def _permanent(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        first = self.from_on.data or local_day(now)
        run = all_day_moment("run", first, _END_OF_TIME + timedelta(days=1), endless=True)
        return [run, *self._opening_and_press()]

    def _fuzzy(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        if self.fuzzy_on.data is None:
            errors.append(FieldError("fuzzy_on", N_("Give any day in that week, month or season.")))
            return ()
        first, last = fuzzy_span(self.fuzzy.data, self.fuzzy_on.data)
        return [all_day_moment("run", first, last + timedelta(days=1), where="fuzzy_on")]

    def _opening_and_press(self) -> list[Moment]:
        moments = []
        for role, day, start, end, where in (
            ("opening", self.opening_on.data, self.opening_time.data, self.opening_ends.data,
             "opening_time"),
            ("press", self.press_on.data, self.press_time.data, None, "press_time"),
        ):  # fmt: skip
            if day is None:
                continue
            if start is None:
                moments.append(all_day_moment(role, day, day + timedelta(days=1), where=where))
            else:
                moments.append(_timed(role, day, start, end, where=where))
        return moments

    # ── dates that repeat ────────────────────────────────────────────────────────────────

    def propose(self) -> list[FieldError]:
        """Turns the repetition into dates to tick (``dated``); says what is missing."""
        errors: list[FieldError] = []
        if not self.validate():
            return errors  # they hang on their fields
        first, days = self.repeat_first.data, [int(day) for day in self.repeat_days.data or ()]
        if first is None:
            errors.append(FieldError("repeat_first", N_("Give the first date.")))
        if not days:
            errors.append(FieldError("repeat_days", N_("Choose at least one day of the week.")))
        if self.repeat_starts.data is None:
            errors.append(FieldError("repeat_starts", N_("Give the time at which it starts.")))
        if self.repeat_until.data is None and self.repeat_count.data is None:
            errors.append(FieldError("repeat_until", N_("Give the last date or the number.")))
        if errors or first is None:
            return errors
        patterns: list[Weekly | Monthly] = [Weekly(frozenset(days))]
        if self.repeat.data == "monthly":
            given = self.repeat_number.data
            patterns = [Monthly(day, LAST if given == "last" else int(given)) for day in days]
        found = sorted(
            {
                day
                for pattern in patterns
                for day in propose_dates(
                    Repeat(
                        pattern, first, self.repeat_until.data, self.repeat_count.data,
                        bool(self.repeat_outside.data),
                    )
                )
            }
        )[: self.repeat_count.data or MOST]  # fmt: skip
        if not found:
            return [FieldError("repeat_until", N_("No date comes of this. Check the days."))]
        known = dict(zip(self.dated.data, self.dated_times.data, strict=False))
        usual = _clocks(self.repeat_starts.data, self.repeat_ends.data)
        self.dated.data = [day.isoformat() for day in found]
        self.dated_times.data = [known.get(day) or usual for day in self.dated.data]
        self.dated_on.data = list(self.dated.data)
        until = self.repeat_until.data
        if self.repeat_count.data is None and until and len(found) == MOST and found[-1] < until:
            last = f"{found[-1]:%d-%m-%Y}"
            return [FieldError("repeat_until", _CUT, {"most": MOST, "last": last})]
        return []

    def _ticked(self, errors: list[FieldError], taken: set[datetime]) -> list[Moment]:
        """The ticked dates with their own times."""
        moments = []
        ticked = set(self.dated_on.data)
        for day, clocks in zip(self.dated.data, self.dated_times.data, strict=False):
            if day not in ticked:
                continue
            found, wrong = read_lines(f"{day} {clocks}", date.min, where="dated")
            errors.extend(wrong)
            moments += [one for one in found if one.starts_at not in taken]
        return moments

    # ── opening hours ────────────────────────────────────────────────────────────────────

    def read_hours(self, now: datetime, errors: list[FieldError]) -> dict[str, Any] | None:
        """The opening hours as they are stored, or ``None`` where nobody said."""
        if self.date_type.data not in ("periodic", "permanent"):
            return None
        usual = _read_hours("hours", self.hours.data, errors)
        weekly = [usual] * 7
        for weekday in range(7):
            given = self[f"hours_{weekday}"].data  # type: ignore[index]
            if given:
                weekly[weekday] = _read_hours(f"hours_{weekday}", given, errors)
        if self.closed_mondays.data:
            weekly[0] = ()  # closed wins
        closed: set[date] = set()
        shut, found = read_lines(self.closed_days.data, local_day(now), where="closed_days")
        errors.extend(found)
        for one in shut:
            first = one.starts_on or to_wall(one.starts_at)[0].date()
            last = one.ends_on or first + timedelta(days=1)
            closed |= {first + timedelta(days=n) for n in range(min((last - first).days, 366))}
        adjusted: dict[date, tuple[Hours, ...]] = {}
        changed, found = read_lines(self.adjusted_days.data, local_day(now), where="adjusted_days")
        errors.extend(found)
        for one in changed:
            if one.all_day:
                errors.append(
                    FieldError("adjusted_days", N_("Give the hours: 24-12-2026 10:00-15:00."))
                )
                continue
            starts, ends = to_wall(one.starts_at)[0], to_wall(one.ends_at)[0]
            day = starts.date()
            adjusted[day] = (*adjusted.get(day, ()), (starts.time(), ends.time()))
        if self.closed_mondays.data and not any(weekly):
            errors.append(FieldError("hours", N_("Give the hours on the other days as well.")))
        if not (any(weekly) or closed or adjusted):
            return None
        return OpeningHours(
            tuple(weekly), frozenset(closed), adjusted, bool(self.closed_mondays.data)
        ).to_json()


def _timed(
    role: str,
    day: date,
    start: time,
    end: time | None,
    fold: int | None = None,
    last: date | None = None,
    where: str = "starts_time",
) -> Moment:
    ends = None
    if end is not None:
        ends = datetime.combine(last or day, end)
        if last is None and end <= start:
            ends += timedelta(days=1)  # until two at night
    elif last is not None and last != day:
        ends = datetime.combine(last, time(23, 59))
    return timed_moment(role, datetime.combine(day, start), ends, fold=fold, where=where)


def fuzzy_span(precision: str, day: date) -> tuple[date, date]:
    """First and last day of the week, month or (meteorological) season that holds a day."""
    if precision == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = 1 if precision == "month" else 3
    number = day.year * 12 + day.month - 1
    if months == 3:
        number -= day.month % 3  # seasons begin in December, March, June, September
    after = number + months
    first = date(number // 12, number % 12 + 1, 1)
    return first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _read_hours(name: str, given: str, errors: list[FieldError]) -> tuple[Hours, ...]:
    if not given or given.casefold() in _CLOSED_WORDS:
        return ()
    found: list[Hours] = []
    for part in re.split(r"[,;+]| en | and ", given):
        match = _RANGE.fullmatch(part.strip())
        try:
            if match is None:
                raise ValueError
            found.append(
                (
                    time(int(match[1]), int(match[2] or 0)),
                    time(0 if match[3] == "24" else int(match[3]), int(match[4] or 0)),
                )
            )
        except ValueError:
            errors.append(FieldError(name, N_("Write the hours like 10:00-17:00, or “closed”.")))
            return ()
    return tuple(found)


def _clocks(start: time | None, end: time | None) -> str:
    if start is None:
        return ""
    return f"{start:%H:%M}-{end:%H:%M}" if end else f"{start:%H:%M}"


def _hours_text(hours: Sequence[Hours]) -> str:
    return ", ".join(_clocks(opens, closes) for opens, closes in hours)


# ── what the form starts with ────────────────────────────────────────────────────────────────


def date_values(
    date_type: str,
    precision: str,
    moments: Sequence[Moment],
    opening_hours: dict[str, Any] | None,
) -> dict[str, Any]:
    """The starting values of the fields for stored moments (living ones, in order)."""
    if precision in FUZZY:
        return _fuzzy_values(precision, moments)
    if date_type in ("periodic", "permanent"):
        return _period_values(date_type, moments) | _hours_values(opening_hours)
    main = sorted(moments, key=lambda one: _MAIN.index(one.role) if one.role in _MAIN else 99)[:1]
    if date_type == "multiple" or not main:
        return {"date_type": "multiple", "performances": write_lines(moments)}
    (moment,) = main
    rest = {"more_moments": write_lines([one for one in moments if one is not moment])}
    if moment.all_day and moment.starts_on and moment.ends_on:
        last = moment.ends_on - timedelta(days=1)
        return rest | {
            "role": moment.role,
            "starts_on": moment.starts_on,
            "ends_on": last if last != moment.starts_on else None,
        }
    start, fold = to_wall(moment.starts_at)
    end, _ = to_wall(moment.ends_at)
    overnight = end.date() == start.date() + timedelta(days=1) and end.time() <= start.time()
    same = end.date() == start.date() and end.time() > start.time()
    return rest | {
        "role": moment.role, "starts_on": start.date(), "starts_time": start.time(),
        "ends_time": end.time(), "ends_on": None if overnight or same else end.date(),
        "fold": str(fold),
    }  # fmt: skip


def _fuzzy_values(precision: str, moments: Sequence[Moment]) -> dict[str, Any]:
    run = next((one for one in moments if one.role == "run"), None)
    return {
        "date_type": "fuzzy",
        "fuzzy": precision,
        "fuzzy_on": run.starts_on if run else None,
        "more_moments": write_lines([one for one in moments if one is not run]),
    }


def _period_values(date_type: str, moments: Sequence[Moment]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    shown: list[Moment] = []
    for role in ("run", "campaign", "opening", "press"):
        moment = next((one for one in moments if one.role == role), None)
        if moment is None or (role == "campaign" and "from_on" in values):
            continue
        start, end = to_wall(moment.starts_at)[0], to_wall(moment.ends_at)[0]
        if role in ("run", "campaign"):
            last = moment.ends_on - timedelta(days=1) if moment.ends_on else end.date()
            values |= {"from_on": start.date()}
            values |= {} if date_type == "permanent" else {"until_on": last}
        elif role == "press" and not moment.all_day and end - start != timedelta(hours=2):
            continue  # the form has no end for it: it stands below with its own
        else:
            values[f"{role}_on"] = start.date()
            if not moment.all_day:
                values[f"{role}_time"] = start.time()
                if role == "opening":
                    values["opening_ends"] = end.time()
        shown.append(moment)
    values["more_moments"] = write_lines([one for one in moments if one not in shown])
    return values


def _hours_values(stored: dict[str, Any] | None) -> dict[str, Any]:
    opening = OpeningHours.from_json(stored)
    if opening is None:
        return {}
    told = Counter(hours for hours in opening.weekly if hours)
    usual: tuple[Hours, ...] = told.most_common(1)[0][0] if told else ()
    mondays = opening.closed_on_holidays and not opening.weekly[0]
    values: dict[str, Any] = {"hours": _hours_text(usual), "closed_mondays": mondays}
    for weekday, hours in enumerate(opening.weekly):
        expected = () if weekday == 0 and mondays else usual
        if hours != expected:
            values[f"hours_{weekday}"] = _hours_text(hours) or "dicht"
    values["closed_days"] = "\n".join(f"{day:%d-%m-%Y}" for day in sorted(opening.closed))
    values["adjusted_days"] = "\n".join(
        f"{day:%d-%m-%Y} {_clocks(*hours)}"
        for day in sorted(opening.adjusted)
        for hours in opening.adjusted[day]
    )
    return values
