"""The dated moments of an event of a series (pure)."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from calendar_app.core.timespan import LAST_YEAR
from calendar_app.events.opening import OpeningHours
from calendar_app.events.rules import Moment, MomentError, all_day_moment, timed_moment
from calendar_app.workflow.demo.days import Season
from calendar_app.workflow.demo.programme import Place, Series

_DAY = timedelta(days=1)


class Slot(NamedTuple):
    """When a moment would be: from ``start`` (``"20:15"``) for so many minutes, or with ``last``
    whole days. Dates are tried before their instants are worked out, which takes much longer."""

    role: str
    day: date
    start: str = ""
    minutes: int = 0
    last: date | None = None

    @property
    def evening(self) -> bool:
        """Whether it takes the evening rather than the day."""
        return self.start >= "17:00"

    def moment(self) -> Moment:
        """The moment; an hour later where the clock skips a time."""
        if self.last is not None:
            return all_day_moment(self.role, self.day, self.last + _DAY)
        return timed(self.role, self.day, self.start, self.minutes)

    @classmethod
    def of(cls, moment: Moment) -> "Slot":
        """When a moment is."""
        if moment.starts_wall is None:
            return cls(moment.role, moment.starts_on or date.min)
        return cls(moment.role, moment.starts_wall.date(), f"{moment.starts_wall:%H:%M}")


def timed(role: str, day: date, start: str, minutes: int) -> Moment:
    """A moment on a day from ``"20:15"``; an hour later where the clock skips a time."""
    begin = datetime.combine(day, time.fromisoformat(start))
    try:
        return timed_moment(role, begin, begin + timedelta(minutes=minutes), fold=0)
    except MomentError:
        begin += timedelta(hours=1)
        return timed_moment(role, begin, begin + timedelta(minutes=minutes), fold=0)


def performances(
    random: Random, season: Season, series: Series, first: date, *, leiden: bool
) -> list[Slot]:
    """One moment, or a run: on following days that suit the series, or every week."""
    count = random.randint(*series.run) if random.random() < series.run_chance else 1
    start = random.choice(series.hours)
    staged = series.kind in ("theatre", "dance")
    premiere = series.role == "regular" and staged and (count > 2 or random.random() < 0.12)
    # A weekly series is not bound to where it may begin.
    between = series.between if series.every == 1 else ()
    found: list[Slot] = []
    day, last = first, first + timedelta(weeks=2 + count) * (2 if series.every == 7 else 1)
    if series.kind == "festival":
        last = first + 2 * _DAY  # one weekend
    while len(found) < count and day <= last:
        if day == first or (day.weekday() and season.suits(day, series.days, between, leiden)):
            matinee = series.matinee and day.weekday() == 6 and random.random() < 0.6
            role = "premiere" if premiere and not found else series.role
            found.append(Slot(role, day, series.matinee if matinee else start, series.minutes))
        day += series.every * _DAY
    return found


def show(random: Random, series: Series, opening: date, *, press: bool) -> list[Slot]:
    """An exhibition: from the day after its opening until a Sunday two to six months later, with
    a morning for the press where it wants one."""
    first = opening + _DAY
    if first.weekday() == 0:
        first += _DAY  # closed on Mondays
    last = first + timedelta(days=random.randint(55, 170))
    last = min(last + timedelta(days=6 - last.weekday()), date(LAST_YEAR, 12, 31))
    found = [
        Slot("run", first, last=last),
        Slot("opening", opening, random.choice(series.hours), series.minutes),
    ]
    if press and random.random() < 0.5:
        found.append(Slot("press", opening - _DAY, "10:30", 120))
    return found


def opening_hours(place: Place, season: Season) -> dict[str, Any]:
    """When an exhibition is open: museums from Tuesday to Sunday, other houses on working days and
    Saturday; nobody at Christmas, New Year and on King's Day."""
    museum = "museum" in place.groups
    hours = ((time(11 if place.size < 0.7 else 10), time(17)),)
    closed = 0 if museum else 6
    return OpeningHours(
        weekly=tuple(() if day == closed else hours for day in range(7)),
        closed=frozenset(season.closed),
    ).to_json()
