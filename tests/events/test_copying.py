"""An event again a year later: same weekday, same week, nothing decided."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import local_day
from calendar_app.events.copying import a_year_later, copy_draft
from calendar_app.events.rules import all_day_moment
from tests.factories import draft, single

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@given(days)
def test_same_weekday_same_week(day: date) -> None:
    again = a_year_later(day)
    assert again.weekday() == day.weekday()
    assert again.isocalendar().year == day.isocalendar().year + 1
    assert again.isocalendar().week == min(day.isocalendar().week, again.isocalendar().week)
    assert day.isocalendar().week - again.isocalendar().week in (0, 1)


@given(days, st.integers(0, 400), st.integers(0, 60))
def test_the_copy_lies_ahead_and_keeps_its_shape(today: date, ago: int, gap: int) -> None:
    first = today - timedelta(days=ago)
    moments = (
        single(f"{first}T20:15"), single(f"{first + timedelta(days=gap)}T14:00"),
        all_day_moment("run", first, first + timedelta(days=30)),
    )  # fmt: skip
    again = copy_draft(replace(draft(1), moments=moments, ticket_url="https://x.nl"), today)
    assert local_day(again.moments[0].starts_at) > today
    for old, new in zip(moments, again.moments, strict=True):
        shift = local_day(new.starts_at) - local_day(old.starts_at)
        assert shift.days % 7 == 0
        assert new.key is None
        if old.starts_wall and new.starts_wall:
            assert new.starts_wall.minute == old.starts_wall.minute
            assert new.ends_at > new.starts_at
    assert (again.planning, again.visibility, again.ticket_url) == ("option", "coordinators", "")


def test_what_was_cancelled_is_not_copied() -> None:
    # Thursday of week 11; 2026 has 53 weeks.
    moments = (single("2026-03-12T20:15"), single("2026-03-13T20:15", status="cancelled"))
    again = copy_draft(replace(draft(1), moments=moments), date(2026, 6, 1))
    assert [str(one.starts_wall) for one in again.moments] == ["2027-03-18 20:15:00"]
