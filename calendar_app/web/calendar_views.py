"""How moments become a list of days or a month, pure: no clock, no database."""

import calendar
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from calendar_app.core.timespan import midnight
from calendar_app.events.agenda_queries import Start
from calendar_app.events.models import Occurrence
from calendar_app.web.wording import first_day, last_day

K = TypeVar("K")
CELL = 4
"""At most so many entries in a cell of the month (``screens.md``)."""

_FIRST_ROLES = ("opening", "premiere", "preview")
_RANK = {"opening": 0, "premiere": 0, "last_day": 2, "preview": 2, "regular": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """A moment on a day. ``label`` is its role, or ``first_day``/``last_day`` of a long one."""

    moment: Occurrence
    day: date
    label: str

    @property
    def order(self) -> tuple[date, bool, datetime, int]:
        """Within a day: whole days first, then by the clock."""
        return self.day, not self.whole_day, self.moment.starts_at, self.moment.id

    @property
    def whole_day(self) -> bool:
        """Whether no time of day is to be shown."""
        return self.moment.all_day or self.label in ("first_day", "last_day")


def list_entries(
    moments: Iterable[Occurrence], edges: Iterable[Occurrence], first: date, last: date
) -> list[Entry]:
    """Moments and the first and last days of long ones within ``first``–``last``, in order.

    A first day is left out where the event has an opening, premiere or preview that day, a last
    day where it has a moment of that role.
    """
    entries = [Entry(moment, first_day(moment), moment.role) for moment in moments]
    told = {(entry.moment.event_id, entry.day, entry.label) for entry in entries}
    for run in edges:
        begins, ends = first_day(run), last_day(run)
        opened = any((run.event_id, begins, role) in told for role in _FIRST_ROLES)
        if first <= begins <= last and not opened:
            entries.append(Entry(run, begins, "first_day"))
        if first <= ends <= last and (run.event_id, ends, "last_day") not in told:
            entries.append(Entry(run, ends, "last_day"))
    return sorted(entries, key=lambda entry: entry.order)


def by_day(entries: Iterable[Entry]) -> list[tuple[date, list[Entry]]]:
    """Entries in order, gathered under their days."""
    days: dict[date, list[Entry]] = {}
    for entry in entries:
        days.setdefault(entry.day, []).append(entry)
    return list(days.items())


def month_days(day: date) -> list[list[date]]:
    """The weeks, Monday first, that hold the month of ``day``."""
    return calendar.Calendar().monthdatescalendar(day.year, day.month)


def next_month(day: date) -> date:
    """The first of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(day: date) -> date:
    """The first of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def on_days(starts: Iterable[Start], days: Sequence[date]) -> dict[date, list[Start]]:
    """The starts on each of the days, which follow each other; others are left out."""
    # Midnights are worked out once a day, not once a moment.
    edges = [midnight(day).timestamp() for day in [*days, days[-1] + timedelta(days=1)]]
    found: dict[date, list[Start]] = {day: [] for day in days}
    for start in starts:
        place = bisect_right(edges, start.second) - 1
        if 0 <= place < len(days):
            found[days[place]].append(start)
    return found


def choose_for_room(starts: Mapping[K, Sequence[Start]], room: Mapping[K, int]) -> list[int]:
    """The keys of the moments to show: per day (or place) what fits in ``room``, openings and
    premieres before the rest; one performance of an event in it is enough."""
    chosen: list[int] = []
    for place, found in starts.items():
        events: dict[int, Start] = {}
        for start in sorted(found, key=lambda s: (_RANK.get(s.role, 3), s.second, s.id)):
            events.setdefault(start.event_id, start)
        chosen += [start.id for start in list(events.values())[: room.get(place, CELL)]]
    return chosen


def count_regions(starts: Mapping[date, Sequence[Start]]) -> Counter[tuple[date, int]]:
    """How many moments each day has in each region."""
    return Counter((day, start.region_id) for day, found in starts.items() for start in found)


def choose_highlights(starts: Sequence[Start], count: int) -> list[int]:
    """The keys of a few moments to show first: openings and premieres, then what draws from the
    whole country; one an event and one an institution."""
    reach = {"national": 0, "regional": 1, "local": 2}
    ordered = sorted(
        starts, key=lambda s: (_RANK.get(s.role, 9), reach.get(s.reach, 1), s.second, s.id)
    )
    leads: dict[int, int] = {}
    for start in ordered:
        if start.role in _RANK:
            leads.setdefault(start.lead_id, start.id)
    return list(leads.values())[:count]
