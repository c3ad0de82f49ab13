"""Recurrence rules → starts, bounded before anything is expanded.

230 bytes can hang an importer (``security.md``): sub-daily rules, INTERVAL=0 and empty rules are
refused by name; the rest is expanded with dateutil per series, only as far as the horizon, with a
bound on the number of steps. Rules that never match are known beforehand or stopped by the
caller's ``guard`` (``child.py`` has a timer; pure code has no clock).
"""

import re
from calendar import monthrange
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

MOST_STEPS = 50_000
MOST_MOMENTS = 1000
SHORT_SERIES = 366
"""A series with an end and no more moments than this is kept whole, also its past."""
BACK, AHEAD = timedelta(days=366), timedelta(days=731)

Guard = Callable[[], AbstractContextManager[object]]

_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_SUB_DAILY = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_NUMBERS = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*")
_DAY = r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)"
_DAYS = re.compile(f"{_DAY}(,{_DAY})*")
_SHAPES = {
    "BYMONTH": _NUMBERS, "BYMONTHDAY": _NUMBERS, "BYYEARDAY": _NUMBERS, "BYWEEKNO": _NUMBERS,
    "BYSETPOS": _NUMBERS, "BYHOUR": _NUMBERS, "BYMINUTE": _NUMBERS, "BYSECOND": _NUMBERS,
    "BYDAY": _DAYS, "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
    "INTERVAL": re.compile(r"\d{1,9}"), "COUNT": re.compile(r"\d{1,9}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?"),
}  # fmt: skip
_LIMITS = {
    "BYMONTH": (1, 12), "BYMONTHDAY": (1, 31), "BYYEARDAY": (1, 366), "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366), "BYHOUR": (0, 23), "BYMINUTE": (0, 59), "BYSECOND": (0, 60),
}  # fmt: skip


class RuleRefused(Exception):
    """A rule that is not expanded; ``code`` and ``params`` say why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class TooSlow(Exception):
    """The guard's time is up."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Between which local days a series is expanded, and where its past begins to be dropped."""

    first: date
    last: date

    @classmethod
    def around(cls, now: datetime) -> "Horizon":
        """From a year back to two years ahead."""
        return cls((now - BACK).date(), (now + AHEAD).date())


def read_rule(text: str) -> dict[str, str]:
    """The parts of a RRULE, checked. Raises :class:`RuleRefused` with ``rule_empty``,
    ``rule_sub_daily``, ``rule_interval``, ``rule_calendar`` or ``rule_unreadable``."""
    parts: dict[str, str] = {}
    # Some programs prefix the value with its name or stuff of their own.
    text = text.upper().replace(" ", "")
    at = text.find("FREQ=")
    for piece in text.split(";") if at >= 0 else []:
        key, _, value = piece.rpartition(":")[2].partition("=")
        if key and value:
            parts.setdefault(key, value)
    frequency = parts.get("FREQ", "")
    if not frequency:
        raise RuleRefused("rule_empty")
    if "RSCALE" in parts and parts["RSCALE"] != "GREGORIAN":
        raise RuleRefused("rule_calendar", calendar=parts["RSCALE"][:20])
    if parts.get("INTERVAL", "1").strip("0") == "":
        raise RuleRefused("rule_interval")
    if frequency in _SUB_DAILY:
        raise RuleRefused("rule_sub_daily", frequency=frequency)
    if frequency not in _FREQUENCIES:
        raise RuleRefused("rule_unreadable", part=f"FREQ={frequency}"[:40])
    for key, value in parts.items():
        shape = _SHAPES.get(key)
        if shape and not (shape.fullmatch(value) and _within(key, value)):
            raise RuleRefused("rule_unreadable", part=f"{key}={value}"[:40])
    times = 1
    for key in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= parts.get(key, "").count(",") + 1
    if times > 24:
        raise RuleRefused("rule_sub_daily", frequency="BYHOUR × BYMINUTE × BYSECOND")
    return {key: value for key, value in parts.items() if key == "FREQ" or key in _SHAPES}


def _within(key: str, value: str) -> bool:
    if key not in _LIMITS:
        return True
    low, high = _LIMITS[key]
    return all(low <= abs(int(number)) <= high for number in value.split(","))


def starts_of(
    text: str, start: datetime, zone: str | None, horizon: Horizon, guard: Guard = nullcontext
) -> list[datetime]:
    """The naive starts of a series on the clock of its zone (``None``: whole days).

    ``UNTIL`` as a date keeps the moments of that whole day, as an instant in UTC it is taken to
    the series' own clock. Raises :class:`RuleRefused`, also with ``rule_never`` when the rule
    matches nothing, ``rule_slow`` when the guard's time is up and ``rule_many`` above
    :data:`MOST_MOMENTS` moments.
    """
    parts = read_rule(text)
    if _impossible(parts):
        raise RuleRefused("rule_never")
    until = _until(parts.pop("UNTIL", None), zone)
    ends = "COUNT" in parts or until is not None
    last = datetime.combine(horizon.last, time(23, 59, 59))
    if until is not None and until < last:
        last = until
    if int(parts.get("INTERVAL", "1")) > 5000:
        # Further apart than any horizon.
        return [start]
    rule_text = ";".join(f"{key}={value}" for key, value in parts.items())
    try:
        rule = rrulestr(rule_text, dtstart=start)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RuleRefused("rule_unreadable", part=str(error)[:40]) from None
    if not isinstance(rule, rrule):
        raise RuleRefused("rule_unreadable", part="RRULE")
    found: list[datetime] = []
    try:
        with guard():
            for steps, at in enumerate(rule):
                if at > last or steps >= MOST_STEPS:
                    break
                found.append(at)
    except TooSlow:
        raise RuleRefused("rule_slow") from None
    except (ValueError, OverflowError):
        # dateutil runs past the last year.
        pass
    # DTSTART counts as the first moment even where the rule does not hit it or ends before it
    # (RFC 5545 3.8.5.3), unless COUNT is used up by what the rule itself gives.
    if start not in found and (not found or "COUNT" not in parts):
        found.insert(0, start)
    return _bounded(found, horizon, ends=ends)


def _bounded(found: list[datetime], horizon: Horizon, *, ends: bool) -> list[datetime]:
    if not found:
        raise RuleRefused("rule_never")
    if ends and len(found) <= SHORT_SERIES:
        return found
    kept = [at for at in found if at.date() >= horizon.first]
    if not kept:
        raise RuleRefused("rule_past", last=f"{found[-1]:%Y-%m-%d}")
    today = horizon.first + BACK
    if len([at for at in kept if at.date() >= today]) > MOST_MOMENTS:
        raise RuleRefused("rule_many", most=MOST_MOMENTS)
    return kept[-MOST_MOMENTS:]


def _until(value: str | None, zone: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        day = datetime.strptime(value[:8], "%Y%m%d")  # noqa: DTZ007 - wall time
        if "T" not in value:
            return datetime.combine(day, time(23, 59, 59))
        at = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise RuleRefused("rule_unreadable", part=f"UNTIL={value}") from None
    if zone is None:
        return datetime.combine(day, time(23, 59, 59))
    if value.endswith("Z"):
        return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return at


def _impossible(parts: dict[str, str]) -> bool:
    """Whether month and day never meet, as in 31 February."""
    if "BYMONTHDAY" not in parts:
        return False
    months = [int(month) for month in parts.get("BYMONTH", "1").split(",")]
    longest = max(29 if month == 2 else monthrange(2025, month)[1] for month in months)
    return all(abs(int(day)) > longest for day in parts["BYMONTHDAY"].split(","))
