"""Who may see an event: the rule, and its SQL twin row by row."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from calendar_app.core.errors import NotFound
from calendar_app.events.actions import add_event
from calendar_app.events.models import MODERATION, PLANNING, VISIBILITY, Event, Organiser, Share
from calendar_app.events.queries import access_of, get_event, visible_clause
from calendar_app.events.visibility import Access, may_see, tier_sees
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from tests.factories import draft, load_reference

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

VIEWERS = {
    "public": Viewer.public(),
    "press": Viewer(user_id=5, is_press=True),
    "partner": Viewer(user_id=1, institution_ids=frozenset({2})),
    "coordinator": Viewer(user_id=2, region_ids=frozenset({1})),
    "administrator": Viewer(user_id=3, is_admin=True),
    "own": Viewer(user_id=4, institution_ids=frozenset({1})),
}


@pytest.mark.parametrize(
    ("planning", "visibility", "public_at", "seen_by"),
    [
        ("confirmed", "sealed", None, "own"),
        ("confirmed", "coordinators", None, "own coordinator administrator"),
        ("confirmed", "partners", None, "own coordinator administrator partner"),
        ("confirmed", "public", None, "own coordinator administrator partner press public"),
        ("cancelled", "public", None, "own coordinator administrator partner press public"),
        ("option", "public", None, "own coordinator administrator partner"),
        ("idea", "public", None, "own coordinator administrator partner"),
        ("idea", "sealed", None, "own"),
        ("confirmed", "public", NOW + HOUR, "own coordinator administrator"),
        ("confirmed", "public", NOW, "own coordinator administrator partner press public"),
        ("confirmed", "sealed", NOW + HOUR, "own"),
        ("confirmed", "sealed", NOW - HOUR, "own coordinator administrator partner press public"),
        ("confirmed", "partners", NOW + HOUR, "own coordinator administrator partner"),
        ("option", "sealed", NOW - HOUR, "own coordinator administrator partner"),
        ("confirmed", "press", None, "own coordinator administrator partner press"),
        ("option", "press", None, "own coordinator administrator partner"),
        ("confirmed", "press", NOW + HOUR, "own coordinator administrator partner press"),
    ],
)
def test_who_sees(planning: str, visibility: str, public_at: datetime | None, seen_by: str) -> None:
    access = Access(1, planning, visibility, public_at)
    assert {name for name, viewer in VIEWERS.items() if may_see(viewer, access, NOW)} == set(
        seen_by.split()
    )


@pytest.mark.parametrize(
    ("moderation", "visibility", "seen_by"),
    [
        ("draft", "public", "own"),
        ("submitted", "public", "own coordinator administrator"),
        ("rejected", "public", "own coordinator administrator"),
        ("submitted", "sealed", "own"),
        ("approved", "sealed", "own"),
    ],
)
def test_what_is_not_approved_goes_no_further_than_who_judges_it(
    moderation: str, visibility: str, seen_by: str
) -> None:
    for at in (None, NOW - HOUR) if visibility == "public" else (None,):
        access = Access(1, "confirmed", visibility, at, moderation)
        assert {name for name, viewer in VIEWERS.items() if may_see(viewer, access, NOW)} == set(
            seen_by.split()
        )


def test_organisers_are_inside_and_a_share_is_seen() -> None:
    joined = Access(1, "idea", "sealed", None, organiser_ids=frozenset({2}))
    assert may_see(VIEWERS["partner"], joined, NOW)
    shared = Access(1, "idea", "coordinators", None, shared_ids=frozenset({2}))
    assert may_see(VIEWERS["partner"], shared, NOW)
    assert not may_see(VIEWERS["press"], shared, NOW)
    draft_of_it = Access(1, "idea", "coordinators", None, "draft", shared_ids=frozenset({2}))
    assert not may_see(VIEWERS["partner"], draft_of_it, NOW)


def test_tiers_nest() -> None:
    tiers = ("public", "press", "partner", "coordinator", "institution")
    for planning, visibility, at in product(PLANNING, VISIBILITY, (None, NOW - HOUR, NOW + HOUR)):
        seen = [tier_sees(tier, Access(1, planning, visibility, at), NOW) for tier in tiers]
        assert seen == sorted(seen)


def test_the_query_agrees_with_the_rule_on_every_row(session: Session) -> None:
    load_reference(session)
    leads = session.scalars(select(Institution.id).order_by(Institution.id).limit(2)).all()
    ways = product(PLANNING, VISIBILITY, (None, NOW, NOW + HOUR), MODERATION)
    # Each way once, with organisers and shares in turn, so that every pair of values meets.
    for number, (planning, visibility, at, moderation) in enumerate(ways):
        plan = draft(leads[0], planning=planning, visibility=visibility, public_at=at)
        event = add_event(session, plan, None, NOW)
        event.moderation = moderation
        state = (None, "invited", "accepted", "declined")[number % 4]
        if state:
            event.organisers.append(Organiser(institution_id=leads[1], state=state, at=NOW))
        if number % 3 == 0:
            event.shares.append(Share(institution_id=leads[1], at=NOW))
    session.flush()
    events = session.scalars(
        select(Event).options(selectinload(Event.organisers), selectinload(Event.shares))
    ).all()
    viewers = [
        *VIEWERS.values(),
        Viewer(user_id=9, institution_ids=frozenset({leads[0]})),
        Viewer(user_id=9, institution_ids=frozenset({leads[1]})),
        Viewer(user_id=9, institution_ids=frozenset({leads[1]}), region_ids=frozenset({1})),
    ]
    for viewer in viewers:
        expected = {event.id for event in events if may_see(viewer, access_of(event), NOW)}
        found = set(session.scalars(select(Event.id).where(visible_clause(viewer, NOW))))
        assert found == expected


def test_refused_looks_like_unknown(session: Session) -> None:
    load_reference(session)
    lead = session.scalars(select(Institution.id).limit(1)).one()
    event = add_event(session, draft(lead, visibility="sealed"), None, NOW)
    refused = []
    for public_id in (event.public_id, "aaaaaaaaaaaa"):
        with pytest.raises(NotFound) as problem:
            get_event(session, public_id, VIEWERS["public"], NOW)
        refused.append((problem.value.message, problem.value.params))
    assert refused[0] == refused[1]
