"""How counts become a year of twelve by thirty-one cells, pure: no clock, no database."""

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from calendar_app.places.special_days import PUBLIC, SCHOOL, SpecialDay

SHARES = (0.35, 0.65, 0.9)
"""Where the classes of busy days part: the busiest tenth of the days with events is the last."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the year. ``count`` is None for a day outside the selection; ``heat`` is 0 for
    nothing to 4 for the busiest days; ``holiday`` the public holidays on it."""

    day: date
    count: int | None
    heat: int
    weekend: bool
    school: bool
    holiday: tuple[SpecialDay, ...]


def year_days(year: int) -> list[list[date | None]]:
    """The twelve months, each with 31 places; None where a month is shorter."""
    return [
        [
            date(year, month, number) if number <= calendar.monthrange(year, month)[1] else None
            for number in range(1, 32)
        ]
        for month in range(1, 13)
    ]


def heat_limits(counts: Collection[int]) -> tuple[int, ...]:
    """The highest count of each class of busy days, rising, the last of all at the end; fewer
    classes where the days hardly differ, none without events."""
    busy = sorted(count for count in counts if count)
    if not busy:
        return ()
    parts = [busy[min(int(share * len(busy)), len(busy) - 1)] for share in SHARES]
    return tuple(sorted({*parts, busy[-1]}))


def heat_of(count: int, limits: Sequence[int]) -> int:
    """The class of a count: 0 for none; the busiest is always 4, however few classes there are."""
    if not count:
        return 0
    place = next(n for n, most in enumerate(limits) if count <= most)
    return 4 - (len(limits) - 1 - place)


def heat_classes(limits: Sequence[int]) -> list[tuple[int, int, int]]:
    """Class, lowest and highest count, for the legend."""
    return [
        (heat_of(most, limits), below + 1, most)
        for below, most in zip((0, *limits), limits, strict=False)
    ]


def year_cells(
    year: int,
    counts: Mapping[date, int],
    limits: Sequence[int],
    special: Mapping[date, Sequence[SpecialDay]],
    until: date | None = None,
) -> list[list[Cell | None]]:
    """The cells of a year; days after ``until`` are outside the selection."""

    def cell(day: date) -> Cell:
        count = None if until and day > until else counts.get(day, 0)
        found = special.get(day, ())
        return Cell(
            day, count, heat_of(count or 0, limits), day.weekday() > 4,
            any(one.kind == SCHOOL for one in found),
            tuple(one for one in found if one.kind == PUBLIC),
        )  # fmt: skip

    return [[cell(day) if day else None for day in month] for month in year_days(year)]


def holiday_periods(
    special: Mapping[date, Sequence[SpecialDay]],
) -> list[tuple[SpecialDay, date, date]]:
    """Public holidays and school holidays in order, each with its first and last day."""
    found = sorted(
        (one for days in special.values() for one in days if one.kind in (PUBLIC, SCHOOL)),
        key=lambda one: (one.kind, one.name_nl, one.on),
    )
    periods: list[tuple[SpecialDay, date, date]] = []
    for _, same in groupby(found, key=lambda one: (one.kind, one.name_nl)):
        for one in same:
            last = periods[-1] if periods else None
            if last and (last[0].kind, last[0].name_nl) == (one.kind, one.name_nl):
                if one.on - last[2] <= timedelta(days=1):
                    periods[-1] = (last[0], last[1], one.on)
                    continue
            periods.append((one, one.on, one.on))
    return sorted(periods, key=lambda period: (period[1], period[0].kind))
