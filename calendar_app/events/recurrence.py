"""Dates that repeat, in plain terms: every week on these days, or every first Friday.

A rule only *proposes* dates: a person ticks which of them become moments, and nothing is
expanded afterwards (``product.md``, Dates). Bounded: whatever is asked, at most
:data:`MOST` dates are made and no more than :data:`FURTHEST` ahead is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from calendar_app.core.timespan import in_years
from calendar_app.places.special_days import is_school_holiday

MOST = 300
FURTHEST = timedelta(days=366 * 3)
LAST = -1


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every ``interval`` weeks on these weekdays (Monday is 0)."""

    weekdays: frozenset[int]
    interval: int = 1

    def dates(self, first: date) -> Iterator[date]:
        """From ``first`` on, without an end; weeks are counted from the Monday before it."""
        monday = first - timedelta(days=first.weekday())
        while True:
            for weekday in sorted(self.weekdays):
                day = monday + timedelta(days=weekday)
                if day >= first:
                    yield day
            monday += timedelta(weeks=self.interval)


@dataclass(frozen=True, slots=True)
class Monthly:
    """Every ``interval`` months on the ``number``-th weekday (1–4, or :data:`LAST`)."""

    weekday: int
    number: int
    interval: int = 1

    def dates(self, first: date) -> Iterator[date]:
        """From ``first`` on, without an end."""
        month = first.year * 12 + first.month - 1
        while True:
            day = self._in_month(month // 12, month % 12 + 1)
            if day >= first:
                yield day
            month += self.interval

    def _in_month(self, year: int, month: int) -> date:
        if self.number == LAST:
            end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            return end - timedelta(days=(end.weekday() - self.weekday) % 7)
        start = date(year, month, 1)
        shift = (self.weekday - start.weekday()) % 7 + 7 * (self.number - 1)
        return start + timedelta(days=shift)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A pattern from ``first`` on that ends at a date (inclusive) or after a number of dates."""

    pattern: Weekly | Monthly
    first: date
    until: date | None = None
    count: int | None = None
    skip_school_holidays: bool = False


def propose_dates(repeat: Repeat) -> list[date]:
    """The dates in order; what school holidays take out does not count towards the number.

    Empty when the pattern has no weekday or ends before it begins.
    """
    pattern = repeat.pattern
    if isinstance(pattern, Weekly) and not pattern.weekdays:
        return []
    until = min(repeat.until or date.max, repeat.first + FURTHEST)
    most = min(repeat.count or MOST, MOST)
    found: list[date] = []
    for day in pattern.dates(repeat.first):
        if day > until or len(found) >= most or not in_years(day):
            break
        if not (repeat.skip_school_holidays and is_school_holiday(day)):
            found.append(day)
    return found
