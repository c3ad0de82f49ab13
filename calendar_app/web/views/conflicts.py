"""The inbox of conflicts and the page of one case."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import AppError, Invalid, Stale
from calendar_app.core.language import N_
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.models import Event, Occurrence
from calendar_app.overlaps.case_queries import TABS, count_conflicts
from calendar_app.overlaps.models import OUTCOMES, Conflict
from calendar_app.people.models import Institution
from calendar_app.people.queries import names_of
from calendar_app.web.context import current
from calendar_app.web.filters import read_choice, read_number
from calendar_app.web.forms.conflict import ConflictForm
from calendar_app.workflow import flag

blueprint = Blueprint("conflicts", __name__)

PER_PAGE, MOST_PAGES = 30, 9999
OUTCOME_NAMES = {
    "moved": N_("one of them moved"),
    "kept": N_("kept on purpose"),
    "differentiated": N_("made different from each other"),
    "staggered": N_("hours staggered"),
    "cross_promoted": N_("promoted together"),
    "joint": N_("made one joint event"),
    "press_slot_shared": N_("press moment shared"),
}


@blueprint.get("/conflicts")
def index() -> str | Response:
    """The cases of one tab, worst first."""
    usual = "new" if current.viewer.is_coordinator else "all"
    tab = read_choice(request.args, "tab", TABS, usual)
    number = read_number(request.args, "page", 1, MOST_PAGES)
    with reading(current.session):
        cases = flag.list_cases(
            current.session, current.viewer, tab, current.now, PER_PAGE + 1,
            (number - 1) * PER_PAGE,
        )  # fmt: skip
        counts = count_conflicts(current.session, current.viewer, current.now)
        owners = {case.conflict.owner_id for case in cases if case.conflict.owner_id}
        names = names_of(current.session, owners)
    return current.page(
        "overlaps/index.html", cases=cases[:PER_PAGE], more=len(cases) > PER_PAGE, page=number,
        tab=tab, tabs=TABS, counts=counts, names=names,
    )  # fmt: skip


@blueprint.get("/conflicts/<public_id>")
def show(public_id: str) -> str:
    """One case: who takes part, why it matters, what happened, what can be done."""
    return _page(public_id, ConflictForm())


def _page(public_id: str, form: ConflictForm) -> str:
    with reading(current.session):
        found = flag.see_case(current.session, current.viewer, public_id, current.now)
        people = {entry.user_id for entry in found.entries if entry.user_id}
        if found.case.conflict.owner_id is not None:
            people.add(found.case.conflict.owner_id)
        names = names_of(current.session, people)
    leads = {event.lead.slug: event.lead for event in found.case.events}
    if not form.do.choices:
        form.offer({slug: lead.id for slug, lead in leads.items()})
    return current.page(
        "overlaps/show.html", found=found, case=found.case, conflict=found.case.conflict,
        names=names, leads=leads, form=form, errors=form.found_errors(),
        actions=flag.possible_actions(found.case.conflict), moments_in=_moments_in,
        outcomes=_outcomes, leads_choices=_leads,
    )  # fmt: skip


@blueprint.post("/conflicts/<public_id>")
def act(public_id: str) -> Response | tuple[str, int]:
    """Moves the case on; what was typed stays when it cannot be."""
    with reading(current.session):
        found = flag.see_case(current.session, current.viewer, public_id, current.now)
    leads = {event.lead.slug: event.lead_id for event in found.case.events}
    form = ConflictForm(request.form)
    form.offer(leads)
    if not form.validate():
        if form.do.errors:
            raise AppError  # no button of ours
        return _page(public_id, form), 422
    try:
        with transaction(current.session):
            flag.act_on_case(
                current.session, current.viewer, public_id, form.move(leads), form.seen_version(),
                current.now,
            )  # fmt: skip
    except Invalid as problem:
        form.add_errors(problem.errors)
        return _page(public_id, form), 422
    except Stale as stale:
        form.version.data = str(stale.current)
        form.note.errors = [*form.note.errors, current.text(stale.message)]
        return _page(public_id, form), 409
    flash(current.text(N_("Done. It is in the history below.")))
    return redirect(url_for("conflicts.show", public_id=public_id), 303)


def _moments_in(conflict: Conflict, event: Event) -> list[Occurrence]:
    """The moments with which an event takes part in a case."""
    keys = {key for pair in conflict.pairs for key in (pair.a_public_id, pair.b_public_id)}
    return [moment for moment in event.occurrences if moment.public_id in keys][:4]


def _outcomes() -> list[tuple[str, str]]:
    return [(code, current.text(OUTCOME_NAMES[code])) for code in OUTCOMES]


def _leads(leads: Mapping[str, Institution]) -> list[tuple[str, str]]:
    return [(slug, lead.name) for slug, lead in leads.items()]
