"""Reading one's own events in brief: what they lack, and what waits for their institution."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from calendar_app.events.models import (
    Event,
    EventTerm,
    Image,
    Occurrence,
    Organiser,
    Promotion,
    Term,
)
from calendar_app.events.queries import visible_clause
from calendar_app.events.rules import MARKETING_ROLES
from calendar_app.events.todo import SOON, Invitation, Marketing, OwnEvent
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer

MOST = 1000
"""No institution has more events to come; of one that has, the first are looked at."""


def _has_moment(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(Occurrence.event_id == Event.id, Occurrence.status == "scheduled", *conditions)
        .correlate(Event)
    )


def _has_term(scheme: str) -> ColumnElement[bool]:
    return (
        exists()
        .where(EventTerm.event_id == Event.id, Term.id == EventTerm.term_id)
        .where(Term.scheme == scheme)
        .correlate(Event)
    )


def _in_brief(next_at: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(
        Event.public_id, Event.title_nl, Event.title_en, Event.kind, Event.lead_id,
        Event.date_type, Event.precision, Event.planning, Event.moderation,
        Event.moderation_reason, Event.public_at,
        next_at.label("next_at"),
        _has_moment(
            Occurrence.all_day.is_(False), Occurrence.role.not_in(("run", *MARKETING_ROLES))
        ).label("timed"),
        _has_moment(Occurrence.role.in_(("opening", "press", "preview"))).label("opening"),
        _has_moment(Occurrence.role.in_(("announcement", "on_sale"))).label("moments"),
        Event.opening_hours,
        Event.venue_id.is_not(None).label("venue"),
        _has_term("discipline").label("disciplines"),
        _has_term("audience").label("audiences"),
        Event.expected_visitors.is_not(None).label("expected_visitors"),
        or_(Event.description_nl != "", Event.description_en != "").label("description"),
        (Event.description_en != "").label("description_en"),
        exists().where(Image.event_id == Event.id).correlate(Event).label("picture"),
        or_(
            Event.price_cents.is_not(None), Event.price_note_nl != "", Event.price_note_en != ""
        ).label("price"),
        or_(Event.url != "", Event.ticket_url != "").label("url"),
        Event.languages,
        (Event.contact_email != "").label("contact_email"),
        Event.channels,
        exists().where(Promotion.campaign_id == Event.id).correlate(Event).label("promotes"),
    )  # fmt: skip


def _brief(row: Any) -> OwnEvent:
    lists = {name: bool(getattr(row, name)) for name in ("opening_hours", "languages", "channels")}
    return OwnEvent(**{**row._asdict(), **lists})


def _organised_by(institution_ids: Collection[int]) -> ColumnElement[bool]:
    """Events that one of these institutions may change: it leads or co-organises them."""
    together = select(Organiser.event_id).where(
        Organiser.institution_id.in_(institution_ids),
        Organiser.state == "accepted",
        Organiser.role == "co",
    )
    return or_(Event.lead_id.in_(institution_ids), Event.id.in_(together))


def find_own_event(session: Session, event: Event) -> OwnEvent | None:
    """A stored event in brief, for those who may change it (the caller has asked); ``None`` when it
    has no moment at all."""
    query = _in_brief(func.min(Occurrence.starts_at)).join(
        Occurrence, Occurrence.event_id == Event.id
    )
    row = session.execute(query.where(Event.id == event.id).group_by(Event.id)).one_or_none()
    return _brief(row) if row else None


def list_own_in_brief(
    session: Session, institution_ids: Collection[int], now: datetime, limit: int = MOST
) -> list[OwnEvent]:
    """What these institutions lead or co-organise, that is not over and not cancelled, in order of
    its next moment."""
    next_at = func.min(Occurrence.starts_at)
    query = (
        _in_brief(next_at)
        .join(Occurrence, Occurrence.event_id == Event.id)
        .where(Occurrence.ends_at > now, Occurrence.status == "scheduled")
        .where(Event.planning != "cancelled", _organised_by(institution_ids))
        .group_by(Event.id)
        .order_by(next_at, Event.id)
        .limit(limit)
    )
    return [_brief(row) for row in session.execute(query)]


def list_invitations_to_organise(
    session: Session,
    viewer: Viewer,
    institution_ids: Collection[int],
    now: datetime,
    limit: int = 100,
) -> list[Invitation]:
    """Events to come that one of these institutions is asked to organise, and has not answered."""
    next_at = func.min(Occurrence.starts_at)
    rows = session.execute(
        select(Event.public_id, Event.title_nl, Event.title_en, Institution.name, next_at)
        .join(Occurrence, Occurrence.event_id == Event.id)
        .join(Institution, Institution.id == Event.lead_id)
        .join(
            Organiser,
            and_(
                Organiser.event_id == Event.id,
                Organiser.institution_id.in_(institution_ids),
                Organiser.state == "invited",
            ),
        )
        .where(Occurrence.ends_at > now, Event.planning != "cancelled")
        .where(visible_clause(viewer, now))
        .group_by(Event.id, Institution.name)
        .order_by(next_at, Event.id)
        .limit(limit)
    )
    return [Invitation._make(row) for row in rows]


def list_marketing_soon(
    session: Session, institution_ids: Collection[int], now: datetime, limit: int = 100
) -> list[Marketing]:
    """Announcements, starts of ticket sale and begins of campaigns within :data:`SOON`."""
    rows = session.execute(
        select(
            Event.public_id, Event.title_nl, Event.title_en, Occurrence.role, Occurrence.starts_at
        )
        .join(Occurrence, Occurrence.event_id == Event.id)
        .where(Occurrence.role.in_(MARKETING_ROLES), Occurrence.status == "scheduled")
        .where(Occurrence.starts_at > now, Occurrence.starts_at <= now + SOON)
        .where(Event.planning != "cancelled", _organised_by(institution_ids))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
    )
    return [Marketing._make(row) for row in rows]
