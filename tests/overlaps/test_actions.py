"""Stored overlaps: saving one by one, a bulk run and brute force give the same rows."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.timespan import to_wall
from calendar_app.events import actions as events
from calendar_app.events.models import Event, Occurrence
from calendar_app.events.rules import EventDraft, Moment, all_day_moment, timed_moment
from calendar_app.overlaps.actions import Flagged, recompute, reflag
from calendar_app.overlaps.models import Overlap
from calendar_app.overlaps.moments import as_arrays
from calendar_app.overlaps.pairs import one_production_each
from calendar_app.overlaps.parameters import defaults
from calendar_app.overlaps.queries import load_moments
from calendar_app.overlaps.scoring import LIGHT, NO_LEVEL, STRONG, score_pairs
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue
from tests.factories import draft, load_reference, single

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
# The fortnight in which the clock goes forward.
FIRST = datetime(2027, 3, 20, 6, tzinfo=UTC)
NOTHING = Flagged(frozenset(), frozenset(), frozenset())
ROLES = ("regular", "regular", "opening", "premiere", "press", "school", "run", "on_sale",
         "campaign", "last_day")  # fmt: skip


@pytest.fixture
def leads(session: Session) -> list[tuple[int, int | None]]:
    """A few institutions of both regions, each with its house."""
    load_reference(session)
    session.commit()
    found = session.execute(
        select(Institution.id, Venue.id)
        .outerjoin(Venue, Venue.institution_id == Institution.id)
        .order_by(Institution.id)
    ).all()
    return [(row[0], row[1]) for row in found[:60:12]]


def _moment(r: Random, role: str) -> Moment:
    start = FIRST + timedelta(minutes=15 * r.randrange(4 * 24 * 14))
    if r.random() < 0.2:
        day = start.date()
        return all_day_moment(role, day, day + timedelta(days=r.choice((1, 1, 2, 30))))
    hours = r.choice((1, 2, 2, 3, 8, 60, 400))
    wall, fold = to_wall(start)
    ends, _ = to_wall(start + timedelta(hours=hours))
    return timed_moment(role, wall, ends, fold=fold)


def _event(r: Random, leads: list[tuple[int, int | None]]) -> EventDraft:
    lead, house = r.choice(leads)
    venue = r.choice((house, house, r.choice(leads)[1], None))
    agreed = r.random() < 0.3
    return EventDraft(
        kind=r.choice(("concert", "theatre", "exhibition", "family", "campaign")),
        lead_id=lead,
        title_nl="Een avond",
        disciplines=tuple(r.sample(("music", "theatre", "visual-arts"), r.randint(0, 2))),
        audiences=tuple(r.sample(("general", "families", "youth"), r.randint(0, 2))),
        venue_id=venue,
        room=r.choice(("", "Grote zaal", "grote zaal")),
        production=r.choice((None, None, "Lear", "LEAR", "Élise", "élise")),
        genre=r.choice((None, "pop", "Pop", "opera")),
        radius_km=60 if agreed else None,
        radius_weeks=2 if agreed else None,
        reach=r.choice(("local", "regional", "national")),
        expected_visitors=r.choice((None, 100, 900)),
        planning=r.choice(("idea", "option", "confirmed")),
        moments=tuple(_moment(r, r.choice(ROLES)) for _ in range(r.randint(1, 4))),
    )


def _rows(session: Session) -> set[tuple[Any, ...]]:
    return {
        tuple(row)
        for row in session.execute(
            select(
                Overlap.a_id, Overlap.b_id, Overlap.event_a_id, Overlap.event_b_id, Overlap.lane,
                Overlap.score, Overlap.level, Overlap.starts_at,
            )
        )
    }  # fmt: skip


def _brute(session: Session) -> set[tuple[Any, ...]]:
    """Every pair of all moments, without any search for candidates."""
    m = as_arrays(load_moments(session, defaults()), defaults())
    i, j = np.triu_indices(len(m), 1)
    found = score_pairs(m, i, j, defaults())
    at = found.level > NO_LEVEL
    i, j, found = i[at], j[at], found.at(at)
    keep = one_production_each(m, i, j, found.rule, found.score)
    return {
        (
            int(m.key[a]), int(m.key[b]), int(m.event[a]), int(m.event[b]),
            "marketing" if m.marketing[a] else "programming", int(score), int(level),
            datetime.fromtimestamp(int(min(m.starts[a], m.starts[b])), UTC),
        )
        for a, b, score, level, kept in zip(i, j, found.score, found.level, keep, strict=True)
        if kept
    }  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_saving_one_by_one_gives_the_rows_of_a_bulk_run_and_of_brute_force(
    session: Session, leads: list[tuple[int, int | None]], seed: int
) -> None:
    r = Random(seed)
    stored: list[Event] = []
    try:
        for _ in range(r.randint(6, 22)):
            what = r.random()
            if what < 0.65 or not stored:
                event = events.add_event(session, _event(r, leads), None, NOW)
                stored.append(event)
            elif what < 0.9:
                event = r.choice(stored)
                events.change_event(session, event, _event(r, leads), None, NOW)
            else:
                event = r.choice(stored)
                events.cancel_event(session, event, "", None, NOW)
            reflag(session, [event.id], NOW)
        assert _rows(session) == _brute(session)
        assert recompute(session, NOW) == NOTHING
    finally:
        session.rollback()


def test_several_events_at_once_give_the_same_rows(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    r = Random(7)
    many = [events.add_event(session, _event(r, leads), None, NOW) for _ in range(40)]
    found = reflag(session, [event.id for event in many], NOW)
    assert found.added and not found.removed
    assert _rows(session) == _brute(session)
    assert reflag(session, [event.id for event in many], NOW) == NOTHING


def test_a_night_before_it_does_not_hide_what_a_start_of_sales_looks_back_to(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    earlier = draft(leads[0][0], moments=(single("2027-03-06T10:00", role="on_sale"),))
    reflag(session, [events.add_event(session, earlier, None, NOW).id], NOW)
    # The start of sales comes after the night, and its partners further before it.
    both = (single("2027-03-11T20:00"), single("2027-03-12T10:00", role="on_sale"))
    later = draft(leads[3][0], moments=both)
    reflag(session, [events.add_event(session, later, None, NOW).id], NOW)
    assert [row[4] for row in _rows(session)] == ["marketing"]
    assert _rows(session) == _brute(session)


def test_a_run_of_a_hundred_nights_is_flagged_whole(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    # So many dates that they are searched for as one stretch of time.
    nights = tuple(
        timed_moment("regular", datetime(2027, 1, 2, 20) + timedelta(days=6 * n)) for n in range(60)
    )
    run = events.add_event(session, draft(leads[0][0], moments=nights), None, NOW)
    one = events.add_event(session, draft(leads[3][0], "2027-05-02T20:00"), None, NOW)
    reflag(session, [run.id], NOW)
    assert _rows(session) == _brute(session)
    events.cancel_event(session, one, "", None, NOW)
    reflag(session, [one.id], NOW)
    assert _rows(session) == _brute(session) == set()


def test_a_production_is_found_however_it_is_spelled_and_whenever_it_plays(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    def night(lead: tuple[int, int | None], when: str, production: str) -> Event:
        made = draft(lead[0], when, kind="theatre", production=production, disciplines=("theatre",))
        return events.add_event(session, made, None, NOW)

    first = night(leads[0], "2027-03-12T20:00", "Koning Élise")
    later = night(leads[1], "2027-04-14T20:00", "koning  élise")
    reflag(session, [first.id], NOW)
    assert [row[6] for row in _rows(session)] == [LIGHT]
    # A date nearer by takes the place of the one further off.
    both = draft(
        leads[1][0], kind="theatre", production="koning  élise", disciplines=("theatre",),
        moments=(single("2027-04-14T20:00"), single("2027-03-20T20:00")),
    )  # fmt: skip
    events.change_event(session, later, both, None, NOW)
    reflag(session, [later.id], NOW)
    assert [row[6] for row in _rows(session)] == [STRONG]


def test_what_is_cancelled_or_moved_away_takes_its_overlaps_along(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    one = events.add_event(session, draft(leads[0][0]), None, NOW)
    other = events.add_event(session, draft(leads[1][0]), None, NOW)
    assert len(reflag(session, [other.id], NOW).added) == 1
    events.change_event(session, other, draft(leads[1][0], "2027-06-01T20:00"), None, NOW)
    assert len(reflag(session, [other.id], NOW).removed) == 1
    events.change_event(session, other, draft(leads[1][0]), None, NOW)
    reflag(session, [other.id], NOW)
    events.cancel_event(session, one, "", None, NOW)
    assert len(reflag(session, [one.id], NOW).removed) == 1
    assert _rows(session) == set()


def test_whole_days_take_the_usual_hours_of_their_kind(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    day = all_day_moment("regular", date(2027, 3, 12), date(2027, 3, 13))
    events.add_event(session, draft(leads[0][0], moments=(day,)), None, NOW)
    evening = events.add_event(session, draft(leads[1][0], "2027-03-12T20:15"), None, NOW)
    morning = events.add_event(session, draft(leads[2][0], "2027-03-12T10:00"), None, NOW)
    reflag(session, [evening.id, morning.id], NOW)
    touched = {key for row in _rows(session) for key in (row[2], row[3])}
    assert evening.id in touched and morning.id not in touched


def test_rows_of_older_rules_are_written_anew(
    session: Session, leads: list[tuple[int, int | None]]
) -> None:
    for lead, _ in leads[:2]:
        reflag(session, [events.add_event(session, draft(lead), None, NOW).id], NOW)
    (overlap,) = session.scalars(select(Overlap)).all()
    overlap.rules_version = 0
    session.flush()
    session.expire_all()
    assert len(recompute(session, NOW).changed) == 1
    assert session.scalars(select(Overlap.rules_version)).all() != [0]
    assert session.scalars(select(Occurrence.id)).all()
