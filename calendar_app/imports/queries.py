"""Reading sources and runs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, joinedload, load_only, selectinload

from calendar_app.core.errors import NotFound
from calendar_app.core.names import fold
from calendar_app.events.models import Event
from calendar_app.imports.models import ImportRun, Source, SourceItem
from calendar_app.imports.plan import Stored
from calendar_app.places.models import Venue

MOST_ITEMS = 20_000
MOST_VENUES = 5000


def find_source(session: Session, institution_id: int, kind: str) -> Source | None:
    """The source of an institution for files of one kind."""
    return session.scalar(
        select(Source).where(Source.institution_id == institution_id, Source.kind == kind)
    )


def list_items(session: Session, source: Source | None) -> dict[str, SourceItem]:
    """What the source gave, by its own UID."""
    if source is None:
        return {}
    rows = session.scalars(
        select(SourceItem).where(SourceItem.source_id == source.id).limit(MOST_ITEMS)
    )
    return {item.uid: item for item in rows}


def load_events(session: Session, items: Collection[SourceItem]) -> dict[int, Event]:
    """The events of these items with terms and moments, by key, locked against other writers."""
    keys = sorted(item.event_id for item in items)
    found: dict[int, Event] = {}
    for begin in range(0, len(keys), 500):
        for event in session.scalars(
            select(Event)
            .where(Event.id.in_(keys[begin : begin + 500]))
            .options(selectinload(Event.terms), selectinload(Event.occurrences))
            .order_by(Event.id)
        ):
            found[event.id] = event
    return found


def venue_names(session: Session) -> dict[int, str]:
    """The names of the venues, by key."""
    rows = session.execute(select(Venue.id, Venue.name).order_by(Venue.id).limit(MOST_VENUES))
    return {row.id: row.name for row in rows}


def venues_by_name(session: Session) -> dict[str, int]:
    """Venues by folded name, to recognise a location; a duplicate leads to the one it became."""
    found: dict[str, int] = {}
    rows = session.execute(
        select(Venue.name, func.coalesce(Venue.merged_into_id, Venue.id).label("id"))
        .order_by(Venue.id)
        .limit(MOST_VENUES)
    )
    for row in rows:
        found.setdefault(fold(row.name), row.id)
    return found


def stored_of(item: SourceItem, event: Event, venues: Mapping[int, str], now: datetime) -> Stored:
    """What is known of an item: as the source gave it, and as it stands now. ``venues`` are the
    names by key."""
    language = item.given.get("language", "nl")
    theirs = {moment[0] for moment in item.given.get("moments", [])}
    moments = [
        [
            o.external_key, o.all_day,
            _iso(o.starts_on or o.starts_wall), _iso(o.ends_on or o.ends_wall),
            o.zone, o.starts_fold, o.ends_fold, o.status == "cancelled",
        ]
        for o in event.occurrences
        # A date that the source took back is cancelled here, and no edit.
        if o.external_key is not None and (o.external_key in theirs or o.status != "cancelled")
    ]  # fmt: skip
    current = {
        "title": event.title_en if language == "en" else event.title_nl,
        "language": language,
        "description": event.description_en if language == "en" else event.description_nl,
        "location": _location(item, event, venues),
        "url": event.url,
        "planning": event.planning,
        "visibility": event.visibility,
        "moments": sorted(moments, key=lambda m: (str(m[2]), str(m[0]))),
    }
    # What the calendar keeps shorter than the source gave it is still the source's.
    for name, most in (("title", 200), ("description", 5000), ("url", 500)):
        given = str(item.given.get(name, ""))
        if current[name] == given[:most]:
            current[name] = given
    past = all(o.ends_at <= now for o in event.occurrences)
    return Stored(event.kind, item.given, current, item.missing, past)


def place_of(event: Event) -> list[Any]:
    """Where an event is, to see later whether a person moved it."""
    return [event.venue_id, event.room]


def _location(item: SourceItem, event: Event, venues: Mapping[int, str]) -> str:
    """As the source gave it, until a person chose another venue or room."""
    if item.given.get("place", place_of(event)) == place_of(event):
        return str(item.given.get("location", ""))
    names = (venues.get(event.venue_id or 0, ""), event.room)
    return ", ".join(name for name in names if name)


def get_run(session: Session, public_id: str, institution_ids: Collection[int]) -> ImportRun:
    """One run of one's own institutions, without its file; :class:`NotFound` otherwise."""
    run = session.scalar(
        select(ImportRun)
        .where(ImportRun.public_id == public_id, ImportRun.institution_id.in_(institution_ids))
        .options(joinedload(ImportRun.institution), defer(ImportRun.content))
    )
    if run is None:
        raise NotFound
    return run


def find_content(session: Session, run_id: int) -> bytes | None:
    """The file of a run, as long as it can still be applied."""
    return session.scalar(select(ImportRun.content).where(ImportRun.id == run_id))


def lock_run(session: Session, run_id: int) -> ImportRun:
    """The run again, locked, so that applying it twice does its work once."""
    return session.scalars(
        select(ImportRun)
        .where(ImportRun.id == run_id)
        .options(defer(ImportRun.content))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def list_runs(
    session: Session, institution_ids: Collection[int], limit: int = 20
) -> Sequence[ImportRun]:
    """The latest runs of these institutions, without their files."""
    return session.scalars(
        select(ImportRun)
        .where(ImportRun.institution_id.in_(institution_ids))
        .options(
            load_only(
                ImportRun.public_id, ImportRun.at, ImportRun.state, ImportRun.filename,
                ImportRun.report, ImportRun.institution_id,
            ),
            joinedload(ImportRun.institution),
        )
        .order_by(ImportRun.id.desc())
        .limit(limit)
    ).all()  # fmt: skip


def _iso(when: date | datetime | None) -> str:
    return when.isoformat() if when is not None else ""
