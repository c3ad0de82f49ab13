"""Opening hours of a ``periodic`` event, as data, evaluated purely for a given day.

The shape is UiTdatabank's: weekly hours, closed days, adjusted days. Closed wins over adjusted,
adjusted over the week (``product.md``, Dates).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from calendar_app.places.special_days import is_public_holiday

Hours = tuple[time, time]
"""Opens, closes; a closing time at or before the opening one is after midnight."""
MOST_HOURS, MOST_DAYS = 4, 400


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """``weekly`` has the hours of Monday (0) to Sunday (6); a day without any is closed."""

    weekly: tuple[tuple[Hours, ...], ...] = ((),) * 7
    closed: frozenset[date] = frozenset()
    adjusted: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    closed_on_holidays: bool = False

    def on(self, day: date) -> tuple[Hours, ...]:
        """The hours of a day; none when it is closed."""
        if day in self.closed:
            return ()
        if day in self.adjusted:
            return self.adjusted[day]
        if self.closed_on_holidays and is_public_holiday(day):
            return ()
        return self.weekly[day.weekday()]

    def open_days(self, first: date, last: date) -> Iterator[date]:
        """The days from ``first`` to ``last`` inclusive on which it is open."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if self.on(day):
                yield day

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "weekly": [[_told(hours) for hours in day] for day in self.weekly],
            "closed": sorted(day.isoformat() for day in self.closed),
            "adjusted": {
                day.isoformat(): [_told(hours) for hours in self.adjusted[day]]
                for day in sorted(self.adjusted)
            },
            "closedOnHolidays": self.closed_on_holidays,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "OpeningHours | None":
        """What :meth:`to_json` wrote; ``None`` stays ``None``."""
        if data is None:
            return None
        return cls(
            tuple(tuple(_read(hours) for hours in day) for day in data["weekly"]),
            frozenset(date.fromisoformat(day) for day in data["closed"]),
            {
                date.fromisoformat(day): tuple(_read(hours) for hours in found)
                for day, found in data["adjusted"].items()
            },
            bool(data["closedOnHolidays"]),
        )


def _told(hours: Hours) -> list[str]:
    return [f"{moment:%H:%M}" for moment in hours]


def _read(hours: list[str]) -> Hours:
    opens, closes = hours
    return time.fromisoformat(opens), time.fromisoformat(closes)
