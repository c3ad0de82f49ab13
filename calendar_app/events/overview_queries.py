"""Counting for the year and the map: one aggregate query each, however many events there are.

What the viewer may not see is in no number; what is cancelled is not counted either.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import BigInteger, case, func, select, type_coerce
from sqlalchemy.orm import Session

from calendar_app.core.timespan import day_shifts, midnight
from calendar_app.events.agenda_queries import LONG_ROLES
from calendar_app.events.models import Event, Occurrence
from calendar_app.events.queries import EventFilter, filter_clause, visible_clause
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Venue


class VenueCount(NamedTuple):
    """A venue with how many events it has; all but ``events`` are None for those without one."""

    id: int | None
    slug: str | None
    name: str | None
    municipality_id: int | None
    region_id: int | None
    lat: float | None
    lon: float | None
    events: int


def count_days(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    first: date,
    last: date,
    wanted: EventFilter | None = None,
) -> dict[date, int]:
    """How many events have a short moment that begins on each day from ``first`` to ``last``;
    days without any are left out."""
    days = (last - first).days + 1
    second = type_coerce(Occurrence.starts_at, BigInteger)
    shifts = day_shifts(first, days)
    shift = case(
        *[(second < until, add) for (_, add), (until, _) in pairwise(shifts)],
        (second >= shifts[-1][0], shifts[-1][1]),
    )
    number = ((second - shifts[0][0] + shift) // 86_400).label("number")
    rows = session.execute(
        select(number, func.count(Occurrence.event_id.distinct()))
        .join(Occurrence.event)
        .where(Occurrence.starts_at >= midnight(first))
        .where(Occurrence.starts_at < midnight(last + timedelta(days=1)))
        .where(Occurrence.role.not_in(LONG_ROLES), Occurrence.status == "scheduled")
        .where(Event.planning != "cancelled", visible_clause(viewer, now))
        .where(filter_clause(wanted or EventFilter()))
        .group_by("number")
    )
    return {first + timedelta(days=int(row[0])): row[1] for row in rows}


def list_venue_counts(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    since: datetime,
    before: datetime,
    wanted: EventFilter | None = None,
    limit: int = 2000,
) -> list[VenueCount]:
    """How many events each venue has in ``[since, before)``, running ones included; the most
    first. One row without a venue counts the events that have none."""
    count = func.count(Occurrence.event_id.distinct())
    rows = session.execute(
        select(
            Venue.id, Venue.slug, Venue.name, Venue.municipality_id, Venue.region_id,
            Venue.lat, Venue.lon, count,
        )
        .select_from(Occurrence)
        .join(Occurrence.event)
        .outerjoin(Event.venue)
        .where(Occurrence.starts_at < before, Occurrence.ends_at > since)
        .where(Occurrence.status == "scheduled", Event.planning != "cancelled")
        .where(visible_clause(viewer, now), filter_clause(wanted or EventFilter()))
        .group_by(Venue.id)
        .order_by(count.desc(), Venue.name, Venue.id)
        .limit(limit)
    )  # fmt: skip
    return [VenueCount._make(row) for row in rows]
