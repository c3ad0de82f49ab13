"""Every route is classified here; one that is not answers 500 and fails a test.

This is the outer door (who may knock). What may be done to which object is decided in
``permissions.py``, what may be seen in ``events/visibility.py``.
"""

from flask import redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from calendar_app.core.errors import Forbidden
from calendar_app.core.language import N_
from calendar_app.web.context import current

OUTSIDE = "outside"
"""Answered without session and sign-in: feeds, health, static files."""
PUBLIC = "public"
SIGNED_IN = "signed in"
MEMBER = "member"
"""Works for an institution."""
MEMBER_OR_COORDINATOR = "member or coordinator"
COORDINATOR = "coordinator"
ADMINISTRATOR = "administrator"

DUE = "second_step_due"
"""In the cookie of a session whose owner must make a second step before anything else."""
_UNTIL_THEN = ("account.", "second_step.", "own_account.")

ROUTES: dict[str, str] = {
    "static": OUTSIDE,
    "ops.healthz": OUTSIDE,
    "ops.readyz": OUTSIDE,
    "feeds.feed": OUTSIDE,
    "feeds.event": OUTSIDE,
    "feeds.subscribe": PUBLIC,
    "pages.home": PUBLIC,
    "pages.accessibility": PUBLIC,
    "pages.privacy": PUBLIC,
    "agenda.index": PUBLIC,
    "event_page.show": PUBLIC,
    "event_page.show_short": PUBLIC,
    "institutions.index": PUBLIC,
    "institutions.show": PUBLIC,
    "venues.show": PUBLIC,
    "themes.show": PUBLIC,
    "account.login": PUBLIC,
    "account.logout": PUBLIC,
    "account.forgotten": PUBLIC,
    "account.reset": PUBLIC,
    "invitations.accept": PUBLIC,
    "invitations.people": SIGNED_IN,
    "invitations.change": SIGNED_IN,
    "invitations.withdraw": SIGNED_IN,
    "own_account.confirm_address": PUBLIC,
    "second_step.code": PUBLIC,
    "second_step.passkey": PUBLIC,
    "second_step.setup": SIGNED_IN,
    "second_step.passkeys": SIGNED_IN,
    "second_step.remove": SIGNED_IN,
    "own_account.index": SIGNED_IN,
    "own_account.password": SIGNED_IN,
    "own_account.address": SIGNED_IN,
    "own_account.end_session": SIGNED_IN,
    "own_account.end_other_sessions": SIGNED_IN,
    "own_account.export": SIGNED_IN,
    "own_account.erase": SIGNED_IN,
    "mine.index": MEMBER,
    "mine.step": MEMBER,
    "events.new": MEMBER,
    "events.edit": MEMBER,
    "events.cancel": MEMBER,
    "events.history": MEMBER,
    "pictures.form": MEMBER,
    "pictures.save": MEMBER,
    "pictures.show": PUBLIC,
    "season.parts": MEMBER,
    "season.bulk": MEMBER,
    "season.change": MEMBER,
    "season.done": MEMBER,
    "season.undo": MEMBER,
    "season.promotes": MEMBER,
    "season.campaigns": PUBLIC,
    "together.index": MEMBER,
    "together.act": MEMBER,
    "together.planning": MEMBER,
    "together.moment": MEMBER,
    "together.submit": MEMBER,
    "together.queue": COORDINATOR,
    "together.see": COORDINATOR,
    "together.judge": COORDINATOR,
    "clashes.check": MEMBER,
    "imports.index": MEMBER,
    "imports.show": MEMBER,
    "imports.apply": MEMBER,
    "imports.leave": MEMBER,
    "imports.refusals": MEMBER,
    "conflicts.index": MEMBER_OR_COORDINATOR,
    "conflicts.show": MEMBER_OR_COORDINATOR,
    "conflicts.act": COORDINATOR,
    "admin.index": ADMINISTRATOR,
    "admin.venues": ADMINISTRATOR,
    "admin.new_venue": ADMINISTRATOR,
    "admin.venue": ADMINISTRATOR,
    "admin.merge": ADMINISTRATOR,
    "admin.institutions": ADMINISTRATOR,
    "admin.new_institution": ADMINISTRATOR,
    "admin.institution": ADMINISTRATOR,
    "admin.users": ADMINISTRATOR,
    "admin.new_user": ADMINISTRATOR,
    "admin.user": ADMINISTRATOR,
    "admin.taxonomy": ADMINISTRATOR,
    "admin.new_term": ADMINISTRATOR,
    "admin.term": ADMINISTRATOR,
    "admin.regions": ADMINISTRATOR,
    "admin.region": ADMINISTRATOR,
    "admin.signing_in": ADMINISTRATOR,
    "admin.audit": ADMINISTRATOR,
}


def check_access() -> Response | None:
    """Before every request: refuses or sends to sign-in who may not knock at this door."""
    if request.endpoint is None:
        return None  # no such page; 404 follows
    level = ROUTES.get(request.endpoint)
    if level is None:
        raise RuntimeError(f"{request.endpoint} is not classified in web/access.py")
    if level == OUTSIDE:
        return None
    if DUE in cookie and not request.endpoint.startswith(_UNTIL_THEN):
        # Also what is public: a page shows more to who is signed in.
        return redirect(url_for("own_account.index"), 303)
    if level == PUBLIC:
        return None
    viewer = current.viewer
    if not viewer.signed_in:
        here = request.script_root + request.full_path.rstrip("?")
        back = here if request.method == "GET" else None
        return redirect(url_for("account.login", next=back), 303)
    allowed = {
        SIGNED_IN: True,
        MEMBER: bool(viewer.institution_ids),
        COORDINATOR: viewer.is_coordinator,
        ADMINISTRATOR: viewer.is_admin,
        MEMBER_OR_COORDINATOR: bool(viewer.institution_ids) or viewer.is_coordinator,
    }[level]
    if not allowed:
        raise Forbidden(
            N_("This page is not for your account. Ask your coordinator if it should be.")
        )
    return None
