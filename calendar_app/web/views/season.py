"""A season at once: parts of a festival, many events together, campaigns beside the programme."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid
from calendar_app.core.language import N_
from calendar_app.core.names import clean_text
from calendar_app.core.timespan import local_day, midnight
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.agenda_queries import list_campaign_weeks
from calendar_app.events.lines import MAX_TEXT
from calendar_app.events.queries import list_own_events, list_related, list_terms
from calendar_app.web.context import current
from calendar_app.web.filters import read_search
from calendar_app.web.forms.event_words import shown
from calendar_app.web.templating import pick_text
from calendar_app.web.views.event_page import event_url
from calendar_app.workflow import register, season

blueprint = Blueprint("season", __name__)

WEEKS = 6


@blueprint.route("/events/<public_id>/parts", methods=["GET", "POST"])
def parts(public_id: str) -> str | Response | tuple[str, int]:
    """Adds sub-events to a festival, pasted as a table."""
    errors: list[FieldError] = []
    if request.method == "POST":
        # A spreadsheet's tab would be cleaned away with the control characters.
        table = clean_text(request.form.get("table", "").replace("\t", "|"))
        kind = request.form.get("kind", "")
        try:
            with transaction(current.session):
                if len(table) > MAX_TEXT:
                    too_long = N_("This list is too long. Paste it in parts.")
                    raise Invalid(FieldError("table", too_long))
                made = season.add_parts(
                    current.session, current.viewer, public_id, kind, table, current.now,
                    current.settings.base_url,
                )  # fmt: skip
            flash(current.text(N_("%(number)s added."), number=len(made)))
            return redirect(url_for("event_page.show_short", public_id=public_id), 303)
        except Invalid as problem:
            errors = [_with_line(error) for error in problem.errors]
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.change", current.now
        )
        kinds = [term for term in list_terms(current.session) if term.scheme == "kind"]
    page = current.page(
        "events/parts.html", event=event, errors=errors,
        kinds=[(term.slug, pick_text(term, "name")) for term in kinds if term.slug != "festival"],
    )  # fmt: skip
    return (page, 422) if errors else page


def _with_line(error: FieldError) -> FieldError:
    """The error with its line said first, as the form for one event does."""
    if "line" not in error.params:
        return error
    problem = current.text(error.message, **error.params)
    text = N_("Line %(line)s (“%(text)s”): %(problem)s")
    return FieldError(error.field, text, {**error.params, "problem": problem})


@blueprint.get("/events/bulk")
def bulk() -> str:
    """One's own events to come, to choose from."""
    return _bulk_page(())


def _bulk_page(errors: Sequence[FieldError]) -> str:
    q = read_search(request.args)
    with reading(current.session):
        events = list_own_events(current.session, current.viewer, current.now, q=q, limit=300)
        themes = [term for term in list_terms(current.session) if term.scheme == "theme"]
    return current.page(
        "events/bulk.html", events=events, errors=errors, q=q,
        chosen=set(request.form.getlist("events")), shown=shown, changes=_changes(themes),
    )  # fmt: skip


def _changes(themes: Sequence[object]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be changed, in groups, as the select has it: “field=value”."""
    groups = [
        (current.text(label), [(f"{field}={value}", shown(value)) for value in season.BULK[field]])
        for field, label in (
            ("planning", N_("How sure is it?")), ("visibility", N_("Who may see it today?")),
        )
    ]  # fmt: skip
    if themes:
        options = [(f"theme={one.slug}", pick_text(one, "name")) for one in themes]  # type: ignore[attr-defined]
        groups.append((current.text(N_("Add to the theme")), options))
    return groups


@blueprint.post("/events/bulk")
def change() -> str | Response | tuple[str, int]:
    """First what would change, then changing it."""
    chosen = request.form.getlist("events")
    field, _, value = request.form.get("change", "").partition("=")
    session, viewer, now = current.session, current.viewer, current.now
    try:
        if request.form.get("do") != "apply":
            with reading(session):
                planned = season.plan_bulk(session, viewer, chosen, field, value, now)
            return current.page(
                "events/bulk_preview.html", planned=planned, field=field, value=value,
                shown=shown, name=dict(pair for _, pairs in _changes([]) for pair in pairs),
            )  # fmt: skip
        with transaction(session):
            made = season.apply_bulk(
                session, viewer, chosen, field, value, now, current.settings.base_url
            )
    except Invalid as problem:
        return _bulk_page(problem.errors), 422
    return redirect(url_for("season.done", bulk_id=made.public_id), 303)


@blueprint.get("/events/bulk/<bulk_id>")
def done(bulk_id: str) -> str:
    """What was changed, with the button that undoes it."""
    with reading(current.session):
        made = season.see_bulk(current.session, current.viewer, bulk_id)
    return current.page("events/bulk_done.html", number=len(made.data["events"]))


@blueprint.post("/events/bulk/<bulk_id>")
def undo(bulk_id: str) -> Response:
    """Puts it back, but for what somebody changed since."""
    with transaction(current.session):
        back, passed = season.undo_bulk(
            current.session, current.viewer, bulk_id, current.now, current.settings.base_url
        )
    text = N_("%(back)s put back, %(passed)s passed over because somebody changed them since.")
    flash(current.text(text, back=back, passed=passed))
    return redirect(url_for("season.bulk"), 303)


@blueprint.get("/campaigns")
def campaigns() -> str:
    """The marketing lane beside the programme, by week."""
    today = local_day(current.now)
    monday = today - timedelta(days=today.weekday())
    with reading(current.session):
        weeks = list_campaign_weeks(
            current.session, current.viewer, current.now,
            [midnight(monday + timedelta(weeks=n)) for n in range(WEEKS + 1)],
        )  # fmt: skip
    firsts = [monday + timedelta(weeks=n) for n in range(WEEKS)]
    return current.page("events/campaigns.html", weeks=list(zip(firsts, weeks, strict=True)))


@blueprint.route("/events/<public_id>/promotes", methods=["GET", "POST"])
def promotes(public_id: str) -> str | Response | tuple[str, int]:
    """Which events a campaign promotes."""
    errors: Sequence[FieldError] = ()
    if request.method == "POST":
        try:
            with transaction(current.session):
                event = season.promote(
                    current.session, current.viewer, public_id, request.form.getlist("events"),
                    current.now,
                )  # fmt: skip
        except Invalid as problem:
            errors = problem.errors
        else:
            flash(current.text(N_("Saved.")))
            return redirect(event_url(event), 303)
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.change", current.now
        )
        events = list_own_events(current.session, current.viewer, current.now, limit=300)
        related = list_related(current.session, event, current.viewer, current.now)
    page = current.page(
        "events/promotes.html", event=event, errors=errors,
        events=[one for one in events if one.id != event.id and one.kind != "campaign"],
        chosen={one.id for one in related["promotes"]},
    )  # fmt: skip
    return (page, 422) if errors else page
