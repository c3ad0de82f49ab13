"""Carrying out a plan: flushes, never commits. Nothing is deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from calendar_app.core.names import clean_line, fold
from calendar_app.core.timespan import at_wall
from calendar_app.events import actions
from calendar_app.events.models import Event
from calendar_app.events.rules import EventDraft, Moment, all_day_moment, timed_moment
from calendar_app.imports.ics import FoundEvent, FoundMoment
from calendar_app.imports.models import Source, SourceItem
from calendar_app.imports.plan import Planned, values_of
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue

_LOCK = 7_203_114_003


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


def venues_by_name(session: Session) -> dict[str, int]:
    """Venues by folded name, to recognise a location."""
    rows = session.execute(select(Venue.name, Venue.id).order_by(Venue.id).limit(5000))
    return {fold(row.name): row.id for row in rows}


def apply_plan(
    session: Session,
    institution: Institution,
    source: Source,
    planned: Sequence[Planned],
    items: Mapping[str, SourceItem],
    events: Mapping[int, Event],
    user_id: int | None,
    now: datetime,
) -> list[int]:
    """Carries the plan out; returns the keys of the events that are new or changed."""
    venues = venues_by_name(session)
    touched: list[int] = []
    for line in planned:
        item = items.get(line.uid)
        if line.action == "new" and line.found is not None:
            draft = draft_of_found(line.found, institution, source.event_kind, venues)
            event = actions.add_event(session, draft, user_id, now, action="imported")
            session.add(
                SourceItem(
                    source_id=source.id, uid=line.uid, event_id=event.id,
                    given=values_of(line.found),
                )
            )  # fmt: skip
            touched.append(event.id)
        elif item is not None:
            if _follow(session, line, item, events[item.event_id], user_id, now):
                touched.append(item.event_id)
    session.flush()
    return touched


def _follow(
    session: Session,
    line: Planned,
    item: SourceItem,
    event: Event,
    user_id: int | None,
    now: datetime,
) -> bool:
    """Brings one known event in step; whether it changed."""
    if line.found is None:
        if line.action in ("missing", "gone"):
            item.missing += 1
        if line.action == "gone":
            actions.cancel_event(session, event, "", user_id, now)
            return True
        return False
    item.missing = 0
    given = values_of(line.found)
    # Of a field that a person edited, the source's older value stays the one to compare with.
    item.given = {
        name: item.given.get(name) if name in line.kept else value for name, value in given.items()
    }
    if not line.fields:
        return False
    draft = actions.draft_of(event)
    return bool(
        actions.change_event(
            session, event, _changed(draft, line.fields, line.found), user_id, now,
            action="imported",
        )
    )  # fmt: skip


def _changed(draft: EventDraft, fields: Mapping[str, list[Any]], found: FoundEvent) -> EventDraft:
    values: dict[str, Any] = {}
    for name, (_before, after) in fields.items():
        if name in ("title", "description"):
            most = 200 if name == "title" else 5000
            values[f"{name}_{found.language}"] = str(after)[:most]
        elif name == "url":
            values["url"] = str(after)[:500]
        elif name == "planning":
            values["planning"] = after
        elif name == "moments":
            own = [m for m in draft.moments if m.external_key is None]
            values["moments"] = (*(moment_of(m) for m in found.moments), *own)
    return replace(draft, **values)


def draft_of_found(
    found: FoundEvent, institution: Institution, event_kind: str, venues: Mapping[str, int]
) -> EventDraft:
    """An event as it is registered the first time. What the source keeps private is sealed;
    what is confirmed there is public, an option is for coordinators."""
    moments = tuple(moment_of(moment) for moment in found.moments)
    runs = any(moment.role == "run" for moment in moments)
    place = clean_line(found.location)
    venue_id = venues.get(fold(place)) or venues.get(fold(place.split(",")[0]))
    visibility = "public" if found.planning != "option" else "coordinators"
    title = found.title[:200]
    return EventDraft(
        kind="exhibition" if runs else event_kind,
        lead_id=institution.id,
        title_nl=title if found.language != "en" else "",
        title_en=title if found.language == "en" else "",
        description_nl=found.description[:5000] if found.language != "en" else "",
        description_en=found.description[:5000] if found.language == "en" else "",
        disciplines=tuple(institution.default_disciplines or ())[:1],
        venue_id=venue_id or (institution.home_venue_id if not place else None),
        room="" if venue_id else place[:120],
        planning=found.planning,
        visibility="sealed" if found.secret else visibility,
        url=found.url[:500],
        date_type="periodic" if runs else "multiple" if len(moments) > 1 else "single",
        moments=moments,
    )


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
