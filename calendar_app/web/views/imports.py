"""Bringing an institution's own calendar in: upload, look at what would change, apply."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, NotFound
from calendar_app.core.language import N_, ngettext
from calendar_app.core.names import clean_line
from calendar_app.db.transaction import reading
from calendar_app.events.queries import list_terms
from calendar_app.imports.queries import get_run, list_runs
from calendar_app.imports.text import MOST_BYTES
from calendar_app.imports.words import note_text
from calendar_app.people.queries import list_own_institutions
from calendar_app.web import wording
from calendar_app.web.context import current
from calendar_app.web.templating import pick_text
from calendar_app.workflow import import_

blueprint = Blueprint("imports", __name__)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.route("/imports", methods=["GET", "POST"])
def index() -> str | Response | tuple[str, int]:
    """The upload form and the files that came before."""
    if request.method == "GET":
        return _page([])
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page([FieldError("file", N_("Choose an .ics file."))]), 422
    content = upload.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        too_large = N_("The file is too large. Split it, at most 20 MB each.")
        return _page([FieldError("file", too_large)]), 413
    slug, kind = (clean_line(request.form.get(name, "")) for name in ("institution", "kind"))
    try:
        run = import_.preview_ics(
            current.session, current.viewer, slug, content, upload.filename, kind, current.now,
            current.settings.base_url,
        )  # fmt: skip
    except NotFound:
        unknown = N_("This choice does not exist. Pick one of the list.")
        return _page([FieldError("institution", unknown)]), 422
    except Invalid as problem:
        return _page(list(problem.errors)), 422
    return redirect(url_for("imports.show", public_id=run.public_id), 303)


def _page(errors: list[FieldError]) -> str:
    with reading(current.session):
        own = list_own_institutions(current.session, current.viewer.institution_ids)
        kinds = [term for term in list_terms(current.session) if term.scheme == "kind"]
        runs = list_runs(current.session, current.viewer.institution_ids)
    return current.page(
        "imports/index.html", institutions=own, runs=runs, errors=errors,
        institution_choices=[(one.slug, one.name) for one in own],
        kind_choices=[(term.slug, pick_text(term, "name")) for term in kinds],
    )  # fmt: skip


@blueprint.get("/imports/<public_id>")
def show(public_id: str) -> str:
    """What a file would change, or what it did."""
    with reading(current.session):
        run = get_run(current.session, public_id, current.viewer.institution_ids)
        kinds = {term.slug: term for term in list_terms(current.session) if term.scheme == "kind"}
    return current.page(
        "imports/show.html", run=run, report=run.report, kind=kinds.get(run.event_kind),
        note=lambda code: note_text(current.language, code), dates=_dates,
    )  # fmt: skip


def _dates(moments: list[list[Any]], other: list[list[Any]]) -> str:
    """The dates of a report that are not in the other list as well, the first few of them."""
    told = [_date(moment) for moment in moments if moment not in other]
    more = len(told) - 3
    if more > 0:
        told[3:] = [ngettext(current.language, "%(num)s more", "%(num)s more", more)]
    return "; ".join(told)


def _date(moment: list[Any]) -> str:
    _key, all_day, starts, ends, _zone, _, _, cancelled = moment
    first, last = datetime.fromisoformat(starts), datetime.fromisoformat(ends)
    if all_day:
        last -= timedelta(days=1)
        text = wording.period_text(first.date(), last.date(), current.language)
    else:
        clocks = (wording.clock_text(at, current.language) for at in (first, last))
        text = f"{wording.day_text(first.date(), current.language, 'medium')}, {'–'.join(clocks)}"
    return f"{text} ({current.text(N_('cancelled'))})" if cancelled else text


@blueprint.post("/imports/<public_id>")
def apply(public_id: str) -> Response:
    """Carries the file out."""
    run = import_.apply_run(
        current.session, current.viewer, public_id, current.now, current.settings.base_url,
        even_if_shrunken=request.form.get("even_if_shrunken") == "1",
    )  # fmt: skip
    if run.state == "applied":
        flash(current.text(N_("Done. Everything below is in the calendar now.")))
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/imports/<public_id>/leave")
def leave(public_id: str) -> Response:
    """Leaves a held file for what it is."""
    run = import_.leave_run(current.session, current.viewer, public_id)
    if run.state == "left":
        flash(current.text(N_("Left as it was. Upload the file again when it is complete.")))
    return redirect(url_for("imports.index"), 303)


@blueprint.get("/imports/<public_id>/refused.csv")
def refusals(public_id: str) -> Response:
    """What was refused and why, as a table for the colleague who keeps the source."""
    with reading(current.session):
        run = get_run(current.session, public_id, current.viewer.institution_ids)
    table = io.StringIO()
    writer = csv.writer(table)
    head = (N_("Line"), N_("Title"), N_("Reason"))
    line, title, reason = (current.text(name) for name in head)
    writer.writerow([line, "UID", title, reason])
    for one in run.report["refused"]:
        row = [str(one["line"]), one["uid"], one["title"], one["reason"][current.language]]
        # A cell that a spreadsheet would calculate is text.
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return Response(
        "\ufeff" + table.getvalue(),
        headers={"Content-Disposition": 'attachment; filename="refused.csv"'},
        content_type="text/csv; charset=utf-8",
    )
