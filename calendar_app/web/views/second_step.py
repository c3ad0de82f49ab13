"""The second step: at sign-in, and on one's own account."""

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from markupsafe import Markup
from segno import make_qr
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, TooMany
from calendar_app.core.language import N_
from calendar_app.db.transaction import reading, transaction
from calendar_app.people import codes
from calendar_app.people.queries import get_user, list_passkeys
from calendar_app.web import auth
from calendar_app.web.context import current
from calendar_app.web.forms.account import CodeForm, PasskeyForm
from calendar_app.web.links import landing, safe_path, source
from calendar_app.web.passkeys import ask_for_passkey, keep_challenge, take_challenge
from calendar_app.workflow import second_step

blueprint = Blueprint("second_step", __name__)

_WAITING = "code_to_be"
"""Where the secret waits until the person showed that their app has it."""


@blueprint.route("/login/code", methods=["GET", "POST"])
def code() -> Response | tuple[str, int]:
    """After the password: a code from an app, or a passkey."""
    target = safe_path(request.values.get("next"))
    user = auth.half_signed_in()
    form, status = CodeForm(request.form), 200
    if request.method == "POST" and user is not None:
        status = 422
        if form.validate():
            try:
                with transaction(current.session):
                    second_step.count_code(current.session, user.id, current.now)
                with transaction(current.session):
                    second_step.use_code(current.session, user, form.code.data, current.now)
            except Invalid as problem:
                form.add_errors(problem.errors)
            except TooMany as error:
                form.add_errors([FieldError("code", error.message)])
                status = 429
            else:
                auth.enter_as(user)
                return redirect(target or landing(), 303)
    page = current.page(
        "people/login_code.html", user=user, next=target, errors=form.found_errors(),
        passkey=ask_for_passkey() if user is not None else "",
    )  # fmt: skip
    return page, status


@blueprint.post("/login/passkey")
def passkey() -> Response | tuple[str, int]:
    """A passkey is enough by itself."""
    target = safe_path(request.form.get("next"))
    try:
        with transaction(current.session):
            second_step.count_passkey(current.session, source(), current.now)
        with transaction(current.session):
            user = second_step.use_passkey(
                current.session, current.settings, request.form.get("credential", ""),
                take_challenge(), current.now,
            )  # fmt: skip
    except (Invalid, TooMany) as error:
        page = current.page(
            "people/login.html", next=target, email="", passkey=ask_for_passkey(),
            errors=[FieldError("email", error.message, error.params)],
        )  # fmt: skip
        return page, error.status
    auth.enter_as(user)
    return redirect(target or landing(), 303)


@blueprint.route("/account/code", methods=["GET", "POST"])
def setup() -> Response | tuple[str, int]:
    """Turns signing in with a code on or off."""
    if again := auth.must_sign_in_again():
        return again
    with reading(current.session):
        user = get_user(current.session, current.viewer.user_id)
    form = CodeForm(request.form)
    secret = cookie.get(_WAITING) or codes.new_secret()
    if request.method == "POST" and user.totp_secret is not None:
        try:
            with transaction(current.session):
                second_step.turn_code_off(
                    current.session, current.viewer, current.settings, current.now
                )
        except Invalid as problem:
            flash(current.text(problem.errors[0].message))
        else:
            flash(current.text(N_("No code is asked any more.")))
        return redirect(url_for("own_account.index"), 303)
    if request.method == "POST" and form.validate():
        try:
            with transaction(current.session):
                second_step.turn_code_on(
                    current.session, current.viewer, current.settings, secret, form.code.data,
                    current.now,
                )  # fmt: skip
        except Invalid as problem:
            form.add_errors(problem.errors)
        else:
            cookie.pop(_WAITING, None)
            auth.second_step_made()
            flash(current.text(N_("From now on you sign in with your password and a code.")))
            return redirect(url_for("own_account.index"), 303)
    page = ""
    if user.totp_secret is None:
        cookie[_WAITING] = secret
        address = codes.setup_address(secret, user.email, current.settings.site_name)
        page = _qr(address)
    errors = form.found_errors()
    shown = current.page(
        "people/account_code.html", on=user.totp_secret is not None, secret=secret, qr=page,
        errors=errors,
    )  # fmt: skip
    return shown, 422 if errors else 200


def _qr(address: str) -> Markup:
    """A QR code as SVG within the page: nothing is loaded, nothing is allowed for it."""
    drawn = make_qr(address).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - made of squares only


@blueprint.route("/account/passkeys", methods=["GET", "POST"])
def passkeys() -> Response | tuple[str, int]:
    """One's passkeys, and another one."""
    if again := auth.must_sign_in_again():
        return again
    form = PasskeyForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            with transaction(current.session):
                second_step.add_passkey(
                    current.session, current.viewer, current.settings, form.credential.data,
                    take_challenge(), form.name.data or auth.device(), current.now,
                )  # fmt: skip
        except Invalid as problem:
            form.add_errors(problem.errors)
        else:
            auth.second_step_made()
            flash(current.text(N_("The passkey is added. You can sign in with it from now on.")))
            return redirect(url_for("second_step.passkeys"), 303)
    with reading(current.session):
        found = list_passkeys(current.session, current.viewer.user_id or 0)
        options, challenge = second_step.ask_for_passkey(
            current.session, current.viewer, current.settings
        )
    keep_challenge(challenge)
    errors = form.found_errors()
    page = current.page(
        "people/account_passkeys.html", passkeys=found, options=options, form=form, errors=errors,
        possible=second_step.site_of(current.settings).can_have_passkeys, device=auth.device(),
    )  # fmt: skip
    return page, 422 if errors else 200


@blueprint.post("/account/passkeys/<int:passkey_id>")
def remove(passkey_id: int) -> Response:
    """Removes a passkey."""
    if again := auth.must_sign_in_again():
        return again
    try:
        with transaction(current.session):
            second_step.remove_passkey(
                current.session, current.viewer, current.settings, passkey_id, current.now
            )
    except Invalid as problem:
        flash(current.text(problem.errors[0].message))
    else:
        flash(current.text(N_("The passkey is removed.")))
    return redirect(url_for("second_step.passkeys"), 303)
