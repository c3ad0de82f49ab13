"""The clash panel: what a draft would overlap with, while the date is being picked."""

from flask import Blueprint, request

from calendar_app.db.transaction import reading
from calendar_app.web.context import current
from calendar_app.web.forms.event import EventForm
from calendar_app.web.views.events import check_form, load_offered

blueprint = Blueprint("clashes", __name__)


@blueprint.post("/clash-check")
def check() -> str:
    """The panel's content for the form as it stands. By POST: a plan that nobody has announced
    does not belong in addresses and logs."""
    with reading(current.session):
        offered = load_offered()
    form = EventForm(request.form)
    form.offer(offered.terms, offered.institutions, offered.venues)
    found, problem = check_form(form, offered, request.args.get("event"))
    return current.page("events/clashes.html", found=found, problem=problem)
