"""Together: organisers, shares, planning and moments of one event, and what a region checks."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import AppError, FieldError, Invalid
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line, clean_text
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.models import Event
from calendar_app.events.queries import access_of, list_changes_since, list_to_judge
from calendar_app.events.visibility import sees_inside
from calendar_app.people.queries import list_institutions
from calendar_app.permissions import may
from calendar_app.web.context import current
from calendar_app.web.field_names import field_name
from calendar_app.web.forms import event_words as words
from calendar_app.web.links import safe_path
from calendar_app.web.views.event_page import event_url
from calendar_app.workflow import register, together

blueprint = Blueprint("together", __name__)

_SAID = {
    "invite": N_("Asked. They find it on their own page and on this event."),
    "accept": N_("You organise it together now."),
    "decline": N_("You said no. They see that."),
    "leave": N_("This institution no longer organises it."),
    "share": N_("Shared. This institution sees it from now on."),
    "unshare": N_("No longer shared."),
    "submit": N_("Sent to the coordinators of your region. Its page says when it is approved."),
    "published": N_("It stands now. Below is who sees it."),
    "withdraw": N_("It is a draft again: only you and your colleagues see it."),
    "approve": N_("Approved. It goes where its visibility says."),
    "reject": N_("Sent back with your reason."),
    "planning": N_("Changed. Everyone who may see it sees that now."),
    "moment": N_("Marked. Everyone who subscribed will see that."),
}
ROLE_NAMES = {
    "co": N_("organises with us"),
    "host": N_("host: it takes place there"),
    "partner": N_("partner"),
}
STATE_NAMES = {
    "invited": N_("asked, no answer yet"),
    "accepted": N_("takes part"),
    "declined": N_("said no"),
}


def _done(event: Event, said: str) -> Response:
    flash(current.text(_SAID[said]))
    return redirect(event_url(event), 303)


def _no_button(public_id: str, right: str) -> AppError:
    """What no button of ours sends; whose event it is comes first, as everywhere."""
    with reading(current.session):
        register.see_own_event(current.session, current.viewer, public_id, right, current.now)
    return AppError()


@blueprint.get("/events/<public_id>/together")
def index(public_id: str) -> str:
    """Who organises with us, and with whom it is shared."""
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.invite", current.now
        )
        return _index_page(event)


def _index_page(event: Event, errors: tuple[FieldError, ...] = ()) -> str:
    taken = {one.institution_id for one in event.organisers if one.state != "declined"}
    shared = {one.institution_id for one in event.shares}
    everyone = [
        one for one in list_institutions(current.session) if one.id not in taken | {event.lead_id}
    ]
    return current.page(
        "events/together.html", event=event, errors=errors,
        to_invite=[(one.slug, one.name) for one in everyone],
        to_share=[(one.slug, one.name) for one in everyone if one.id not in shared],
        roles=[(role, current.text(name)) for role, name in ROLE_NAMES.items()],
        role_names=ROLE_NAMES, state_names=STATE_NAMES,
    )  # fmt: skip


@blueprint.post("/events/<public_id>/together")
def act(public_id: str) -> Response | tuple[str, int]:
    """Invites, answers, leaves, shares or stops sharing."""
    do = request.form.get("do", "")
    if do not in ("invite", "accept", "decline", "leave", "share", "unshare"):
        raise _no_button(public_id, "event.invite")
    given = "institution" if request.form.get("institution") else "other"
    slug = clean_line(request.form.get(given, ""))
    session, viewer, now = current.session, current.viewer, current.now
    base_url = current.settings.base_url
    try:
        with transaction(session):
            if do == "invite":
                role = request.form.get("role", "")
                event = together.invite(session, viewer, public_id, slug, role, now, base_url)
            elif do in ("accept", "decline"):
                accept = do == "accept"
                event = together.answer(session, viewer, public_id, slug, accept, now, base_url)
            elif do == "leave":
                event = together.leave(session, viewer, public_id, slug, now, base_url)
            else:
                event = together.share(session, viewer, public_id, slug, do == "share", now)
    except Invalid as problem:
        errors = tuple(
            replace(one, field=given) if one.field == "institution" and do == "share" else one
            for one in problem.errors
        )
        with reading(session):
            event = register.see_own_event(session, viewer, public_id, "event.invite", now)
            return _index_page(event, errors), 422
    flash(current.text(_SAID[do]))
    if do in ("accept", "decline", "leave"):
        return redirect(url_for("institutions.show", slug=slug), 303)
    return redirect(url_for("together.index", public_id=public_id), 303)


@blueprint.post("/events/<public_id>/planning")
def planning(public_id: str) -> Response:
    """One click: idea, option or confirmed; on the event's page, or in a list to go ``back`` to."""
    with transaction(current.session):
        event = together.set_planning(
            current.session, current.viewer, public_id, request.form.get("planning", ""),
            current.now, current.settings.base_url,
        )  # fmt: skip
    flash(current.text(_SAID["planning"]))
    return redirect(safe_path(request.form.get("next")) or event_url(event), 303)


@blueprint.post("/events/<public_id>/moments/<occurrence_id>")
def moment(public_id: str, occurrence_id: str) -> Response:
    """One moment: sold out, available, not going ahead, going ahead after all."""
    with transaction(current.session):
        event = together.mark_moment(
            current.session, current.viewer, public_id, occurrence_id,
            request.form.get("mark", ""), current.now, current.settings.base_url,
        )  # fmt: skip
    return _done(event, "moment")


@blueprint.post("/events/<public_id>/submit")
def submit(public_id: str) -> Response:
    """A draft goes to the region, or stands at once where nobody checks first; what was sent in
    can be taken back."""
    do = request.form.get("do", "submit")
    if do not in ("submit", "withdraw"):
        raise _no_button(public_id, "event.submit")
    act = together.withdraw if do == "withdraw" else together.submit
    with transaction(current.session):
        event = act(
            current.session, current.viewer, public_id, current.now, current.settings.base_url
        )
    said = {"draft": "withdraw", "submitted": "submit"}
    return _done(event, said.get(event.moderation, "published"))


@blueprint.get("/moderation")
def queue() -> str:
    """What the coordinator's regions have to check: new, and changed since it was approved."""
    with reading(current.session):
        events = list_to_judge(current.session, current.viewer, current.now)
        return current.page("events/moderation.html", events=events)


@blueprint.get("/moderation/<public_id>")
def see(public_id: str) -> str:
    """One event to check, with what changed since it was approved."""
    return _judge_page(public_id, ())


def _judge_page(public_id: str, errors: tuple[FieldError, ...]) -> str:
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.moderate", current.now
        )
        differences = list_changes_since(current.session, event)
        return current.page(
            "events/judge.html", event=event, differences=differences, errors=errors,
            field_name=field_name, shown=words.shown,
            moments_changed=words.moments_changed,
        )  # fmt: skip


@blueprint.post("/moderation/<public_id>")
def judge(public_id: str) -> Response | tuple[str, int]:
    """Approves, or sends back with a reason."""
    do = request.form.get("do")
    if do not in ("approve", "reject"):
        raise _no_button(public_id, "event.moderate")
    approve = do == "approve"
    reason = clean_text(request.form.get("reason", ""))
    try:
        with transaction(current.session):
            together.judge(
                current.session, current.viewer, public_id, approve, reason, current.now,
                current.settings.base_url,
            )  # fmt: skip
    except Invalid as problem:
        return _judge_page(public_id, tuple(problem.errors)), 422
    flash(current.text(_SAID["approve" if approve else "reject"]))
    return redirect(url_for("together.queue"), 303)


@blueprint.app_template_global("part_in")
def part_in(event: Event) -> dict[str, object]:
    """What the viewer may do with an event, for its page (organisers are loaded)."""
    viewer = current.viewer
    about = register.about(event)
    own = [one for one in event.organisers if one.institution_id in viewer.institution_ids]
    return {
        "inside": sees_inside(viewer, access_of(event)),
        "change": may(viewer, "event.change", about),
        "cancel": may(viewer, "event.cancel", about),
        "invite": may(viewer, "event.invite", about),
        "judge": may(viewer, "event.moderate", about) and event.moderation != "draft",
        "asked": [one.institution for one in own if one.state == "invited"],
        "joined": [one.institution for one in own if one.state == "accepted"],
    }
