"""Signing in and out, and a new password when the old one is forgotten."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, TooMany
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line
from calendar_app.db.transaction import reading, transaction
from calendar_app.people.link_actions import RESET
from calendar_app.people.passwords import hash_password
from calendar_app.people.queries import get_user
from calendar_app.web import auth
from calendar_app.web.context import current
from calendar_app.web.forms.account import EmailForm, NewPasswordForm
from calendar_app.web.links import counting_dead_links, landing, safe_path, source
from calendar_app.web.passkeys import ask_for_passkey
from calendar_app.workflow import accounts

blueprint = Blueprint("account", __name__)

_WRONG = N_("E-mail address or password is not right. Check both and try again.")


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> str | Response | tuple[str, int]:
    """The sign-in form; the same answer for an unknown account and a wrong password."""
    target = safe_path(request.values.get("next"))
    if request.method == "GET":
        again = "again" in request.args
        if current.viewer.signed_in and not again:
            return redirect(target or landing(), 303)
        return _login_page(target, auth.own_email() if again else "")
    email, password = clean_line(request.form.get("email", "")), request.form.get("password", "")
    try:
        outcome = auth.sign_in(email, password, source())
    except TooMany as error:
        return _login_page(target, email, FieldError("email", error.message)), 429
    if outcome == "wrong":
        return _login_page(target, email, FieldError("email", _WRONG)), 422
    if outcome == "half":
        return redirect(url_for("second_step.code", next=target), 303)
    return redirect(target or landing(), 303)


def _login_page(target: str | None, email: str, *errors: FieldError) -> str:
    return current.page(
        "people/login.html", next=target, email=email, errors=errors, passkey=ask_for_passkey()
    )


@blueprint.post("/logout")
def logout() -> Response:
    """Ends the session on the server."""
    auth.sign_out()
    flash(current.text(N_("You are signed out.")))
    return redirect(url_for("pages.home"), 303)


@blueprint.route("/login/forgotten", methods=["GET", "POST"])
def forgotten() -> Response | tuple[str, int]:
    """Asks for a link to choose a new password; the same answer whether there is an account."""
    form = EmailForm(request.form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with transaction(current.session):
                    accounts.ask_reset(
                        current.session, current.settings, form.email.data, source(),
                        current.language, current.now,
                    )  # fmt: skip
            except TooMany as error:
                form.add_errors([FieldError("email", error.message)])
                status = 429
            else:
                return redirect(url_for("account.forgotten", sent=1), 303)
    page = current.page(
        "people/forgotten.html", form=form, errors=form.found_errors(), sent="sent" in request.args
    )
    return page, status


@blueprint.route("/login/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Response | tuple[str, int]:
    """The page behind a reset link."""
    with counting_dead_links(), reading(current.session):
        link = accounts.see_link(
            current.session, current.settings, RESET, token, source(), current.now
        )
        user = get_user(current.session, link.user_id)
    form = NewPasswordForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            accounts.check_password(form.password.data, user.email, user.name)
        except Invalid as problem:
            form.add_errors(problem.errors)
        else:
            # The slow hash while nothing is locked.
            hashed = hash_password(form.password.data)
            with transaction(current.session):
                accounts.choose_password(
                    current.session, current.settings, token, hashed, current.now
                )
            flash(current.text(N_("Your new password is set. Sign in with it.")))
            return redirect(url_for("account.login"), 303)
    errors = form.found_errors()
    return current.page("people/reset.html", email=user.email, errors=errors), (
        422 if errors else 200
    )
