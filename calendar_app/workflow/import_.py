"""Import: preview first, then apply; importing twice changes nothing.

The file is read in a process of its own, outside any transaction; planning and applying are one
transaction, so that a kill leaves all or nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.queries import find_term
from calendar_app.feeds.actions import rerender
from calendar_app.imports import actions, queries
from calendar_app.imports.ics import Found
from calendar_app.imports.models import ImportRun
from calendar_app.imports.plan import Planned, is_shrunken, plan_changes
from calendar_app.imports.sandbox import read_ics
from calendar_app.imports.words import SHRUNKEN, problem_text, refusal_text
from calendar_app.people.models import Institution
from calendar_app.people.queries import get_institution
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import About, require
from calendar_app.workflow.flag import flag_events
from calendar_app.workflow.register import first_state

KIND = "ics"
SHOWN = 2000
"""Lines of a report that are kept; the counts are always whole."""
_USUAL = {"cinema": "film", "library": "literary"}


def usual_kind(institution: Institution) -> str:
    """What kind of event an institution's calendar usually holds."""
    if institution.kind == "stage":
        first = next(iter(institution.default_disciplines or ()), "")
        return {"music": "concert", "dance": "dance"}.get(first, "theatre")
    return _USUAL.get(institution.kind, "lecture")


def preview_ics(
    session: Session,
    viewer: Viewer,
    institution_slug: str,
    content: bytes,
    filename: str,
    event_kind: str,
    now: datetime,
    base_url: str,
) -> ImportRun:
    """Reads a file and stores what it would change; nothing else changes yet. When that is
    nothing, there is nothing to apply, and the file counts as applied."""
    with reading(session):
        institution = get_institution(session, institution_slug)
        require(viewer, "event.import", About(institution_id=institution.id))
        if event_kind and find_term(session, "kind", event_kind) is None:
            raise Invalid(
                FieldError("kind", N_("This choice does not exist. Pick one of the list."))
            )
    kind = event_kind or usual_kind(institution)
    found = read_ics(content, now)
    with transaction(session):
        actions.hold_source(session, institution.id)
        report, planned = _report(session, institution, found, filename, now)
        if not report["held"] and all(one.action in ("unchanged", "over") for one in planned):
            report = _apply(
                session, institution, found, filename, kind, viewer.user_id, now, base_url
            )
        run = ImportRun(
            institution_id=institution.id, event_kind=kind, user_id=viewer.user_id, at=now,
            state=_state(report), filename=clean_line(filename)[:200],
            content=content if _may_be_applied(report) else None, report=report,
        )  # fmt: skip
        session.add(run)
        session.flush()
    return run


def apply_run(
    session: Session,
    viewer: Viewer,
    public_id: str,
    now: datetime,
    base_url: str,
    *,
    even_if_shrunken: bool = False,
) -> ImportRun:
    """Carries a previewed file out, and with ``even_if_shrunken`` one that was held because it has
    far fewer events than last time. Doing it twice, or twice at once, does the work once."""
    with reading(session):
        run = queries.get_run(session, public_id, viewer.institution_ids)
        require(viewer, "event.import", About(institution_id=run.institution_id))
        institution = get_institution(session, run.institution.slug)
        run_id, content = run.id, queries.find_content(session, run.id)
    if content is None:
        return run
    found = read_ics(content, now)
    with transaction(session):
        actions.hold_source(session, institution.id)
        run = queries.lock_run(session, run_id)
        if run.state != "previewed" and not (run.state == "held" and even_if_shrunken):
            return run
        report = _apply(
            session, institution, found, run.filename, run.event_kind, viewer.user_id, now,
            base_url, even_if_shrunken=even_if_shrunken,
        )  # fmt: skip
        run.report, run.state = report, _state(report)
        if not _may_be_applied(report):
            run.content = None
        session.flush()
    return run


def leave_run(session: Session, viewer: Viewer, public_id: str) -> ImportRun:
    """Leaves a held file for what it is: nothing changes, and it can no longer be applied."""
    with transaction(session):
        run = queries.get_run(session, public_id, viewer.institution_ids)
        require(viewer, "event.import", About(institution_id=run.institution_id))
        run = queries.lock_run(session, run.id)
        if run.state == "held":
            run.state, run.content = "left", None
            session.flush()
    return run


def _state(report: dict[str, Any]) -> str:
    return "held" if report["held"] else "applied" if report["applied"] else "previewed"


def _may_be_applied(report: dict[str, Any]) -> bool:
    return not report["applied"] and report["problem"] in (None, SHRUNKEN)


def import_file(
    session: Session,
    institution_slug: str,
    content: bytes,
    filename: str,
    now: datetime,
    base_url: str,
    *,
    dry_run: bool = False,
    even_if_shrunken: bool = False,
) -> dict[str, Any]:
    """The same for the command line, in one go; ``dry_run`` only tells what would change."""
    with reading(session):
        institution = get_institution(session, institution_slug)
    found = read_ics(content, now)
    if dry_run:
        with reading(session):
            return _report(
                session, institution, found, filename, now, even_if_shrunken=even_if_shrunken
            )[0]
    with transaction(session):
        actions.hold_source(session, institution.id)
        return _apply(
            session, institution, found, filename, usual_kind(institution), None, now, base_url,
            even_if_shrunken=even_if_shrunken,
        )  # fmt: skip


def _apply(
    session: Session,
    institution: Institution,
    found: Found,
    filename: str,
    event_kind: str,
    user_id: int | None,
    now: datetime,
    base_url: str,
    *,
    even_if_shrunken: bool = False,
) -> dict[str, Any]:
    report, planned = _report(
        session, institution, found, filename, now, even_if_shrunken=even_if_shrunken
    )
    if report["held"]:
        return report
    source = actions.ensure_source(session, institution, KIND, event_kind, now)
    items = queries.list_items(session, source)
    events = queries.load_events(session, items.values())
    touched = actions.apply_plan(
        session, institution, source, planned, items, events, user_id, now,
        first_state(session, institution.id),
    )  # fmt: skip
    if touched:
        flag_events(session, touched, now)
        rerender(session, touched, now, base_url)
    return {**report, "applied": True}


def _report(
    session: Session,
    institution: Institution,
    found: Found,
    filename: str,
    now: datetime,
    *,
    even_if_shrunken: bool = False,
) -> tuple[dict[str, Any], Sequence[Planned]]:
    """What would change, as JSON can hold it, and the plan itself. Of a shrunken file as well: a
    person decides on it."""
    items = queries.list_items(session, queries.find_source(session, institution.id, KIND))
    events = queries.load_events(session, items.values())
    venues = queries.venue_names(session)
    stored = {
        uid: queries.stored_of(item, events[item.event_id], venues, now)
        for uid, item in items.items()
    }
    problem, params = found.problem, found.problem_params
    there = len(found.events) + len(found.refusals)
    living = sum(known.missing == 0 for known in stored.values())
    if not problem and not even_if_shrunken and is_shrunken(there, living):
        problem, params = SHRUNKEN, {"found": there, "before": living}
    planned = [] if found.problem else plan_changes(found.events, stored)
    counts = dict.fromkeys(("new", "changed", "unchanged", "cancelled", "missing", "gone"), 0)
    for line in planned:
        if line.action in counts:
            counts[line.action] += 1
    counts["refused"] = len(found.refusals)
    report = {
        "institution": institution.slug, "file": clean_line(filename)[:200],
        "held": bool(problem), "applied": False, "problem": problem or None,
        "problemText": _both(problem_text, problem, params) if problem else None,
        "counts": counts,
        "changes": [
            {"uid": line.uid, "action": line.action, "title": line.title, "fields": line.fields,
             "kept": line.kept, "notes": list(line.found.notes) if line.found else [],
             "moments": len(line.found.moments) if line.found else 0}
            for line in planned if line.action not in ("unchanged", "over") or line.kept
        ][:SHOWN],
        "refused": [
            {"line": one.line, "uid": one.uid, "title": one.title, "code": one.code,
             "reason": _both(refusal_text, one.code, one.params)}
            for one in found.refusals
        ][:SHOWN],
    }  # fmt: skip
    return report, planned


def _both(tell: Any, code: str, params: Any) -> dict[str, str]:
    return {language: tell(language, code, params) for language in ("nl", "en")}


def summary(report: dict[str, Any]) -> str:
    """A report in a few lines for the command line."""
    if report["held"]:
        told = f"{report['file']}: nothing changed. {report['problemText']['en']}"
        if report["problem"] == SHRUNKEN:
            told += " Check the export; if it is right, import it with --even-if-shrunken."
        return told
    counts = ", ".join(f"{count} {name}" for name, count in report["counts"].items() if count)
    lines = [f"{report['file']}: {counts or 'nothing to do'}"]
    lines += [
        f"  line {one['line']}: {one['title'] or one['uid']}: {one['reason']['en']}"
        for one in report["refused"]
    ]
    return "\n".join(lines)
