"""Cases: which overlaps open one, which they join, and how a case moves on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.overlaps.cases import (
    MOST_EVENTS,
    OPEN,
    TRANSITIONS,
    Found,
    Known,
    Side,
    case_to_join,
    next_state,
    opens_case,
    reopens,
)
from calendar_app.overlaps.models import STATES
from calendar_app.overlaps.scoring import HARD, LIGHT, STRONG

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIDE = Side(1, "regular", 900, "regional", "option", False, ("music",))
FOUND = Found(
    "a" * 12, "b" * 12, SIDE, replace(SIDE, event_id=2), STRONG, 70, "programming",
    date(2027, 3, 12), "evening", NOW + timedelta(days=100),
)  # fmt: skip


def pair(one: int, other: int, **more: object) -> Found:
    return replace(
        FOUND,
        one=replace(SIDE, event_id=one),
        other=replace(SIDE, event_id=other),
        **more,  # type: ignore[arg-type]
    )


def known(key: int, *events: int, **more: object) -> Known:
    made = Known(
        key, "programming", date(2027, 3, 12), "evening", frozenset(events), frozenset({"music"})
    )
    return replace(made, **more)  # type: ignore[arg-type]


def both(found: Found, **values: object) -> Found:
    return replace(
        found,
        one=replace(found.one, **values),  # type: ignore[arg-type]
        other=replace(found.other, **values),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("found", "opens"),
    [
        (FOUND, True),
        (replace(FOUND, level=LIGHT), False),
        (replace(FOUND, level=HARD), True),
        # Nothing big hangs on it.
        (both(FOUND, visitors=300), False),
        (both(FOUND, visitors=300, reach="national"), True),
        (both(FOUND, visitors=200, reach="national"), False),
        (replace(FOUND, one=replace(SIDE, visitors=400)), True),
        (replace(FOUND, one=replace(SIDE, visitors=399)), False),
        (both(FOUND, visitors=100, role="opening"), True),
        # Nobody can move any more; one of the two can.
        (both(FOUND, planning="confirmed", announced=True), False),
        (replace(FOUND, one=replace(SIDE, planning="confirmed", announced=True)), True),
        # A room is a room, whoever can move.
        (replace(both(FOUND, planning="confirmed", announced=True), level=HARD), True),
        # What is past is past.
        (replace(FOUND, level=HARD, starts_at=NOW - timedelta(hours=1)), False),
    ],
)
def test_which_overlaps_open_a_case(found: Found, opens: bool) -> None:
    assert opens_case(found, NOW) is opens


def test_the_same_events_join_the_oldest_case_on_any_date() -> None:
    cases = [known(7, 3, 4), known(8, 1, 2, local_on=date(2027, 1, 1)), known(9, 1, 2)]
    assert case_to_join(pair(1, 2), cases, set()) == 8


def test_a_newcomer_joins_only_when_it_overlaps_with_everyone() -> None:
    cases = [known(5, 1, 2, 3)]
    some = {frozenset((1, 4)), frozenset((2, 4))}
    assert case_to_join(pair(1, 4), cases, some) is None
    assert case_to_join(pair(1, 4), cases, some | {frozenset((3, 4))}) == 5


def test_a_closed_case_is_joined_by_a_newcomer_and_by_its_own_events_only_when_kept() -> None:
    everyone = {frozenset((a, b)) for a in range(9) for b in range(a)}
    closed = known(5, 1, 2, open=False)
    assert case_to_join(pair(1, 3), [closed], everyone) == 5
    assert case_to_join(pair(1, 2), [closed], everyone) is None
    assert case_to_join(pair(1, 2), [replace(closed, kept=True)], everyone) == 5
    # One that is open goes first, however young.
    assert case_to_join(pair(1, 3), [closed, known(6, 1, 4)], everyone) == 6


@pytest.mark.parametrize(
    "case",
    [
        known(5, 1, 2, lane="marketing"),
        known(5, 1, 2, local_on=date(2027, 3, 13)),
        known(5, 1, 2, day_part="afternoon"),
        known(5, 1, 2, disciplines=frozenset({"science"})),
        known(5, *range(20, 20 + MOST_EVENTS - 1), 1),
        known(5, 8, 9),
    ],
)
def test_another_moment_or_discipline_or_a_full_case_is_not_joined(case: Known) -> None:
    everyone = {frozenset((a, b)) for a in range(30) for b in range(a)}
    assert case_to_join(pair(1, 4), [case], everyone) is None


@given(st.integers(0, 2**32))
def test_cases_stay_complete_and_small_whatever_comes(seed: int) -> None:
    r = Random(seed)
    overlapping = {frozenset(r.sample(range(12), 2)) for _ in range(r.randint(1, 60))}
    cases: list[Known] = []
    for one, other in (sorted(events) for events in sorted(overlapping, key=sorted)):
        chosen = case_to_join(pair(one, other), cases, overlapping)
        if chosen is None:
            cases.append(known(len(cases), one, other))
        else:
            case = cases[chosen]
            cases[chosen] = replace(case, event_ids=case.event_ids | {one, other})
    for case in cases:
        assert len(case.event_ids) <= MOST_EVENTS
        for one in case.event_ids:
            for other in case.event_ids - {one}:
                assert frozenset((one, other)) in overlapping


@given(st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=30))
def test_every_history_stays_among_the_states(actions: list[str]) -> None:
    state = "new"
    for action in actions:
        to = next_state(state, action)
        if to is None:
            continue
        assert to in STATES
        # A closed case opens by reopening only; an open one closes by being closed only.
        assert (state in OPEN) == (to in OPEN) or action in (
            "settle", "dismiss", "vanish", "reopen",
        )  # fmt: skip
        state = to


def test_from_every_state_there_is_a_way_on_and_none_leads_out() -> None:
    for state in STATES:
        ways = {to for table in TRANSITIONS.values() if (to := table.get(state)) is not None}
        assert ways - {state} and ways <= set(STATES)
    reached, todo = {"new"}, ["new"]
    while todo:
        state = todo.pop()
        for table in TRANSITIONS.values():
            to = table.get(state)
            if to is not None and to not in reached:
                reached.add(to)
                todo.append(to)
    assert reached == set(STATES)


@pytest.mark.parametrize(
    ("state", "old", "new", "active", "why"),
    [
        ("settled", 60, 71, True, None),
        ("settled", 60, 72, True, "worse"),
        ("not_a_conflict", 50, 60, True, "worse"),
        ("gone", 60, 60, False, "back"),
        ("new", 60, 100, True, None),
        ("waiting", 60, 100, True, None),
    ],
)
def test_a_closed_case_reopens_when_it_gets_worse_or_comes_back(
    state: str, old: int, new: int, active: bool, why: str | None
) -> None:
    assert reopens(state, old, new, active) == why


@pytest.mark.parametrize(("state", "why"), [
    ("settled", "confirmed"), ("not_a_conflict", "confirmed"), ("gone", None), ("waiting", None),
])  # fmt: skip
def test_a_closed_case_reopens_when_an_option_is_confirmed(state: str, why: str | None) -> None:
    assert reopens(state, 60, 60, True, confirmed=True) == why
