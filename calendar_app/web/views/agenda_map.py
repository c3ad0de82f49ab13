"""The agenda as a map: what goes on where."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import url_for

from calendar_app.core.timespan import LAST_YEAR, midnight
from calendar_app.events.overview_queries import VenueCount, list_venue_counts
from calendar_app.people.viewer import Viewer
from calendar_app.places.queries import list_municipalities
from calendar_app.web import map_view as shapes
from calendar_app.web.context import current
from calendar_app.web.filters import AgendaQuery

USUAL = timedelta(days=27)
"""Four weeks, the first day included, when no end is asked for."""
MOST_VENUES = 120
"""Venues on the map and in the list: with everything around them under 100 KB of HTML."""
_DAY = timedelta(days=1)


def region_map(asked: AgendaQuery, viewer: Viewer, today: date) -> dict[str, Any]:
    """The venues of the region and how many events each has in the period, inside a transaction
    (two queries)."""
    first, last = period_of(asked, today)
    counts = list_venue_counts(
        current.session, viewer, current.now,
        since=midnight(first), before=midnight(last + _DAY), wanted=asked.wanted,
    )  # fmt: skip
    municipalities = {one.id: one for one in list_municipalities(current.session)}
    venues = [row for row in counts if row.id is not None]
    towns = shapes.towns_of(venues[:MOST_VENUES], municipalities)
    most = max((venue.events for venue in venues), default=1)
    length = last - first + _DAY
    inside = replace(asked, view="list", since=first, until=last)

    def venue_url(venue: VenueCount) -> str:
        """The list of what this venue has in the period."""
        wanted = replace(asked.wanted, venues=(venue.slug or "",))
        return url_for("agenda.index", **inside.link(wanted=wanted))

    drawings = []
    if municipalities:
        drawings = [shapes.draw_region(towns, municipalities, most)]
        drawings += [shapes.draw_town(town, most) for town in towns if town.crowded]
    return {
        "first": first,
        "last": last,
        "towns": towns,
        "drawings": drawings,
        "side": shapes.SIDE,
        "venue_url": venue_url,
        "left_out": len(venues) - len(venues[:MOST_VENUES]),
        "nowhere": sum(row.events for row in counts if row.id is None),
        "earlier": _moved(asked, first - length, length),
        "later": _moved(asked, first + length, length),
    }


def period_of(asked: AgendaQuery, today: date) -> tuple[date, date]:
    """The days that the map counts, both included: as asked, four weeks where no end is."""
    first = asked.since or (min(today, asked.until) if asked.until else today)
    return first, asked.until or min(first + USUAL, date(LAST_YEAR, 12, 31))


def _moved(asked: AgendaQuery, first: date, length: timedelta) -> dict[str, Any] | None:
    """The link to as many days from another day on."""
    last = first + length - _DAY
    link = replace(asked, until=None).turn(first)
    if link is None or (asked.until and last.year > LAST_YEAR):
        return None
    return asked.link(since=first, until=last) if asked.until else link
