"""Reading what the score needs, and what is stored of overlaps. Moments are loaded whoever may
see them: the score does not depend on visibility; what is *shown* does (``flag`` workflow)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from calendar_app.events.models import Event, EventTerm, Occurrence, Term
from calendar_app.events.queries import visible_clause
from calendar_app.overlaps.models import Overlap
from calendar_app.overlaps.moments import (
    LONGEST,
    MARKETING_ROLES,
    Moment,
    assumed_audiences,
    assumed_disciplines,
    assumed_hours,
    fold_name,
)
from calendar_app.overlaps.parameters import Parameters
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Venue

_MARGIN = timedelta(days=2)
_MARKETING_MARGIN = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Window:
    """Instants between which moments are wanted."""

    since: datetime
    until: datetime


def windows_around(spans: Iterable[tuple[datetime, datetime, str]]) -> list[Window]:
    """Windows that hold every candidate of moments (start, end, role), merged; at most 40."""
    found: list[Window] = []
    for starts_at, ends_at, role in sorted(spans):
        margin = _MARKETING_MARGIN if role in MARKETING_ROLES else _MARGIN
        since, until = starts_at - margin, ends_at + margin
        if found and since <= found[-1].until:
            found[-1] = Window(found[-1].since, max(until, found[-1].until))
        else:
            found.append(Window(since, until))
    if len(found) > 40:
        return [Window(found[0].since, max(window.until for window in found))]
    return found


def load_moments(
    session: Session, parameters: Parameters, where: ColumnElement[bool] | None = None
) -> list[Moment]:
    """The moments that can compete (no runs, nothing cancelled), in order of key (two queries)."""
    compared = and_(
        Occurrence.role != "run", Occurrence.status == "scheduled", Event.planning != "cancelled"
    )
    wanted = compared if where is None else and_(compared, where)
    rows = session.execute(
        select(
            Occurrence.id, Occurrence.event_id, Occurrence.role, Occurrence.all_day,
            Occurrence.starts_on, Occurrence.ends_on,
            type_coerce(Occurrence.starts_at, BigInteger).label("starts"),
            type_coerce(Occurrence.ends_at, BigInteger).label("ends"),
            Event.lead_id, Event.kind, Event.reach, Event.expected_visitors, Event.venue_id,
            Event.room, Event.parent_id, Event.production, Event.genre, Event.radius_km,
            Event.radius_weeks, Event.date_type, Institution.default_disciplines,
            func.coalesce(Venue.lat, Institution.lat).label("lat"),
            func.coalesce(Venue.lon, Institution.lon).label("lon"),
        )
        .join(Event, Event.id == Occurrence.event_id)
        .join(Institution, Institution.id == Event.lead_id)
        .outerjoin(Venue, Venue.id == Event.venue_id)
        .where(wanted)
        .order_by(Occurrence.id)
    ).all()  # fmt: skip
    events = select(Occurrence.event_id).join(Event, Event.id == Occurrence.event_id).where(wanted)
    terms: dict[int, dict[str, list[str]]] = {}
    for event_id, scheme, slug in session.execute(
        select(EventTerm.event_id, Term.scheme, Term.slug)
        .join(Term, Term.id == EventTerm.term_id)
        .where(EventTerm.event_id.in_(events) if where is not None else EventTerm.event_id > 0)
        .order_by(Term.position, Term.id)
    ):
        terms.setdefault(event_id, {}).setdefault(scheme, []).append(slug)
    nights = _nights(session, None if where is None else events)
    return [
        _moment(row, terms.get(row.event_id, {}), nights.get(row.event_id, 1), parameters)
        for row in rows
    ]


def _nights(session: Session, events: Select[int] | None) -> dict[int, int]:
    """How long the run of performances of an event is, where it is more than one."""
    query = (
        select(Occurrence.event_id, func.count())
        .where(Occurrence.status == "scheduled", Occurrence.role.in_(("regular", "premiere")))
        .group_by(Occurrence.event_id)
        .having(func.count() > 1)
    )
    if events is not None:
        query = query.where(Occurrence.event_id.in_(events))
    return {row[0]: row[1] for row in session.execute(query)}


def _moment(
    r: Any, terms: dict[str, list[str]], performances: int, parameters: Parameters
) -> Moment:
    starts, ends = r.starts, r.ends
    if r.all_day:
        last = r.ends_on - timedelta(days=1)
        starts, ends = assumed_hours(r.kind, r.role, r.starts_on, last, parameters)
    return Moment(
        key=r.id, event=r.event_id, lead=r.lead_id, kind=r.kind, role=r.role,
        starts_at=starts, ends_at=max(ends, starts + 60), lat=r.lat or 0.0, lon=r.lon or 0.0,
        disciplines=assumed_disciplines(
            r.kind, terms.get("discipline", ()), r.default_disciplines or (), parameters
        ),
        audiences=assumed_audiences(r.kind, terms.get("audience", ()), parameters),
        themes=tuple(terms.get("theme", ())), reach=r.reach, visitors=r.expected_visitors,
        performances=performances, venue=r.venue_id, room=r.room,
        umbrella=r.parent_id or r.event_id, production=r.production, genre=r.genre,
        radius_km=r.radius_km, radius_weeks=r.radius_weeks, time_assumed=r.all_day,
    )  # fmt: skip


def touches(window: Window) -> ColumnElement[bool]:
    """Moments in a window. None that counts is longer than :data:`LONGEST`, so that the index on
    the start is read for that stretch only."""
    since, until = int(window.since.timestamp()), int(window.until.timestamp())
    starts = type_coerce(Occurrence.starts_at, BigInteger)
    ends = type_coerce(Occurrence.ends_at, BigInteger)
    return and_(starts >= since - LONGEST, starts < until, ends > since)


def load_around(
    session: Session,
    windows: Sequence[Window],
    productions: Collection[str],
    parameters: Parameters,
    event_ids: Collection[int] = (),
) -> list[Moment]:
    """Every moment that could compete in these windows, with these productions, and of these
    events themselves."""
    parts: list[ColumnElement[bool]] = []
    parts.extend(touches(window) for window in windows)
    if productions:
        parts.append(Event.production.in_(spellings(session, productions)))
    if event_ids:
        parts.append(Occurrence.event_id.in_(event_ids))
    found: dict[int, Moment] = {}
    # One query a part: each has its index; an OR over all of them would have none.
    for part in parts:
        for moment in load_moments(session, parameters, part):
            found[moment.key] = moment
    return [found[key] for key in sorted(found)]


def spellings(session: Session, productions: Collection[str]) -> list[str]:
    """The productions as they are stored: people write one name in several ways, and only
    Python folds them the same on both stores. (Distinct names: few, and in an index.)"""
    wanted = {fold_name(name) for name in productions}
    stored = session.scalars(
        select(Event.production).where(Event.production.is_not(None)).distinct()
    )
    return [name for name in stored if name and fold_name(name) in wanted]


def visible_among(
    session: Session, event_ids: Collection[int], viewer: Viewer, now: datetime
) -> set[int]:
    """Which of these events the viewer may see, without loading them."""
    found: set[int] = set()
    keys = sorted(event_ids)
    for begin in range(0, len(keys), 1000):
        found.update(
            session.scalars(
                select(Event.id).where(
                    Event.id.in_(keys[begin : begin + 1000]), visible_clause(viewer, now)
                )
            )
        )
    return found


def list_overlaps_of(session: Session, event_ids: Collection[int]) -> Sequence[Overlap]:
    """The stored overlaps of any of these events."""
    return session.scalars(
        select(Overlap)
        .where(or_(Overlap.event_a_id.in_(event_ids), Overlap.event_b_id.in_(event_ids)))
        .order_by(Overlap.level.desc(), Overlap.score.desc(), Overlap.a_id, Overlap.b_id)
        .limit(100_000)
    ).all()


def spans_of(session: Session, event_ids: Collection[int]) -> list[tuple[datetime, datetime, str]]:
    """Start, end and role of the compared moments of these events."""
    rows = session.execute(
        select(Occurrence.starts_at, Occurrence.ends_at, Occurrence.role).where(
            Occurrence.event_id.in_(event_ids), Occurrence.role != "run"
        )
    )
    return [(row.starts_at, row.ends_at, row.role) for row in rows]


def productions_of(session: Session, event_ids: Collection[int]) -> set[str]:
    """The productions these events belong to."""
    return {
        name
        for name in session.scalars(
            select(Event.production).where(Event.id.in_(event_ids), Event.production.is_not(None))
        )
        if name
    }


def utc(seconds: int) -> datetime:
    """The instant of UTC seconds."""
    return datetime.fromtimestamp(seconds, UTC)
