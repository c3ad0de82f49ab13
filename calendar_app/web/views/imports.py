"""Bringing one's own calendar in: upload, preview, apply, and what was refused."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from calendar_app.core.errors import FieldError, Invalid, NotFound
from calendar_app.core.language import N_, gettext
from calendar_app.core.names import PUBLIC_ID
from calendar_app.db.transaction import reading
from calendar_app.events.queries import list_terms
from calendar_app.imports import wording
from calendar_app.imports.models import PREVIEWED
from calendar_app.imports.text import MOST_BYTES
from calendar_app.people.queries import list_own_institutions
from calendar_app.web.context import current
from calendar_app.web.forms.imports import UploadForm, read_upload
from calendar_app.workflow import import_

blueprint = Blueprint("imports", __name__)


@blueprint.route("/imports", methods=["GET", "POST"])
def index() -> str | AnyResponse | tuple[str, int]:
    """The upload form and the runs so far."""
    form = UploadForm(request.form)
    errors: list[FieldError] = []
    if request.method == "POST":
        content, filename, errors = read_upload(request.files.get("file"), MOST_BYTES)
        if not form.validate():
            errors += form.found_errors()
        if not errors:
            try:
                run_id = import_.preview_ics(
                    current.session, current.viewer, form.institution.data or "", content,
                    filename, current.now, kind=form.kind.data or "",
                    visibility=form.visibility.data or "",
                )  # fmt: skip
                return redirect(url_for("imports.show", public_id=run_id), 303)
            except Invalid as error:
                errors = list(error.errors)
            except NotFound:
                errors = [FieldError("institution", N_("Choose one of your own institutions."))]
    with reading(current.session):
        page = current.page(
            "imports/index.html",
            form=form,
            errors=errors,
            institutions=list_own_institutions(current.session, current.viewer.institution_ids),
            kinds=[term for term in list_terms(current.session) if term.scheme == "kind"],
            runs=import_.see_runs(current.session, current.viewer),
        )
    return (page, 422) if errors else page


@blueprint.get("/imports/<public_id>")
def show(public_id: str) -> str:
    """The preview of a run, or its report once it is over."""
    with reading(current.session):
        run = import_.see_run(current.session, current.viewer, _checked(public_id))
        return current.page(
            "imports/show.html",
            run=run,
            report=run.report,
            open=run.state == PREVIEWED,
            reason=_reason,
            words=_words(),
            told=_told,
        )


@blueprint.post("/imports/<public_id>/apply")
def apply(public_id: str) -> AnyResponse:
    """Carries a previewed run out."""
    report = import_.apply_run(
        current.session, current.viewer, _checked(public_id), current.now,
        current.settings.base_url, anyway=request.form.get("anyway") == "1",
    )  # fmt: skip
    if report["applied"]:
        flash(current.text(N_("The calendar is imported.")))
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.get("/imports/<public_id>/refusals.csv")
def refusals(public_id: str) -> Response:
    """What was refused, as a download."""
    with reading(current.session):
        run = import_.see_run(current.session, current.viewer, _checked(public_id))
        body = import_.refusals_csv(run.report, current.language)
    # The mark tells spreadsheets that this is UTF-8.
    return Response(
        "\ufeff" + body,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="import-{public_id}.csv"'},
    )


def _checked(public_id: str) -> str:
    if not PUBLIC_ID.fullmatch(public_id):
        raise NotFound
    return public_id


def _reason(code: str, params: dict[str, Any]) -> str:
    return wording.reason(current.language, code, params)


def _words() -> dict[str, dict[str, str]]:
    tables = {
        "action": wording.ACTION_NAMES, "field": wording.FIELD_NAMES, "note": wording.NOTES,
    }  # fmt: skip
    return {
        name: {code: gettext(current.language, text) for code, text in table.items()}
        for name, table in tables.items()
    }


def _told(value: Any) -> str:
    """A value of a difference for people: a moment by its start and end, a list by its items."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, list) and len(value) == 8 and isinstance(value[0], bool):
        _, starts, ends, zone, _, _, cancelled, _ = value
        text = f"{str(starts).replace('T', ' ')} – {str(ends).replace('T', ' ')} ({zone})"
        return f"{text}, {current.text(N_('off'))}" if cancelled else text
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
