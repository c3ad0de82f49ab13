"""Reading events. Every query takes a viewer, is bounded, and loads what its page needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload, undefer

from calendar_app.core.errors import NotFound
from calendar_app.core.names import fold, fold_name
from calendar_app.events.models import (
    Change,
    Event,
    EventTerm,
    Image,
    ImageFile,
    Occurrence,
    Organiser,
    Promotion,
    Share,
    Term,
)
from calendar_app.events.visibility import PUBLISHED_PLANNING, Access, may_see, sees_inside
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Region, Venue


def access_of(event: Event) -> Access:
    """The facts on which the event's visibility hangs (organisers and shares are loaded). Who is
    invited to organise it may look at it before answering."""
    return Access(
        event.lead_id, event.planning, event.visibility, event.public_at, event.moderation,
        frozenset(one.institution_id for one in event.organisers if one.state == "accepted"),
        frozenset(one.institution_id for one in event.shares)
        | frozenset(one.institution_id for one in event.organisers if one.state == "invited"),
    )  # fmt: skip


def visible(event: Event, viewer: Viewer, now: datetime) -> bool:
    """Whether the viewer may know this event at ``now``."""
    return may_see(viewer, access_of(event), now)


def is_public(event: Event, now: datetime) -> bool:
    """Whether everybody may know this event at ``now``; needs nothing else loaded."""
    access = Access(
        event.lead_id, event.planning, event.visibility, event.public_at, event.moderation
    )
    return may_see(Viewer.public(), access, now)


def visible_clause(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """The SQL twin of :func:`calendar_app.events.visibility.may_see`."""
    lifted = and_(Event.public_at.is_not(None), Event.public_at <= now)
    open_now = or_(lifted, and_(Event.visibility == "public", Event.public_at.is_(None)))
    published = Event.planning.in_(PUBLISHED_PLANNING)
    approved = Event.moderation == "approved"
    if viewer.tier == "public":
        reached: ColumnElement[bool] = and_(approved, open_now, published)
    elif viewer.tier == "press":
        reached = and_(approved, or_(open_now, Event.visibility == "press"), published)
    elif viewer.tier == "partner":
        reached = and_(approved, or_(open_now, Event.visibility.in_(("partners", "press"))))
    else:
        reached = and_(Event.moderation != "draft", or_(lifted, Event.visibility != "sealed"))
    if not viewer.institution_ids:
        return reached
    return or_(reached, inside_clause(viewer.institution_ids), _shared_clause(viewer))


def inside_clause(institution_ids: Collection[int]) -> ColumnElement[bool]:
    """Events that any of these institutions leads or accepted to organise."""
    accepted = select(Organiser.event_id).where(
        Organiser.institution_id.in_(institution_ids), Organiser.state == "accepted"
    )
    return or_(Event.lead_id.in_(institution_ids), Event.id.in_(accepted))


def _shared_clause(viewer: Viewer) -> ColumnElement[bool]:
    shared = select(Share.event_id).where(Share.institution_id.in_(viewer.institution_ids))
    invited = select(Organiser.event_id).where(
        Organiser.institution_id.in_(viewer.institution_ids), Organiser.state == "invited"
    )
    return and_(Event.moderation != "draft", or_(Event.id.in_(shared), Event.id.in_(invited)))


_INSIDE = ("internal_note", "moderation", "moderation_reason", "approved_version")
"""Fields of the history that a coordinator has nothing to judge about."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """The filters of every list: or within a key, and between keys (``interface.md``, Pages)."""

    regions: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    q: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is filtered."""
        return self == EventFilter()


def filter_clause(wanted: EventFilter) -> ColumnElement[bool]:
    """The SQL of a filter, on :class:`Event` alone (by correlated ``exists``)."""
    parts: list[ColumnElement[bool]] = [true()]
    if wanted.kinds:
        parts.append(Event.kind.in_(wanted.kinds))
    if wanted.institutions:
        institutions = select(Institution.id).where(Institution.slug.in_(wanted.institutions))
        parts.append(or_(Event.lead_id.in_(institutions), _joined(institutions, ("co", "host"))))
    if wanted.venues:
        parts.append(Event.venue_id.in_(select(Venue.id).where(Venue.slug.in_(wanted.venues))))
    if wanted.regions:
        regions = select(Region.id).where(Region.slug.in_(wanted.regions))
        inside = select(Institution.id).where(Institution.region_id.in_(regions))
        parts.append(
            or_(
                Event.lead_id.in_(inside),
                _joined(inside, ("co",)),
                Event.venue_id.in_(select(Venue.id).where(Venue.region_id.in_(regions))),
            )
        )
    for scheme, slugs in (
        ("discipline", wanted.disciplines),
        ("audience", wanted.audiences),
        ("theme", wanted.themes),
    ):
        if slugs:
            parts.append(
                exists()
                .where(EventTerm.event_id == Event.id, EventTerm.term_id == Term.id)
                .where(Term.scheme == scheme, Term.slug.in_(slugs))
            )
    for word in fold(wanted.q).split()[:8]:
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        parts.append(Event.search_text.like(f"%{escaped}%", escape="\\"))
    return and_(*parts)


def _joined(institutions: Select[int], roles: Collection[str]) -> ColumnElement[bool]:
    """Events that one of the institutions accepted to organise in such a role."""
    return Event.id.in_(
        select(Organiser.event_id).where(
            Organiser.institution_id.in_(institutions),
            Organiser.state == "accepted",
            Organiser.role.in_(roles),
        )
    )


def _loaded(query: Select[Event]) -> Select[Event]:
    return query.options(
        joinedload(Event.lead).joinedload(Institution.region),
        joinedload(Event.venue).joinedload(Venue.region),
        selectinload(Event.terms),
        selectinload(Event.occurrences),
    )


def get_event(session: Session, public_id: str, viewer: Viewer, now: datetime) -> Event:
    """One event, fully loaded, with organisers and shares; :class:`NotFound` when unknown or not
    for this viewer."""
    query = _loaded(select(Event).where(Event.public_id == public_id)).options(
        joinedload(Event.kind_term),
        # A few rows each: joined, they cost no query of their own.
        joinedload(Event.organisers).joinedload(Organiser.institution),
        joinedload(Event.shares).joinedload(Share.institution),
        joinedload(Event.image).joinedload(Image.sizes),
    )
    event = session.scalars(query).unique().one_or_none()
    if event is None or not visible(event, viewer, now):
        raise NotFound
    return event


def find_image(session: Session, image_id: str, width: int) -> tuple[ImageFile, Event] | None:
    """One size of a picture with its content, and the event it is of, with what decides who may
    see it."""
    row = session.execute(
        select(ImageFile, Event)
        .join(Image, Image.id == ImageFile.image_id)
        .join(Event, Event.id == Image.event_id)
        .where(Image.public_id == image_id, ImageFile.width == width)
        .options(
            undefer(ImageFile.content),
            selectinload(Event.organisers),
            selectinload(Event.shares),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def find_event(session: Session, public_id: str) -> Event | None:
    """The bare event, whoever may see it: for deciding, never for showing."""
    return session.scalar(select(Event).where(Event.public_id == public_id))


def list_events(
    session: Session, ids: Collection[int], viewer: Viewer, now: datetime
) -> Sequence[Event]:
    """Those of the events (by key) that the viewer may see, fully loaded, by key."""
    if not ids:
        return []
    query = select(Event).where(Event.id.in_(ids), visible_clause(viewer, now)).order_by(Event.id)
    return session.scalars(_loaded(query)).unique().all()


def list_occurrences(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    starts_before: datetime,
    ends_after: datetime,
    wanted: EventFilter | None = None,
    roles: Collection[str] = (),
    without_roles: Collection[str] = (),
    limit: int = 500,
    offset: int = 0,
) -> Sequence[Occurrence]:
    """Visible moments touching ``[ends_after, starts_before)``, in order of start, each with
    its event, lead, region, venue and terms loaded (three queries)."""
    query = (
        _occurrences(viewer, now, starts_before, ends_after, wanted, roles, without_roles)
        .options(
            contains_eager(Occurrence.event).options(
                joinedload(Event.lead).joinedload(Institution.region),
                joinedload(Event.venue),
                selectinload(Event.terms),
            )
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
        .offset(offset)
    )
    return session.scalars(query).all()


def count_occurrences(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    starts_before: datetime,
    ends_after: datetime,
    wanted: EventFilter | None = None,
    roles: Collection[str] = (),
    without_roles: Collection[str] = (),
) -> int:
    """How many moments :func:`list_occurrences` has in all."""
    query = _occurrences(viewer, now, starts_before, ends_after, wanted, roles, without_roles)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _occurrences(
    viewer: Viewer,
    now: datetime,
    starts_before: datetime,
    ends_after: datetime,
    wanted: EventFilter | None,
    roles: Collection[str],
    without_roles: Collection[str],
) -> Select[Occurrence]:
    query = (
        select(Occurrence)
        .join(Occurrence.event)
        .where(Occurrence.starts_at < starts_before, Occurrence.ends_at > ends_after)
        .where(visible_clause(viewer, now))
    )
    if wanted is not None:
        query = query.where(filter_clause(wanted))
    if roles:
        query = query.where(Occurrence.role.in_(roles))
    if without_roles:
        query = query.where(Occurrence.role.not_in(without_roles))
    return query


def list_terms(session: Session) -> Sequence[Term]:
    """The whole taxonomy, ordered by scheme and position (bounded: a few hundred at most)."""
    return session.scalars(
        select(Term).order_by(Term.scheme, Term.position, Term.id).limit(2000)
    ).all()


def find_term(session: Session, scheme: str, slug: str) -> Term | None:
    """One entry of the taxonomy."""
    return session.scalar(select(Term).where(Term.scheme == scheme, Term.slug == slug))


def list_changes(
    session: Session, event: Event, viewer: Viewer, limit: int = 200
) -> Sequence[Change]:
    """The event's history, newest first; empty for everyone outside its institution."""
    inside = true() if sees_inside(viewer, access_of(event)) else false()
    return session.scalars(
        select(Change)
        .where(Change.event_id == event.id, inside)
        .order_by(Change.id.desc())
        .limit(limit)
    ).all()


def count_events(session: Session) -> int:
    """How many events are stored, whoever may see them (for operations, never for a page)."""
    return session.scalar(select(func.count()).select_from(Event)) or 0


def list_to_judge(
    session: Session, viewer: Viewer, now: datetime, limit: int = 200
) -> Sequence[Event]:
    """What the regions of a coordinator have to check, oldest first: submitted, or changed since
    it was approved, in regions that check. Nothing sealed is among them."""
    changed = and_(
        Event.moderation == "approved",
        Event.approved_version.is_not(None),
        Event.version > Event.approved_version,
        Region.moderation == "review",
    )
    return session.scalars(
        select(Event)
        .join(Event.lead)
        .join(Region, Region.id == Institution.region_id)
        .where(Institution.region_id.in_(viewer.region_ids))
        .where(or_(Event.moderation == "submitted", changed), visible_clause(viewer, now))
        .options(contains_eager(Event.lead), selectinload(Event.occurrences))
        .order_by(Event.updated_at, Event.id)
        .limit(limit)
    ).all()


def list_changes_since(session: Session, event: Event) -> dict[str, list[Any]]:
    """Field → [as approved, as now] of an event that was approved before; empty for a new one.
    What never leaves the institution is not in it."""
    if event.approved_version is None:
        return {}
    found: dict[str, list[Any]] = {}
    for data in session.scalars(
        select(Change.data)
        .where(Change.event_id == event.id, Change.version > event.approved_version)
        .order_by(Change.id)
        .limit(500)
    ):
        for name, (before, after) in data.items():
            found[name] = [found[name][0] if name in found else before, after]
    return {
        name: pair for name, pair in found.items() if pair[0] != pair[1] and name not in _INSIDE
    }


def list_own_events(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    public_ids: Collection[str] | None = None,
    q: str = "",
    limit: int = 500,
) -> Sequence[Event]:
    """What the viewer's institutions organise and is not over yet, in order of its next moment,
    with lead, terms and organisers; or those of ``public_ids``, whenever they are (four
    queries)."""
    soonest = (
        select(Occurrence.event_id, func.min(Occurrence.starts_at).label("at"))
        .where(Occurrence.ends_at > now)
        .group_by(Occurrence.event_id)
        .subquery()
    )
    query = (
        select(Event)
        .outerjoin(soonest, soonest.c.event_id == Event.id)
        .where(inside_clause(viewer.institution_ids))
        .options(
            joinedload(Event.lead).joinedload(Institution.region),
            selectinload(Event.terms),
            selectinload(Event.organisers),
            selectinload(Event.occurrences),
        )
        .order_by(soonest.c.at, Event.id)
        .limit(limit)
    )
    if public_ids is not None:
        query = query.where(Event.public_id.in_(public_ids))
    else:
        query = query.where(soonest.c.at.is_not(None))
    if q:
        query = query.where(filter_clause(EventFilter(q=q)))
    return session.scalars(query).unique().all()


def spellings(session: Session, productions: Collection[str]) -> list[str]:
    """The productions as they are stored: people write one name in several ways, and only
    Python folds them the same on both stores. (Distinct names: few, and in an index.)"""
    wanted = {fold_name(name) for name in productions}
    stored = session.scalars(
        select(Event.production).where(Event.production.is_not(None)).distinct()
    )
    return [name for name in stored if name and fold_name(name) in wanted]


def list_related(
    session: Session, event: Event, viewer: Viewer, now: datetime
) -> dict[str, Sequence[Event]]:
    """What belongs to an event, as far as the viewer may see it: ``umbrella`` it is part of and
    its own ``parts``, ``promotes`` and ``campaigns`` that promote it, ``production`` shown
    elsewhere; each in order of its first moment (two queries, three with a production)."""
    promotes = select(Promotion.event_id).where(Promotion.campaign_id == event.id)
    campaigns = select(Promotion.campaign_id).where(Promotion.event_id == event.id)
    ways: list[ColumnElement[bool]] = [
        Event.parent_id == event.id, Event.id.in_(promotes), Event.id.in_(campaigns),
    ]  # fmt: skip
    first = (
        select(func.min(Occurrence.starts_at))
        .where(Occurrence.event_id == Event.id)
        .scalar_subquery()
    )
    if event.parent_id is not None:
        ways.append(Event.id == event.parent_id)
    names = spellings(session, [event.production]) if event.production else []
    if names:
        ways.append(Event.production.in_(names))
    rows = session.execute(
        select(Event, Event.id.in_(promotes), Event.id.in_(campaigns))
        .where(or_(*ways), Event.id != event.id, visible_clause(viewer, now))
        .options(joinedload(Event.lead), selectinload(Event.occurrences))
        .order_by(first, Event.id)
        .limit(300)
    ).all()
    return {
        "parts": [row[0] for row in rows if row[0].parent_id == event.id],
        "umbrella": [row[0] for row in rows if row[0].id == event.parent_id],
        "promotes": [row[0] for row in rows if row[1]],
        "campaigns": [row[0] for row in rows if row[2]],
        "production": [row[0] for row in rows if row[0].production in names],
    }
