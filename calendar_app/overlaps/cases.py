"""Which overlaps become a case, which case they join, and how a case moves on (pure).

Overlaps are recomputed identically; cases depend on history (``overlaps.md``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from calendar_app.overlaps.moments import PRESS_ROLES
from calendar_app.overlaps.scoring import HARD, STRONG

MOST_EVENTS = 6
WORSE = 1.2
"""A settled case reopens when its score rises by a fifth."""
BACKLOG_FROM = 10
"""This many new cases at once come from a bulk load: they make one backlog list."""
OPEN = ("new", "in_progress", "waiting")
CLOSED = ("settled", "not_a_conflict")
"""Closed by somebody; ``gone`` closes by itself."""

TRANSITIONS: dict[str, dict[str, str]] = {
    # action: {from: to}
    "claim": {"new": "in_progress", "in_progress": "in_progress", "waiting": "in_progress"},
    "wait": {"new": "waiting", "in_progress": "waiting", "waiting": "waiting"},
    "settle": {"new": "settled", "in_progress": "settled", "waiting": "settled"},
    "dismiss": dict.fromkeys(OPEN, "not_a_conflict"),
    "reopen": {"settled": "new", "not_a_conflict": "new", "gone": "new"},
    "vanish": dict.fromkeys(OPEN, "gone"),
    "note": {s: s for s in ("new", "in_progress", "waiting", "settled", "not_a_conflict", "gone")},
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an overlap, as far as it decides about a case."""

    event_id: int
    role: str
    visitors: int
    reach: str
    planning: str
    announced: bool
    disciplines: Collection[str]


@dataclass(frozen=True, slots=True)
class Found:
    """An overlap with both its sides."""

    a_public_id: str
    b_public_id: str
    one: Side
    other: Side
    level: int
    score: int
    lane: str
    local_on: date
    day_part: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A case, as far as it decides about joining; ``kept``: closed by saying that it may stay."""

    id: int
    lane: str
    local_on: date
    day_part: str
    event_ids: frozenset[int]
    disciplines: frozenset[str]
    open: bool = True
    kept: bool = False


def next_state(state: str, action: str) -> str | None:
    """The state after an action; ``None`` when the action is not possible now."""
    return TRANSITIONS[action].get(state)


def opens_case(found: Found, now: datetime) -> bool:
    """Whether this overlap is worth a case: hard, or strong, anchored, and still movable."""
    if found.starts_at <= now:
        return False
    if found.level == HARD:
        return True
    return found.level == STRONG and anchored(found) and movable(found)


def anchored(found: Found) -> bool:
    """Whether something big hangs on it: two press moments, many visitors, or a national event."""
    one, other = found.one, found.other
    if found.lane == "marketing" or (one.role in PRESS_ROLES and other.role in PRESS_ROLES):
        return True
    fewer, many = sorted((one.visitors, other.visitors))
    national = "national" in (one.reach, other.reach)
    return (fewer >= 400 and many >= 800) or (national and fewer >= 250)


def movable(found: Found) -> bool:
    """Whether at least one side can still move: not confirmed, or not announced yet."""
    return any(
        side.planning in ("idea", "option") or not side.announced
        for side in (found.one, found.other)
    )


def case_to_join(
    found: Found, cases: Sequence[Known], overlapping: Collection[frozenset[int]]
) -> int | None:
    """The case (id) this overlap joins, the open ones first, then oldest first; ``None`` opens a
    new one.

    ``overlapping`` are all pairs of events that overlap now: a case is joined only when the
    newcomer overlaps with **every** event in it (complete link), at most six together. A closed
    case is joined by a newcomer, which reopens it; another date of its own events joins it only
    when they were to stay as they are: that silences for good.
    """
    events = frozenset((found.one.event_id, found.other.event_id))
    cases = sorted(cases, key=lambda case: not case.open)
    for case in cases:
        if events <= case.event_ids and (case.open or case.kept):
            return case.id
    disciplines = {*found.one.disciplines, *found.other.disciplines}
    for case in cases:
        together = events | case.event_ids
        if (
            not events <= case.event_ids
            and (case.lane, case.local_on, case.day_part)
            == (found.lane, found.local_on, found.day_part)
            and not case.disciplines.isdisjoint(disciplines)
            and not events.isdisjoint(case.event_ids)
            and len(together) <= MOST_EVENTS
            and all(
                frozenset((new, old)) in overlapping
                for new in events - case.event_ids
                for old in case.event_ids
            )
        ):
            return case.id
    return None


def reopens(
    state: str, old_score: int, new_score: int, was_active: bool, *, confirmed: bool = False
) -> str | None:
    """Why a closed case reopens by itself: ``back``, ``worse``, or ``confirmed`` (an option of it
    became so since it was closed); ``None`` for silence."""
    if state == "gone" and not was_active:
        return "back"
    if state in CLOSED and new_score >= WORSE * old_score:
        return "worse"
    return "confirmed" if state in CLOSED and confirmed else None
