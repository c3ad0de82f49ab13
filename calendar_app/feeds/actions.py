"""Publishing: renders on write, in the caller's transaction; flushes, never commits."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, case, delete, insert, literal, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from calendar_app.db.base import Base
from calendar_app.db.types import Instant
from calendar_app.events.models import Event, Occurrence
from calendar_app.feeds import queries
from calendar_app.feeds.facts import EventFacts
from calendar_app.feeds.ical import RENDERER
from calendar_app.feeds.models import FeedItem, FeedRevision, FeedScope, FeedState
from calendar_app.feeds.plan import Plan, Row, plan_event
from calendar_app.feeds.queries import FINGERPRINT, PUBLIC
from calendar_app.feeds.schedule import ALWAYS

Progress = Callable[[int, int], None]
_BATCH = 400


def rerender(session: Session, event_ids: Collection[int], now: datetime, base_url: str) -> None:
    """Renders the public text of the events in both languages and stores what differs.

    SEQUENCE rises by one on a change of time, place or status; LAST-MODIFIED on every rendered
    change; the counters of the institutions concerned only when their feeds changed
    (``feeds.md``, Revision). Unknown keys are ignored.
    """
    session.flush()
    for batch in _batches(sorted(set(event_ids))):
        _rerender_batch(session, batch, now, base_url)


def rerender_places(
    session: Session,
    now: datetime,
    base_url: str,
    *,
    venue_ids: Collection[int] = (),
    institution_ids: Collection[int] = (),
) -> None:
    """Renders what names one of these venues or institutions: their name or address changed."""
    session.flush()
    ids = queries.list_event_ids_at(session, venue_ids, institution_ids)
    rerender(session, ids, now, base_url)


def rerender_all(
    session: Session, now: datetime, base_url: str, progress: Progress | None = None
) -> None:
    """Renders everything and notes the fingerprint it was rendered with."""
    session.flush()
    total, done, after = queries.count_all(session), 0, 0
    while batch := queries.list_event_ids(session, after, _BATCH):
        _rerender_batch(session, batch, now, base_url)
        after, done = batch[-1], done + len(batch)
        if progress is not None:
            progress(done, total)
    _upsert(
        session,
        FeedState,
        {"key": FINGERPRINT, "value": fingerprint(base_url)},
        {"value": fingerprint(base_url)},
    )


def fingerprint(base_url: str) -> str:
    """What stored text hangs on besides the events: the renderer and ``BASE_URL``."""
    return f"{RENDERER} {base_url}"


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH))


def _rerender_batch(
    session: Session, event_ids: Sequence[int], now: datetime, base_url: str
) -> None:
    # Two renderings of one event at the same time would both start from the same revision.
    session.execute(
        select(Event.id).where(Event.id.in_(event_ids)).order_by(Event.id).with_for_update()
    ).all()
    events = queries.list_event_facts(session, event_ids)
    moments = queries.list_moment_facts(session, event_ids)
    stored = queries.list_stored(session, event_ids)
    scopes = queries.list_scopes(session, event_ids)
    plans = []
    for event in events:
        own, rows = moments.get(event.id, ()), stored.get(event.id, ())
        plans.append((event, plan_event(event, own, rows, now, base_url)))
    _write_rows(session, [(event, row) for event, plan in plans for row in plan.rows])
    _write_revised(session, plans)
    _write_scopes(session, plans, scopes)
    _bump(session, plans, scopes, now)


def _write_rows(session: Session, rows: Sequence[tuple[EventFacts, Row]]) -> None:
    made: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for event, row in rows:
        values = {
            "valid_from": row.span[0], "valid_until": row.span[1],
            "starts_at": row.moment.starts_at, "sequence": row.sequence,
            "modified_at": row.modified_at, "signature": row.signature,
            "text_hash": row.text_hash, "text": row.text,
        }  # fmt: skip
        if row.id is None:
            values |= {
                "occurrence_id": row.moment.id, "event_id": event.id, "tier": PUBLIC,
                "language": row.language, "uid": row.moment.uid,
            }  # fmt: skip
            made.append(values)
        else:
            kept.append(values | {"id": row.id})
    if made:
        session.execute(insert(FeedItem), made)
    if kept:
        session.execute(update(FeedItem), kept)


def _write_revised(session: Session, plans: Sequence[tuple[EventFacts, Plan]]) -> None:
    revised = [
        {"id": key, "sequence": sequence, "revised_at": at}
        for _event, plan in plans
        for key, (sequence, at) in plan.revised.items()
    ]
    if revised:
        session.execute(update(Occurrence), revised)


def _write_scopes(
    session: Session,
    plans: Sequence[tuple[EventFacts, Plan]],
    stored: dict[int, set[tuple[str, str]]],
) -> None:
    """Only events with something to publish are in a feed."""
    made: list[dict[str, Any]] = []
    gone: list[int] = []
    for event, plan in plans:
        wanted = event.scopes if plan.live else frozenset()
        if wanted != stored.get(event.id, set()):
            gone.append(event.id)
            made += [
                {"event_id": event.id, "scheme": scheme, "key": key}
                for scheme, key in sorted(wanted)
            ]
    if gone:
        session.execute(delete(FeedScope).where(FeedScope.event_id.in_(gone)))
    if made:
        session.execute(insert(FeedScope), made)


def _bump(
    session: Session,
    plans: Sequence[tuple[EventFacts, Plan]],
    stored: dict[int, set[tuple[str, str]]],
    now: datetime,
) -> None:
    """Counts up for the institutions whose feeds an event is in or was in."""
    slugs = {key for scopes in stored.values() for scheme, key in scopes if scheme == "institution"}
    known = queries.list_institution_ids(session, slugs) if slugs else {}
    shown: set[int] = set()
    planned: set[int] = set()
    for event, plan in plans:
        before = stored.get(event.id, set())
        moved = before != (event.scopes if plan.live else frozenset())
        touched = set(event.institutions)
        touched |= {known[key] for scheme, key in before if scheme == "institution"}
        if plan.shown or (moved and before and plan.read):
            shown |= touched
        if plan.rows or moved:
            planned |= touched
    at = type_coerce(FeedRevision.changed_at, BigInteger)
    second = literal(int(now.timestamp()), BigInteger)
    later = case((at + 1 > second, at + 1), else_=second)
    for key in sorted(planned | shown):
        values: dict[str, Any] = {"plan": FeedRevision.plan + 1}
        if key in shown:
            values |= {
                "revision": FeedRevision.revision + 1,
                "changed_at": type_coerce(later, Instant),
            }
        _upsert(
            session,
            FeedRevision,
            {
                "institution_id": key, "tier": PUBLIC, "revision": int(key in shown), "plan": 1,
                "changed_at": now if key in shown else ALWAYS,
            },
            values,
        )  # fmt: skip


def _upsert(
    session: Session, table: type[Base], row: Mapping[str, Any], changes: Mapping[str, Any]
) -> None:
    """Adds the row, or changes the one with its key: one statement, whoever else is counting."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(table)
        .values(row)
        .on_conflict_do_update(index_elements=list(table.__table__.primary_key), set_=changes)
    )
