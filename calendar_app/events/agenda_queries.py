"""Reading for the agenda: what starts in a window, what is running, what begins and ends.

Like :mod:`calendar_app.events.queries`: each takes a viewer, is bounded, and loads what its page
needs. Long moments (the run of an exhibition, a campaign) are never rows of a day; they are shown
as running, and on their first and last day (``screens.md``, Month).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.orm import Session, contains_eager, joinedload

from calendar_app.events.models import Event, Occurrence
from calendar_app.events.queries import EventFilter, filter_clause, visible_clause
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer

LONG_ROLES = ("run", "campaign")


class Start(NamedTuple):
    """A moment in brief, enough to count it and to choose from many. ``second`` is its start in
    seconds since 1970 UTC, as stored: thousands are read for a month, and only compared."""

    id: int
    event_id: int
    second: int
    role: str
    reach: str
    lead_id: int
    region_id: int
    all_day: bool = False


def _seen(viewer: Viewer, now: datetime, wanted: EventFilter | None) -> ColumnElement[bool]:
    return and_(visible_clause(viewer, now), filter_clause(wanted or EventFilter()))


def _loaded(query: Select[Occurrence]) -> Select[Occurrence]:
    """With event, lead, region and venue in one query."""
    return query.options(
        contains_eager(Occurrence.event).options(
            joinedload(Event.lead).joinedload(Institution.region), joinedload(Event.venue)
        )
    )


def list_starting(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    since: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Sequence[Occurrence]:
    """Visible short moments that start in ``[since, before)``, in order, loaded for a list."""
    query = (
        select(Occurrence)
        .join(Occurrence.event)
        .where(Occurrence.starts_at >= since, Occurrence.starts_at < before)
        .where(Occurrence.role.not_in(LONG_ROLES), _seen(viewer, now, wanted))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
        .offset(offset)
    )
    return session.scalars(_loaded(query)).all()


def list_starts(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    since: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    limit: int = 10_000,
) -> list[Start]:
    """The same moments in brief, but for what is cancelled: for counting days and choosing what
    to show of them."""
    rows = session.execute(
        select(
            Occurrence.id, Occurrence.event_id, type_coerce(Occurrence.starts_at, BigInteger),
            Occurrence.role,
            Event.reach, Event.lead_id, Institution.region_id, Occurrence.all_day,
        )
        .join(Occurrence.event)
        .join(Institution, Institution.id == Event.lead_id)
        .where(Occurrence.starts_at >= since, Occurrence.starts_at < before)
        .where(Occurrence.role.not_in(LONG_ROLES), Occurrence.status == "scheduled")
        .where(Event.planning != "cancelled", _seen(viewer, now, wanted))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
    )  # fmt: skip
    return [Start._make(row) for row in rows]


def list_chosen(
    session: Session, viewer: Viewer, now: datetime, ids: Collection[int]
) -> Sequence[Occurrence]:
    """The moments with these keys that the viewer may see, in order, loaded for a list."""
    if not ids:
        return []
    query = (
        select(Occurrence)
        .join(Occurrence.event)
        .where(Occurrence.id.in_(ids), visible_clause(viewer, now))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return session.scalars(_loaded(query)).all()


def _running(
    viewer: Viewer, now: datetime, at: datetime, before: datetime, wanted: EventFilter | None
) -> Select[Occurrence]:
    return (
        select(Occurrence)
        .join(Occurrence.event)
        .where(Occurrence.ends_at > at, Occurrence.status == "scheduled")
        .where(
            or_(
                and_(Occurrence.role.in_(LONG_ROLES), Occurrence.starts_at < before),
                Occurrence.starts_at < at,
            )
        )
        .where(Event.planning != "cancelled", _seen(viewer, now, wanted))
    )


def list_running(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    at: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    limit: int = 24,
) -> Sequence[Occurrence]:
    """What is going on over ``[at, before)``: long moments, and short ones begun before ``at``
    that have not ended. What ends first comes first."""
    query = _running(viewer, now, at, before, wanted)
    return session.scalars(
        _loaded(query).order_by(Occurrence.ends_at, Occurrence.id).limit(limit)
    ).all()


def count_running(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    at: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    most: int = 500,
) -> int:
    """How many :func:`list_running` has in all, counted no further than ``most``."""
    query = (
        _running(viewer, now, at, before, wanted)
        .with_only_columns(Occurrence.id)
        .order_by(Occurrence.ends_at)
        .limit(most)
    )
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def list_edges(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    since: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    limit: int = 60,
) -> Sequence[Occurrence]:
    """Long moments whose first or last day lies in ``[since, before)``; ends are exclusive."""
    long = select(Occurrence.id).where(Occurrence.role.in_(LONG_ROLES))
    # Each half finds its own index; an "or" of the two would read everything.
    keys = union(
        long.where(Occurrence.starts_at >= since, Occurrence.starts_at < before),
        long.where(Occurrence.ends_at > since, Occurrence.ends_at <= before),
    )
    query = (
        select(Occurrence)
        .join(Occurrence.event)
        .where(Occurrence.id.in_(keys), _seen(viewer, now, wanted))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
    )
    return session.scalars(_loaded(query)).all()


def list_keys_by_lead(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    since: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    limit: int = 20_000,
) -> dict[int, list[int]]:
    """The moments (keys) going ahead, of whatever length, that share time with ``[since,
    before)``, by the institution (key) that leads them; institutions by name."""
    # Each half finds its own part of the index; no moment is in both.
    keys = union_all(
        select(Occurrence.id).where(Occurrence.starts_at >= since, Occurrence.starts_at < before),
        select(Occurrence.id).where(Occurrence.starts_at < since, Occurrence.ends_at > since),
    )
    rows = session.execute(
        select(Event.lead_id, Occurrence.id)
        .join(Occurrence.event)
        .join(Institution, Institution.id == Event.lead_id)
        .where(Occurrence.id.in_(keys), Occurrence.status == "scheduled")
        .where(Event.planning != "cancelled", _seen(viewer, now, wanted))
        .order_by(Institution.name, Institution.id, Occurrence.starts_at, Occurrence.id)
        .limit(limit)
    )
    found: dict[int, list[int]] = {}
    for lead_id, key in rows:
        found.setdefault(lead_id, []).append(key)
    return found


def list_campaign_weeks(
    session: Session, viewer: Viewer, now: datetime, bounds: Sequence[datetime]
) -> list[tuple[list[Occurrence], list[Occurrence]]]:
    """The marketing moments, and the openings and premieres, of each week between the bounds, as
    far as the viewer may see them (two queries, bounded)."""
    found = []
    for roles in (("announcement", "on_sale", "campaign"), ("opening", "premiere")):
        query = (
            select(Occurrence)
            .join(Occurrence.event)
            .where(Occurrence.role.in_(roles), Occurrence.status == "scheduled")
            .where(Occurrence.starts_at < bounds[-1], Occurrence.ends_at > bounds[0])
            .where(Event.planning != "cancelled", visible_clause(viewer, now))
            .order_by(Occurrence.starts_at, Occurrence.id)
            .limit(200)
        )
        found.append(session.scalars(_loaded(query)).all())
    return [
        (
            [one for one in found[0] if one.starts_at < end and one.ends_at > start],
            [one for one in found[1] if one.starts_at < end and one.ends_at > start],
        )
        for start, end in pairwise(bounds)
    ]
