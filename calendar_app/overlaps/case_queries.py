"""Reading cases: for the coordinators of their regions, and for the institutions in them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, selectinload

from calendar_app.core.errors import NotFound
from calendar_app.events.models import Event, Occurrence
from calendar_app.events.queries import inside_clause, visible_clause
from calendar_app.overlaps.cases import OPEN
from calendar_app.overlaps.models import Conflict, ConflictEntry, ConflictPair, ConflictRegion
from calendar_app.people.viewer import Viewer

TABS = ("new", "mine", "waiting", "backlog", "all")


def concerns(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """Cases of the viewer's regions and of their institutions, in which they may see at least one
    event: a case between plans that are all sealed shows to their own institutions only."""
    parts: list[ColumnElement[bool]] = []
    if viewer.region_ids:
        mine = select(ConflictRegion.conflict_id).where(
            ConflictRegion.region_id.in_(viewer.region_ids)
        )
        seen = select(Event.id).where(visible_clause(viewer, now))
        parts.append(and_(Conflict.id.in_(mine), Conflict.id.in_(_with_event_in(seen))))
    if viewer.institution_ids:
        own = select(Event.id).where(inside_clause(viewer.institution_ids))
        parts.append(Conflict.id.in_(_with_event_in(own)))
    return or_(*parts) if parts else false()


def _with_event_in(events: Select[int]) -> Select[int]:
    """The cases (ids) with one of these events, now or before."""
    return select(ConflictPair.conflict_id).where(
        or_(ConflictPair.event_a_id.in_(events), ConflictPair.event_b_id.in_(events))
    )


def _in_tab(tab: str, viewer: Viewer) -> ColumnElement[bool]:
    return {
        "new": (Conflict.state == "new") & Conflict.backlog.is_(False),
        "mine": (Conflict.owner_id == viewer.user_id) & Conflict.state.in_(OPEN),
        "waiting": Conflict.state == "waiting",
        "backlog": Conflict.backlog & Conflict.state.in_(OPEN),
        "all": Conflict.id > 0,
    }[tab]


def list_conflicts(
    session: Session, viewer: Viewer, now: datetime, tab: str, limit: int = 50, offset: int = 0
) -> Sequence[Conflict]:
    """One tab of the inbox: worst level first, then by date."""
    return session.scalars(
        select(Conflict)
        .where(concerns(viewer, now), _in_tab(tab, viewer))
        .options(selectinload(Conflict.pairs), selectinload(Conflict.regions))
        .order_by(
            Conflict.state.in_(OPEN).desc(), Conflict.level.desc(), Conflict.starts_at, Conflict.id
        )
        .limit(limit)
        .offset(offset)
    ).all()


def count_conflicts(session: Session, viewer: Viewer, now: datetime) -> dict[str, int]:
    """How many cases stand in each tab (one query)."""
    counts = [func.sum(func.coalesce(_as_number(_in_tab(tab, viewer)), 0)) for tab in TABS]
    row = session.execute(select(*counts).where(concerns(viewer, now))).one()
    return {tab: int(value or 0) for tab, value in zip(TABS, row, strict=True)}


def _as_number(clause: ColumnElement[bool]) -> ColumnElement[int]:
    return case((clause, 1), else_=0)


def get_conflict(session: Session, public_id: str, viewer: Viewer, now: datetime) -> Conflict:
    """One case with its pairs and regions; :class:`NotFound` when it concerns others only."""
    conflict = session.scalar(
        select(Conflict)
        .where(Conflict.public_id == public_id, concerns(viewer, now))
        .options(selectinload(Conflict.pairs), selectinload(Conflict.regions))
    )
    if conflict is None:
        raise NotFound
    return conflict


def list_conflicts_of(
    session: Session, event_id: int, viewer: Viewer, now: datetime
) -> Sequence[Conflict]:
    """The open cases an event is in, as far as they concern the viewer."""
    return session.scalars(
        select(Conflict)
        .where(
            concerns(viewer, now),
            Conflict.state.in_(OPEN),
            Conflict.id.in_(
                select(ConflictPair.conflict_id).where(
                    ConflictPair.active,
                    or_(ConflictPair.event_a_id == event_id, ConflictPair.event_b_id == event_id),
                )
            ),
        )
        .order_by(Conflict.starts_at, Conflict.id)
        .limit(20)
    ).all()


def list_entries(session: Session, conflict: Conflict) -> Sequence[ConflictEntry]:
    """The case's history, oldest first."""
    return session.scalars(
        select(ConflictEntry)
        .where(ConflictEntry.conflict_id == conflict.id)
        .order_by(ConflictEntry.id)
        .limit(500)
    ).all()


def keys_of(session: Session, public_ids: Collection[str]) -> dict[str, int]:
    """Occurrence keys by public id."""
    rows = session.execute(
        select(Occurrence.public_id, Occurrence.id).where(Occurrence.public_id.in_(public_ids))
    )
    return {row.public_id: row.id for row in rows}
