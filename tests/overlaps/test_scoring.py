"""Properties of the score: symmetric, bounded, monotone, explained, independent of order."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.overlaps.actions import flagged_rows
from calendar_app.overlaps.moments import Moment, as_arrays, day_of, part_of
from calendar_app.overlaps.pairs import candidate_pairs, one_production_each
from calendar_app.overlaps.parameters import defaults
from calendar_app.overlaps.reasons import as_json, explain
from calendar_app.overlaps.scoring import HARD, NO_LEVEL, STRONG, Scores, score_pairs
from tests.overlaps.seasons import moments, seasons

P = defaults()


def score(one: Moment, other: Moment) -> Scores:
    return score_pairs(as_arrays([one, other], P), np.array([0]), np.array([1]), P)


def value(one: Moment, other: Moment) -> int:
    return int(score(one, other).score[0])


@given(moments(key=0, event=1), moments(key=1, event=2))
@settings(max_examples=200, deadline=None)
def test_symmetric_bounded_and_explained(one: Moment, other: Moment) -> None:
    there, back = score(one, other), score(other, one)
    assert there.score == back.score and there.level == back.level
    assert 0 <= int(there.score[0]) <= 100
    m = as_arrays([one, other], P)
    reasons = explain(m, 0, 1, there, 0)
    assert sum(reason.points for reason in reasons) == int(there.score[0])
    assert all(reason.points >= 0 for reason in reasons)
    for reason in reasons:
        told = as_json(reason)
        assert told["nl"] and told["en"] and "%(" not in f"{told['nl']}{told['en']}"


@given(moments(key=0, event=1, lead=1), moments(key=1, event=2, lead=2), st.integers(0, 3000))
@settings(max_examples=150, deadline=None)
def test_more_visitors_never_lower_the_score(one: Moment, other: Moment, more: int) -> None:
    less = replace(one, visitors=one.visitors or 0)
    assert value(less, other) <= value(replace(less, visitors=(less.visitors or 0) + more), other)


@given(moments(key=0, event=1, lead=1), moments(key=1, event=2, lead=2))
@settings(max_examples=150, deadline=None)
def test_nearer_shorter_runs_and_a_shared_theme_never_lower_the_score(
    one: Moment, other: Moment
) -> None:
    one = replace(one, production=None, radius_km=None)
    here = value(one, other)
    if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
        # One after the other, nearer may be better: there is time to travel from one to the other.
        assert here <= value(replace(one, lat=other.lat, lon=other.lon), other)
    assert here <= value(replace(one, performances=1), other)
    assert here <= value(replace(one, themes=("a",)), replace(other, themes=("a",)))
    assert here <= value(
        replace(one, disciplines=other.disciplines, genre=other.genre, kind=other.kind), other
    )
    if not (one.role != "regular" and other.role != "regular"):
        assert here <= value(replace(one, audiences=other.audiences), other)


@given(seasons())
@settings(max_examples=60, deadline=None)
def test_the_order_of_moments_changes_nothing(season: list[Moment]) -> None:
    def flagged(found: list[Moment]) -> set[tuple[int, ...]]:
        rows = flagged_rows(as_arrays(found, P), P)
        return {(min(r[0], r[1]), max(r[0], r[1]), r[5], r[6]) for r in rows}

    assert flagged(season) == flagged(season[::-1])


@given(seasons(most=40))
@settings(max_examples=100, deadline=None)
def test_candidates_miss_nothing_and_come_once(season: list[Moment]) -> None:
    m = as_arrays(season, P)
    size = len(season)
    every = [(a, b) for a in range(size) for b in range(a + 1, size)]
    i, j = np.array([a for a, _ in every]), np.array([b for _, b in every])
    brute = score_pairs(m, i, j, P)
    wanted = {pair for pair, level in zip(every, brute.level, strict=True) if level > NO_LEVEL}
    found = [(int(a), int(b)) for i, j in candidate_pairs(m, P) for a, b in zip(i, j, strict=True)]
    assert len(found) == len(set(found))
    assert wanted <= set(found)


@given(seasons(most=30), st.sets(st.integers(1, 20), max_size=4))
@settings(max_examples=80, deadline=None)
def test_touching_some_events_gives_the_rows_of_all(season: list[Moment], events: set[int]) -> None:
    m = as_arrays(season, P)
    chosen = np.isin(m.event, list(events))
    everything = {row for row in flagged_rows(m, P) if row[2] in events or row[3] in events}
    assert set(flagged_rows(m, P, chosen)) == everything


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


CONCERT = Moment(
    key=0, event=1, lead=1, kind="concert", role="regular", starts_at=_at("2027-03-12T19:15"),
    ends_at=_at("2027-03-12T21:15"), lat=52.08, lon=4.31, disciplines=("music",),
    audiences=("general",), visitors=900,
)  # fmt: skip
OTHER = replace(CONCERT, key=1, event=2, lead=2, lat=52.16, lon=4.49)


def test_two_small_local_events_far_apart_are_never_flagged() -> None:
    for visitors in (10, 30, 60, 90):
        one = replace(CONCERT, reach="local", visitors=visitors)
        other = replace(OTHER, reach="local", visitors=visitors)
        assert int(score(one, other).level[0]) == NO_LEVEL


def test_a_matinee_and_an_evening_do_not_overlap() -> None:
    matinee = replace(OTHER, starts_at=_at("2027-03-12T13:00"), ends_at=_at("2027-03-12T15:00"))
    assert value(CONCERT, matinee) == 0


def test_one_institution_against_itself_counts_rooms_only() -> None:
    same = replace(OTHER, lead=1)
    assert value(CONCERT, same) == 0
    room = replace(CONCERT, venue=1, room="Grote zaal")
    assert int(score(room, replace(same, venue=1, room="grote zaal")).level[0]) == HARD


def test_a_run_of_an_exhibition_is_never_compared() -> None:
    assert value(CONCERT, replace(OTHER, role="run")) == 0


@pytest.mark.parametrize(
    ("starts", "ends", "day", "parts"),
    [
        ("2027-03-12T19:15", "2027-03-12T21:15", "2027-03-12", ["evening"]),
        ("2027-03-12T23:30", "2027-03-13T04:00", "2027-03-12", ["night"]),
        ("2027-03-13T01:00", "2027-03-13T04:30", "2027-03-12", ["night"]),
        ("2027-03-13T09:00", "2027-03-13T16:00", "2027-03-13", ["morning", "afternoon"]),
        # Half an hour of the next part does not count, an hour does.
        ("2027-03-13T14:00", "2027-03-13T16:30", "2027-03-13", ["afternoon"]),
        ("2027-03-13T14:00", "2027-03-13T17:00", "2027-03-13", ["afternoon", "evening"]),
        # The night the clock goes forward: 05:30 summer time is still the day before.
        ("2027-03-28T03:00", "2027-03-28T03:50", "2027-03-27", ["night"]),
        ("2027-03-28T04:10", "2027-03-28T05:00", "2027-03-28", ["morning"]),
    ],
)
def test_day_parts_of_the_cultural_day(starts: str, ends: str, day: str, parts: list[str]) -> None:
    m = as_arrays([replace(CONCERT, starts_at=_at(starts), ends_at=_at(ends))], P)
    first, last = int(m.first_slot[0]), int(m.last_slot[0])
    assert day_of(first).isoformat() == day
    assert [part_of(slot) for slot in range(first, last + 1)] == parts


def test_one_production_is_one_overlap_on_its_nearest_dates() -> None:
    def night(key: int, event: int, day: int) -> Moment:
        start = _at("2027-03-01T19:00") + 86_400 * day
        return replace(
            CONCERT if event == 1 else OTHER,
            key=key,
            starts_at=start,
            ends_at=start + 7200,
            production="Lear",
        )

    season = [night(0, 1, 0), night(1, 1, 3), night(2, 2, 5), night(3, 2, 20)]
    rows = list(flagged_rows(as_arrays(season, P), P))
    assert [(row[0], row[1], row[6]) for row in rows] == [(1, 2, STRONG)]
    m = as_arrays(season, P)
    assert one_production_each(m, np.array([0]), np.array([2]), np.array([3]), np.array([60])).all()
