"""My institution: what waits for it, is not certain yet, or incomplete; and the first steps."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import AppError
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.own_queries import (
    list_invitations_to_organise,
    list_marketing_soon,
    list_own_in_brief,
)
from calendar_app.events.todo import TOTAL, OwnEvent, missing, sort_out
from calendar_app.people.queries import list_own_institutions
from calendar_app.web.context import current
from calendar_app.web.filters import read_choice, read_number
from calendar_app.workflow import welcome

blueprint = Blueprint("mine", __name__)

GROUPS = ("due", "unsure", "incomplete")
FEW, PAGE = 5, 25
"""How many of each group stand on the page, and how many when one asks for a group alone."""

_LACKING = {
    "date": N_("date and time"), "venue": N_("venue"), "opening": N_("opening or press moment"),
    "opening_hours": N_("opening hours"), "disciplines": N_("discipline"),
    "audiences": N_("audience"), "expected_visitors": N_("expected visitors"),
    "description": N_("description"), "english": N_("title and text in English"),
    "picture": N_("picture"), "price": N_("price"), "url": N_("web page or ticket sale"),
    "languages": N_("language"), "contact_email": N_("contact for colleagues"),
    "channels": N_("where it runs"), "promotes": N_("what it promotes"),
    "moments": N_("announcement or start of ticket sale"),
}  # fmt: skip
_FIELDS = {"opening": "more_moments", "opening_hours": "hours", "moments": "more_moments"}


@dataclass(frozen=True, slots=True)
class Gauge:
    """How complete an event is, and where to fill in the rest: names with addresses."""

    done: int
    total: int
    lacking: list[tuple[str, str]]


@blueprint.app_template_global("gauge_of")
def gauge_of(event: OwnEvent) -> Gauge:
    """The gauge of an event that the viewer may change."""
    lacks = missing(event)
    return Gauge(
        TOTAL - len(lacks),
        TOTAL,
        [(current.text(_LACKING[name]), _where(event, name)) for name in lacks],
    )


def _where(event: OwnEvent, name: str) -> str:
    """The address of the page and field where something can be filled in."""
    if name == "picture":
        return url_for("pictures.form", public_id=event.public_id)
    if name == "promotes":
        return url_for("season.promotes", public_id=event.public_id)
    field = _FIELDS.get(name, name)
    if name == "date":
        field = (
            "date_type" if event.fuzzy
            else "performances" if event.date_type == "multiple" else "starts_time"
        )  # fmt: skip
    elif name == "opening" and event.date_type == "periodic":
        field = "opening_on"
    elif name == "moments" and event.date_type == "multiple":
        field = "performances"
    elif name == "english":
        field = "description_en" if event.title_en else "title_en"
    return url_for("events.edit", public_id=event.public_id, _anchor=f"f-{field}")


@blueprint.get("/mine")
def index() -> str:
    """One's own institutions, or one of them."""
    viewer, session, now = current.viewer, current.session, current.now
    show = read_choice(request.args, "show", GROUPS, "")
    page = read_number(request.args, "page", 1, 999)
    with reading(session):
        own = list_own_institutions(session, viewer.institution_ids)
        chosen = read_choice(request.args, "institution", [one.slug for one in own], "")
        looked_at = [one for one in own if one.slug == chosen] or own
        ids = [one.id for one in looked_at]
        events = list_own_in_brief(session, ids, now)
        todo = sort_out(
            events,
            list_invitations_to_organise(session, viewer, ids, now),
            list_marketing_soon(session, ids, now),
            now,
        )
        steps = welcome.find_steps(session, viewer, looked_at, {one.lead_id for one in events})
        groups = [(name, getattr(todo, name)) for name in GROUPS if show in ("", name)]
        if len(groups) != 1:
            groups, show = [(name, getattr(todo, name)) for name in GROUPS], ""
        first, most = ((page - 1) * PAGE, PAGE) if show else (0, FEW)
        return current.page(
            "people/mine.html",
            own=own,
            institution=looked_at[0] if len(looked_at) == 1 else None,
            chosen=chosen if len(looked_at) == 1 and len(own) > 1 else None,
            groups=[(name, found[first : first + most], len(found)) for name, found in groups],
            show=show, page=page, more=bool(show) and len(groups[0][1]) > first + most,
            few=FEW, total=len(events), steps=steps,
        )  # fmt: skip


@blueprint.post("/mine/steps")
def step() -> Response:
    """The institution is right, or the steps can go."""
    do = request.form.get("do", "")
    with transaction(current.session):
        if do == "checked":
            slug = clean_line(request.form.get("institution", ""))
            welcome.check_institution(current.session, current.viewer, slug, current.now)
        elif do == "done":
            welcome.put_steps_away(current.session, current.viewer, current.now)
        else:
            raise AppError  # no button of ours
    if do == "checked":
        flash(current.text(N_("Thank you. Next: your season.")))
    return redirect(url_for("mine.index"), 303)
