"""Days on which the region lives differently."""

from datetime import date

import pytest

from calendar_app.places.special_days import (
    LOCAL,
    SCHOOL,
    days_of,
    is_public_holiday,
    is_school_holiday,
    special_days,
)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2027, 10, 3), "Leidens Ontzet"),
        (date(2027, 10, 4), "Leidens Ontzet"),  # the 3rd is a Sunday
        (date(2026, 10, 3), "Leidens Ontzet"),
        (date(2026, 9, 15), "Prinsjesdag"),
        (date(2027, 9, 11), "Open Monumentendag"),
        (date(2027, 5, 4), "Dodenherdenking"),
    ],
)
def test_local_days(day: date, name: str) -> None:
    assert name in [found.name_nl for found in days_of(day, day, LOCAL)[day]]


def test_no_second_monday_when_it_is_not_moved() -> None:
    assert not days_of(date(2026, 10, 4), date(2026, 10, 4), LOCAL)


def test_school_holidays_of_region_midden() -> None:
    # Autumn 2026: Midden from the 17th, Noord a week earlier.
    assert not is_school_holiday(date(2026, 10, 14))
    assert is_school_holiday(date(2026, 10, 21))
    assert {day.name_nl for found in days_of(date(2027, 2, 22), date(2027, 2, 26), SCHOOL).values()
            for day in found} == {"Voorjaarsvakantie"}  # fmt: skip


def test_public_holidays_in_both_languages() -> None:
    assert is_public_holiday(date(2027, 4, 27)) and not is_public_holiday(date(2027, 4, 28))
    king = next(day for day in special_days(2027) if day.name_nl == "Koningsdag")
    assert king.name_en == "King's Day"
