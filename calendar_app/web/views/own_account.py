"""One's own account."""

import json

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, TooMany
from calendar_app.core.language import N_
from calendar_app.db.transaction import reading, transaction
from calendar_app.people.link_actions import ADDRESS
from calendar_app.people.passwords import hash_password
from calendar_app.people.queries import get_user, hash_token
from calendar_app.web import auth
from calendar_app.web.context import current
from calendar_app.web.forms.account import EmailForm, NewPasswordForm, ProfileForm, SureForm
from calendar_app.web.links import counting_dead_links, source
from calendar_app.workflow import accounts, own_account

blueprint = Blueprint("own_account", __name__)


@blueprint.route("/account", methods=["GET", "POST"])
def index() -> Response | tuple[str, int]:
    """Name and language, how one signs in and where, for whom one works, one's data."""
    form = ProfileForm(request.form)
    form.offer()
    if request.method == "POST" and form.validate():
        try:
            with transaction(current.session):
                own_account.change_profile(
                    current.session, current.viewer, form.name.data, form.language.data
                )
        except Invalid as problem:
            form.add_errors(problem.errors)
        else:
            flash(current.text(N_("Saved.")))
            return redirect(url_for("own_account.index"), 303)
    with reading(current.session):
        account = own_account.see_account(current.session, current.viewer, current.now)
    errors = form.found_errors()
    page = current.page(
        "people/account.html", account=account, form=form, errors=errors,
        due=auth.is_second_step_due(), here=hash_token(auth.own_token()),
    )  # fmt: skip
    return page, 422 if errors else 200


@blueprint.route("/account/password", methods=["GET", "POST"])
def password() -> Response | tuple[str, int]:
    """Another password; the other sessions end."""
    if again := auth.must_sign_in_again():
        return again
    with reading(current.session):
        user = get_user(current.session, current.viewer.user_id)
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
                own_account.change_password(
                    current.session, current.viewer, current.settings, hashed, current.now
                )
            auth.enter_as(user)
            flash(current.text(N_("Your password is changed. Everywhere else you are signed out.")))
            return redirect(url_for("own_account.index"), 303)
    errors = form.found_errors()
    page = current.page("people/account_password.html", email=user.email, errors=errors)
    return page, 422 if errors else 200


@blueprint.route("/account/address", methods=["GET", "POST"])
def address() -> Response | tuple[str, int]:
    """Asks for another address."""
    if again := auth.must_sign_in_again():
        return again
    form = EmailForm(request.form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with transaction(current.session):
                    new = accounts.ask_address(
                        current.session, current.viewer, current.settings, form.email.data,
                        current.now,
                    )  # fmt: skip
            except Invalid as problem:
                form.add_errors(problem.errors)
            except TooMany as error:
                form.add_errors([FieldError("email", error.message)])
                status = 429
            else:
                told = N_(
                    "Look in the mail of both addresses. The change to %(email)s is made when both "
                    "links are confirmed."
                )
                flash(current.text(told, email=new))
                return redirect(url_for("own_account.index"), 303)
    with reading(current.session):
        user = get_user(current.session, current.viewer.user_id)
    page = current.page(
        "people/account_address.html", user=user, form=form, errors=form.found_errors()
    )
    return page, status


@blueprint.post("/account/sessions/<int:sign_in_id>")
def end_session(sign_in_id: int) -> Response:
    """Signs out somewhere else."""
    with transaction(current.session):
        own_account.end_sign_in(current.session, current.viewer, sign_in_id)
    flash(current.text(N_("Signed out there.")))
    return redirect(url_for("own_account.index"), 303)


@blueprint.post("/account/sessions")
def end_other_sessions() -> Response:
    """Signs out everywhere else."""
    with transaction(current.session):
        own_account.end_other_sign_ins(current.session, current.viewer, auth.own_token())
    flash(current.text(N_("Everywhere else you are signed out.")))
    return redirect(url_for("own_account.index"), 303)


@blueprint.get("/account/export")
def export() -> Response:
    """What is kept of the person, as a file."""
    with reading(current.session):
        told = own_account.export_account(current.session, current.viewer, current.now)
    return Response(
        json.dumps(told, ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="account.json"'},
    )


@blueprint.route("/account/erase", methods=["GET", "POST"])
def erase() -> Response | tuple[str, int]:
    """Removes the account for good."""
    if again := auth.must_sign_in_again():
        return again
    form = SureForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            with transaction(current.session):
                own_account.erase_account(current.session, current.viewer, current.now)
        except Invalid as problem:
            form.add_errors(problem.errors)
        else:
            auth.sign_out()
            flash(current.text(N_("Your account is removed. Thank you for what you did here.")))
            return redirect(url_for("pages.home"), 303)
    errors = form.found_errors()
    return current.page("people/account_erase.html", errors=errors), 422 if errors else 200


@blueprint.route("/address/<token>", methods=["GET", "POST"])
def confirm_address(token: str) -> Response | tuple[str, int]:
    """The page behind each of the two links of a change of address; needs no sign-in."""
    with counting_dead_links(), reading(current.session):
        link = accounts.see_link(
            current.session, current.settings, ADDRESS, token, source(), current.now
        )
    errors: list[FieldError] = []
    if request.method == "POST":
        try:
            with transaction(current.session):
                done = accounts.confirm_address(
                    current.session, current.settings, token, current.now
                )
        except Invalid as problem:
            errors = [FieldError("confirm", problem.message)]
        else:
            told = (
                N_("Your address is changed. From now on you sign in with the new one.")
                if done
                else N_("Confirmed. The change is made when the other address is confirmed too.")
            )
            flash(current.text(told))
            return redirect(url_for("pages.home"), 303)
    page = current.page("people/address_confirm.html", link=link, errors=errors)
    return page, 422 if errors else 200
