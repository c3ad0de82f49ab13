"""Wall time, instants and half-open spans, safe across both clock changes.

The truth of a moment is its wall time, zone and fold; the UTC instant is derived
(``product.md``, Dates). Spans are half-open: ``[start, end)``.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from calendar_app.core.errors import AppError

HOUSE_ZONE = "Europe/Amsterdam"
FIRST_YEAR, LAST_YEAR = 1990, 2099
DAY_STARTS = time(6)
"""A cultural day runs from 06:00 to 06:00 (``overlaps.md``)."""


class GapTime(AppError):
    """The wall time does not exist: the clock skips it."""

    status = 422


class FoldTime(AppError):
    """The wall time happens twice and nobody said which one is meant."""

    status = 422


def in_years(day: date) -> bool:
    """Whether the day lies in the years the calendar keeps, 1990–2099."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def is_gap(wall: datetime, zone: str = HOUSE_ZONE) -> bool:
    """Whether the clock skips this naive wall time (spring)."""
    there = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall


def is_fold(wall: datetime, zone: str = HOUSE_ZONE) -> bool:
    """Whether this naive wall time happens twice (autumn)."""
    early = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    late = wall.replace(tzinfo=ZoneInfo(zone), fold=1)
    # Compared in UTC: two folds of one zone compare equal as they stand.
    return early.astimezone(UTC) < late.astimezone(UTC)


def to_instant(wall: datetime, fold: int | None = None, zone: str = HOUSE_ZONE) -> datetime:
    """The UTC instant of a naive wall time.

    Raises :class:`GapTime` for a time that does not exist and :class:`FoldTime` for one that
    happens twice when ``fold`` (0 first, 1 second) is not given.
    """
    if is_gap(wall, zone):
        raise GapTime
    if fold is None and is_fold(wall, zone):
        raise FoldTime
    return wall.replace(tzinfo=ZoneInfo(zone), fold=fold or 0).astimezone(UTC)


def at_wall(wall: datetime, fold: int, zone: str = HOUSE_ZONE) -> datetime:
    """The UTC instant of a stored wall time, also when new rules put it in a gap (then the
    clock's time after the jump is meant; PEP 495)."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def to_wall(instant: datetime, zone: str = HOUSE_ZONE) -> tuple[datetime, int]:
    """The naive wall time of an instant and its fold."""
    there = instant.astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None, fold=0), there.fold


def midnight(day: date, zone: str = HOUSE_ZONE) -> datetime:
    """The UTC instant at which the local day begins."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(instant: datetime, zone: str = HOUSE_ZONE) -> date:
    """The local date of an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_shifts(first: date, count: int, zone: str = HOUSE_ZONE) -> list[tuple[int, int]]:
    """How to number the local days from ``first`` on with plain integers, as a store can.

    From each instant (seconds since 1970) on, so many seconds are to be added before dividing the
    seconds since the first midnight by 86,400; a day on which the clock changes has 23 or 25 hours.
    """
    edges = [int(midnight(first + timedelta(days=n), zone).timestamp()) for n in range(count + 1)]
    shifts = [(edges[0], 0)]
    for number, (start, end) in enumerate(pairwise(edges), 1):
        if end - start != 86_400:
            # Any instant well inside the odd day will do.
            shifts.append((start + 43_200, edges[0] + number * 86_400 - end))
    return shifts


def cultural_day(instant: datetime, zone: str = HOUSE_ZONE) -> date:
    """The cultural day (06:00–06:00) an instant belongs to."""
    wall = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (wall - timedelta(hours=DAY_STARTS.hour)).date()
