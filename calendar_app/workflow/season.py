"""A whole season at once: parts of a festival, many events changed together, and campaigns.

Each function: permission → save → re-flag → re-render, in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound, too_long
from calendar_app.core.language import N_
from calendar_app.core.names import PUBLIC_ID, clean_line
from calendar_app.core.timespan import local_day
from calendar_app.events import actions
from calendar_app.events.actions import load_for_change
from calendar_app.events.lines import read_lines
from calendar_app.events.models import BulkChange, Event, Promotion
from calendar_app.events.queries import list_own_events, list_terms
from calendar_app.events.rules import FOR_COLLEAGUES, EventDraft
from calendar_app.feeds.actions import rerender
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import may, require
from calendar_app.workflow.flag import flag_events
from calendar_app.workflow.register import (
    WIDER,
    about,
    own_event,
    register_event,
)

MOST_PARTS, MOST_EVENTS = 200, 500
BULK = {"planning": ("idea", "option", "confirmed"),
        "visibility": ("sealed", "coordinators", "partners", "press", "public"),
        "theme": ()}  # fmt: skip


def add_parts(
    session: Session, viewer: Viewer, public_id: str, kind: str, table: str, now: datetime,
    base_url: str,
) -> list[Event]:  # fmt: skip
    """Sub-events of a festival from a pasted table: a line each, date and time; title; room.
    They take over who leads (a co-organiser leads its own), where, for whom, and who may see
    them. Raises :class:`Invalid` with all lines that are not clear."""
    umbrella = own_event(session, viewer, public_id, "event.change", now)
    lines = [line for line in table.splitlines() if line.strip()]
    errors: list[FieldError] = []
    drafts: list[EventDraft] = []
    if not lines:
        errors.append(FieldError("table", N_("Give at least one line.")))
    if len(lines) > MOST_PARTS:
        errors.append(FieldError("table", N_("This list is too long. Paste it in parts.")))
    base = replace(actions.draft_of(umbrella), lead_id=_leads_parts(viewer, umbrella))
    for number, line in enumerate(lines[:MOST_PARTS], start=1):
        when, title, room = _cells(line)
        moments, wrong = read_lines(when, local_day(now), where="table")
        params = {"line": number, "text": line.strip()[:60]}
        errors += [FieldError("table", one.message, {**one.params, **params}) for one in wrong]
        if not title and not wrong:
            missing = N_("There is no title. Write: date and time; title; hall.")
            errors.append(FieldError("table", missing, params))
        for one in (*too_long("table", title, 200), *too_long("table", room, 120)):
            errors.append(FieldError("table", one.message, {**one.params, **params}))
        drafts.append(
            replace(
                base, kind=kind, title_nl=title, title_en="", room=room or base.room,
                description_nl="", description_en="", parent_id=umbrella.id, date_type="single",
                precision="exact", opening_hours=None, details=None, moments=tuple(moments),
                production=None, expected_visitors=None, internal_note="", channels=(),
            )
        )  # fmt: skip
    if errors:
        raise Invalid(*errors)
    return [
        register_event(
            session, viewer, draft, now, base_url, as_draft=umbrella.moderation == "draft"
        )
        for draft in drafts
    ]


def _leads_parts(viewer: Viewer, umbrella: Event) -> int:
    if umbrella.lead_id in viewer.institution_ids:
        return umbrella.lead_id
    return min(about(umbrella).institution_ids & viewer.institution_ids)


def _cells(line: str) -> tuple[str, str, str]:
    """Date and time, title, room: by bar or semicolon, whichever the line has."""
    mark = "|" if "|" in line else ";"
    cells = [clean_line(cell) for cell in line.split(mark)]
    cells += [""] * (3 - len(cells))
    return cells[0], cells[1], cells[2]


@dataclass(frozen=True, slots=True)
class Planned:
    """What one bulk change would do to one event; ``problem`` when it is passed over."""

    event: Event
    before: str
    after: str
    problem: str = ""


def plan_bulk(
    session: Session, viewer: Viewer, public_ids: Sequence[str], field: str, value: str,
    now: datetime,
) -> list[Planned]:  # fmt: skip
    """What changing one field of a selection would do; nothing is changed. Raises
    :class:`Invalid` for an unknown field or value, or an empty selection."""
    themes = {term.slug for term in list_terms(session) if term.scheme == "theme"}
    allowed = themes if field == "theme" else BULK.get(field, ())
    if value not in allowed:
        raise Invalid(FieldError("change", _CHOICE))
    events = _chosen(session, viewer, public_ids, now)
    if not events:
        raise Invalid(FieldError("events", N_("Choose at least one event.")))
    return [_planned(viewer, event, field, value) for event in events]


_CHOICE = N_("This choice does not exist. Pick one of the list.")


def _chosen(
    session: Session, viewer: Viewer, public_ids: Sequence[str], now: datetime
) -> Sequence[Event]:
    """The events with these ids, all of them the viewer's own; raises :class:`Invalid`."""
    wanted = set(public_ids)
    if len(wanted) > MOST_EVENTS:
        many = N_("At most %(most)s events at a time. Choose fewer.")
        raise Invalid(FieldError("events", many, {"most": MOST_EVENTS}))
    known = [one for one in wanted if PUBLIC_ID.fullmatch(one)]
    events = list_own_events(session, viewer, now, public_ids=known)
    if len(events) < len(wanted):
        gone = N_("One of these events is not yours, or is gone. Choose again.")
        raise Invalid(FieldError("events", gone))
    return events


def _planned(viewer: Viewer, event: Event, field: str, value: str) -> Planned:
    if field == "theme":
        before = ", ".join(term.slug for term in event.terms if term.scheme == "theme")
    else:
        before = str(getattr(event, field))
    problem = ""
    if not may(viewer, "event.change", about(event)):
        problem = N_("not yours to change")
    elif event.planning == "cancelled":
        problem = N_("does not go ahead")
    elif event.kind in FOR_COLLEAGUES and value in WIDER:
        problem = N_("is for institutions only")
    elif value in before.split(", "):
        problem = N_("is like that already")
    return Planned(event, before, value, problem)


def apply_bulk(
    session: Session, viewer: Viewer, public_ids: Sequence[str], field: str, value: str,
    now: datetime, base_url: str,
) -> BulkChange:  # fmt: skip
    """Carries it out for all that are not passed over, and keeps what undoes it."""
    planned = [
        one for one in plan_bulk(session, viewer, public_ids, field, value, now) if not one.problem
    ]
    done = {}
    for one in planned:
        event = load_for_change(session, one.event.public_id)
        require(viewer, "event.change", about(event))
        draft = actions.draft_of(event)
        before = list(draft.themes) if field == "theme" else getattr(draft, field)
        after = [*draft.themes, value] if field == "theme" else value
        if actions.change_event(session, event, _with(draft, field, after), viewer.user_id, now):
            done[event.public_id] = [before, after]
    bulk = BulkChange(user_id=viewer.user_id, at=now, data={"field": field, "events": done})
    session.add(bulk)
    session.flush()
    _follow_all(session, list(done), now, base_url)
    return bulk


def see_bulk(session: Session, viewer: Viewer, bulk_id: str, *, change: bool = False) -> BulkChange:
    """A change that the viewer made, locked when it is to be changed."""
    query = select(BulkChange).where(
        BulkChange.public_id == bulk_id, BulkChange.user_id == viewer.user_id
    )
    bulk = session.scalar(query.with_for_update() if change else query)
    if bulk is None:
        raise NotFound
    return bulk


def undo_bulk(
    session: Session, viewer: Viewer, bulk_id: str, now: datetime, base_url: str
) -> tuple[int, int]:
    """Puts back what nobody has changed since; how many were, and how many were passed over.
    Only whoever made the change can; a second time does nothing."""
    bulk = see_bulk(session, viewer, bulk_id, change=True)
    if bulk.undone_at is not None:
        return 0, 0
    field, back = bulk.data["field"], []
    for public_id, (before, after) in bulk.data["events"].items():
        event = load_for_change(session, public_id)
        draft = actions.draft_of(event)
        now_is = list(draft.themes) if field == "theme" else getattr(draft, field)
        same = sorted(now_is) == sorted(after) if field == "theme" else now_is == after
        if same and may(viewer, "event.change", about(event)):
            undone = _with(draft, field, before)
            actions.change_event(session, event, undone, viewer.user_id, now, action="undone")
            back.append(public_id)
    bulk.undone_at = now
    session.flush()
    _follow_all(session, back, now, base_url)
    return len(back), len(bulk.data["events"]) - len(back)


def _with(draft: EventDraft, field: str, value: Any) -> EventDraft:
    if field == "theme":
        return replace(draft, themes=tuple(value))
    changes: dict[str, Any] = {field: value}
    return replace(draft, **changes)


def _follow_all(session: Session, public_ids: list[str], now: datetime, base_url: str) -> None:
    keys = session.scalars(select(Event.id).where(Event.public_id.in_(public_ids))).all()
    if keys:
        flag_events(session, keys, now)
        rerender(session, sorted(keys), now, base_url)


def promote(
    session: Session, viewer: Viewer, public_id: str, promoted: Sequence[str], now: datetime
) -> Event:
    """Links a campaign to the events it promotes. What the viewer cannot choose from, as it is
    over or another organiser's, stays linked; choosing it raises :class:`Invalid`."""
    campaign = own_event(session, viewer, public_id, "event.change", now)
    if campaign.kind != "campaign":
        raise NotFound
    wanted = {
        event.id: event
        for event in _chosen(session, viewer, promoted, now)
        if event.id != campaign.id
    }
    stored = {
        row.event_id: row
        for row in session.scalars(select(Promotion).where(Promotion.campaign_id == campaign.id))
    }
    own = {event.id for event in list_own_events(session, viewer, now)}
    gone, new = (stored.keys() & own) - wanted.keys(), wanted.keys() - stored.keys()
    for key in gone:
        session.delete(stored[key])
    for key in new:
        session.add(Promotion(campaign_id=campaign.id, event_id=key))
    session.flush()
    if gone or new:
        told = {"promotes": [len(stored), len(stored) - len(gone) + len(new)]}
        actions.record(session, campaign, viewer.user_id, now, "changed", told)
    return campaign
