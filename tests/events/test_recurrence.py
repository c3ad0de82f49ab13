"""Proposed dates: right, in order, bounded; checked against dateutil, which we do not use here
because its rules have no school holidays and its patterns no plain words."""

from datetime import date, datetime, timedelta
from itertools import islice

from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.events.recurrence import (
    FURTHEST,
    LAST,
    MOST,
    Monthly,
    Repeat,
    Weekly,
    propose_dates,
)
from calendar_app.places.special_days import is_school_holiday

days = st.dates(date(2026, 1, 1), date(2035, 12, 31))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


@given(days, weekdays, st.integers(1, 8))
def test_weekly_as_dateutil(first: date, on: frozenset[int], interval: int) -> None:
    rule = rrule.rrule(
        rrule.WEEKLY, dtstart=_at(first), interval=interval, byweekday=sorted(on), count=30
    )
    ours = list(islice(Weekly(on, interval).dates(first), 30))
    assert ours == [found.date() for found in rule]


@given(days, st.integers(0, 6), st.sampled_from([1, 2, 3, 4, LAST]), st.integers(1, 6))
def test_monthly_as_dateutil(first: date, weekday: int, number: int, interval: int) -> None:
    rule = rrule.rrule(
        rrule.MONTHLY, dtstart=_at(first), interval=interval,
        byweekday=rrule.weekday(weekday)(number), count=20,
    )  # fmt: skip
    ours = list(islice(Monthly(weekday, number, interval).dates(first), 20))
    assert ours == [found.date() for found in rule]


@given(days, weekdays, st.integers(1, 500), st.booleans())
def test_what_is_proposed_is_bounded_and_keeps_the_holidays_free(
    first: date, on: frozenset[int], count: int, skip: bool
) -> None:
    found = propose_dates(Repeat(Weekly(on), first, count=count, skip_school_holidays=skip))
    assert found == sorted(set(found))
    assert len(found) <= min(count, MOST)
    assert all(first <= day <= first + FURTHEST for day in found)
    if skip:
        assert not any(is_school_holiday(day) for day in found)


def test_an_end_is_included() -> None:
    repeat = Repeat(Weekly(frozenset({4})), date(2027, 3, 5), until=date(2027, 3, 19))
    assert propose_dates(repeat) == [date(2027, 3, 5) + timedelta(weeks=n) for n in range(3)]


def test_a_number_counts_what_remains() -> None:
    # The spring holiday (20-28 February) takes one Friday out, not one off the number.
    repeat = Repeat(Weekly(frozenset({4})), date(2027, 2, 12), count=3, skip_school_holidays=True)
    assert propose_dates(repeat) == [date(2027, 2, 12), date(2027, 2, 19), date(2027, 3, 5)]


def test_nothing_comes_of_nothing() -> None:
    first = date(2027, 3, 5)
    assert propose_dates(Repeat(Weekly(frozenset()), first)) == []
    assert propose_dates(Repeat(Weekly(frozenset({4})), first, until=date(2027, 1, 1))) == []
    assert propose_dates(Repeat(Monthly(0, LAST), date(2099, 12, 31))) == []
