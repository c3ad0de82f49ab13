"""One's own account."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid
from calendar_app.core.language import N_
from calendar_app.db.transaction import reading, transaction
from calendar_app.people.link_actions import ADDRESS
from calendar_app.web.context import current
from calendar_app.web.links import counting_dead_links, source
from calendar_app.workflow import accounts

blueprint = Blueprint("own_account", __name__)


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
