"""Reading for feeds: what an event is to be rendered from, and what a feed is joined from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVarTuple

from sqlalchemy import BigInteger, Select, func, literal, select, type_coerce
from sqlalchemy.orm import Session, aliased

from calendar_app.core.errors import NotFound
from calendar_app.db.types import Instant
from calendar_app.events.models import Event, EventTerm, Occurrence, Organiser, Term
from calendar_app.feeds.facts import EventFacts, MomentFacts, Named, Place
from calendar_app.feeds.models import FeedItem, FeedRevision, FeedScope, FeedState
from calendar_app.feeds.plan import StoredRow
from calendar_app.feeds.schedule import ALWAYS
from calendar_app.feeds.selection import ALL, Selection
from calendar_app.people.models import Institution
from calendar_app.places.models import Region, Venue

FINGERPRINT = "fingerprint"
PUBLIC = "public"
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """What a feed is called and how it stands: one row, enough for a 304."""

    name_nl: str
    name_en: str
    about_nl: str
    about_en: str
    color: str
    revision: int
    plan: int
    changed_at: datetime
    fingerprint: str


def find_successor(session: Session, selection: Selection) -> Selection:
    """What is served for a selection: for a venue that was merged, the one that stayed."""
    if selection.scheme != "venue":
        return selection
    kept = aliased(Venue)
    slug = session.scalar(
        select(kept.slug).join(Venue, Venue.merged_into_id == kept.id)
        .where(Venue.slug == selection.slug)
    )  # fmt: skip
    return Selection("venue", slug) if slug else selection


def list_selections(session: Session) -> Sequence[Selection]:
    """Every feed there is, everything first; without the venues that became another."""
    named: dict[str, Select[str]] = {
        "region": select(Region.slug),
        "institution": select(Institution.slug),
        "venue": select(Venue.slug).where(Venue.merged_into_id.is_(None)),
    }
    for scheme in ("kind", "discipline", "audience", "theme"):
        named[scheme] = select(Term.slug).where(Term.scheme == scheme)
    return [ALL, *(
        Selection(scheme, slug)
        for scheme, query in named.items()
        for slug in sorted(session.scalars(query))
    )]  # fmt: skip


def get_info(session: Session, selection: Selection, tier: str = PUBLIC) -> FeedInfo:
    """How the feed stands; :class:`NotFound` when there is no such region, institution, …"""
    of_tier = FeedRevision.tier == tier
    total = select(
        func.coalesce(func.sum(FeedRevision.revision), 0).label("revision"),
        func.coalesce(func.sum(FeedRevision.plan), 0).label("plan"),
        func.coalesce(func.max(type_coerce(FeedRevision.changed_at, BigInteger)), 0).label("at"),
    ).where(of_tier)
    if selection.scheme == "institution":
        # Its own counter is bumped for all that it leads or hosts. Any other feed can lose an
        # event to another institution, and a sum over changing members can repeat itself.
        total = total.join(Institution, Institution.id == FeedRevision.institution_id).where(
            Institution.slug == selection.slug
        )
    sums = total.subquery()
    fingerprint = select(FeedState.value).where(FeedState.key == FINGERPRINT).scalar_subquery()
    row = session.execute(
        _named(selection)
        .add_columns(
            sums.c.revision, sums.c.plan, type_coerce(sums.c.at, Instant),
            func.coalesce(fingerprint, ""),
        )
        .join(sums, literal(True))
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return FeedInfo(
        row[0], row[1], row[2], row[3], row[4], int(row[5]), int(row[6]), row[7], row[8]
    )


def _named(selection: Selection) -> Select[str, str, str, str, str]:
    """Name, description (in two languages each) and colour of the selection; at most one row."""
    color, nothing = literal("#154273"), literal("")
    scheme, slug = selection.scheme, selection.slug
    if scheme == "all":
        one = select(literal(1).label("one")).subquery()
        return select(nothing, nothing, nothing, nothing, color).select_from(one)
    if scheme == "region":
        return select(
            Region.name_nl, Region.name_en, Region.profile_nl, Region.profile_en, Region.color
        ).where(Region.slug == slug)
    if scheme == "institution":
        return (
            select(Institution.name, Institution.name, nothing, nothing, Region.color)
            .join(Region, Region.id == Institution.region_id)
            .where(Institution.slug == slug)
        )
    if scheme == "venue":
        return select(Venue.name, Venue.name, nothing, nothing, color).where(Venue.slug == slug)
    return select(Term.name_nl, Term.name_en, nothing, nothing, color).where(
        Term.scheme == scheme, Term.slug == slug
    )


def list_texts(
    session: Session, selection: Selection, language: str, now: datetime, tier: str = PUBLIC
) -> Sequence[str]:
    """The VEVENTs of a feed at ``now``, in order of start: one SELECT."""
    second = int(now.timestamp())
    query = _scoped(select(FeedItem.text), selection).where(
        FeedItem.tier == tier,
        FeedItem.language == language,
        # Nearly all rows hold. "+ 0" keeps the planner from an index on the span, after which it
        # would sort megabytes of text; in the order of the index it is twice as fast.
        type_coerce(FeedItem.valid_from, BigInteger) + 0 <= second,
        type_coerce(FeedItem.valid_until, BigInteger) + 0 > second,
    )
    # Core, not ORM: ten thousand plain strings.
    return (
        session.connection()
        .execute(query.order_by(FeedItem.starts_at, FeedItem.uid))
        .scalars()
        .all()
    )


def list_boundaries(
    session: Session, selection: Selection, language: str, tier: str = PUBLIC
) -> list[datetime]:
    """Every instant at which the feed changes by itself, in order: lifts and local midnights."""
    found: set[datetime] = set()
    for column in (FeedItem.valid_from, FeedItem.valid_until):
        query = _scoped(select(column).distinct(), selection).where(
            FeedItem.tier == tier,
            FeedItem.language == language,
            # Also leaves out what is withdrawn, and is answered from the index alone.
            column > ALWAYS,
        )
        found.update(session.scalars(query))
    return sorted(found)


def _scoped(query: Select[*Ts], selection: Selection) -> Select[*Ts]:
    if selection.scheme == "all":
        return query
    return query.join(FeedScope, FeedScope.event_id == FeedItem.event_id).where(
        FeedScope.scheme == selection.scheme, FeedScope.key == selection.slug
    )


def list_event_texts(
    session: Session, public_id: str, language: str, now: datetime, tier: str = PUBLIC
) -> Sequence[str]:
    """The VEVENTs of one event, also those that have left the window; empty when unknown or not
    for this tier at ``now``."""
    return session.scalars(
        select(FeedItem.text)
        .join(Event, Event.id == FeedItem.event_id)
        .where(
            Event.public_id == public_id,
            FeedItem.tier == tier,
            FeedItem.language == language,
            FeedItem.valid_from <= now,
            FeedItem.valid_until > FeedItem.valid_from,
        )
        .order_by(FeedItem.starts_at, FeedItem.uid)
    ).all()


def count_items(session: Session, selection: Selection, now: datetime, tier: str = PUBLIC) -> int:
    """How many moments the feed holds at ``now``."""
    query = _scoped(select(func.count()).select_from(FeedItem), selection)
    return (
        session.scalar(
            query.where(
                FeedItem.tier == tier,
                FeedItem.language == "nl",
                FeedItem.valid_from <= now,
                FeedItem.valid_until > now,
            )
        )
        or 0
    )


def find_fingerprint(session: Session) -> str | None:
    """What the store was rendered with."""
    return session.scalar(select(FeedState.value).where(FeedState.key == FINGERPRINT))


def count_all(session: Session) -> int:
    """How many events there are to render."""
    return session.scalar(select(func.count()).select_from(Event)) or 0


def list_event_ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """Keys of events above ``after``, in order."""
    return session.scalars(
        select(Event.id).where(Event.id > after).order_by(Event.id).limit(limit)
    ).all()


def list_event_ids_at(
    session: Session, venue_ids: Collection[int], institution_ids: Collection[int]
) -> Sequence[int]:
    """Keys of the events that name one of the venues or institutions."""
    hosted = select(Venue.id).where(Venue.institution_id.in_(institution_ids))
    joined = select(Organiser.event_id).where(Organiser.institution_id.in_(institution_ids))
    return session.scalars(
        select(Event.id)
        .where(
            Event.venue_id.in_(venue_ids)
            | Event.lead_id.in_(institution_ids)
            | Event.venue_id.in_(hosted)
            | Event.id.in_(joined)
        )
        .order_by(Event.id)
    ).all()


@cache
def _facts() -> Select[*tuple[Any, ...]]:
    """An event with its place and kind. Made once: making it takes longer than running it."""
    host, host_region, lead_region = aliased(Institution), aliased(Region), aliased(Region)
    return (
        select(
            Event.id, Event.public_id, Event.title_nl, Event.title_en, Event.description_nl,
            Event.description_en, Event.planning, Event.visibility, Event.public_at,
            Event.cancel_reason, Event.url, Event.room, Event.kind, Event.lead_id,
            Event.moderation, Event.precision, Event.date_type,
            Institution.slug.label("lead"), Institution.name.label("lead_name"),
            Institution.street.label("lead_street"), Institution.postcode.label("lead_postcode"),
            Institution.city.label("lead_city"), Institution.lat.label("lead_lat"),
            Institution.lon.label("lead_lon"), lead_region.slug.label("lead_region"),
            Event.venue_id, Venue.slug.label("venue"), Venue.name.label("venue_name"),
            Venue.street, Venue.postcode, Venue.city, Venue.lat, Venue.lon,
            host_region.slug.label("venue_region"), host.id.label("host_id"),
            host.slug.label("host"), Term.name_nl.label("kind_nl"), Term.name_en.label("kind_en"),
        )
        .join(Institution, Institution.id == Event.lead_id)
        .join(lead_region, lead_region.id == Institution.region_id)
        .outerjoin(Venue, Venue.id == Event.venue_id)
        .outerjoin(host_region, host_region.id == Venue.region_id)
        .outerjoin(host, host.id == Venue.institution_id)
        .outerjoin(Term, (Term.scheme == "kind") & (Term.slug == Event.kind))
    )  # fmt: skip


def list_event_facts(session: Session, event_ids: Collection[int]) -> list[EventFacts]:
    """What the events are rendered from, by key (three queries). Read from the store, so that what
    the session holds in memory cannot be stale."""
    rows = session.execute(_facts().where(Event.id.in_(event_ids)).order_by(Event.id)).all()
    terms: dict[int, list[Named]] = {}
    for event_id, *term in session.execute(
        select(EventTerm.event_id, Term.scheme, Term.slug, Term.name_nl, Term.name_en)
        .join(Term, Term.id == EventTerm.term_id)
        .where(EventTerm.event_id.in_(event_ids))
        .order_by(EventTerm.event_id, Term.scheme, Term.position, Term.id)
    ):
        terms.setdefault(event_id, []).append(Named(*term))
    joined = _organisers(session, event_ids)
    found = []
    for row in rows:
        named = terms.get(row.id, [])
        if row.kind_nl is not None:
            named = [Named("kind", row.kind, row.kind_nl, row.kind_en), *named]
        scopes = {(term.scheme, term.slug) for term in named}
        scopes |= {("kind", row.kind), ("institution", row.lead), ("region", row.lead_region)}
        institutions = {row.lead_id}
        place = Place(
            f"i{row.lead_id}", row.lead_name, row.lead_street, row.lead_postcode, row.lead_city,
            row.lead_lat, row.lead_lon,
        )  # fmt: skip
        if row.venue_id is not None:
            place = Place(
                f"v{row.venue_id}", row.venue_name, row.street, row.postcode, row.city, row.lat,
                row.lon,
            )  # fmt: skip
            scopes.add(("venue", row.venue))
            if row.venue_region is not None:
                scopes.add(("region", row.venue_region))
            if row.host_id is not None:
                scopes.add(("institution", row.host))
                institutions.add(row.host_id)
        for key, slug, region in joined.get(row.id, ()):
            institutions.add(key)
            scopes.add(("institution", slug))
            if region is not None:
                scopes.add(("region", region))
        found.append(
            EventFacts(
                id=row.id, public_id=row.public_id, title_nl=row.title_nl, title_en=row.title_en,
                description_nl=row.description_nl, description_en=row.description_en,
                planning=row.planning, visibility=row.visibility, public_at=row.public_at,
                cancel_reason=row.cancel_reason, url=row.url, room=row.room,
                lead_name=row.lead_name, place=place, terms=tuple(named),
                scopes=frozenset(scopes), institutions=frozenset(institutions),
                lead_id=row.lead_id, approved=row.moderation == "approved",
                precise=row.precision in ("exact", "day"), endless=row.date_type == "permanent",
            )
        )  # fmt: skip
    return found


def _organisers(
    session: Session, event_ids: Collection[int]
) -> dict[int, list[tuple[int, str, str | None]]]:
    """Key and slug of the institutions that accepted to co-organise or host, and the region that
    a co-organiser brings with it (``product.md``, The model)."""
    found: dict[int, list[tuple[int, str, str | None]]] = {}
    for event_id, role, key, slug, region in session.execute(
        select(
            Organiser.event_id, Organiser.role, Institution.id, Institution.slug, Region.slug
        )
        .join(Institution, Institution.id == Organiser.institution_id)
        .join(Region, Region.id == Institution.region_id)
        .where(
            Organiser.event_id.in_(event_ids), Organiser.state == "accepted",
            Organiser.role.in_(("co", "host")),
        )
    ):  # fmt: skip
        found.setdefault(event_id, []).append((key, slug, region if role == "co" else None))
    return found


def list_moment_facts(session: Session, event_ids: Collection[int]) -> dict[int, list[MomentFacts]]:
    """The occurrences of the events, by event."""
    found: dict[int, list[MomentFacts]] = {}
    for row in session.execute(
        select(
            Occurrence.id, Occurrence.event_id, Occurrence.uid, Occurrence.role,
            Occurrence.all_day, Occurrence.starts_at, Occurrence.ends_at, Occurrence.starts_on,
            Occurrence.ends_on, Occurrence.status, Occurrence.sequence, Occurrence.revised_at,
            Occurrence.previous_starts_at, Occurrence.sold_out,
        )
        .where(Occurrence.event_id.in_(event_ids))
        .order_by(Occurrence.id)
    ):  # fmt: skip
        moment = MomentFacts(
            row.id, row.event_id, row.uid, row.role, row.all_day, row.starts_at, row.ends_at,
            row.starts_on, row.ends_on, row.status, row.sequence, row.revised_at,
            row.previous_starts_at, row.sold_out,
        )  # fmt: skip
        found.setdefault(row.event_id, []).append(moment)
    return found


def list_scopes(session: Session, event_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """The feeds the events are in, by event, as stored."""
    found: dict[int, set[tuple[str, str]]] = {}
    for event_id, scheme, key in session.execute(
        select(FeedScope.event_id, FeedScope.scheme, FeedScope.key).where(
            FeedScope.event_id.in_(event_ids)
        )
    ):
        found.setdefault(event_id, set()).add((scheme, key))
    return found


def list_stored(session: Session, event_ids: Collection[int]) -> dict[int, list[StoredRow]]:
    """The rows of the public tier as they stand, by event, without their texts."""
    found: dict[int, list[StoredRow]] = {}
    for event_id, *row in session.execute(
        select(
            FeedItem.event_id, FeedItem.id, FeedItem.occurrence_id, FeedItem.language,
            FeedItem.valid_from, FeedItem.valid_until, FeedItem.sequence, FeedItem.modified_at,
            FeedItem.signature, FeedItem.text_hash,
        )
        .where(FeedItem.event_id.in_(event_ids), FeedItem.tier == PUBLIC)
        .order_by(FeedItem.id)
    ):  # fmt: skip
        found.setdefault(event_id, []).append(StoredRow(*row))
    return found


def list_institution_ids(session: Session, slugs: Collection[str]) -> dict[str, int]:
    """Keys of institutions by slug."""
    rows = session.execute(
        select(Institution.slug, Institution.id).where(Institution.slug.in_(slugs))
    )
    return {row.slug: row.id for row in rows}
