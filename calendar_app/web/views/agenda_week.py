"""The agenda as a week: seven days, each in morning, afternoon and evening."""

from datetime import date, timedelta
from typing import Any

from calendar_app.core.timespan import DAY_STARTS, midnight
from calendar_app.events.agenda_queries import list_chosen, list_edges, list_starts
from calendar_app.people.viewer import Viewer
from calendar_app.web import week_view as shapes
from calendar_app.web.calendar_views import Entry, choose_for_room, list_entries
from calendar_app.web.context import current
from calendar_app.web.filters import AgendaQuery
from calendar_app.web.programme import load_running

_DAY = timedelta(days=1)
_NIGHT = timedelta(hours=DAY_STARTS.hour + 1)
"""What starts after midnight belongs to the day before; an hour to spare for the clock."""
MOST_EDGES = 200


def week(asked: AgendaQuery, viewer: Viewer, today: date) -> dict[str, Any]:
    """The week of the day asked for, inside a transaction; of many moments in a part of a day the
    most telling are shown, all counted."""
    session, now = current.session, current.now
    days = shapes.week_of(asked.since or today)
    shown = [day for day in days if not asked.until or day <= asked.until]
    cells: dict[shapes.Place, list[Entry]] = {}
    more: dict[shapes.Place, int] = {}
    if shown:
        since, before = midnight(shown[0]), midnight(shown[-1] + _DAY)
        edges = list_edges(
            session, viewer, now, since=since, before=before, wanted=asked.wanted, limit=MOST_EDGES
        )
        starts = shapes.in_places(
            list_starts(
                session, viewer, now, since=since, before=before + _NIGHT, wanted=asked.wanted
            ),
            shown,
        )
        room = dict.fromkeys(starts, shapes.CELL)
        chosen = list_chosen(session, viewer, now, choose_for_room(starts, room))
        entered = list_entries(chosen, edges, shown[0], shown[-1])
        for place, entries in shapes.entries_in_places(entered, shown).items():
            cells[place] = entries[: shapes.CELL]
            long = sum(entry.label in ("first_day", "last_day") for entry in entries)
            more[place] = len(starts.get(place, ())) + long - len(cells[place])
    return {
        "days": days,
        "bands": shapes.bands_of(cells),
        "cells": cells,
        "more": more,
        "earlier": asked.turn(days[0] - 7 * _DAY),
        "later": asked.turn(days[0] + 7 * _DAY),
        "here": asked.turn(today) if today not in days else None,
        **load_running(asked.wanted, viewer, days[0], days[-1]),
    }
