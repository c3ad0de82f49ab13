"""A week in parts of days, from plain moments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import cultural_day, to_instant
from calendar_app.events.agenda_queries import Start
from calendar_app.overlaps.parameters import defaults
from calendar_app.web.week_view import PART_STARTS, bands_of, in_places, place_at, week_of


@pytest.mark.parametrize(
    ("wall", "place"),
    [
        ("2027-03-12T06:00", ("2027-03-12", "morning")),
        ("2027-03-12T11:59", ("2027-03-12", "morning")),
        ("2027-03-12T12:00", ("2027-03-12", "afternoon")),
        ("2027-03-12T17:00", ("2027-03-12", "evening")),
        ("2027-03-12T23:00", ("2027-03-12", "night")),
        ("2027-03-13T01:30", ("2027-03-12", "night")),
        ("2027-03-13T05:59", ("2027-03-12", "night")),
    ],
)
def test_where_a_moment_stands(wall: str, place: tuple[str, str]) -> None:
    day, band = place_at(to_instant(datetime.fromisoformat(wall)), False)
    assert (day.isoformat(), band) == place


def test_the_parts_are_those_of_the_score() -> None:
    assert {part: hours[0] for part, hours in defaults()["day_parts"].items()} == dict(PART_STARTS)


@given(
    st.lists(
        st.datetimes(datetime(2027, 3, 20), datetime(2027, 4, 10), timezones=st.just(UTC)),
        max_size=30,
    )
)
def test_no_moment_of_the_week_is_lost(instants: list[datetime]) -> None:
    # The clock goes forward on the Sunday of this week.
    days = week_of(date(2027, 3, 25))
    starts = [
        Start(key, key, int(at.timestamp()), "regular", "regional", 1, 1)
        for key, at in enumerate(instants)
    ]
    found = in_places(starts, days)
    kept = sorted(start.id for several in found.values() for start in several)
    assert kept == [key for key, at in enumerate(instants) if cultural_day(at) in days]


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_week_begins_on_monday(day: date) -> None:
    days = week_of(day)
    assert day in days
    assert [one.weekday() for one in days] == list(range(7))
    assert days[-1] - days[0] == timedelta(days=6)


def test_whole_days_and_nights_stand_there_only_where_needed() -> None:
    day = date(2027, 3, 12)
    assert bands_of([]) == ["morning", "afternoon", "evening"]
    assert bands_of([(day, "night"), (day, "day")])[::4] == ["day", "night"]
