"""The days of a season and what they are good for (pure).

It runs from 1 September to 31 August: stages play from Thursday to Sunday and rest in summer,
museums are closed on Mondays, schools come on school days, families in the holidays, students in
term, and on 2 and 3 October nobody in Leiden goes to a concert.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from dateutil.easter import easter

from calendar_app.places.special_days import LOCAL, PUBLIC, SCHOOL, SpecialDay, days_of

_DAY = timedelta(days=1)

# Kind of days → weight of Monday to Sunday, and the time of year it holds for.
CALENDARS: dict[str, tuple[tuple[float, ...], str]] = {
    "evening": ((0.1, 0.5, 0.9, 2.6, 3.4, 3.6, 2.0), "stage"),
    "club": ((0, 0, 0, 0.8, 3, 4, 0), "stage"),
    "lunch": ((0, 0, 1, 1, 2, 0, 0), "stage"),
    "sunday": ((0, 0, 0, 0, 0, 0, 1), "stage"),
    "weekend": ((0, 0, 0, 0, 0, 1, 1), "museum"),
    "festival": ((0, 0, 0, 0, 2, 3, 0.4), "museum"),
    "saturday": ((0, 0, 0, 0, 0, 1, 0), "talks"),
    "museum": ((0, 0.8, 1, 1, 1, 3, 3.5), "museum"),
    "outdoors": ((0, 0, 0.6, 0, 0.6, 3, 3), "outdoors"),
    "week-evening": ((0, 1.6, 1.2, 4, 1, 0, 0), "talks"),
    "reading": ((0, 1, 1, 3, 2.5, 1, 1.5), "talks"),
    "friday-evening": ((0, 0, 0, 0, 1, 0, 0), "museum"),
    "matinee": ((0, 0, 0.8, 0, 0, 2.5, 3), "stage"),
    "opening": ((0, 0, 0.2, 2.4, 3.2, 1.6, 0), "openings"),
    "family": ((0, 0.3, 1.2, 0.3, 0.3, 2.6, 3), "family"),
    "school": ((0, 1, 1, 1, 0.8, 0, 0), "school"),
    "term": ((0, 2, 2, 2, 0.6, 0, 0), "term"),
    "office": ((0, 1.6, 1, 3, 2, 0, 0), "office"),
    "press": ((0, 3, 2, 2, 0, 0, 0), "office"),
}
_OPENINGS = {9: 2.5, 10: 2.5, 11: 1.3, 12: 0.5, 1: 0.7, 2: 2.0, 3: 2.5, 4: 1.6, 5: 1.2, 6: 1.5,
             7: 0.4, 8: 0.2}  # fmt: skip


class _Suitable(NamedTuple):
    days: list[date]
    weights: list[float]
    """Of each day and all before it."""
    known: frozenset[date]


class Season:
    """The days from 1 September of ``year`` to 31 August; school holidays of region Midden."""

    def __init__(self, year: int) -> None:
        self.first, self.last = date(year, 9, 1), date(year + 1, 8, 31)
        special = days_of(self.first, self.last)
        self.school_holidays = {day for day, all_ in special.items() if _any(all_, SCHOOL)}
        self.public_holidays = {day for day, all_ in special.items() if _any(all_, PUBLIC)} | {
            easter(year + 1) - 2 * _DAY,  # Good Friday: schools are closed
            easter(year + 1) + 40 * _DAY,  # the day after Ascension
        }
        self.relief = {day for day, all_ in special.items() if _any(all_, LOCAL, "Leidens Ontzet")}
        self._heritage = [
            day for day, all_ in special.items() if _any(all_, LOCAL, "Open Monumentendag")
        ]
        king = date(year + 1, 4, 27)
        # Christmas, New Year and King's Day: nobody is open.
        self.closed = {
            date(year, 12, 25),
            date(year + 1, 1, 1),
            king - (king.weekday() == 6) * _DAY,
        }
        self._days = [self.first + n * _DAY for n in range((self.last - self.first).days + 1)]
        self._factors: dict[str, Callable[[date], float]] = {
            "stage": self._stage, "museum": self._museum, "outdoors": self._outdoors,
            "talks": self._talks, "openings": self._openings, "family": self._family,
            "school": self._school, "term": self._term, "office": self._office,
        }  # fmt: skip
        self._known: dict[tuple[str, tuple[str, ...], bool], _Suitable] = {}

    def choose(
        self, random: Random, calendar: str, between: tuple[str, ...] = (), leiden: bool = False
    ) -> date:
        """A day that suits: of :data:`CALENDARS`, within one of the windows (``"03-15..04-10"`` or
        a name), and where ``leiden`` not while the whole town celebrates."""
        suitable = self._suitable(calendar, between, leiden)
        if not suitable.days:  # the national weekend of science may fall on 2 and 3 October
            suitable = self._suitable(calendar, between, False)
        return random.choices(suitable.days, cum_weights=suitable.weights)[0]

    def suits(
        self, day: date, calendar: str, between: tuple[str, ...] = (), leiden: bool = False
    ) -> bool:
        """Whether a day could have been chosen."""
        return day in self._suitable(calendar, between, leiden).known

    def working(self, day: date) -> bool:
        """Whether the cultural world is at work: no summer, no holidays, no day off."""
        return (
            self._stage(day) > 0
            and day not in self.school_holidays
            and day not in self.public_holidays
            and day not in self.relief
        )

    def _suitable(self, calendar: str, between: tuple[str, ...], leiden: bool) -> "_Suitable":
        key = (calendar, between, leiden)
        if key not in self._known:
            week, name = CALENDARS[calendar]
            windows = [self._window(one) for one in between]
            found = [
                (day, week[day.weekday()] * self._factors[name](day))
                for day in self._days
                if not windows or any(first <= day <= last for first, last in windows)
            ]
            found = [one for one in found if one[1] > 0 and not (leiden and one[0] in self.relief)]
            days = [day for day, _ in found]
            weights = list(accumulate(weight for _, weight in found))
            self._known[key] = _Suitable(days, weights, frozenset(days))
        return self._known[key]

    def _window(self, name: str) -> tuple[date, date]:
        year = self.first.year
        if name == "heritage-days":
            return min(self._heritage), max(self._heritage)
        if name == "science-weekend":  # first weekend of October
            first = date(year, 10, 1)
            first += (5 - first.weekday()) % 7 * _DAY
            return first, first + _DAY
        if name == "passion":
            return easter(year + 1) - 21 * _DAY, easter(year + 1) - _DAY
        first, last = (
            date(year if int(one[:2]) >= 9 else year + 1, int(one[:2]), int(one[3:]))
            for one in name.split("..")
        )
        return first, last

    # How well a day of the year suits, whatever the day of the week.

    def _stage(self, day: date) -> float:
        if (7, 5) <= (day.month, day.day) <= (8, 27):
            return 0
        if day in self.closed or (day.month, day.day) in ((12, 24), (12, 31), (5, 4)):
            return 0
        return {6: 0.6, 7: 0.3, 8: 0.5, 9: 0.8}.get(day.month, 1.0)

    def _museum(self, day: date) -> float:
        return 0 if day in self.closed else 0.8 if day.month in (7, 8) else 1.0

    def _outdoors(self, day: date) -> float:
        return self._museum(day) if (3, 20) <= (day.month, day.day) <= (10, 31) else 0

    def _talks(self, day: date) -> float:
        quiet = day in self.school_holidays or day in self.public_holidays
        return 0 if quiet or day.month in (7, 8) else self._stage(day)

    def _openings(self, day: date) -> float:
        # Nobody opens anything between Christmas and the first week of January.
        quiet = (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 7)
        return 0 if quiet else _OPENINGS[day.month] * self._museum(day)

    def _family(self, day: date) -> float:
        if day in self.school_holidays:
            return self._museum(day) * (1.5 if day.weekday() >= 5 else 3.0)
        return self._museum(day)

    def _school(self, day: date) -> float:
        off = day in self.school_holidays or day in self.public_holidays
        return 0 if off or not self._between(day, (9, 7), (7, 3)) else 1.0

    def _term(self, day: date) -> float:
        off = day in self.school_holidays or day in self.public_holidays
        autumn = self._between(day, (9, 1), (12, 18))
        return 0 if off or not (autumn or self._between(day, (2, 1), (6, 5))) else 1.0

    def _office(self, day: date) -> float:
        off = day in self.school_holidays or day in self.public_holidays
        return 0 if off or not self._between(day, (9, 3), (7, 8)) else 1.0

    def _between(self, day: date, first: tuple[int, int], last: tuple[int, int]) -> bool:
        """Within these days of this season, both ends included."""
        year = self.first.year
        begin = date(year if first[0] >= 9 else year + 1, *first)
        return begin <= day <= date(year if last[0] >= 9 else year + 1, *last)


def _any(days: Iterable[SpecialDay], kind: str, name: str = "") -> bool:
    return any(day.kind == kind and name in day.name_nl for day in days)


def season_of(now: datetime) -> int:
    """The first year of the season running at ``now``."""
    return now.year if now.month >= 9 else now.year - 1
