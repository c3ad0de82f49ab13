"""Closed cases: what reopens them by itself, with a line why; otherwise silence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.events import actions as events
from calendar_app.events.models import Event
from calendar_app.events.rules import EventDraft
from calendar_app.overlaps.actions import reflag
from calendar_app.overlaps.case_actions import Move, move_case, sync_cases
from calendar_app.overlaps.models import Conflict, ConflictEntry
from calendar_app.people.models import Institution
from tests.factories import draft, load_reference, single

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SLUGS = ("korzo", "amare", "koninklijke-schouwburg")


@pytest.fixture
def leads(session: Session) -> list[int]:
    load_reference(session)
    rows = session.execute(select(Institution.slug, Institution.id)).all()
    found = {row[0]: row[1] for row in rows}
    return [found[slug] for slug in SLUGS]


def plan(lead: int, **more: Any) -> EventDraft:
    values = {"planning": "option", "visibility": "partners", "expected_visitors": 2000,
              "reach": "national"}  # fmt: skip
    return draft(lead, **(values | more))


def flag(session: Session, event: Event, now: datetime) -> None:
    session.flush()
    reflag(session, [event.id], now)
    sync_cases(session, [event.id], now)


def add(session: Session, made: EventDraft, now: datetime = NOW) -> Event:
    event = events.add_event(session, made, None, now)
    flag(session, event, now)
    return event


def close(session: Session, how: str, outcome: str | None = None) -> Conflict:
    (case,) = session.scalars(select(Conflict)).all()
    move_case(session, case, Move(how, "Zo blijft het.", outcome), None, NOW, case.version)
    assert not case.open
    return case


def why(session: Session, case: Conflict) -> list[str]:
    session.flush()
    lines = session.scalars(
        select(ConflictEntry)
        .where(ConflictEntry.conflict_id == case.id, ConflictEntry.code == "reopen")
        .order_by(ConflictEntry.id)
    )
    return [line.data["why"] for line in lines]


@pytest.mark.parametrize("how", [("settle", "kept"), ("dismiss", None)])
def test_an_option_that_is_confirmed_reopens_once(
    session: Session, leads: list[int], how: tuple[str, str | None]
) -> None:
    first, _ = add(session, plan(leads[0])), add(session, plan(leads[1]))
    case = close(session, *how)
    events.change_event(session, first, plan(leads[0], title_nl="Kwintet"), None, LATER)
    flag(session, first, LATER)
    assert not case.open and why(session, case) == []
    confirmed = plan(leads[0], title_nl="Kwintet", planning="confirmed")
    events.change_event(session, first, confirmed, None, LATER)
    flag(session, first, LATER)
    assert case.open and why(session, case) == ["confirmed"]
    # Settled knowing that, it stays so.
    after = LATER + timedelta(days=1)
    move_case(session, case, Move("settle", "", "kept"), None, after, case.version)
    flag(session, first, after)
    assert not case.open and why(session, case) == ["confirmed"]


def test_another_participant_reopens_the_case(session: Session, leads: list[int]) -> None:
    add(session, plan(leads[0]))
    add(session, plan(leads[1]))
    case = close(session, "settle", "kept")
    third = add(session, plan(leads[2]), LATER)
    assert case.open and why(session, case) == ["joined"]
    assert third.id in case.event_ids
    assert session.scalars(select(Conflict.id)).all() == [case.id]


@pytest.mark.parametrize(("outcome", "cases"), [("kept", 1), ("differentiated", 2)])
def test_another_date_of_what_was_kept_knowingly_is_silent(
    session: Session, leads: list[int], outcome: str, cases: int
) -> None:
    first, second = add(session, plan(leads[0])), add(session, plan(leads[1]))
    case = close(session, "settle", outcome)
    for event, lead in ((first, leads[0]), (second, leads[1])):
        both = (single("2027-03-12T20:15"), single("2027-03-19T20:15"))
        events.change_event(session, event, plan(lead, moments=both), None, LATER)
        flag(session, event, LATER)
    assert not case.open and why(session, case) == []
    assert len(session.scalars(select(Conflict.id)).all()) == cases
