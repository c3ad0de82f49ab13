"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, TooMany
from calendar_app.core.language import N_
from calendar_app.web import auth
from calendar_app.web.context import current

blueprint = Blueprint("account", __name__)

_WRONG = N_("E-mail address or password is not right. Check both and try again.")


def safe_path(target: str | None) -> str | None:
    """The target when it is a path on this site; nothing that could lead elsewhere."""
    if not target or not target.startswith("/") or len(target) > 2000:
        return None
    if target.startswith(("//", "/\\")) or any(ord(char) < 33 or char == "\\" for char in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> str | Response | tuple[str, int]:
    """The sign-in form; the same answer for an unknown account and a wrong password."""
    target = safe_path(request.values.get("next"))
    if request.method == "GET":
        if current.viewer.signed_in:
            return redirect(target or url_for("pages.home"), 303)
        return current.page("people/login.html", next=target, email="", errors=[])
    email = request.form.get("email", "")[:254]
    password = request.form.get("password", "")[:1000]
    try:
        found = auth.sign_in(email, password, request.remote_addr or "")
    except TooMany as error:
        errors = [FieldError("email", error.message)]
        return current.page("people/login.html", next=target, email=email, errors=errors), 429
    if not found:
        errors = [FieldError("email", _WRONG)]
        return current.page("people/login.html", next=target, email=email, errors=errors), 422
    return redirect(target or url_for("pages.home"), 303)


@blueprint.post("/logout")
def logout() -> Response:
    """Ends the session on the server."""
    auth.sign_out()
    flash(current.text(N_("You are signed out.")))
    return redirect(url_for("pages.home"), 303)
