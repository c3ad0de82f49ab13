"""Days on which the region lives differently: public and school holidays, local days.

All of Haaglanden and Rijnland lies in school region Midden. The facts come with the package
``holidays``; the local days are our own.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

PUBLIC, SCHOOL, LOCAL = "public", "school", "local"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A named day. ``kind`` is public, school or local; names are as people say them."""

    on: date
    kind: str
    name_nl: str
    name_en: str


@lru_cache(maxsize=64)
def special_days(year: int) -> tuple[SpecialDay, ...]:
    """All of a year, by date; a date may carry several (King's Day in the spring holiday)."""
    found = [
        SpecialDay(on, kind, name, english.get(on, name))
        for kind, more in (
            (PUBLIC, {"categories": ("public",)}),
            (SCHOOL, {"categories": ("school",), "subdiv": "Midden"}),
        )
        for english in [dict(country_holidays("NL", years=year, language="en_US", **more))]
        for on, name in country_holidays("NL", years=year, language="nl", **more).items()
    ]
    return tuple(sorted([*found, *_local(year)], key=lambda day: (day.on, day.kind)))


def days_of(first: date, last: date, *kinds: str) -> dict[date, list[SpecialDay]]:
    """The special days from ``first`` to ``last`` inclusive, by date; of some kinds, or all."""
    found: dict[date, list[SpecialDay]] = {}
    for year in range(first.year, last.year + 1):
        for day in special_days(year):
            if first <= day.on <= last and (not kinds or day.kind in kinds):
                found.setdefault(day.on, []).append(day)
    return found


def is_school_holiday(day: date) -> bool:
    """Whether the schools of the region are closed for a holiday."""
    return bool(days_of(day, day, SCHOOL))


def is_public_holiday(day: date) -> bool:
    """Whether it is a national day off."""
    return bool(days_of(day, day, PUBLIC))


def _local(year: int) -> list[SpecialDay]:
    monuments = _nth(year, 9, weekday=5, number=2)
    princes = _nth(year, 9, weekday=1, number=3)
    relief = [date(year, 10, 2), date(year, 10, 3)]
    if relief[1].weekday() == 6:
        relief.append(date(year, 10, 4))  # part of it moves to the Monday
    named = [
        (princes, "Prinsjesdag", "Prinsjesdag (opening of parliament)"),
        (monuments, "Open Monumentendag", "Heritage Days"),
        (monuments + timedelta(days=1), "Open Monumentendag", "Heritage Days"),
        *((day, "Leidens Ontzet", "Leidens Ontzet (city festival)") for day in relief),
        (date(year, 5, 4), "Dodenherdenking", "Remembrance Day"),
    ]
    return [SpecialDay(on, LOCAL, nl, en) for on, nl, en in named]


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
