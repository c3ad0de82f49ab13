"""The only place that knows Flask-Login. The cookie carries a session's token; the session is
a row on the server, so an old cookie is refused after signing out (``security.md``)."""

from datetime import datetime, timedelta
from typing import Literal

from flask import Flask, Response, redirect, request, url_for
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as Redirect

from calendar_app.db.transaction import reading, transaction
from calendar_app.people.actions import close_sign_in, open_sign_in, prolong_sign_in
from calendar_app.people.devices import device_of
from calendar_app.people.models import User
from calendar_app.people.queries import (
    find_active_user,
    find_sign_in,
    get_user,
    hash_token,
    viewer_of,
)
from calendar_app.people.viewer import Viewer
from calendar_app.web.access import DUE, OUTSIDE, ROUTES
from calendar_app.web.context import current
from calendar_app.workflow import manage, second_step

SEEN_EVERY = timedelta(minutes=10)
FRESH, STILL_FRESH = timedelta(minutes=10), timedelta(hours=1)
"""How long ago one may have signed in to open a page that changes how one signs in, and to send
what was filled in on it."""
HALF_LASTS = timedelta(minutes=10)
"""How long the second step may take."""
Outcome = Literal["in", "half", "wrong"]
_HALF = "half"


class Account(UserMixin):  # type: ignore[misc]
    """Flask-Login's idea of a user: a session token and the viewer behind it."""

    def __init__(self, token: str, viewer: Viewer, since: datetime) -> None:
        self.token = token
        self.viewer = viewer
        self.since = since

    def get_id(self) -> str:
        """The token, not the user: so that a session can be ended."""
        return self.token


class Cookies(SecureCookieSessionInterface):
    """Keeps the cookie out of answers that are the same for everyone: Flask-Login looks into it
    after every request, which would add ``Vary: Cookie`` to feeds as well (``feeds.md``)."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As usual, but for routes outside sign-in."""
        if ROUTES.get(request.endpoint or "") != OUTSIDE:
            super().save_session(app, session, response)


def init_auth(app: Flask) -> None:
    """Ties Flask-Login to the app."""
    app.session_interface = Cookies()
    manager = LoginManager()
    manager.session_protection = None  # the row on the server decides
    manager.init_app(app)
    manager.user_loader(_load_account)


def find_viewer() -> Viewer:
    """The viewer of this request, the public when nobody is signed in."""
    if current_user.is_authenticated:
        viewer: Viewer = current_user.viewer
        return viewer
    return Viewer.public(current.language)


def sign_in(email: str, password: str, address: str) -> Outcome:
    """Checks the password, and opens a session or remembers that the second step is still to come;
    raises ``TooMany``."""
    user = manage.prove_password(current.session, email, password, address, current.now)
    if user is None:
        return "wrong"
    with reading(current.session):
        half = second_step.needs_second_step(current.session, user)
    if half:
        cookie[_HALF] = [user.id, _mark(user), int(current.now.timestamp())]
        return "half"
    enter_as(user)
    return "in"


def half_signed_in() -> User | None:
    """Who gave the right password just now and still owes the second step. It does not outlive the
    password."""
    user_id, mark, at = cookie.get(_HALF, (0, "", 0))
    if not 0 <= current.now.timestamp() - at <= HALF_LASTS.total_seconds():
        return None
    with reading(current.session):
        user = find_active_user(current.session, user_id)
    return user if user is not None and _mark(user) == mark else None


def _mark(user: User) -> str:
    return hash_token(user.password_hash or "")


def must_sign_in_again() -> Redirect | None:
    """Before a page that changes how one signs in: an open session alone is not enough, it may be
    on a machine that somebody left. A redirect, or ``None`` when one signed in just now."""
    most = FRESH if request.method == "GET" else STILL_FRESH
    if current.now - current_user.since <= most:
        return None
    here = request.script_root + request.path
    return redirect(url_for("account.login", next=here, again=1), 303)


def own_email() -> str:
    """The address of who is signed in; empty for nobody."""
    with reading(current.session):
        user_id = current.viewer.user_id
        return get_user(current.session, user_id).email if user_id is not None else ""


def own_token() -> str:
    """The token of the session at hand."""
    return str(current_user.token)


def enter_as(user: User) -> None:
    """A new session for somebody who has just proved who they are, or whose rights have just
    changed; the one they had ends."""
    with transaction(current.session):
        if current_user.is_authenticated:
            close_sign_in(current.session, current_user.token)
        token = open_sign_in(current.session, user, current.now, device())
        due = second_step.is_due(current.session, user)
    # Nothing of the cookie before survives: no fixation, a fresh CSRF token.
    cookie.clear()
    cookie.permanent = True
    if due:
        cookie[DUE] = True
    account = _load_account(token)
    if account is not None:
        login_user(account)
    current.forget_viewer()


def is_second_step_due() -> bool:
    """Whether this session waits for a second step to be made."""
    return DUE in cookie


def second_step_made() -> None:
    """What was due at sign-in is done."""
    cookie.pop(DUE, None)


def device() -> str:
    """What this request comes from, in words."""
    return device_of(request.headers.get("User-Agent", ""))


def sign_out() -> None:
    """Ends the session on the server and empties the cookie."""
    if current_user.is_authenticated:
        with transaction(current.session):
            manage.sign_out(current.session, current_user.token)
    logout_user()
    cookie.clear()
    current.forget_viewer()


def _load_account(token: str) -> Account | None:
    with reading(current.session):
        found = find_sign_in(current.session, token, current.now)
        if found is None:
            return None
        sign_in_row, user = found
        viewer = viewer_of(current.session, user, current.language)
        stale = current.now - sign_in_row.seen_at > SEEN_EVERY
    if stale:
        with transaction(current.session):
            again = find_sign_in(current.session, token, current.now)
            if again is not None:
                prolong_sign_in(current.session, again[0], current.now)
    return Account(token, viewer, sign_in_row.created_at)
