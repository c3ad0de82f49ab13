"""feeds.md, Identity and revision: when a row holds, and its LAST-MODIFIED."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import to_wall
from calendar_app.feeds.facts import EventFacts, MomentFacts, Place
from calendar_app.feeds.schedule import ALWAYS, leaves_at, public_row, revised_at

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVENT = EventFacts(
    id=1, public_id="a" * 12, title_nl="T", title_en="", description_nl="", description_en="",
    planning="confirmed", visibility="public", public_at=None, cancel_reason="", url="", room="",
    lead_name="Korzo", place=Place("i1", "Korzo"), terms=(), scopes=frozenset(),
    institutions=frozenset({1}), lead_id=1,
)  # fmt: skip
MOMENT = MomentFacts(
    id=1, event_id=1, uid="u", role="regular", all_day=False,
    starts_at=datetime(2027, 3, 12, 19, tzinfo=UTC), ends_at=datetime(2027, 3, 12, 21, tzinfo=UTC),
    starts_on=None, ends_on=None, status="scheduled", sequence=0, revised_at=None,
)  # fmt: skip
instants = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize("planning", ["idea", "option"])
def test_an_idea_or_option_is_never_public(planning: str) -> None:
    lifted = replace(EVENT, planning=planning, public_at=NOW - timedelta(days=1))
    assert public_row(lifted, MOMENT, seen=True) is None


@pytest.mark.parametrize("visibility", ["sealed", "coordinators", "partners"])
def test_what_is_not_public_has_a_row_from_its_lift_only(visibility: str) -> None:
    hidden = replace(EVENT, visibility=visibility)
    assert public_row(hidden, MOMENT, seen=False) is None
    lift = NOW + timedelta(days=30)
    row = public_row(replace(hidden, public_at=lift), MOMENT, seen=False)
    assert row is not None and row[0] == lift


def test_it_leaves_365_days_after_its_end_at_local_midnight() -> None:
    # Ends on 12 March at 22:00; midnight follows, and 2028 has a 29 February.
    assert public_row(EVENT, MOMENT, seen=False) == (ALWAYS, datetime(2028, 3, 11, 23, tzinfo=UTC))


def test_the_window_is_by_overlap_so_a_running_exhibition_stays() -> None:
    run = replace(MOMENT, starts_at=datetime(2020, 1, 1, tzinfo=UTC), ends_at=NOW)
    row = public_row(EVENT, run, seen=True)
    assert row is not None and row[1] > NOW + timedelta(days=364)


def test_cancelled_stays_90_days_past_its_date() -> None:
    called_off = replace(EVENT, planning="cancelled")
    row = public_row(called_off, MOMENT, seen=True)
    assert row == (ALWAYS, datetime(2027, 6, 10, 22, tzinfo=UTC))


def test_a_date_dropped_before_anybody_saw_it_is_no_news() -> None:
    dropped = replace(MOMENT, status="cancelled")
    assert public_row(EVENT, dropped, seen=False) is None
    assert public_row(EVENT, dropped, seen=True) is not None


@given(instants, st.sampled_from([90, 365]))
def test_it_leaves_at_a_local_midnight_not_before_its_time(ends: datetime, days: int) -> None:
    left = leaves_at(ends, timedelta(days=days))
    assert to_wall(left)[0].time() == datetime.min.time()
    # One hour of slack: the clock may have changed in between.
    assert timedelta(hours=-1) <= left - (ends + timedelta(days=days)) < timedelta(hours=26)


@given(instants, instants)
def test_last_modified_rises_by_a_second_at_least_whatever_the_clock_says(
    now: datetime, previous: datetime
) -> None:
    made = revised_at(now, ALWAYS, previous=previous, changed=True)
    assert made >= previous + timedelta(seconds=1) and made >= now


def test_last_modified_of_a_row_that_starts_at_a_lift_is_the_lift() -> None:
    lift = NOW + timedelta(days=3)
    assert revised_at(NOW, lift, previous=None, changed=True) == lift


def test_unchanged_keeps_its_last_modified() -> None:
    before = NOW - timedelta(days=9)
    assert revised_at(NOW, ALWAYS, previous=before, changed=False) == before
