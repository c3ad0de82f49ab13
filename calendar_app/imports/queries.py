"""Reading sources and runs."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from calendar_app.core.errors import NotFound
from calendar_app.events.models import Event
from calendar_app.imports.models import ImportRun, Source, SourceItem
from calendar_app.imports.plan import Stored

MOST_ITEMS = 20_000


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


def stored_of(item: SourceItem, event: Event) -> Stored:
    """What is known of an item: as the source gave it, and as it stands now."""
    language = item.given.get("language", "nl")
    moments = [
        [
            o.external_key, o.all_day,
            _iso(o.starts_on or o.starts_wall), _iso(o.ends_on or o.ends_wall),
            o.zone, o.starts_fold, o.ends_fold, o.status == "cancelled",
        ]
        for o in event.occurrences
        if o.external_key is not None
    ]  # fmt: skip
    current = {
        "title": event.title_en if language == "en" else event.title_nl,
        "language": language,
        "description": event.description_en if language == "en" else event.description_nl,
        "location": item.given.get("location", ""),
        "url": event.url,
        "planning": event.planning,
        "moments": sorted(moments, key=lambda m: (str(m[2]), str(m[0]))),
    }
    # What the calendar keeps shorter than the source gave it is still the source's.
    for name, most in (("title", 200), ("description", 5000), ("url", 500)):
        given = str(item.given.get(name, ""))
        if current[name] == given[:most]:
            current[name] = given
    return Stored(item.given, current, item.missing)


def get_run(session: Session, public_id: str, institution_ids: Collection[int]) -> ImportRun:
    """One run of one's own institutions; :class:`NotFound` otherwise."""
    run = session.scalar(
        select(ImportRun)
        .where(ImportRun.public_id == public_id, ImportRun.institution_id.in_(institution_ids))
        .options(joinedload(ImportRun.institution))
    )
    if run is None:
        raise NotFound
    return run


def lock_run(session: Session, run_id: int) -> ImportRun:
    """The run again, locked, so that applying it twice does its work once."""
    return session.scalars(
        select(ImportRun)
        .where(ImportRun.id == run_id)
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
