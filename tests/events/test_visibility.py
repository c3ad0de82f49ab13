"""Who may see an event: the rule, and its SQL twin row by row."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.errors import NotFound
from calendar_app.events.actions import add_event
from calendar_app.events.models import PLANNING, VISIBILITY, Event
from calendar_app.events.queries import access_of, get_event, visible_clause
from calendar_app.events.visibility import Access, may_see, tier_sees
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from tests.factories import draft, load_reference

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

VIEWERS = {
    "public": Viewer.public(),
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
        ("confirmed", "public", None, "own coordinator administrator partner public"),
        ("cancelled", "public", None, "own coordinator administrator partner public"),
        ("option", "public", None, "own coordinator administrator partner"),
        ("idea", "public", None, "own coordinator administrator partner"),
        ("idea", "sealed", None, "own"),
        ("confirmed", "public", NOW + HOUR, "own coordinator administrator"),
        ("confirmed", "public", NOW, "own coordinator administrator partner public"),
        ("confirmed", "sealed", NOW + HOUR, "own"),
        ("confirmed", "sealed", NOW - HOUR, "own coordinator administrator partner public"),
        ("confirmed", "partners", NOW + HOUR, "own coordinator administrator partner"),
        ("option", "sealed", NOW - HOUR, "own coordinator administrator partner"),
    ],
)
def test_who_sees(planning: str, visibility: str, public_at: datetime | None, seen_by: str) -> None:
    access = Access(1, planning, visibility, public_at)
    assert {name for name, viewer in VIEWERS.items() if may_see(viewer, access, NOW)} == set(
        seen_by.split()
    )


def test_tiers_nest() -> None:
    tiers = ("public", "press", "partner", "coordinator", "institution")
    for planning, visibility, at in product(PLANNING, VISIBILITY, (None, NOW - HOUR, NOW + HOUR)):
        seen = [tier_sees(tier, Access(1, planning, visibility, at), NOW) for tier in tiers]
        assert seen == sorted(seen)


def test_the_query_agrees_with_the_rule_on_every_row(session: Session) -> None:
    load_reference(session)
    leads = session.scalars(select(Institution.id).order_by(Institution.id).limit(2)).all()
    for lead, planning, visibility, at in product(
        leads, PLANNING, VISIBILITY, (None, NOW - HOUR, NOW, NOW + HOUR)
    ):
        plan = draft(lead, planning=planning, visibility=visibility, public_at=at)
        add_event(session, plan, None, NOW)
    events = session.scalars(select(Event)).all()
    viewers = [
        *VIEWERS.values(),
        Viewer(user_id=9, institution_ids=frozenset({leads[0]})),
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
