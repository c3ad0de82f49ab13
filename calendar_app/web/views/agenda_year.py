"""The agenda as a year: how busy each day is."""

from datetime import date
from typing import Any

from calendar_app.events.overview_queries import count_days
from calendar_app.people.viewer import Viewer
from calendar_app.places.special_days import PUBLIC, SCHOOL, days_of
from calendar_app.web import year_view as shapes
from calendar_app.web.context import current
from calendar_app.web.filters import AgendaQuery


def year(asked: AgendaQuery, viewer: Viewer, today: date) -> dict[str, Any]:
    """The year of the day asked for, inside a transaction (one query)."""
    shown = (asked.since or today).year
    first, last = date(shown, 1, 1), date(shown, 12, 31)
    counts = count_days(
        current.session, viewer, current.now, first=first, last=last, wanted=asked.wanted
    )
    if asked.until:
        counts = {day: count for day, count in counts.items() if day <= asked.until}
    limits = shapes.heat_limits(counts.values())
    special = days_of(first, last, PUBLIC, SCHOOL)
    return {
        "year": shown,
        "months": shapes.year_cells(shown, counts, limits, special, asked.until),
        "classes": shapes.heat_classes(limits),
        "periods": shapes.holiday_periods(special),
        "earlier": asked.turn(date(shown - 1, 1, 1)),
        "later": asked.turn(date(shown + 1, 1, 1)),
    }
