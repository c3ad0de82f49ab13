"""The cases of the demonstration as working regions have them: flushes, never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session, aliased, selectinload

from calendar_app.events import actions as event_actions
from calendar_app.events.models import Event
from calendar_app.overlaps import case_actions
from calendar_app.overlaps.case_actions import Move
from calendar_app.overlaps.cases import next_state
from calendar_app.overlaps.models import Conflict, ConflictEntry, ConflictPair
from calendar_app.workflow.demo.clashes import Clash, Step
from calendar_app.workflow.flag import flag_events

_LATEST = 12
"""So many cases that chance made are this month's; the rest of a bulk load is backlog."""
_WORKED = (
    Move("claim", "Ik vraag beide programmeurs hoe vast dit ligt."),
    Move("settle", "Bewust zo gelaten: ieder huis trekt zijn eigen publiek.", "kept"),
    Move("dismiss", "Geen van beide huizen ziet hier een probleem."),
    Move("settle", "Andere invalshoek: het ene huis een inleiding voor kenners, het andere een avond "
         "voor nieuwkomers.", "differentiated"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Accounts by what they do (keys): coordinators by region, editors by institution."""

    coordinators: Mapping[int, int]
    regions: Mapping[str, int]
    editors: Mapping[int, int]
    institutions: Mapping[str, int]


_CASES = cast(Table, Conflict.__table__)
_ENTRIES = cast(Table, ConflictEntry.__table__)


def work_off(
    session: Session, clashes: Sequence[Clash], people: People, now: datetime, random: Random
) -> None:
    """Tells the story of every seeded clash, and works on some of what chance made.

    Positions of the clashes are keys less one: the season goes into an empty store.
    """
    _date_back(session, now)
    told: set[int] = set()
    for clash in clashes:
        case = _case_of(session, clash.one + 1, clash.other + 1)
        if case is None:
            continue
        told.add(case.id)
        case.backlog = False
        for step in clash.steps:
            if step.action == "move":
                _move_event(session, clash, step, people, now)
            else:
                _take(session, case, step, people, now)
    _work_on_others(session, told, people, now)
    session.flush()
    _name(session, random)


def _date_back(session: Session, now: datetime) -> None:
    """A case begins when its second event was registered, not when the season was loaded."""
    one, other = aliased(Event), aliased(Event)
    opened: dict[int, datetime] = {}
    for key, first, second in session.execute(
        select(ConflictPair.conflict_id, one.created_at, other.created_at)
        .join(one, one.id == ConflictPair.event_a_id)
        .join(other, other.id == ConflictPair.event_b_id)
        .order_by(ConflictPair.conflict_id)
    ):
        both = min(max(first, second), now)
        opened[key] = min(opened.get(key, both), both)
    if not opened:
        return
    rows = [{"key": key, "at": at} for key, at in opened.items()]
    session.flush()
    for table, column, names in (
        (_CASES, _CASES.c.id, ("created_at", "updated_at")),
        (_ENTRIES, _ENTRIES.c.conflict_id, ("at",)),
    ):
        values: dict[str, Any] = {name: bindparam("at") for name in names}
        session.execute(update(table).where(column == bindparam("key")).values(values), rows)
    session.expire_all()


def _name(session: Session, random: Random) -> None:
    """Public ids of cases that are as repeatable as all others."""
    keys = session.scalars(select(_CASES.c.id).order_by(_CASES.c.id)).all()
    if keys:
        session.execute(
            update(_CASES)
            .where(_CASES.c.id == bindparam("key"))
            .values(public_id=bindparam("name")),
            [{"key": key, "name": public_id(random)} for key in keys],
        )
        session.expire_all()


def public_id(random: Random) -> str:
    """As ``core.names.new_public_id``, from chance that can be repeated."""
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz234567", k=12))


def _loaded() -> Any:
    return (
        select(Conflict)
        .options(selectinload(Conflict.pairs), selectinload(Conflict.regions))
        .order_by(Conflict.id)
    )


def _case_of(session: Session, one: int, other: int) -> Conflict | None:
    """The case in which these two events meet."""
    found: Conflict | None = session.scalars(
        _loaded().where(
            Conflict.id.in_(
                select(ConflictPair.conflict_id).where(
                    ConflictPair.event_a_id.in_((one, other)),
                    ConflictPair.event_b_id.in_((one, other)),
                )
            )
        )
    ).first()
    return found


def _take(session: Session, case: Conflict, step: Step, people: People, now: datetime) -> None:
    at = _at(step, case, now)
    waits = step.action == "wait"
    move = Move(
        step.action, step.note, outcome=step.outcome,
        waiting_for_id=people.institutions[step.waiting_for] if step.waiting_for else None,
        due_on=(now + timedelta(days=10)).date() if waits else None,
    )  # fmt: skip
    case_actions.move_case(
        session, case, move, people.coordinators[people.regions[step.by]], at, case.version
    )


def _at(step: Step, case: Conflict, now: datetime) -> datetime:
    """On a working morning, and not before the case was there."""
    at = (now - timedelta(days=step.days_ago)).replace(
        hour=9, minute=12 + step.days_ago % 40, second=0, microsecond=0
    )
    return max(at, case.created_at + timedelta(minutes=20)) if at < now else now


def _move_event(session: Session, clash: Clash, step: Step, people: People, now: datetime) -> None:
    """The institution moves its event, as it would itself: saved, flagged, the case in step."""
    name = session.scalars(select(Event.public_id).where(Event.id == clash.other + 1)).one()
    event = event_actions.load_for_change(session, name)
    at = (now - timedelta(days=step.days_ago)).replace(hour=10, minute=5, second=0, microsecond=0)
    draft = replace(event_actions.draft_of(event), moments=clash.moved)
    event_actions.change_event(session, event, draft, people.editors.get(event.lead_id), at)
    flag_events(session, [event.id], at)


def _work_on_others(session: Session, told: set[int], people: People, now: datetime) -> None:
    """The next dozen by date are this month's work, a third of them done; all others backlog."""
    others = session.scalars(
        _loaded().where(Conflict.id.not_in(told)).order_by(None)
        .order_by(Conflict.starts_at, Conflict.id).limit(_LATEST)
    ).all()  # fmt: skip
    for number, case in enumerate(others):
        case.backlog = False
        if number % 3 == 1 and next_state(case.state, "claim"):
            at = (case.created_at + (now - case.created_at) * 0.6).replace(microsecond=0)
            who = people.coordinators[min(region.region_id for region in case.regions)]
            case_actions.move_case(session, case, _WORKED[number // 3], who, at, case.version)
