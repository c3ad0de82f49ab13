"""An event again a year later: the same weekday in the same week, and nothing decided (pure)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from calendar_app.core.timespan import GapTime, at_wall, is_gap, local_day, midnight
from calendar_app.events.rules import EventDraft, Moment

_YEARS = 30


def a_year_later(day: date) -> date:
    """The same weekday of the same ISO week a year later; of a week 53, the last there is."""
    year, week, weekday = day.isocalendar()
    try:
        return date.fromisocalendar(year + 1, week, weekday)
    except ValueError:
        return date.fromisocalendar(year + 1, 52, weekday)


def copy_draft(draft: EventDraft, today: date) -> EventDraft:
    """The event a year later, or as many years as it takes to lie ahead. All moments move by the
    same whole weeks. What was decided about the old one is open again: planning, visibility,
    embargo, tickets, cancellations."""
    living = [one for one in draft.moments if one.status == "scheduled"]
    shift = _shift((_day(one) for one in living), today)
    moments = tuple(_moved(one, shift) for one in living)
    return replace(
        draft, moments=moments, planning="option", visibility="coordinators", public_at=None,
        ticket_url="", parent_id=None, opening_hours=_hours(draft),
        details=_details(draft),
    )  # fmt: skip


def _shift(days: Iterable[date], today: date) -> timedelta:
    first = min(days, default=today)
    day = a_year_later(first)
    for _ in range(_YEARS):
        if day > today:
            break
        day = a_year_later(day)
    return day - first


def _day(moment: Moment) -> date:
    return moment.starts_on or local_day(moment.starts_at)


def _moved(moment: Moment, shift: timedelta) -> Moment:
    fresh = replace(moment, key=None, external_key=None, sold_out=None)
    if moment.all_day and moment.starts_on and moment.ends_on:
        first, last = moment.starts_on + shift, moment.ends_on + shift
        return replace(
            fresh, starts_on=first, ends_on=last, starts_at=midnight(first, moment.zone),
            ends_at=midnight(last, moment.zone),
        )  # fmt: skip
    if moment.starts_wall is None or moment.ends_wall is None:
        raise GapTime
    starts, ends = moment.starts_wall + shift, moment.ends_wall + shift
    if is_gap(starts, moment.zone):
        # That night the clock goes forward: an hour later is the time that was meant.
        starts, ends = starts + timedelta(hours=1), ends + timedelta(hours=1)
    starts_at, ends_at = at_wall(starts, 0, moment.zone), at_wall(ends, 0, moment.zone)
    return replace(
        fresh, starts_wall=starts, ends_wall=ends, starts_fold=0, ends_fold=0,
        starts_at=starts_at, ends_at=max(ends_at, starts_at + timedelta(minutes=1)),
    )  # fmt: skip


def _details(draft: EventDraft) -> dict[str, object] | None:
    """Enrolment has dates of its own, and the term is another one."""
    left = {
        name: value
        for name, value in (draft.details or {}).items()
        if name not in ("term", "enrol_from", "enrol_until")
    }
    return left or None


def _hours(draft: EventDraft) -> dict[str, object] | None:
    """Weekly hours stay; closed and adjusted days belong to the year that was."""
    if draft.opening_hours is None:
        return None
    return {**draft.opening_hours, "closed": [], "adjusted": {}}
