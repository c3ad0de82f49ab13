"""The first steps of somebody new: check the institution, import the season, subscribe
(``screens.md``, Everywhere). What was done is a line in the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_app.people.actions import add_audit
from calendar_app.people.models import Institution
from calendar_app.people.queries import get_institution, list_welcomed
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import About, require


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps for one institution, and which are done; whether somebody subscribed is known to
    their own calendar only."""

    institution: Institution
    checked: bool
    filled: bool


def find_steps(
    session: Session, viewer: Viewer, institutions: Sequence[Institution], filled: set[int]
) -> Steps | None:
    """The steps to show, of the first institution that nobody checked yet; ``None`` once they were
    put away. ``filled`` are the institutions with something to come."""
    require(viewer, "account.own")
    if viewer.user_id is None or not institutions:
        return None
    done = list_welcomed(session, viewer.user_id, [one.slug for one in institutions])
    if ("user", str(viewer.user_id)) in done:
        return None
    unchecked = [one for one in institutions if ("institution", one.slug) not in done]
    first = (unchecked or institutions)[0]
    return Steps(first, not unchecked, first.id in filled)


def check_institution(session: Session, viewer: Viewer, slug: str, now: datetime) -> None:
    """Somebody of the institution found right what is known of it; raises ``NotFound``."""
    institution = get_institution(session, slug)
    require(viewer, "institution.check", About(institution_id=institution.id))
    add_audit(session, viewer.user_id, "checked", "institution", institution.slug, now)


def put_steps_away(session: Session, viewer: Viewer, now: datetime) -> None:
    """The person has seen enough of the first steps."""
    require(viewer, "account.own")
    add_audit(session, viewer.user_id, "welcomed", "user", viewer.user_id, now)
