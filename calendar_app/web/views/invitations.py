"""Invitations: the page behind one, and who works for an institution."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import AppError, FieldError, Invalid, TooMany
from calendar_app.core.language import N_
from calendar_app.db.transaction import reading, transaction
from calendar_app.people.models import User
from calendar_app.people.passwords import hash_password
from calendar_app.people.queries import get_user
from calendar_app.web import auth
from calendar_app.web.context import current
from calendar_app.web.forms.account import ROLES, InviteForm, WelcomeForm
from calendar_app.web.links import counting_dead_links, landing, source
from calendar_app.workflow import accounts

blueprint = Blueprint("invitations", __name__)


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
def accept(token: str) -> Response | tuple[str, int]:
    """What somebody is invited to; makes their account, or adds it to the one they have."""
    viewer = current.viewer
    with counting_dead_links(), reading(current.session):
        offer = accounts.see_invitation(
            current.session, current.settings, token, source(), current.now
        )
        own = get_user(current.session, viewer.user_id) if viewer.signed_in else None
    form = WelcomeForm(request.form)
    if request.method == "POST" and own is not None:
        with transaction(current.session):
            user = accounts.accept_as(current.session, viewer, current.settings, token, current.now)
        return _welcome(user)
    if request.method == "POST" and form.validate():
        try:
            accounts.check_password(form.password.data, offer.link.email, form.name.data)
            hashed = hash_password(form.password.data)
            with transaction(current.session):
                user = accounts.accept_as_new(
                    current.session, current.settings, token, form.name.data, hashed, current.now
                )
        except Invalid as problem:
            form.add_errors(problem.errors)
        else:
            return _welcome(user)
    errors = form.found_errors()
    page = current.page(
        "people/invitation.html", offer=offer, own=own, form=form, errors=errors,
        meant=own is not None and own.email == offer.link.email,
    )  # fmt: skip
    return page, 422 if errors else 200


def _welcome(user: User) -> Response:
    auth.enter_as(user)
    flash(current.text(N_("Welcome. You can begin.")))
    return redirect(landing(), 303)


@blueprint.route("/institutions/<slug>/people", methods=["GET", "POST"])
def people(slug: str) -> Response | tuple[str, int]:
    """Who works for an institution, and who is invited; invites somebody."""
    form = InviteForm(request.form)
    form.offer()
    if request.method == "POST" and form.validate():
        invitation = accounts.Invitation(
            form.email.data, {slug: form.role.data}, language=current.language
        )
        try:
            with transaction(current.session):
                accounts.invite(
                    current.session, current.viewer, current.settings, invitation, current.now
                )
        except Invalid as problem:
            form.add_errors(problem.errors)
        except TooMany as error:
            form.add_errors([FieldError("email", error.message)])
        else:
            flash(current.text(N_("The invitation is on its way. The link in it works 14 days.")))
            return redirect(url_for("invitations.people", slug=slug), 303)
    with reading(current.session):
        institution, members, invited = accounts.see_colleagues(
            current.session, current.viewer, slug, current.now
        )
    errors = form.found_errors()
    page = current.page(
        "people/colleagues.html", institution=institution, members=members, invited=invited,
        form=form, errors=errors,
    )  # fmt: skip
    return page, 422 if errors else 200


@blueprint.post("/institutions/<slug>/people/<int:user_id>")
def change(slug: str, user_id: int) -> Response:
    """Makes a colleague editor or manager, or ends their work here."""
    role = request.form.get("role", "")
    if role not in (*ROLES, "none"):
        raise AppError  # no button of ours
    with transaction(current.session):
        accounts.change_role(
            current.session, current.viewer, slug, user_id, None if role == "none" else role,
            current.now,
        )  # fmt: skip
    flash(current.text(N_("Done.")))
    if user_id == current.viewer.user_id:
        return redirect(url_for("institutions.show", slug=slug), 303)
    return redirect(url_for("invitations.people", slug=slug), 303)


@blueprint.post("/institutions/<slug>/invitations/<int:link_id>")
def withdraw(slug: str, link_id: int) -> Response:
    """Takes an invitation back."""
    with transaction(current.session):
        accounts.withdraw(current.session, current.viewer, slug, link_id, current.now)
    flash(current.text(N_("The invitation is withdrawn; its link does not work any more.")))
    return redirect(url_for("invitations.people", slug=slug), 303)
