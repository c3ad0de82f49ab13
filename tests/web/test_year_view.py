"""The year of twelve by thirty-one, from plain counts."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import day_shifts, local_day
from calendar_app.places.special_days import PUBLIC, SCHOOL, days_of
from calendar_app.web.year_view import (
    heat_classes,
    heat_limits,
    heat_of,
    holiday_periods,
    year_cells,
    year_days,
)

SPECIAL = days_of(date(2027, 1, 1), date(2027, 12, 31), PUBLIC, SCHOOL)


def test_every_day_has_its_place() -> None:
    months = year_days(2028)
    assert [len(month) for month in months] == [31] * 12
    days = [day for month in months for day in month if day]
    assert days == [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    assert all(day.day == place for month in months for place, day in enumerate(month, 1) if day)


@given(st.lists(st.integers(0, 300), max_size=60))
def test_more_is_never_lighter(counts: list[int]) -> None:
    limits = heat_limits(counts)
    heats = [heat_of(count, limits) for count in sorted(counts)]
    assert heats == sorted(heats)
    assert all((heat == 0) == (count == 0) for heat, count in zip(heats, sorted(counts), strict=1))
    if any(counts):
        assert heats[-1] == 4
        classes = heat_classes(limits)
        assert classes[0][1] == 1 and classes[-1][2] == max(counts)
        for count in counts:
            told = [heat for heat, low, high in classes if low <= count <= high]
            assert told == ([heat_of(count, limits)] if count else [])


def test_cells_tell_weekend_and_holidays() -> None:
    cells = year_cells(2027, {date(2027, 5, 16): 3}, (3,), SPECIAL, until=date(2027, 6, 30))
    pentecost = cells[4][15]
    assert pentecost and (pentecost.count, pentecost.heat, pentecost.weekend) == (3, 4, True)
    assert [one.name_nl for one in pentecost.holiday] == ["Eerste pinksterdag"]
    summer = cells[7][1]
    assert summer and summer.school and summer.count is None
    assert cells[1][28] is None


def test_a_school_holiday_is_told_once() -> None:
    periods = [(one.name_nl, first, last) for one, first, last in holiday_periods(SPECIAL)]
    summer = [period for period in periods if period[0] == "Zomervakantie"]
    assert len(summer) == 1 and (summer[0][2] - summer[0][1]).days > 35
    assert len([name for name, _, _ in periods if name == "Kerstvakantie"]) == 2
    assert periods == sorted(periods, key=lambda period: period[1])


@given(st.integers(1990, 2099), st.integers(0, 366 * 86_400 - 1))
def test_days_are_numbered_across_the_clock(year: int, seconds: int) -> None:
    first = date(year, 1, 1)
    shifts = day_shifts(first, 366)
    second = shifts[0][0] + seconds
    shift = next(add for instant, add in reversed(shifts) if instant <= second)
    number = (second - shifts[0][0] + shift) // 86_400
    assert first + timedelta(days=number) == local_day(datetime.fromtimestamp(second, UTC))
