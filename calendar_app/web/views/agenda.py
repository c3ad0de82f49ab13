"""The agenda: what is on, in any selection; as a list of days, a month, a week, a timeline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request

from calendar_app.core.timespan import FIRST_YEAR, LAST_YEAR, local_day, midnight
from calendar_app.db.transaction import reading
from calendar_app.events.agenda_queries import (
    list_chosen,
    list_edges,
    list_starting,
    list_starts,
)
from calendar_app.events.models import SCHEMES, Occurrence, Term
from calendar_app.events.queries import list_terms
from calendar_app.people.models import Institution
from calendar_app.people.queries import list_institutions
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Region, Venue
from calendar_app.places.queries import list_regions, list_venues_of
from calendar_app.web import calendar_views as shapes
from calendar_app.web.context import current
from calendar_app.web.filters import SLUG, AgendaQuery, asked_for, read_query, single
from calendar_app.web.programme import load_running
from calendar_app.web.views.agenda_map import region_map
from calendar_app.web.views.agenda_timeline import timeline
from calendar_app.web.views.agenda_week import week
from calendar_app.web.views.agenda_year import year
from calendar_app.web.wording import first_day

blueprint = Blueprint("agenda", __name__)

PAGE = 40
"""Moments on a page of the list: with everything around them under 100 KB of HTML."""
_DAY = timedelta(days=1)
_LAST = date(LAST_YEAR, 12, 31)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer, and the names of what is chosen."""

    regions: Sequence[Region]
    institutions: Sequence[Institution]
    terms: dict[str, list[Term]]
    venues: Sequence[Venue]

    @property
    def known(self) -> dict[str, set[str]]:
        """The slugs there are, by query key."""
        return {
            "region": {region.slug for region in self.regions},
            "institution": {institution.slug for institution in self.institutions},
            "venue": {venue.slug for venue in self.venues},
            **{scheme: {term.slug for term in terms} for scheme, terms in self.terms.items()},
        }


def load_choices() -> Choices:
    """Reads the choices (four queries at most), inside a transaction."""
    session = current.session
    terms: dict[str, list[Term]] = {scheme: [] for scheme in SCHEMES}
    for term in list_terms(session):
        terms[term.scheme].append(term)
    return Choices(
        list_regions(session),
        list_institutions(session),
        terms,
        list_venues_of(session, [s for s in asked_for(request.args, "venue") if SLUG.fullmatch(s)]),
    )


@blueprint.get("/agenda")
def index() -> str:
    """The agenda; running exhibitions in one strip above the days."""
    viewer = current.viewer
    today = local_day(current.now)
    with reading(current.session):
        choices = load_choices()
        asked = read_query(request.args, choices.known)
        return current.page(
            f"agenda/{asked.view}.html",
            asked=asked,
            choices=choices,
            kinds={term.slug: term for term in choices.terms["kind"]},
            feed=single(asked.wanted),
            today=today,
            **SHOWN[asked.view](asked, viewer, today),
        )


def _list(asked: AgendaQuery, viewer: Viewer, today: date) -> dict[str, Any]:
    """One page of days: at most :data:`PAGE` moments, and where the next page begins."""
    session, now = current.session, current.now
    first = asked.since or today
    last = asked.until or _LAST
    before = midnight(last + _DAY)
    moments = list_starting(
        session, viewer, now, since=midnight(first), before=before, wanted=asked.wanted,
        limit=PAGE + 1, offset=asked.skip,
    )  # fmt: skip
    following = _following(asked, moments, first)
    if following:
        # What begins or ends on the day that goes on overleaf is shown here, not there too.
        last = first_day(moments[PAGE])
        moments = moments[:PAGE]
    begins = first + _DAY if asked.skip else first
    edges = list_edges(
        session, viewer, now, since=midnight(begins), before=midnight(last + _DAY),
        wanted=asked.wanted,
    )  # fmt: skip
    entries = shapes.list_entries(moments, edges, begins, last)
    return {
        "first": first,
        "days": shapes.by_day(entries),
        "following": following,
        "earlier": asked.link(since=max(first - 7 * _DAY, date(FIRST_YEAR, 1, 1))),
        **load_running(asked.wanted, viewer, first, first),
    }


def _following(
    asked: AgendaQuery, moments: Sequence[Occurrence], first: date
) -> dict[str, Any] | None:
    """The query keys of the next page: a day, and how many of its moments were shown."""
    if len(moments) <= PAGE:
        return None
    day = first_day(moments[PAGE])
    shown = sum(first_day(moment) == day for moment in moments[:PAGE])
    return asked.link(since=day, skip=shown + (asked.skip if day == first else 0))


def _month(asked: AgendaQuery, viewer: Viewer, today: date) -> dict[str, Any]:
    """The weeks of a month; of many moments a day the most telling are shown, all counted."""
    session, now = current.session, current.now
    month = (asked.since or today).replace(day=1)
    weeks = shapes.month_days(month)
    end = shapes.next_month(month)
    window: dict[str, Any] = {"since": midnight(month), "before": midnight(end)}
    edges = list_edges(session, viewer, now, wanted=asked.wanted, **window)
    edge_days = shapes.by_day(shapes.list_entries((), edges, month, end - _DAY))
    days = [day for week in weeks for day in week if day.month == month.month]
    starts = shapes.on_days(list_starts(session, viewer, now, wanted=asked.wanted, **window), days)
    room = {day: max(shapes.CELL - len(found), 1) for day, found in edge_days}
    chosen = list_chosen(session, viewer, now, shapes.choose_for_room(starts, room))
    cells: dict[date, list[shapes.Entry]] = {}
    more: dict[date, int] = {}
    for day, found in shapes.by_day(shapes.list_entries(chosen, edges, month, end - _DAY)):
        # First and last days come first; the least that is shown is one timed moment.
        cells[day] = found[: shapes.CELL]
        whole = sum(entry.label in ("first_day", "last_day") for entry in found)
        more[day] = len(starts[day]) + whole - len(cells[day])
    return {
        "month": month,
        "weeks": weeks,
        "cells": cells,
        "more": more,
        "earlier": asked.turn(shapes.previous_month(month)),
        "later": asked.turn(end),
        **load_running(asked.wanted, viewer, month, end - _DAY),
    }


SHOWN: dict[str, Callable[[AgendaQuery, Viewer, date], dict[str, Any]]] = {
    "list": _list,
    "month": _month,
    "week": week,
    "timeline": timeline,
    "year": year,
    "map": region_map,
}
"""What each view shows, inside a transaction: the values of its template."""
