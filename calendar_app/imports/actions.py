"""Carrying out a plan: flushes, never commits. Nothing is deleted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from calendar_app.core.names import clean_line, fold
from calendar_app.core.timespan import at_wall
from calendar_app.events import actions
from calendar_app.events.models import Event
from calendar_app.events.rules import EventDraft, Moment, all_day_moment, timed_moment
from calendar_app.imports import queries
from calendar_app.imports.ics import FoundEvent, FoundMoment
from calendar_app.imports.models import Source, SourceItem
from calendar_app.imports.plan import Planned, values_of
from calendar_app.people.models import Institution

_LOCK = 7_203_114_003

Place = tuple[int | None, str]
"""A venue's key and a room."""


def hold_source(session: Session, institution_id: int) -> None:
    """One import at a time for an institution, until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("select pg_advisory_xact_lock(:key, :who)"),
            {"key": _LOCK % 2**31, "who": institution_id % 2**31},
        )


def ensure_source(
    session: Session, institution: Institution, kind: str, event_kind: str, now: datetime
) -> Source:
    """The institution's source for files of this kind."""
    source = session.scalar(
        select(Source).where(Source.institution_id == institution.id, Source.kind == kind)
    )
    if source is None:
        source = Source(
            institution_id=institution.id, kind=kind, event_kind=event_kind, created_at=now
        )
        session.add(source)
    source.event_kind = event_kind
    session.flush()
    return source


def apply_plan(
    session: Session,
    institution: Institution,
    source: Source,
    planned: Sequence[Planned],
    items: Mapping[str, SourceItem],
    events: Mapping[int, Event],
    user_id: int | None,
    now: datetime,
    moderation: str = "approved",
) -> list[int]:
    """Carries the plan out; returns the keys of the events that are new or changed. ``moderation``
    is what new ones are in the institution's region."""
    venues = queries.venues_by_name(session)
    where = partial(place, institution=institution, venues=venues)
    touched: list[int] = []
    for line in planned:
        item = items.get(line.uid)
        if line.action == "new" and line.found is not None:
            draft = draft_of_found(line.found, institution, source.event_kind, venues)
            event = actions.add_event(
                session, draft, user_id, now, action="imported", moderation=moderation
            )
            session.add(
                SourceItem(
                    source_id=source.id, uid=line.uid, event_id=event.id,
                    given={**values_of(line.found, draft.kind), "place": queries.place_of(event)},
                )
            )  # fmt: skip
            touched.append(event.id)
        elif item is not None:
            event = events[item.event_id]
            if _follow(session, line, item, event, where, user_id, now):
                touched.append(item.event_id)
    session.flush()
    return touched


def _follow(
    session: Session,
    line: Planned,
    item: SourceItem,
    event: Event,
    where: Callable[[str], Place],
    user_id: int | None,
    now: datetime,
) -> bool:
    """Brings one known event in step; whether it changed."""
    if line.found is None:
        item.missing += 1
        if line.action != "gone":
            return False
        actions.cancel_event(session, event, "", user_id, now)
        # It was the source that cancelled; when it is back there, it goes ahead again.
        item.given = {**item.given, "planning": "cancelled"}
        return True
    item.missing = 0
    changes: dict[str, Any] = {}
    if line.fields:
        draft = _changed(actions.draft_of(event), line.fields, line.found, where)
        changes = actions.change_event(session, event, draft, user_id, now, action="imported")
    # Of a field that a person edited, the source's older value stays the one to compare with.
    given = {
        name: item.given.get(name) if name in line.kept else value
        for name, value in values_of(line.found, event.kind, item.given).items()
    }
    kept = "location" in line.kept and "place" in item.given
    item.given = {**given, "place": item.given["place"] if kept else queries.place_of(event)}
    return bool(changes)


def _changed(
    draft: EventDraft,
    fields: Mapping[str, list[Any]],
    found: FoundEvent,
    where: Callable[[str], Place],
) -> EventDraft:
    values: dict[str, Any] = {}
    for name, (_before, after) in fields.items():
        if name in ("title", "description"):
            most = 200 if name == "title" else 5000
            values[f"{name}_{found.language}"] = str(after)[:most]
        elif name == "url":
            values["url"] = str(after)[:500]
        elif name in ("planning", "visibility"):
            values[name] = after
        elif name == "location":
            values["venue_id"], values["room"] = where(found.location)
        elif name == "moments":
            own = [m for m in draft.moments if m.external_key is None]
            values["moments"] = (*(moment_of(m) for m in found.moments), *own)
    return replace(draft, **values)


def draft_of_found(
    found: FoundEvent, institution: Institution, event_kind: str, venues: Mapping[str, int]
) -> EventDraft:
    """An event as it is registered the first time."""
    moments = tuple(moment_of(moment) for moment in found.moments)
    runs = any(moment.role == "run" for moment in moments)
    venue_id, room = place(found.location, institution, venues)
    title = found.title[:200]
    kind = "exhibition" if runs else event_kind
    return EventDraft(
        kind=kind,
        lead_id=institution.id,
        title_nl=title if found.language != "en" else "",
        title_en=title if found.language == "en" else "",
        description_nl=found.description[:5000] if found.language != "en" else "",
        description_en=found.description[:5000] if found.language == "en" else "",
        disciplines=tuple(institution.default_disciplines or ())[:1],
        venue_id=venue_id,
        room=room,
        planning=found.planning,
        visibility=str(values_of(found, kind)["visibility"]),
        url=found.url[:500],
        date_type="periodic" if runs else "multiple" if len(moments) > 1 else "single",
        moments=moments,
    )


def place(location: str, institution: Institution, venues: Mapping[str, int]) -> Place:
    """A location as a venue, where its name or what stands before the first comma is one, else
    as a room in words; without a location it is at home."""
    text = clean_line(location)
    if not text:
        return institution.home_venue_id, ""
    venue_id = venues.get(fold(text)) or venues.get(fold(text.split(",")[0]))
    return venue_id, "" if venue_id else text[:120]


def moment_of(found: FoundMoment) -> Moment:
    """A found moment as the calendar stores it, under the source's own key."""
    status = "cancelled" if found.cancelled else "scheduled"
    if found.all_day:
        return all_day_moment(
            found.role, date.fromisoformat(found.starts), date.fromisoformat(found.ends),
            zone=found.zone, status=status, external_key=found.key[:120],
        )  # fmt: skip
    moment = timed_moment(
        found.role, datetime.fromisoformat(found.starts), datetime.fromisoformat(found.ends),
        fold=found.starts_fold, zone=found.zone, status=status, external_key=found.key[:120],
    )  # fmt: skip
    if moment.ends_fold != found.ends_fold:
        ends = at_wall(datetime.fromisoformat(found.ends), found.ends_fold, found.zone)
        moment = replace(
            moment,
            ends_fold=found.ends_fold,
            ends_at=max(ends, moment.starts_at + timedelta(minutes=1)),
        )
    return moment
