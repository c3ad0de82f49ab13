"""Together: what several institutions and a region do with one event.

Each function: permission → save → re-flag → re-render, in the caller's transaction.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound, too_long
from calendar_app.core.language import N_
from calendar_app.events import actions, joint_actions
from calendar_app.events.models import PLANNING, Event
from calendar_app.people.models import Institution
from calendar_app.people.queries import get_institution
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import About, require
from calendar_app.workflow.register import follow, own_event

ROLES = ("co", "host", "partner")
MARKS = ("sold_out", "available", "cancelled", "scheduled")
_CHOICE = N_("This choice does not exist. Pick one of the list.")


def invite(
    session: Session, viewer: Viewer, public_id: str, slug: str, role: str, now: datetime,
    base_url: str,
) -> Event:  # fmt: skip
    """Asks an institution to organise the event as ``co``, ``host`` or ``partner``; it may look
    at the event from now on."""
    event = own_event(session, viewer, public_id, "event.invite", now)
    if role not in ROLES:
        raise Invalid(FieldError("role", _CHOICE))
    institution = _institution(session, slug)
    if joint_actions.invite_organiser(session, event, institution, role, viewer.user_id, now):
        follow(session, event, now, base_url)
    return event


def answer(
    session: Session, viewer: Viewer, public_id: str, slug: str, accept: bool, now: datetime,
    base_url: str,
) -> Event:  # fmt: skip
    """The invited institution takes part, or does not."""
    event = own_event(session, viewer, public_id, None, now)
    institution = _institution(session, slug)
    require(viewer, "event.answer", About(institution_id=institution.id))
    joint_actions.answer_invitation(session, event, institution, accept, viewer.user_id, now)
    follow(session, event, now, base_url)
    return event


def leave(
    session: Session, viewer: Viewer, public_id: str, slug: str, now: datetime, base_url: str
) -> Event:
    """An organiser leaves, by itself or because the lead says so."""
    event = own_event(session, viewer, public_id, None, now)
    institution = _institution(session, slug)
    if institution.id not in viewer.institution_ids:
        require(viewer, "event.invite", About(institution_id=event.lead_id))
    joint_actions.remove_organiser(session, event, institution, viewer.user_id, now)
    follow(session, event, now, base_url)
    return event


def share(
    session: Session, viewer: Viewer, public_id: str, slug: str, shared: bool, now: datetime
) -> Event:
    """Lets an institution see the event before its visibility reaches it, or no longer."""
    event = own_event(session, viewer, public_id, "event.share", now)
    act = joint_actions.share_with if shared else joint_actions.unshare
    act(session, event, _institution(session, slug), viewer.user_id, now)
    return event


def set_planning(
    session: Session, viewer: Viewer, public_id: str, planning: str, now: datetime, base_url: str
) -> Event:
    """One click: how sure it is. Cancelling asks for a reason and goes its own way."""
    event = own_event(session, viewer, public_id, "event.change", now)
    if planning not in PLANNING or planning == "cancelled":
        raise Invalid(FieldError("planning", _CHOICE))
    if actions.set_fields(session, event, viewer.user_id, now, "changed", planning=planning):
        follow(session, event, now, base_url)
    return event


def mark_moment(
    session: Session, viewer: Viewer, public_id: str, occurrence_id: str, mark: str, now: datetime,
    base_url: str,
) -> Event:  # fmt: skip
    """What became of one moment: sold out or not, going ahead or not."""
    event = own_event(session, viewer, public_id, "event.change", now)
    if mark not in MARKS:
        raise Invalid(FieldError("mark", _CHOICE))
    if joint_actions.mark_moment(session, event, occurrence_id, mark, viewer.user_id, now):
        follow(session, event, now, base_url)
    return event


def submit(session: Session, viewer: Viewer, public_id: str, now: datetime, base_url: str) -> Event:
    """A draft, or what was rejected, goes to the region; where that does not check first, it
    stands at once."""
    event = own_event(session, viewer, public_id, "event.submit", now)
    if event.moderation in ("draft", "rejected"):
        state = "submitted" if event.lead.region.moderation == "review" else "approved"
        joint_actions.moderate(session, event, state, "", viewer.user_id, now)
        follow(session, event, now, base_url)
    return event


def withdraw(
    session: Session, viewer: Viewer, public_id: str, now: datetime, base_url: str
) -> Event:
    """What was sent in, or sent back, is a draft of its institution again."""
    event = own_event(session, viewer, public_id, "event.submit", now)
    if event.moderation in ("submitted", "rejected"):
        joint_actions.moderate(session, event, "draft", "", viewer.user_id, now)
        follow(session, event, now, base_url)
    return event


def judge(
    session: Session, viewer: Viewer, public_id: str, approve: bool, reason: str, now: datetime,
    base_url: str,
) -> Event:  # fmt: skip
    """A coordinator of the lead's region approves the event as it stands, or sends it back with a
    reason. Raises :class:`Invalid` without one."""
    event = own_event(session, viewer, public_id, "event.moderate", now)
    if event.moderation == "draft":
        raise NotFound
    errors = too_long("reason", reason, 500)
    if not approve and not reason:
        errors = [FieldError("reason", N_("Say what has to change, so that they can do it."))]
    if errors:
        raise Invalid(*errors)
    state = "approved" if approve else "rejected"
    if joint_actions.moderate(session, event, state, reason, viewer.user_id, now):
        follow(session, event, now, base_url)
    return event


def _institution(session: Session, slug: str) -> Institution:
    try:
        return get_institution(session, slug)
    except NotFound:
        raise Invalid(FieldError("institution", _CHOICE)) from None
