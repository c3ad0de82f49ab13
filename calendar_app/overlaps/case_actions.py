"""Keeping cases in step with overlaps, and moving them on: flushes, never commits.

``cases.py`` decides; here the decisions are carried out and written into the case's history.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from calendar_app.core.errors import FieldError, Invalid, Stale
from calendar_app.core.language import N_
from calendar_app.events.models import Change, Event, Occurrence
from calendar_app.overlaps import cases
from calendar_app.overlaps.desk import Desk, disciplines_of
from calendar_app.overlaps.models import (
    Conflict,
    ConflictEntry,
    ConflictPair,
    ConflictRegion,
    Overlap,
)
from calendar_app.overlaps.moments import day_of, part_of, slots_of
from calendar_app.overlaps.parameters import defaults
from calendar_app.overlaps.scoring import STRONG

_ALTERED = N_("Somebody else changed this conflict while you were looking at it.")


@dataclass(frozen=True, slots=True)
class _Row:
    """An overlap with what a case needs of both sides; a and b ordered by public id."""

    found: cases.Found

    @property
    def key(self) -> tuple[str, str]:
        return self.found.a_public_id, self.found.b_public_id


def sync_cases(
    session: Session, event_ids: Collection[int] | None, now: datetime
) -> list[Conflict]:
    """Brings the cases of these events (``None``: of all) in step with the overlaps; returns the
    cases that were opened. Many at once make a backlog."""
    pairs = _pairs(session, event_ids)
    known = {(pair.a_public_id, pair.b_public_id): pair for pair, _ in pairs}
    of = {pair.id: conflict for pair, conflict in pairs}
    rows = {row.key: row for row in _rows(session, event_ids, {p.event_a_id for p, _ in pairs})}
    touched: dict[int, Conflict] = {}
    confirmed = _confirmed(session, event_ids or (), of.values())
    for key, pair in known.items():
        conflict = of[pair.id]
        if _follow(session, pair, conflict, rows.get(key), now, conflict.id in confirmed):
            touched[of[pair.id].id] = of[pair.id]
    new = [
        rows[key].found
        for key in sorted(rows, key=lambda k: (rows[k].found.starts_at, -rows[k].found.score, k))
        if key not in known
    ]
    new = [one for one in new if one.level >= STRONG and cases.opens_case(one, now)]
    if not new and not touched:
        return []
    desk = Desk(session, new, touched.values())
    opened, notes, changed = _take_in(session, desk, new, now)
    session.flush()
    for conflict, code in notes:
        _note(session, conflict, code, None, now, {})
        if code == "joined" and conflict.state in cases.CLOSED:
            _move(session, conflict, "reopen", None, now, {"why": "joined"})
    for conflict in {one.id: one for one in (*touched.values(), *changed)}.values():
        _refresh(session, conflict, desk.regions, now)
    if len(opened) >= cases.BACKLOG_FROM:
        for conflict in opened:
            conflict.backlog = True
    session.flush()
    return opened


def _take_in(
    session: Session, desk: Desk, new: Sequence[cases.Found], now: datetime
) -> tuple[list[Conflict], list[tuple[Conflict, str]], list[Conflict]]:
    """Every new overlap joins a case or opens one: (opened, lines for their history, changed).
    What is opened has no key before the next flush."""
    opened: list[Conflict] = []
    notes: list[tuple[Conflict, str]] = []
    changed: list[Conflict] = []
    for found in new:
        events = (found.one.event_id, found.other.event_id)
        number = desk.case_for(found)
        if number is not None:
            conflict = desk.cases[number]
            if not desk.has_events(number, events):
                notes.append((conflict, "joined"))
                desk.extend(number, events)
            elif conflict.state in cases.CLOSED and found.score >= cases.WORSE * conflict.score:
                _move(session, conflict, "reopen", None, now, {"why": "worse"})
        else:
            conflict = Conflict(
                level=found.level, score=found.score, lane=found.lane, local_on=found.local_on,
                day_part=found.day_part, starts_at=found.starts_at, created_at=now,
                updated_at=now, pairs=[], regions=[],
            )  # fmt: skip
            session.add(conflict)
            desk.add(conflict, events)
            opened.append(conflict)
            notes.append((conflict, "opened"))
        conflict.pairs.append(
            ConflictPair(
                a_public_id=found.a_public_id, b_public_id=found.b_public_id,
                event_a_id=events[0], event_b_id=events[1], score=found.score,
                level=found.level, starts_at=found.starts_at, active=True,
            )
        )  # fmt: skip
        changed.append(conflict)
    return opened, notes, changed


def _pairs(
    session: Session, event_ids: Collection[int] | None
) -> Sequence[tuple[ConflictPair, Conflict]]:
    query = (
        select(ConflictPair, Conflict)
        .join(Conflict, Conflict.id == ConflictPair.conflict_id)
        .options(selectinload(Conflict.pairs), selectinload(Conflict.regions))
        .order_by(ConflictPair.id)
    )
    if event_ids is not None:
        query = query.where(
            or_(ConflictPair.event_a_id.in_(event_ids), ConflictPair.event_b_id.in_(event_ids))
        )
    return [(row[0], row[1]) for row in session.execute(query)]


@cache
def _with_sides() -> Select[Overlap, Occurrence, Occurrence, Event, Event]:
    """Overlaps with both their moments and events. Made once: making it takes longer than running
    it."""
    a, b, event_a, event_b = (
        aliased(Occurrence), aliased(Occurrence), aliased(Event), aliased(Event),
    )  # fmt: skip
    return (
        select(Overlap, a, b, event_a, event_b)
        .join(a, a.id == Overlap.a_id)
        .join(b, b.id == Overlap.b_id)
        .join(event_a, event_a.id == Overlap.event_a_id)
        .join(event_b, event_b.id == Overlap.event_b_id)
    )


def _rows(
    session: Session, event_ids: Collection[int] | None, in_cases: Collection[int]
) -> list[_Row]:
    """The overlaps of these events; of all events only those that can matter to a case."""
    if event_ids is not None:
        where: ColumnElement[bool] = or_(
            Overlap.event_a_id.in_(event_ids), Overlap.event_b_id.in_(event_ids)
        )
    else:
        where = or_(
            Overlap.level >= STRONG,
            Overlap.event_a_id.in_(select(ConflictPair.event_a_id)),
            Overlap.event_b_id.in_(select(ConflictPair.event_a_id)),
        )
    found = session.execute(_with_sides().where(where)).all()
    if not found:
        return []
    latest = np.array([int(max(r[1].starts_at, r[2].starts_at).timestamp()) for r in found])
    slots, _ = slots_of(latest, latest + 3600, defaults())
    disciplines = disciplines_of(session, {key for r in found for key in (r[3].id, r[4].id)})
    return [
        _Row(_found(r[0], (r[1], r[3]), (r[2], r[4]), int(slot), disciplines))
        for r, slot in zip(found, slots, strict=True)
    ]


def _found(
    overlap: Overlap,
    one: tuple[Occurrence, Event],
    other: tuple[Occurrence, Event],
    slot: int,
    disciplines: dict[int, set[str]],
) -> cases.Found:
    first, second = sorted((one, other), key=lambda side: side[0].public_id)
    default = defaults()["pull"]["default_visitors"]

    def side(found: tuple[Occurrence, Event]) -> cases.Side:
        occurrence, event = found
        visitors = event.expected_visitors
        return cases.Side(
            event_id=event.id, role=occurrence.role,
            visitors=default[event.reach] if visitors is None else visitors, reach=event.reach,
            planning=event.planning,
            announced=event.visibility == "public" and event.public_at is None,
            disciplines=disciplines.get(event.id) or {event.kind},
        )  # fmt: skip

    return cases.Found(
        a_public_id=first[0].public_id, b_public_id=second[0].public_id, one=side(first),
        other=side(second), level=overlap.level, score=overlap.score, lane=overlap.lane,
        local_on=day_of(slot), day_part=part_of(slot), starts_at=overlap.starts_at,
    )  # fmt: skip


def _follow(
    session: Session, pair: ConflictPair, conflict: Conflict, row: _Row | None, now: datetime,
    confirmed: bool,
) -> bool:  # fmt: skip
    """One known pair follows its overlap; whether anything changed."""
    if row is None:
        changed, pair.active = pair.active, False
        return changed
    found = row.found
    why = cases.reopens(conflict.state, pair.score, found.score, pair.active, confirmed=confirmed)
    changed = (pair.score, pair.level, pair.starts_at, pair.active) != (
        found.score, found.level, found.starts_at, True,
    )  # fmt: skip
    if why and found.starts_at > now:
        _move(session, conflict, "reopen", None, now, {"why": why})
    # A settled case remembers the score it was settled at.
    if conflict.open or found.score < pair.score:
        pair.score = found.score
    pair.level, pair.starts_at, pair.active = found.level, found.starts_at, True
    return changed


def _confirmed(
    session: Session, event_ids: Collection[int], conflicts: Collection[Conflict]
) -> set[int]:
    """The closed cases of which one of these events, an option when they were closed, has been
    confirmed since: its history tells."""
    closed = {one.id: one for one in conflicts if one.state in cases.CLOSED and one.settled_at}
    since = [one.settled_at for one in closed.values() if one.settled_at]
    if not since or not event_ids:
        return set()
    lines = session.execute(
        select(Change.event_id, Change.at, Change.data).where(
            Change.event_id.in_(event_ids), Change.at > min(since)
        )
    ).all()
    at = {
        event_id: at for event_id, at, data in lines
        if data.get("planning") == ["option", "confirmed"]
    }  # fmt: skip
    return {
        key for key, one in closed.items()
        for event_id in one.event_ids & at.keys()
        if one.settled_at and at[event_id] > one.settled_at
    }  # fmt: skip


def _refresh(
    session: Session, conflict: Conflict, of_event: Mapping[int, set[int]], now: datetime
) -> None:
    """Level, moment and regions from the pairs that are left; ``gone`` when none is."""
    living = [pair for pair in conflict.pairs if pair.active]
    if not living:
        if cases.next_state(conflict.state, "vanish"):
            _move(session, conflict, "vanish", None, now, {})
        return
    worst = max(living, key=lambda pair: (pair.level, pair.score, pair.id))
    first = min(living, key=lambda pair: (pair.starts_at, pair.id))
    conflict.level, conflict.score = worst.level, worst.score
    if conflict.starts_at != first.starts_at:
        conflict.starts_at = first.starts_at
        seconds = np.array([int(first.starts_at.timestamp())])
        slots, _ = slots_of(seconds, seconds + 3600, defaults())
        conflict.local_on, conflict.day_part = day_of(int(slots[0])), part_of(int(slots[0]))
    regions = set().union(*(of_event.get(key, set()) for key in conflict.event_ids))
    if regions != {region.region_id for region in conflict.regions}:
        kept = [region for region in conflict.regions if region.region_id in regions]
        new = regions - {region.region_id for region in kept}
        conflict.regions = [*kept, *(ConflictRegion(region_id=key) for key in sorted(new))]


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody wants a case to do (:data:`calendar_app.overlaps.cases.TRANSITIONS`)."""

    action: str
    note: str = ""
    outcome: str | None = None
    owner_id: int | None = None
    waiting_for_id: int | None = None
    due_on: date | None = None


def move_case(
    session: Session, conflict: Conflict, move: Move, user_id: int, now: datetime, version: int
) -> None:
    """Carries out a person's action. Raises ``Stale`` when the case changed since they looked,
    ``Invalid`` when the action is not possible now."""
    if version != conflict.version:
        raise Stale(_ALTERED, conflict.version)
    if cases.next_state(conflict.state, move.action) is None:
        raise Invalid(FieldError("do", N_("This is not possible any more. Look at the state now.")))
    data: dict[str, Any] = {"note": move.note} if move.note else {}
    if move.action == "claim":
        conflict.owner_id = move.owner_id or user_id
        data["owner"] = conflict.owner_id
    elif move.action == "wait":
        conflict.waiting_for_id, conflict.due_on = move.waiting_for_id, move.due_on
        conflict.owner_id = conflict.owner_id or user_id
        data["due"] = move.due_on.isoformat() if move.due_on else None
    elif move.action == "settle":
        conflict.outcome, conflict.reason, conflict.settled_at = move.outcome, move.note, now
        data["outcome"] = move.outcome
    elif move.action == "dismiss":
        conflict.reason, conflict.settled_at = move.note, now
    conflict.backlog = conflict.backlog and move.action == "note"
    _move(session, conflict, move.action, user_id, now, data)


def _move(
    session: Session,
    conflict: Conflict,
    action: str,
    user_id: int | None,
    now: datetime,
    data: dict[str, Any],
) -> None:
    to = cases.next_state(conflict.state, action)
    if to is None:
        return
    if to != "waiting":
        conflict.waiting_for_id, conflict.due_on = None, None
    if action == "reopen":
        conflict.outcome, conflict.settled_at = None, None
        data = {"from": conflict.state, **data}
        # Somebody already had it: it is theirs again.
        to = "in_progress" if conflict.owner_id else "new"
    conflict.state, conflict.updated_at = to, now
    _note(session, conflict, action, user_id, now, data)
    session.flush()


def _note(
    session: Session,
    conflict: Conflict,
    code: str,
    user_id: int | None,
    now: datetime,
    data: dict[str, Any],
) -> None:
    session.add(
        ConflictEntry(conflict_id=conflict.id, at=now, user_id=user_id, code=code, data=data)
    )
