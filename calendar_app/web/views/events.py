"""Registering: the form for a new or stored event, cancelling, and the history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, NotFound, Stale, TooMany
from calendar_app.core.language import N_
from calendar_app.core.names import PUBLIC_ID, clean_line, new_public_id
from calendar_app.core.timespan import local_day
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.actions import draft_of
from calendar_app.events.copying import copy_draft
from calendar_app.events.models import Event, Term
from calendar_app.events.own_queries import find_own_event
from calendar_app.events.queries import list_changes, list_terms
from calendar_app.events.rules import EventDraft
from calendar_app.events.todo import OwnEvent
from calendar_app.people.models import Institution
from calendar_app.people.queries import list_own_institutions, names_of
from calendar_app.places.models import Venue
from calendar_app.places.queries import list_venues
from calendar_app.web.context import current
from calendar_app.web.field_names import field_name
from calendar_app.web.filters import read_choice
from calendar_app.web.forms import event_words as words
from calendar_app.web.forms.event import EventForm, values_of
from calendar_app.web.views.event_page import event_url
from calendar_app.workflow import flag, register

blueprint = Blueprint("events", __name__)

WORDS: dict[str, Any] = {"field_name": field_name} | {
    name: getattr(words, name)
    for name in (
        "shown", "moments_changed", "term_choices", "role_choices",
        "venue_choices", "needs_fold", "more_filled", "repeats", "language_choices", "weekday_name",
        "weekday_choices", "ticked_dates", "other_hours",
    )
}  # fmt: skip
_BUSY = FieldError(
    "title",
    N_("The calendar is busy and could not save this. Nothing you typed is lost: save again."),
)
_RENAME = {"starts": "starts_on", "public_at": "public_on"}


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form lets one choose from."""

    terms: Sequence[Term]
    institutions: Sequence[Institution]
    venues: Sequence[Venue]

    @property
    def own_venues(self) -> list[Venue]:
        """The venues of one's own institutions: first in the list."""
        own = {institution.id for institution in self.institutions}
        return [venue for venue in self.venues if venue.institution_id in own]


def load_offered(event: Event | None = None) -> Offered:
    """The choices for the signed-in person (three queries), inside a transaction. Who organises
    an event with its lead cannot take the lead over."""
    session, own = current.session, current.viewer.institution_ids
    led_by_others = event is not None and event.lead_id not in own
    return Offered(
        list_terms(session),
        [event.lead] if event and led_by_others else list_own_institutions(session, own),
        list_venues(session),
    )


def form_page(
    form: EventForm,
    offered: Offered,
    event: Event | None = None,
    stored: Any = None,
    found: tuple[flag.Found | None, str] = (None, ""),
    brief: OwnEvent | None = None,
) -> str:
    """The form; ``stored`` is what somebody else saved meanwhile, ``found`` the clashes, ``brief``
    the event as far as it tells what it lacks."""
    return current.page(
        "events/form.html", form=form, offered=offered, event=event, stored=stored,
        found=found[0], problem=found[1],
        errors=form.found_errors(), brief=brief, **WORDS,
    )  # fmt: skip


def check_form(
    form: EventForm, offered: Offered, public_id: str | None
) -> tuple[flag.Found | None, str]:
    """What the form would clash with: ``None`` while it has no kind, date and institution yet;
    and why it could not be checked."""
    try:
        with transaction(current.session):
            flag.count_check(current.session, current.viewer, current.now)
        with reading(current.session):
            event_id, before, about = None, None, None
            if public_id:
                event = register.see_own_event(
                    current.session, current.viewer, public_id, "event.change", current.now
                )
                event_id, before, about = event.id, draft_of(event), register.about(event)
            draft = form.read_loosely(offered.institutions, offered.venues, current.now, before)
            if draft is None:
                return None, ""
            return (
                flag.check_draft(
                    current.session, current.viewer, draft, current.now, event_id, about=about
                ),
                "",
            )
    except TooMany as error:
        return None, current.text(error.message)
    except (Invalid, NotFound):
        return None, ""


@blueprint.route("/events/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Registers an event."""
    with reading(current.session):
        offered = load_offered()
        umbrella = _umbrella()
        start = _first(offered, umbrella)
    form = EventForm(request.form if request.method == "POST" else None, data=start)
    form.offer(offered.terms, offered.institutions, offered.venues)
    if request.method == "GET":
        return form_page(form, offered)
    if request.form.get("do") == "check":
        return form_page(form, offered, found=check_form(form, offered, None))
    if request.form.get("do") == "dates":
        form.add_errors(form.propose())
        return form_page(form, offered)
    draft = form.read(offered.institutions, offered.venues, current.now)
    if draft is None:
        return form_page(form, offered), 422
    if umbrella is not None:
        draft = replace(draft, parent_id=umbrella.id)
    try:
        with transaction(current.session):
            event = register.register_event(
                current.session, current.viewer, draft, current.now, current.settings.base_url,
                form.draft.data if PUBLIC_ID.fullmatch(form.draft.data or "") else None,
                as_draft=request.form.get("do") == "draft",
            )  # fmt: skip
    except Invalid as problem:
        form.add_errors(problem.errors, _RENAME)
        return form_page(form, offered), 422
    except (OperationalError, IntegrityError):
        # Locked for long, or the same form sent twice at once: what was typed stays.
        form.add_errors([_BUSY])
        return form_page(form, offered), 503
    flash(current.text(N_("Saved. Below is who sees it now and what it overlaps with.")))
    return redirect(event_url(event), 303)


def _umbrella() -> Event | None:
    """The festival that the new event becomes part of (``?part_of=``): one's own to change."""
    part_of = request.args.get("part_of", "")
    return _own_event(part_of) if part_of else None


def _own_event(public_id: str) -> Event:
    if not PUBLIC_ID.fullmatch(public_id):
        raise NotFound
    return register.see_own_event(
        current.session, current.viewer, public_id, "event.change", current.now
    )


def _first(offered: Offered, umbrella: Event | None) -> dict[str, Any]:
    """What a new form starts with: empty, a copy of another event a year later (``?copy=``), or
    what it shares with the festival it is part of; a link may fill in the kind."""
    copied = request.args.get("copy", "")
    if copied:
        event = _own_event(copied)
        again = copy_draft(draft_of(event), local_day(current.now))
        if event.lead_id not in current.viewer.institution_ids:
            again = replace(again, internal_note="")
        values = values_of(again, offered.institutions, offered.venues)
        # Who co-organised it copies it to an institution of their own.
        values["institution"] = values["institution"] or _first_own(offered)
        return values | {"draft": new_public_id()}
    first = offered.institutions[0] if offered.institutions else None
    start: dict[str, Any] = {
        "institution": _first_own(offered),
        "venue": first.home_venue.slug if first and first.home_venue else "",
        "draft": new_public_id(),
        "kind": read_choice(
            request.args, "kind", [one.slug for one in offered.terms if one.scheme == "kind"], ""
        ),
    }
    if umbrella is not None:
        shared = values_of(draft_of(umbrella), offered.institutions, offered.venues)
        names = ("institution", "venue", "audiences", "themes", "planning", "visibility")
        start |= {name: shared[name] for name in names if shared[name]}
    return start


def _first_own(offered: Offered) -> str:
    return offered.institutions[0].slug if offered.institutions else ""


@blueprint.route("/events/<public_id>/edit", methods=["GET", "POST"])
def edit(public_id: str) -> str | Response | tuple[str, int]:
    """Changes an event; a stale save is refused with both versions shown."""
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.change", current.now
        )
        offered = load_offered(event)
        before = draft_of(event)
        if event.lead_id not in current.viewer.institution_ids:
            before = replace(before, internal_note="")
        brief = find_own_event(current.session, event) if request.method == "GET" else None
    start = values_of(before, offered.institutions, offered.venues)
    start["version"] = str(event.version)
    form = EventForm(request.form if request.method == "POST" else None, data=start)
    form.offer(offered.terms, offered.institutions, offered.venues)
    if request.method == "GET":
        return form_page(form, offered, event, brief=brief)
    if request.form.get("do") == "check":
        return form_page(form, offered, event, found=check_form(form, offered, public_id))
    if request.form.get("do") == "dates":
        form.add_errors(form.propose())
        return form_page(form, offered, event)
    draft = form.read(offered.institutions, offered.venues, current.now, before)
    if draft is None:
        return form_page(form, offered, event), 422
    try:
        return _save(public_id, form, draft)
    except Invalid as problem:
        form.add_errors(problem.errors, _RENAME)
        return form_page(form, offered, event), 422
    except Stale as stale:
        return _show_both(public_id, form, offered, stale), 409
    except OperationalError:
        form.add_errors([_BUSY])
        return form_page(form, offered, event), 503


def _save(public_id: str, form: EventForm, draft: EventDraft) -> Response:
    given = form.version.data or ""
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    with transaction(current.session):
        event = register.change_event(
            current.session, current.viewer, public_id, draft, version, current.now,
            current.settings.base_url,
        )  # fmt: skip
    flash(current.text(N_("Saved. Below is who sees it now and what it overlaps with.")))
    return redirect(event_url(event), 303)


def _show_both(public_id: str, form: EventForm, offered: Offered, stale: Stale) -> str:
    """The form with what was typed, beside what is stored now; saving again overwrites it."""
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.change", current.now
        )
        stored = values_of(draft_of(event), offered.institutions, offered.venues)
        if event.lead_id not in current.viewer.institution_ids:
            del stored["internal_note"]
    form.version.data = str(event.version)
    differences = [
        (name, stored[name], field.data)
        for name, field in form._fields.items()
        if name in stored and (stored[name] or None) != (field.data or None)
    ]
    return form_page(form, offered, event, differences)


@blueprint.route("/events/<public_id>/cancel", methods=["GET", "POST"])
def cancel(public_id: str) -> str | Response | tuple[str, int]:
    """Asks why, then marks the event as not going ahead."""
    if request.method == "GET":
        return _cancel_page(public_id)
    reason = clean_line(request.form.get("reason", ""))
    try:
        with transaction(current.session):
            event = register.cancel_event(
                current.session, current.viewer, public_id, reason, current.now,
                current.settings.base_url,
            )  # fmt: skip
    except Invalid as problem:
        return _cancel_page(public_id, reason, problem.errors), 422
    flash(current.text(N_("It is marked as cancelled. Everyone who subscribed will see that.")))
    return redirect(event_url(event), 303)


def _cancel_page(public_id: str, reason: str = "", errors: Sequence[FieldError] = ()) -> str:
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.cancel", current.now
        )
        return current.page("events/cancel.html", event=event, reason=reason, errors=errors)


@blueprint.get("/events/<public_id>/history")
def history(public_id: str) -> str:
    """Who changed what, for the event's own institution."""
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.history", current.now
        )
        changes = list_changes(current.session, event, current.viewer)
        own = event.lead_id in current.viewer.institution_ids
        names = names_of(current.session, {c.user_id for c in changes if c.user_id is not None})
        return current.page(
            "events/history.html",
            event=event,
            changes=changes,
            names=names,
            hidden=() if own else ("internal_note",),
            **WORDS,
        )
