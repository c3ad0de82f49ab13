"""What is running, and the coming programme of one selection, as the pages of an institution,
venue or theme show it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from calendar_app.core.timespan import local_day, midnight
from calendar_app.events.agenda_queries import count_running, list_running, list_starting
from calendar_app.events.models import Occurrence, Term
from calendar_app.events.queries import EventFilter, list_terms
from calendar_app.people.viewer import Viewer
from calendar_app.web import calendar_views as shapes
from calendar_app.web.context import current

MOST, RUNNING = 30, 24


@dataclass(frozen=True, slots=True)
class Programme:
    """What is running now and what comes next; ``more`` when the agenda holds more."""

    running: list[Occurrence]
    days: list[tuple[date, list[shapes.Entry]]]
    more: bool
    today: date
    kinds: dict[str, Term]


def load_kinds() -> dict[str, Term]:
    """The kinds of events by slug, for their names."""
    return {term.slug: term for term in list_terms(current.session) if term.scheme == "kind"}


def load_running(wanted: EventFilter, viewer: Viewer, first: date, last: date) -> dict[str, Any]:
    """What the strip above a view shows: what is going on from ``first`` to ``last`` (two queries
    at most), inside a transaction."""
    session, now = current.session, current.now
    span: dict[str, Any] = {"at": midnight(first), "before": midnight(last + timedelta(days=1))}
    found = list_running(session, viewer, now, wanted=wanted, limit=RUNNING, **span)
    total = len(found)
    if total == RUNNING:
        total = count_running(session, viewer, now, wanted=wanted, **span)
    return {"running": found, "running_total": total}


def load_programme(wanted: EventFilter, viewer: Viewer) -> Programme:
    """Reads it (three queries), inside a transaction."""
    session, now = current.session, current.now
    today = local_day(now)
    begin = midnight(today)
    coming = list_starting(
        session, viewer, now, since=begin, before=begin + timedelta(days=800), wanted=wanted,
        limit=MOST + 1,
    )  # fmt: skip
    running = list_running(
        session, viewer, now, at=begin, before=midnight(today + timedelta(days=1)),
        wanted=wanted, limit=RUNNING,
    )  # fmt: skip
    entries = shapes.list_entries(coming[:MOST], (), today, today)
    return Programme(list(running), shapes.by_day(entries), len(coming) > MOST, today, load_kinds())
