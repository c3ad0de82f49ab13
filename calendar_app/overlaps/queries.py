"""Reading what the score needs, and what is stored of overlaps. Moments are loaded whoever may
see them: the score does not depend on visibility; what is *shown* does (``flag`` workflow)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, contains_eager

from calendar_app.events.models import Event, EventTerm, Occurrence, Term
from calendar_app.events.queries import spellings, visible_clause
from calendar_app.overlaps.models import Overlap
from calendar_app.overlaps.moments import (
    LONGEST,
    MARKETING_ROLES,
    NOT_COMPARED,
    PRESS_ROLES,
    Moment,
    assumed_audiences,
    assumed_disciplines,
    assumed_hours,
)
from calendar_app.overlaps.parameters import Parameters
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Venue

_MARGIN = timedelta(days=1)
"""A shared day-part is shorter by far."""
_MARGINS = {
    # The next cultural day, all of it, when the clock goes back as well.
    **dict.fromkeys(PRESS_ROLES, timedelta(days=3)),
    **dict.fromkeys(MARKETING_ROLES, timedelta(days=8)),
}
_FEW = 5000
"""Keys that a query can be given; beyond it they are asked for again."""

Events = Collection[int] | Select[int] | None
"""Some events by key, those of a query, or all."""


@dataclass(frozen=True, slots=True)
class Window:
    """Instants between which moments are wanted."""

    since: datetime
    until: datetime


def windows_around(spans: Iterable[tuple[datetime, datetime, str]]) -> list[Window]:
    """Windows that hold every candidate of moments (start, end, role), merged; at most 40."""

    def stretch(starts_at: datetime, ends_at: datetime, role: str) -> tuple[datetime, datetime]:
        margin = _MARGINS.get(role, _MARGIN)
        return starts_at - margin, ends_at + margin

    found: list[Window] = []
    # In the order in which they begin: what starts later can look back further.
    for since, until in sorted(stretch(*span) for span in spans):
        if found and since <= found[-1].until:
            found[-1] = Window(found[-1].since, max(until, found[-1].until))
        else:
            found.append(Window(since, until))
    if len(found) > 40:
        return [Window(found[0].since, max(window.until for window in found))]
    return found


def competing() -> ColumnElement[bool]:
    """Moments that take a date: going ahead, of an event that is more than a draft and was not
    sent back, and that is no offer for schools (``product.md``, What is asked)."""
    return and_(
        Occurrence.status == "scheduled",
        Event.planning != "cancelled",
        Event.moderation.in_(("submitted", "approved")),
        Event.kind.not_in(NOT_COMPARED),
    )


def load_moments(
    session: Session, parameters: Parameters, where: ColumnElement[bool] | None = None
) -> list[Moment]:
    """The moments that can compete (no runs, nothing cancelled), in order of key. Three queries of
    plain rows: what the moments of one event share is read once, not with each of them. Whoever
    has something to write flushes it first."""
    compared = and_(Occurrence.role != "run", competing())
    wanted = compared if where is None else and_(compared, where)
    rows = session.connection().execute(
        select(
            Occurrence.id, Occurrence.event_id, Occurrence.role, Occurrence.all_day,
            Occurrence.starts_on, Occurrence.ends_on,
            type_coerce(Occurrence.starts_at, BigInteger),
            type_coerce(Occurrence.ends_at, BigInteger), Occurrence.access,
        )
        .join(Occurrence.event)
        .where(wanted)
        .order_by(Occurrence.id)
    ).all()  # fmt: skip
    if not rows:
        return []
    keys = {row[1] for row in rows}
    again = select(Occurrence.event_id).join(Occurrence.event).where(wanted)
    events = None if where is None else keys if len(keys) <= _FEW else again
    shared = _shared_facts(session, parameters, events)
    found = []
    for key, event, role, all_day, first, until, starts, ends, access in rows:
        facts = shared.get(event)
        if facts is None:
            continue  # deleted since the first query
        if all_day and first and until:
            last = until - timedelta(days=1)
            starts, ends = assumed_hours(facts["kind"], role, first, last, parameters)
        ends = max(ends, starts + 60)
        found.append(
            Moment(
                key=key, event=event, role=role, starts_at=starts, ends_at=ends,
                time_assumed=all_day,
                **(facts | {"access": facts["access"].union(access)} if access else facts),
            )
        )  # fmt: skip
    return found


def _shared_facts(
    session: Session, parameters: Parameters, events: Events
) -> dict[int, dict[str, Any]]:
    """What all moments of an event have in common: fields of :class:`Moment`, by event."""
    performances = (
        select(func.count())
        .where(
            Occurrence.event_id == Event.id, Occurrence.status == "scheduled",
            Occurrence.role.in_(("regular", "premiere")),
        )
        .scalar_subquery()
    )  # fmt: skip
    query = (
        select(
            Event.id, Event.lead_id, Event.kind, Event.reach, Event.expected_visitors,
            Event.venue_id, Event.room, Event.parent_id, Event.production, Event.genre,
            Event.radius_km, Event.radius_weeks, performances, Institution.default_disciplines,
            func.coalesce(Venue.lat, Institution.lat), func.coalesce(Venue.lon, Institution.lon),
        )
        .join(Institution, Institution.id == Event.lead_id)
        .outerjoin(Venue, Venue.id == Event.venue_id)
    )  # fmt: skip
    if events is not None:
        query = query.where(Event.id.in_(events))
    terms = _terms(session, events)
    found: dict[int, dict[str, Any]] = {}
    for row in session.connection().execute(query).all():
        event, lead, kind, reach, visitors, venue, room, parent, production, genre, *rest = row
        radius_km, radius_weeks, nights, usual, lat, lon = rest
        own = terms.get(event, {})
        found[event] = {
            "lead": lead, "kind": kind, "reach": reach, "visitors": visitors, "venue": venue,
            "room": room, "umbrella": parent or event, "production": production, "genre": genre,
            "radius_km": radius_km, "radius_weeks": radius_weeks,
            "lat": lat or 0.0, "lon": lon or 0.0, "performances": max(1, nights),
            "disciplines": assumed_disciplines(
                kind, own.get("discipline", ()), usual or (), parameters
            ),
            "audiences": assumed_audiences(kind, own.get("audience", ()), parameters),
            "themes": tuple(own.get("theme", ())), "access": frozenset(own.get("access", ())),
        }  # fmt: skip
    return found


def _terms(session: Session, events: Events) -> dict[int, dict[str, list[str]]]:
    """The slugs of each event, by scheme, in the order of the taxonomy."""
    query = (
        select(EventTerm.event_id, Term.scheme, Term.slug)
        .join(Term, Term.id == EventTerm.term_id)
        .order_by(Term.position, Term.id)
    )
    if events is not None:
        query = query.where(EventTerm.event_id.in_(events))
    found: dict[int, dict[str, list[str]]] = {}
    for event, scheme, slug in session.connection().execute(query).all():
        found.setdefault(event, {}).setdefault(scheme, []).append(slug)
    return found


@cache
def _usual_disciplines() -> Select[int, list[str] | None]:
    return select(Institution.id, Institution.default_disciplines)


def usual_disciplines(session: Session) -> dict[int, tuple[str, ...]]:
    """What each institution usually makes."""
    rows = session.connection().execute(_usual_disciplines()).all()
    return {key: tuple(own or ()) for key, own in rows}


Instant = int | BindParameter[int]
"""UTC seconds, or their place in a query that is made once."""


def within(since: Instant, until: Instant) -> ColumnElement[bool]:
    """Moments between two instants. None that counts is longer than :data:`LONGEST`, so that the
    index on the start is read for that stretch only."""
    starts = type_coerce(Occurrence.starts_at, BigInteger)
    # Plus nothing: else SQLite takes the index on the end, and reads all that is still to come.
    ends = type_coerce(Occurrence.ends_at, BigInteger) + 0
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
    parts.extend(
        within(int(window.since.timestamp()), int(window.until.timestamp())) for window in windows
    )
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


def list_shown(
    session: Session, keys: Collection[int], viewer: Viewer, now: datetime
) -> Sequence[Occurrence]:
    """Those of these moments whose event the viewer may see, each with its event and lead (one
    query)."""
    return session.scalars(
        select(Occurrence)
        .join(Occurrence.event)
        .where(Occurrence.id.in_(keys), visible_clause(viewer, now))
        .options(contains_eager(Occurrence.event).joinedload(Event.lead))
        .order_by(Occurrence.id)
    ).all()


class Competing(NamedTuple):
    """An overlap as one of its moments knows it: the other moment, and whose it is."""

    key: int
    other: int
    level: int
    lead_id: int
    region_id: int


def list_competing(
    session: Session,
    keys: Collection[int],
    viewer: Viewer,
    now: datetime,
    level: int,
    limit: int = 5000,
) -> list[Competing]:
    """The stored overlaps of at least ``level`` of these moments with moments that the viewer may
    see; the worst first. Others do not count towards the limit either."""
    if not keys:
        return []
    halves = [
        select(
            mine.label("mine"), other.label("other"), Overlap.level, Event.lead_id,
            Institution.region_id, Overlap.score.label("score"),
        )
        .join(Event, Event.id == event)
        .join(Institution, Institution.id == Event.lead_id)
        .where(mine.in_(keys), Overlap.level >= level, visible_clause(viewer, now))
        for mine, other, event in (
            (Overlap.a_id, Overlap.b_id, Overlap.event_b_id),
            (Overlap.b_id, Overlap.a_id, Overlap.event_a_id),
        )
    ]  # fmt: skip
    found = union_all(*halves).subquery()
    rows = session.execute(
        select(found)
        .order_by(found.c.level.desc(), found.c.score.desc(), found.c.mine, found.c.other)
        .limit(limit)
    )
    return [Competing(*row[:5]) for row in rows]


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
