"""How the moments of a week are laid out, pure: seven days, and the parts of each day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from calendar_app.core.timespan import cultural_day, local_day, to_wall
from calendar_app.events.agenda_queries import Start
from calendar_app.web.calendar_views import Entry

WHOLE = "day"
BANDS = (WHOLE, "morning", "afternoon", "evening", "night")
"""Whole days first, then the parts of the day."""
ALWAYS = ("morning", "afternoon", "evening")
"""The bands that stand there even when empty."""
PART_STARTS = (("night", 23), ("evening", 17), ("afternoon", 12), ("morning", 6))
"""Local hours, latest first; the same parts as in the score of overlaps. Before six it is still
the night of the day before."""
CELL = 5
"""At most so many entries in a part of a day."""

Place = tuple[date, str]
"""A day and its band."""


def week_of(day: date) -> list[date]:
    """The seven days, Monday first, that hold ``day``."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def part_at(hour: int) -> str:
    """The part of the day of a local hour."""
    return next((part for part, starts in PART_STARTS if hour >= starts), "night")


def place_at(starts_at: datetime, whole_day: bool) -> Place:
    """Where something that starts at an instant stands. After midnight belongs to the evening
    before (``overlaps.md``: a cultural day runs from 06:00 to 06:00)."""
    if whole_day:
        return local_day(starts_at), WHOLE
    return cultural_day(starts_at), part_at(to_wall(starts_at)[0].hour)


def place_of(entry: Entry) -> Place:
    """Where an entry stands."""
    if entry.whole_day:
        return entry.day, WHOLE
    return place_at(entry.moment.starts_at, False)


def in_places(starts: Iterable[Start], days: Iterable[date]) -> dict[Place, list[Start]]:
    """The starts of these days, by where they stand; others are left out."""
    wanted = set(days)
    found: dict[Place, list[Start]] = {}
    for start in starts:
        place = place_at(datetime.fromtimestamp(start.second, UTC), start.all_day)
        if place[0] in wanted:
            found.setdefault(place, []).append(start)
    return found


def entries_in_places(entries: Iterable[Entry], days: Iterable[date]) -> dict[Place, list[Entry]]:
    """The entries of these days, in order, by where they stand."""
    wanted = set(days)
    found: dict[Place, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.order):
        place = place_of(entry)
        if place[0] in wanted:
            found.setdefault(place, []).append(entry)
    return found


def bands_of(places: Iterable[Place]) -> list[str]:
    """The bands that a week needs, in order."""
    used = {band for _, band in places}
    return [band for band in BANDS if band in ALWAYS or band in used]
