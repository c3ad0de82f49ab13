"""Lists of days and months, from plain moments."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import local_day, midnight
from calendar_app.events.agenda_queries import Start
from calendar_app.events.models import Occurrence
from calendar_app.web.calendar_views import (
    by_day,
    choose_for_room,
    choose_highlights,
    list_entries,
    month_days,
    next_month,
    on_days,
    previous_month,
)

DAY = date(2027, 3, 12)


def run(first: date, last: date, event_id: int = 1) -> Occurrence:
    end = last + timedelta(days=1)
    return Occurrence(
        id=100 + event_id, event_id=event_id, role="run", all_day=True, starts_on=first,
        ends_on=end, starts_at=midnight(first), ends_at=midnight(end),
    )  # fmt: skip


def moment(key: int, hour: int, role: str = "regular", event_id: int = 1) -> Occurrence:
    starts = datetime(2027, 3, 12, hour, tzinfo=UTC)
    return Occurrence(
        id=key, event_id=event_id, role=role, all_day=False, starts_at=starts,
        ends_at=starts + timedelta(hours=2),
    )  # fmt: skip


def start(key: int, hour: int, role: str = "regular", **more: object) -> Start:
    values: dict[str, object] = {"event_id": key, "reach": "regional", "lead_id": key}
    values |= {"region_id": 1, **more}
    return Start(
        id=key, second=int(datetime(2027, 3, 12, hour, tzinfo=UTC).timestamp()), role=role, **values
    )  # type: ignore[arg-type]


def test_a_run_shows_on_its_first_and_last_day_only() -> None:
    entries = list_entries((), [run(DAY, DAY + timedelta(days=60))], DAY, DAY + timedelta(days=90))
    assert [(entry.day, entry.label) for entry in entries] == [
        (DAY, "first_day"), (DAY + timedelta(days=60), "last_day"),
    ]  # fmt: skip


def test_an_opening_takes_the_place_of_the_first_day() -> None:
    entries = list_entries([moment(1, 16, "opening")], [run(DAY, DAY)], DAY, DAY)
    assert [entry.label for entry in entries] == ["last_day", "opening"]


def test_edges_outside_the_window_are_left_out() -> None:
    long = run(DAY - timedelta(days=5), DAY + timedelta(days=5))
    assert list_entries((), [long], DAY, DAY) == []


def test_whole_days_come_before_the_clock() -> None:
    entries = list_entries([moment(1, 8), moment(2, 7)], [run(DAY, DAY, 9)], DAY, DAY)
    assert [entry.moment.id for _, day in by_day(entries) for entry in day] == [109, 109, 2, 1]


def test_a_cell_prefers_openings_and_shows_an_event_once() -> None:
    starts = [start(key, key + 8, event_id=key // 2) for key in range(8)]
    starts.append(start(99, 20, "opening"))
    assert choose_for_room(on_days(starts, [DAY]), {}) == [99, 0, 2, 4]
    assert choose_for_room(on_days(starts, [DAY]), {DAY: 1}) == [99]


def test_highlights_are_one_an_institution_openings_first() -> None:
    starts = [
        start(1, 10, lead_id=1), start(2, 9, "opening", lead_id=2), start(3, 8, lead_id=2),
        start(4, 12, lead_id=3, reach="national"), start(5, 7, "press", lead_id=4),
    ]  # fmt: skip
    assert choose_highlights(starts, 3) == [2, 4, 1]


@given(st.dates(date(1990, 2, 1), date(2099, 11, 30)))
def test_months_follow_each_other(day: date) -> None:
    assert previous_month(next_month(day)) == day.replace(day=1)
    weeks = month_days(day)
    days = [one for week in weeks for one in week]
    assert all(len(week) == 7 and week[0].weekday() == 0 for week in weeks)
    assert day in days
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@given(st.datetimes(datetime(2026, 10, 1), datetime(2027, 4, 30), timezones=st.just(UTC)))
def test_days_are_those_of_the_house(instant: datetime) -> None:
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(230)]
    starts = [start(1, 8)._replace(second=int(instant.timestamp()))]
    assert [day for day, found in on_days(starts, days).items() if found] == [local_day(instant)]
