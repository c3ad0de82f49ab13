"""Bars in lanes, from plain moments."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import midnight
from calendar_app.events.models import Occurrence
from calendar_app.web.timeline_view import bars_of, choose, covered, days_from, pack

FIRST = date(2027, 3, 8)
LAST = FIRST + timedelta(days=13)

spans = st.tuples(st.integers(0, 27), st.integers(0, 27)).map(lambda ab: (min(ab), max(ab)))


def moment(key: int, begins: int, ends: int, event_id: int = 1, role: str = "run") -> Occurrence:
    """A moment of whole days, counted from the first day shown."""
    first, until = FIRST + timedelta(days=begins), FIRST + timedelta(days=ends + 1)
    return Occurrence(
        id=key, event_id=event_id, role=role, all_day=True, starts_on=first, ends_on=until,
        starts_at=midnight(first), ends_at=midnight(until),
    )  # fmt: skip


@given(st.lists(spans, max_size=40))
def test_no_two_of_a_lane_share_a_day_and_none_is_lost(found: list[tuple[int, int]]) -> None:
    lanes = pack(found)
    assert len(lanes) == len(found)
    days: dict[int, list[int]] = defaultdict(list)
    for (first, last), lane in zip(found, lanes, strict=True):
        days[lane] += range(first, last + 1)
    for taken in days.values():
        assert len(taken) == len(set(taken))
    # As few lanes as the busiest day needs.
    busiest = max((sum(a <= day <= b for a, b in found) for day in range(28)), default=0)
    assert len(days) == busiest
    assert set(lanes) == set(range(busiest))


@given(
    st.lists(
        st.tuples(
            st.integers(-5, 18),
            st.integers(0, 6),
            st.integers(1, 3),
            st.sampled_from(["regular", "opening", "run"]),
        ),
        max_size=25,
    )
)
def test_every_moment_of_these_weeks_is_in_one_bar_that_covers_it(
    facts: list[tuple[int, int, int, str]],
) -> None:
    moments = [
        moment(key, begins, begins + length, event_id, role)
        for key, (begins, length, event_id, role) in enumerate(facts)
    ]
    bars = bars_of(moments, FIRST, LAST)
    shown = [one.id for bar in bars for one in bar.moments]
    wanted = [m.id for m in moments if covered(m)[0] <= LAST and covered(m)[1] >= FIRST]
    assert sorted(shown) == wanted
    for bar in bars:
        assert 0 <= bar.span[0] <= bar.span[1] <= 13
        assert len({(one.event_id, one.role) for one in bar.moments}) == 1
        for one in bar.moments:
            begins, ends = covered(one)
            assert bar.span[0] <= max((begins - FIRST).days, 0)
            assert bar.span[1] >= min((ends - FIRST).days, 13)


def test_days_that_follow_each_other_are_one_bar_and_a_gap_makes_two() -> None:
    moments = [moment(day, day, day, role="regular") for day in (1, 2, 3, 6, 7)]
    assert [bar.span for bar in bars_of(moments, FIRST, LAST)] == [(1, 3), (6, 7)]


def test_what_goes_on_outside_says_so() -> None:
    (bar,) = bars_of([moment(1, -3, 20)], FIRST, LAST)
    assert (bar.span, bar.before, bar.after) == ((0, 13), True, True)


def test_where_there_is_no_room_overlaps_and_openings_stay() -> None:
    moments = [moment(key, 0, 0, event_id=key, role="regular") for key in range(20)]
    moments.append(moment(50, 9, 9, event_id=50, role="opening"))
    bars = bars_of(moments, FIRST, LAST)
    kept = {bar.moments[0].id for bar in choose(bars, {19}, most=4)}
    assert kept == {0, 1, 19, 50}


@pytest.mark.parametrize(
    ("until", "days"),
    [(None, 14), ("2027-03-14", 7), ("2027-03-15", 14), ("2027-03-10", 7), ("2028-01-01", 28),
     ("2027-01-01", 7)],
)  # fmt: skip
def test_two_weeks_or_as_many_as_are_asked_for(until: str | None, days: int) -> None:
    found = days_from(date(2027, 3, 11), date.fromisoformat(until) if until else None)
    assert (found[0], len(found)) == (FIRST, days)
