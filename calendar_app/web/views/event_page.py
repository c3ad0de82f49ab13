"""The page of one event."""

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import NotFound
from calendar_app.core.names import PUBLIC_ID, slugify
from calendar_app.core.timespan import local_day
from calendar_app.db.transaction import reading
from calendar_app.events.actions import draft_of
from calendar_app.events.models import Event, Occurrence, Term
from calendar_app.events.own_queries import find_own_event
from calendar_app.events.queries import (
    access_of,
    get_event,
    is_public,
    list_related,
    list_terms,
)
from calendar_app.events.visibility import effective_visibility, sees_inside
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import may
from calendar_app.web.context import current
from calendar_app.web.forms.event_words import shown
from calendar_app.web.linked_data import event_data
from calendar_app.web.opening_words import hours_in_words
from calendar_app.workflow import flag, register

blueprint = Blueprint("event_page", __name__)

SOON, LATER = 24, 200
"""How many coming moments stand open, and how many more fold out; the rest is in the .ics."""


@blueprint.app_template_global("event_url")
def event_url(event: Event) -> str:
    """The canonical address of an event's page."""
    slug = slugify(event.title_nl or event.title_en) or "-"
    return url_for("event_page.show", public_id=event.public_id, slug=slug)


@blueprint.get("/events/<string(length=12):public_id>")
def show_short(public_id: str) -> Response:
    """The short address; only those who may see the event learn its title from the redirect."""
    viewer = current.viewer
    if not PUBLIC_ID.fullmatch(public_id):
        raise NotFound
    with reading(current.session):
        event = get_event(current.session, public_id, viewer, current.now)
        return redirect(event_url(event), 301 if is_public(event, current.now) else 303)


@blueprint.get("/events/<string(length=12):public_id>-<slug>")
def show(public_id: str, slug: str) -> str | Response:
    """The page; another slug leads to the canonical one, after visibility is checked."""
    viewer = current.viewer
    if not PUBLIC_ID.fullmatch(public_id):
        raise NotFound
    with reading(current.session):
        event = get_event(current.session, public_id, viewer, current.now)
        if slug != (slugify(event.title_nl or event.title_en) or "-"):
            return redirect(event_url(event), 303)
        kind = event.kind_term
        found = None
        about = register.about(event)
        if event.planning != "cancelled" and may(viewer, "clash.check", about):
            found = flag.check_draft(
                current.session, viewer, draft_of(event), current.now, event.id, propose=False,
                about=about,
            )  # fmt: skip
        related = list_related(current.session, event, viewer, current.now)
        own = event.planning != "cancelled" and may(viewer, "event.change", about)
        brief = find_own_event(current.session, event) if own else None
        cases = flag.list_cases_of(current.session, viewer, event, current.now)
        values = _page(event, kind, viewer)
        # Of which facts single dates have some; asked only where they do.
        few = any(moment.access for moment in event.occurrences)
        values["access_terms"] = (
            [term for term in list_terms(current.session) if term.scheme == "access"] if few else []
        )
    return current.page(
        "events/show.html", found=found, problem="", cases=cases, related=related,
        brief=brief, **values,
    )  # fmt: skip


def _page(event: Event, kind: Term | None, viewer: Viewer) -> dict[str, Any]:
    now = current.now
    runs = [moment for moment in event.occurrences if _is_period(moment, event)]
    moments = [moment for moment in event.occurrences if not _is_period(moment, event)]
    coming = [moment for moment in moments if moment.ends_at > now]
    linked = None
    if is_public(event, now):
        url = current.absolute(event_url(event))
        linked = event_data(event, kind, url, runs + moments)
    return {
        "event": event,
        "shown": shown,
        "kind": kind,
        "runs": runs,
        "soon": coming[:SOON],
        "later": coming[SOON : SOON + LATER],
        "left": max(len(coming) - SOON - LATER, 0),
        "past": [moment for moment in moments if moment.ends_at <= now][-LATER:],
        "terms": {
            scheme: [term for term in event.terms if term.scheme == scheme]
            for scheme in ("discipline", "audience", "theme", "access")
        },
        "inside": sees_inside(viewer, access_of(event)),
        "opening": hours_in_words(event, local_day(now)),
        "reaches": effective_visibility(access_of(event), now),
        "linked_data": linked,
    }


def _is_period(moment: Occurrence, event: Event) -> bool:
    """Whether it is how long the event itself runs. The campaign for a show is a moment of it."""
    period = "campaign" if event.kind == "campaign" else "run"
    return moment.role in ("run", period) and moment.status == "scheduled"
