"""How the clashes of the demonstration are written down: events, levels and what was done (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from calendar_app.events.rules import EventDraft, Moment
from calendar_app.workflow.demo.days import Season
from calendar_app.workflow.demo.moments import opening_hours
from calendar_app.workflow.demo.plan import House, Planned
from calendar_app.workflow.demo.programme import programme

_DAY = timedelta(days=1)
_PRICES = {"exhibition": 1600, "concert": 2750, "theatre": 2450, "dance": 2600, "family": 500}


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did about a clash, so many days ago. ``action`` is one of a case
    (``overlaps/cases.py``), or ``move``: the second event goes to :attr:`Clash.moved`. ``by`` is the
    region of the coordinator."""

    days_ago: int
    by: str
    action: str
    note: str = ""
    outcome: str | None = None
    waiting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two events of the season by position, the level at which they are flagged once all steps
    are done, and the state of their case (``None``: no case)."""

    one: int
    other: int
    level: str
    state: str | None = None
    steps: tuple[Step, ...] = ()
    moved: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class Seeded:
    """The events, in a fixed order, and what is between them."""

    planned: tuple[Planned, ...]
    clashes: tuple[Clash, ...]

    @property
    def openings(self) -> frozenset[date]:
        """The days around their openings: kept free of others, so that each story stays its own."""
        moments = [m for planned in self.planned for m in planned.draft.moments]
        moments += [m for clash in self.clashes for m in clash.moved]
        days = [m.starts_wall.date() for m in moments if m.role == "opening" and m.starts_wall]
        return frozenset(day + n * _DAY for day in days for n in (-1, 0, 1, 2))


class Book:
    """Collects events and clashes; gives out weeks."""

    def __init__(self, houses: Mapping[str, House], season: Season, now: datetime) -> None:
        self.houses, self.season, self.now = houses, season, now
        self.planned: list[Planned] = []
        self.clashes: list[Clash] = []
        running = season.first <= now.date() <= season.last
        start = (now.date() if running else season.first) + 14 * _DAY
        self._first = self._monday = start - start.weekday() * _DAY

    def from_the_start(self) -> None:
        """The weeks are given out anew: what follows has nothing to do with what was there."""
        self._monday = self._first

    def day(self, weekday: int) -> date:
        """That weekday (0 Monday) of the next week, unless everybody is off that day."""
        while True:
            self._monday += 7 * _DAY
            day = self._monday + weekday * _DAY
            # Behind the season nothing is known but that it begins again in September.
            if day > self.season.last or self.season.working(day):
                return day

    def add(
        self, slug: str, kind: str, nl: str, en: str, moments: Iterable[Moment], *,
        at: str | None = None, created: int = 40, **more: Any,
    ) -> int:  # fmt: skip
        """An event, as an option that coordinators see unless told otherwise; its position."""
        moments = tuple(moments)
        values: dict[str, Any] = {
            "kind": kind, "lead_id": self.houses[slug].id, "title_nl": nl, "title_en": en,
            "venue_id": self.houses[at or slug].venue_id, "audiences": ("general",),
            "planning": "option", "visibility": "coordinators", "moments": moments,
            "date_type": "periodic" if any(m.role == "run" for m in moments)
            else "multiple" if len(moments) > 1 else "single",
            "price_cents": _PRICES.get(kind), "languages": ("nl",),
        }  # fmt: skip
        if values["date_type"] == "periodic":
            values["opening_hours"] = opening_hours(programme().places[slug], self.season)
        made = self.now - timedelta(days=created)
        made = made.replace(hour=8, minute=made.day + 10, second=0, microsecond=0)
        self.planned.append(Planned(EventDraft(**(values | more)), made))
        return len(self.planned) - 1

    def clash(
        self, one: int, other: int, level: str, state: str | None = None, *steps: Step,
        moved: Iterable[Moment] = (),
    ) -> None:  # fmt: skip
        """What is between two events, see :class:`Clash`."""
        self.clashes.append(Clash(one, other, level, state, steps, tuple(moved)))
