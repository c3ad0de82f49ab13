"""Writing events: flushes, never commits. Ids live on; nothing is deleted."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from calendar_app.core.errors import NotFound, Stale
from calendar_app.core.language import N_
from calendar_app.core.names import fold, new_public_id
from calendar_app.core.timespan import at_wall, midnight
from calendar_app.events.models import Change, Event, Occurrence, Term
from calendar_app.events.rules import EventDraft, Moment, has_moved, match_moments
from calendar_app.people.models import Institution

_PLAIN_FIELDS = (
    "kind", "lead_id", "title_nl", "title_en", "description_nl", "description_en", "venue_id",
    "room", "parent_id", "production", "genre", "radius_km", "radius_weeks", "reach",
    "expected_visitors", "date_type", "precision", "opening_hours", "details", "planning",
    "visibility", "public_at", "url", "ticket_url", "price_cents", "price_note_nl",
    "price_note_en", "languages", "contact_email", "channels", "internal_note",
)  # fmt: skip
_KEPT = ("sold_out", "access")
_TERM_SCHEMES = ("discipline", "audience", "theme", "access")
_MOMENT_FIELDS = (
    "role", "all_day", "starts_at", "ends_at", "starts_wall", "ends_wall", "starts_fold",
    "ends_fold", "zone", "starts_on", "ends_on", "status", "sold_out",
    "access",
)  # fmt: skip


def load_for_change(session: Session, public_id: str) -> Event:
    """The event with its terms and occurrences, locked against other writers."""
    event = session.scalar(
        select(Event)
        .where(Event.public_id == public_id)
        .options(
            joinedload(Event.lead, innerjoin=True).joinedload(Institution.region, innerjoin=True),
            selectinload(Event.terms),
            selectinload(Event.occurrences),
            selectinload(Event.organisers),
            selectinload(Event.shares),
        )
        .execution_options(populate_existing=True)
        .with_for_update(of=Event)
    )
    if event is None:
        raise NotFound
    return event


def add_event(
    session: Session,
    draft: EventDraft,
    user_id: int | None,
    now: datetime,
    *,
    public_id: str | None = None,
    moderation: str = "approved",
    action: str = "registered",
) -> Event:
    """Stores a new event with its moments and the first line of its history."""
    event = Event(
        public_id=public_id or new_public_id(),
        moderation=moderation,
        created_at=now,
        created_by_id=user_id,
        updated_at=now,
        terms=[],
        occurrences=[],
        organisers=[],
        shares=[],
    )
    _set_plain(event, draft)
    event.terms = _terms(session, draft)
    event.occurrences = [_new_occurrence(moment) for moment in draft.moments]
    session.add(event)
    session.flush()
    record(session, event, user_id, now, action, {})
    return event


def change_event(
    session: Session,
    event: Event,
    draft: EventDraft,
    user_id: int | None,
    now: datetime,
    *,
    version: int | None = None,
    action: str = "changed",
) -> dict[str, Any]:
    """Brings a loaded event to what the draft says; returns ``{field: [before, after]}``.

    ``version`` is the one the person saw: :class:`Stale` when somebody else saved since.
    Moments keep their occurrence (:func:`match_moments`); those left over are cancelled.
    """
    if version is not None and version != event.version:
        raise Stale(
            N_("Somebody else changed this event while you were working on it."), event.version
        )
    before = snapshot(event)
    # One flush, so that one save is one version.
    with session.no_autoflush:
        event.terms = _terms(session, draft)
        certain = event.planning == "confirmed"
        _set_plain(event, draft)
        _set_moments(event, draft, certain=certain)
    after = snapshot(event)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changes:
        event.updated_at = now
        # Two saves within a second, or a change of moments alone, still are a new version.
        flag_modified(event, "updated_at")
        session.flush()
        record(session, event, user_id, now, action, changes)
    return changes


def cancel_event(
    session: Session, event: Event, reason: str, user_id: int | None, now: datetime
) -> None:
    """The event does not go ahead; it stays, so that subscribers learn of it."""
    if event.planning == "cancelled":
        return
    before = event.planning
    event.planning, event.cancel_reason, event.updated_at = "cancelled", reason, now
    session.flush()
    record(
        session,
        event,
        user_id,
        now,
        "cancelled",
        {"planning": [before, "cancelled"], "cancel_reason": ["", reason]},
    )


def set_fields(
    session: Session, event: Event, user_id: int | None, now: datetime, action: str, **values: Any
) -> bool:
    """Sets single fields of a loaded event, with a line of history; whether anything changed."""
    changes = {
        name: [_plain(getattr(event, name)), _plain(value)]
        for name, value in values.items()
        if getattr(event, name) != value
    }
    if not changes:
        return False
    for name, value in values.items():
        setattr(event, name, value)
    event.updated_at = now
    flag_modified(event, "updated_at")
    session.flush()
    record(session, event, user_id, now, action, changes)
    return True


def snapshot(event: Event) -> dict[str, Any]:
    """The event's own values as JSON can hold them, for history and comparison."""
    values: dict[str, Any] = {name: _plain(getattr(event, name)) for name in _PLAIN_FIELDS}
    for scheme in _TERM_SCHEMES:
        values[scheme] = sorted(term.slug for term in event.terms if term.scheme == scheme)
    values["moments"] = [
        {"id": o.public_id, **{name: _plain(getattr(o, name)) for name in _MOMENT_FIELDS}}
        for o in sorted(event.occurrences, key=lambda o: (o.starts_at, o.public_id or ""))
    ]
    return values


def draft_of(event: Event) -> EventDraft:
    """The loaded event as a draft: what a form starts from."""
    slugs = {
        scheme: tuple(term.slug for term in event.terms if term.scheme == scheme)
        for scheme in _TERM_SCHEMES
    }
    return EventDraft(
        **{name: _fixed(getattr(event, name)) for name in _PLAIN_FIELDS},
        disciplines=slugs["discipline"],
        audiences=slugs["audience"],
        themes=slugs["theme"],
        access=slugs["access"],
        moments=tuple(moment_of(o) for o in event.occurrences),
    )


def moment_of(occurrence: Occurrence) -> Moment:
    """A stored occurrence as a plain moment that carries its key."""
    return Moment(
        **{name: _fixed(getattr(occurrence, name)) for name in _MOMENT_FIELDS},
        key=occurrence.public_id,
        external_key=occurrence.external_key,
    )


def _set_plain(event: Event, draft: EventDraft) -> None:
    for name in _PLAIN_FIELDS:
        value = _stored(getattr(draft, name))
        if getattr(event, name) != value:
            setattr(event, name, value)
    event.search_text = fold(f"{draft.title_nl} {draft.title_en}")[:500]


def _terms(session: Session, draft: EventDraft) -> list[Term]:
    wanted = {
        (scheme, slug)
        for scheme, slugs in (
            ("discipline", draft.disciplines),
            ("audience", draft.audiences),
            ("theme", draft.themes),
            ("access", draft.access),
        )
        for slug in slugs
    }
    if not wanted:
        return []
    found = session.scalars(
        select(Term)
        .where(Term.slug.in_({slug for _, slug in wanted}))
        .order_by(Term.scheme, Term.position, Term.id)
    )
    return [term for term in found if (term.scheme, term.slug) in wanted]


def _set_moments(event: Event, draft: EventDraft, *, certain: bool) -> None:
    # Cancelled occurrences stay where they are unless the draft brings them back.
    stored = [moment_of(occurrence) for occurrence in event.occurrences]
    matched, left = match_moments(stored, draft.moments)
    by_key = {occurrence.public_id: occurrence for occurrence in event.occurrences}
    for moment in matched:
        if moment.key is None:
            event.occurrences.append(_new_occurrence(moment))
        else:
            _set_occurrence(by_key[moment.key], moment, fixed=certain)
    for moment in left:
        if moment.key is not None:
            by_key[moment.key].status = "cancelled"


def _set_occurrence(occurrence: Occurrence, moment: Moment, *, fixed: bool) -> None:
    # A date that was certain is moved: people must find out from when. Back again is not moved.
    if fixed and has_moved(moment_of(occurrence), moment):
        back = moment.starts_at == occurrence.previous_starts_at
        first = occurrence.previous_starts_at or occurrence.starts_at
        occurrence.previous_starts_at = None if back else first
    for name in _MOMENT_FIELDS:
        value = _stored(getattr(moment, name))
        if value is None and name in _KEPT:
            continue
        if getattr(occurrence, name) != value:
            setattr(occurrence, name, value)
    if moment.external_key is not None:
        occurrence.external_key = moment.external_key


def _new_occurrence(moment: Moment) -> Occurrence:
    values = {name: _stored(getattr(moment, name)) for name in _MOMENT_FIELDS}
    values["sold_out"], values["access"] = values["sold_out"] or False, values["access"] or []
    return Occurrence(**values, external_key=moment.external_key)


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def record(
    session: Session,
    event: Event,
    user_id: int | None,
    now: datetime,
    action: str,
    data: dict[str, Any],
) -> None:
    """Adds a line to the event's history."""
    session.add(
        Change(
            event_id=event.id, version=event.version, at=now, user_id=user_id, action=action,
            data=data,
        )
    )  # fmt: skip
    session.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str | dict):
        return list(value)
    return value


def refresh_instants(session: Session) -> set[int]:
    """Derives the instants of all stored moments anew from their wall times, after the rules of
    a time zone changed; returns the events (keys) that moved. The wall time is the truth."""
    moved: set[int] = set()
    columns = (
        Occurrence.id, Occurrence.event_id, Occurrence.all_day, Occurrence.zone,
        Occurrence.starts_wall, Occurrence.starts_fold, Occurrence.ends_wall, Occurrence.ends_fold,
        Occurrence.starts_on, Occurrence.ends_on, Occurrence.starts_at, Occurrence.ends_at,
    )  # fmt: skip
    for row in session.execute(select(*columns)).all():
        if row.all_day:
            starts_at, ends_at = midnight(row.starts_on, row.zone), midnight(row.ends_on, row.zone)
        else:
            starts_at = at_wall(row.starts_wall, row.starts_fold, row.zone)
            ends_at = at_wall(row.ends_wall, row.ends_fold, row.zone)
            # An end that the new rules put before the start keeps the length it had.
            if ends_at <= starts_at:
                ends_at = starts_at + (row.ends_at - row.starts_at)
        if (starts_at, ends_at) != (row.starts_at, row.ends_at):
            session.execute(
                update(Occurrence)
                .where(Occurrence.id == row.id)
                .values(starts_at=starts_at, ends_at=ends_at)
            )
            moved.add(row.event_id)
    return moved


def load_taxonomy(session: Session) -> None:
    """The kinds, disciplines, audiences and first themes that always exist, where absent."""
    known = {(row.scheme, row.slug) for row in session.execute(select(Term.scheme, Term.slug))}
    table = files("calendar_app.events").joinpath("data", "taxonomy.json").read_text("utf-8")
    for row in json.loads(table):
        if (row["scheme"], row["slug"]) not in known:
            session.add(Term(**row))
    session.flush()
