"""Flag: what is computed with a save, what an editor is warned of, what coordinators settle.

The score knows every plan; what is *shown* of one that the viewer may not see is a single
marker: that something clashes, how much, in which part of the day (``overlaps.md``, sealed).
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Forbidden, Invalid, NotFound, TooMany
from calendar_app.core.language import N_
from calendar_app.core.timespan import cultural_day, local_day
from calendar_app.events.models import Event, Occurrence
from calendar_app.events.queries import list_events
from calendar_app.events.rules import EventDraft
from calendar_app.events.rules import Moment as DraftMoment
from calendar_app.overlaps import actions, case_actions, case_queries
from calendar_app.overlaps.cases import next_state
from calendar_app.overlaps.models import OUTCOMES, Conflict, ConflictEntry
from calendar_app.overlaps.moments import (
    NOT_COMPARED,
    Moment,
    Moments,
    as_arrays,
    assumed_audiences,
    assumed_disciplines,
    assumed_hours,
    part_of,
)
from calendar_app.overlaps.pairs import candidates_with
from calendar_app.overlaps.parameters import Parameters, defaults
from calendar_app.overlaps.queries import (
    Competing,
    list_competing,
    list_shown,
    load_around,
    usual_disciplines,
    visible_among,
)
from calendar_app.overlaps.reasons import Reason, explain
from calendar_app.overlaps.scoring import LEVELS, NO_LEVEL, Scores, score_pairs
from calendar_app.overlaps.store import moment_store
from calendar_app.people.actions import count_attempt
from calendar_app.people.models import Institution
from calendar_app.people.queries import count_attempts
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import About, may, require
from calendar_app.places.models import Venue
from calendar_app.places.special_days import is_school_holiday

SHOWN = 3
DAYS_AROUND = 10
CHECKS, CHECKS_WITHIN = 300, timedelta(minutes=15)
FEW = 3
"""Where fewer institutions could be meant, a hidden plan is told by its week only."""

Progress = Callable[[int, int], None]


def flag_events(session: Session, event_ids: Collection[int], now: datetime) -> list[Conflict]:
    """Recomputes the overlaps of events that changed and brings the cases in step; returns the
    cases that were opened. Inside the caller's transaction."""
    actions.reflag(session, event_ids, now)
    return case_actions.sync_cases(session, event_ids, now)


def recompute(session: Session, now: datetime, progress: Progress) -> dict[str, int]:
    """Recomputes everything; says how many rows changed and how many cases were opened."""
    found = actions.recompute(session, now, progress)
    opened = case_actions.sync_cases(session, None, now)
    return {
        "added": len(found.added), "changed": len(found.changed), "removed": len(found.removed),
        "opened": len(opened),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clash:
    """A clash with an event that the viewer may see."""

    event: Event
    occurrence: Occurrence
    own_start: datetime
    level: str
    score: int
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Hidden:
    """The agreed flag: a plan not shared with the viewer clashes. ``part`` is ``None`` where it
    would give the plan away; then only the week is told."""

    level: str
    part: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Quieter:
    """A day with less competition, as far as the viewer may know."""

    on: date
    clashes: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: at most three clashes, the worst first, and how many more."""

    clashes: Sequence[Clash] = ()
    more: int = 0
    hidden: Hidden | None = None
    quieter: Sequence[Quieter] = ()
    holiday: date | None = None
    """The first date of an offer for schools that lies in their holidays."""

    @property
    def level(self) -> str:
        """The worst level found."""
        levels = [clash.level for clash in self.clashes]
        if self.hidden:
            levels.append(self.hidden.level)
        return max(levels, key=LEVELS.index, default="none")


def count_check(session: Session, viewer: Viewer, now: datetime) -> None:
    """Counts one check; raises ``TooMany`` for somebody who probes (``overlaps.md``, sealed)."""
    bucket = f"clash:{viewer.user_id}"
    if count_attempts(session, bucket, now, CHECKS_WITHIN) >= CHECKS:
        raise TooMany(
            N_("You checked very many dates. Wait a quarter of an hour, or ask your coordinator.")
        )
    count_attempt(session, bucket, now)


def check_draft(
    session: Session,
    viewer: Viewer,
    draft: EventDraft,
    now: datetime,
    event_id: int | None = None,
    propose: bool = True,
    about: About | None = None,
) -> Found:
    """What a draft would clash with, scored as if it were saved. ``event_id`` is the stored event
    that is being changed: it does not clash with itself; ``about`` says who organises it."""
    require(viewer, "clash.check", about or About(institution_id=draft.lead_id))
    if draft.kind in NOT_COMPARED:
        days = (m.starts_on or local_day(m.starts_at) for m in draft.moments if m.role != "run")
        return Found(holiday=next((day for day in days if is_school_holiday(day)), None))
    parameters = defaults()
    own = _moments_of(session, draft, event_id or 0, parameters)
    if not own:
        return Found()
    moments = moment_store().around(session, own)
    rows = _flagged(moments, len(own), parameters)
    if not rows:
        return Found()
    seen = visible_among(session, {int(moments.event[row[1]]) for row in rows}, viewer, now)
    hidden = [row for row in rows if int(moments.event[row[1]]) not in seen]
    shown = [row for row in rows if int(moments.event[row[1]]) in seen]
    clashes = _clashes(session, moments, shown[:SHOWN], viewer, now)
    marker = _marker(session, draft, parameters, moments, hidden) if hidden else None
    quieter = _quieter(session, viewer, draft, own, now, parameters) if propose else []
    return Found(clashes, len(shown[SHOWN:]), marker, quieter)


Row = tuple[int, int, int, Scores, int]
"""Own moment and other moment (places in the arrays), level, and the scores with the place in
them: reasons are computed for what is shown only."""


def _flagged(moments: Moments, size: int, parameters: Parameters) -> list[Row]:
    """Flagged pairs of the first ``size`` moments with the others, the worst first, one for each
    other event."""
    chosen = np.arange(len(moments)) < size
    best: dict[int, tuple[int, int, int, int, Scores, int]] = {}
    for i, j in candidates_with(moments, chosen, parameters):
        found = score_pairs(moments, i, j, parameters)
        for at in np.flatnonzero(found.level > NO_LEVEL).tolist():
            mine, other = int(i[at]), int(j[at])
            if chosen[other]:
                continue  # two moments of the draft itself
            rank = (int(found.level[at]), int(found.score[at]))
            event = int(moments.event[other])
            if event not in best or rank > best[event][:2]:
                best[event] = (*rank, mine, other, found, at)
    rows = sorted(best.values(), key=lambda row: (-row[0], -row[1], row[3]))
    return [(mine, other, level, found, at) for level, _score, mine, other, found, at in rows]


def _clashes(
    session: Session, moments: Moments, rows: Sequence[Row], viewer: Viewer, now: datetime
) -> list[Clash]:
    """The pairs with their events, loaded for showing."""
    keys = [int(moments.key[row[1]]) for row in rows]
    seen = {one.id: one for one in list_shown(session, keys, viewer, now)} if keys else {}
    found: list[Clash] = []
    for key, (mine, other, level, scores, at) in zip(keys, rows, strict=True):
        if key not in seen:
            continue  # withdrawn since it was scored
        reasons = explain(moments, mine, other, scores, at)
        score = int(scores.score[at])
        start = datetime.fromtimestamp(int(moments.starts[mine]), UTC)
        found.append(Clash(seen[key].event, seen[key], start, LEVELS[level], score, reasons))
    return found


def _marker(
    session: Session,
    draft: EventDraft,
    parameters: Parameters,
    moments: Moments,
    hidden: Sequence[Row],
) -> Hidden:
    """One marker for all hidden plans, of the worst."""
    mine, _other, level, *_ = max(hidden, key=lambda row: row[2])
    start = datetime.fromtimestamp(int(moments.starts[mine]), UTC)
    disciplines = moments.words(mine).disciplines
    usual = Counter(
        own for lead, own in usual_disciplines(session).items() if lead != draft.lead_id
    )
    fitting = sum(
        many
        for own, many in usual.items()
        if parameters.likeness("disciplines", disciplines, own) >= 0.5
    )
    part = part_of(int(moments.first_slot[mine])) if fitting >= FEW else None
    return Hidden(LEVELS[level], part, cultural_day(start))


def _quieter(
    session: Session,
    viewer: Viewer,
    draft: EventDraft,
    own: Sequence[Moment],
    now: datetime,
    parameters: Parameters,
) -> list[Quieter]:
    """Up to three days nearby with fewer clashes, for an event on one date. A day on which
    something hidden clashes is not proposed."""
    if draft.date_type != "single" or len(draft.moments) != 1:
        return []
    (moment,), (base,) = draft.moments, own
    shifts = [days for n in range(1, DAYS_AROUND + 1) for days in (n, -n)]
    moved: list[Moment] = []
    days: list[date] = []
    for shift in shifts:
        start = moment.starts_at + timedelta(days=shift)
        if start <= now:
            continue
        moved.append(_shifted(base, -100 - len(moved), timedelta(days=shift)))
        days.append(cultural_day(start))
    if not moved:
        return []
    arrays = moment_store().around(session, moved)
    chosen = np.arange(len(arrays)) < len(moved)
    events: list[set[int]] = [set() for _ in moved]
    for i, j in candidates_with(arrays, chosen, parameters):
        found = score_pairs(arrays, i, j, parameters)
        for at in np.flatnonzero(found.level > NO_LEVEL).tolist():
            if not chosen[j[at]]:
                events[int(i[at])].add(int(arrays.event[j[at]]))
    everyone = set().union(*events)
    seen = visible_among(session, everyone, viewer, now)
    options = [
        Quieter(day, len(found)) for day, found in zip(days, events, strict=True) if found <= seen
    ]
    options.sort(key=lambda one: (one.clashes, abs((one.on - cultural_day(moment.starts_at)).days)))
    return options[:SHOWN]


def _shifted(base: Moment, key: int, by: timedelta) -> Moment:
    seconds = int(by.total_seconds())
    return replace(
        base, key=key, starts_at=base.starts_at + seconds, ends_at=base.ends_at + seconds
    )


def _moments_of(
    session: Session, draft: EventDraft, event_id: int, parameters: Parameters
) -> list[Moment]:
    """The draft's moments as the score sees them, with what nobody filled in assumed."""
    lead = session.get(Institution, draft.lead_id)
    if lead is None:
        raise NotFound
    venue = session.get(Venue, draft.venue_id) if draft.venue_id else None
    place = venue if venue is not None and venue.lat is not None else lead
    living = [m for m in draft.moments if m.status == "scheduled" and m.role != "run"]
    performances = sum(m.role in ("regular", "premiere") for m in living) or 1
    return [
        Moment(
            key=-1 - number, event=event_id, lead=draft.lead_id, kind=draft.kind, role=moment.role,
            starts_at=starts, ends_at=ends, lat=place.lat or 0.0, lon=place.lon or 0.0,
            disciplines=assumed_disciplines(
                draft.kind, draft.disciplines, lead.default_disciplines or (), parameters
            ),
            audiences=assumed_audiences(draft.kind, draft.audiences, parameters),
            themes=draft.themes, reach=draft.reach, visitors=draft.expected_visitors,
            performances=performances, venue=draft.venue_id, room=draft.room,
            umbrella=draft.parent_id or (event_id or "draft"), production=draft.production,
            genre=draft.genre, radius_km=draft.radius_km, radius_weeks=draft.radius_weeks,
            access=frozenset((*draft.access, *(moment.access or ()))),
        )
        for number, moment in enumerate(living)
        for starts, ends in [_hours(draft.kind, moment, parameters)]
    ]  # fmt: skip


def _hours(kind: str, moment: DraftMoment, parameters: Parameters) -> tuple[int, int]:
    if moment.all_day and moment.starts_on and moment.ends_on:
        last = moment.ends_on - timedelta(days=1)
        return assumed_hours(kind, moment.role, moment.starts_on, last, parameters)
    return int(moment.starts_at.timestamp()), int(moment.ends_at.timestamp())


# ── conflicts ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Case:
    """A conflict as one viewer may see it: the events they see, and whether there are others."""

    conflict: Conflict
    events: Sequence[Event]
    hidden: bool


@dataclass(frozen=True, slots=True)
class CasePair:
    """Two moments of a case that the viewer may both see, explained."""

    a: Occurrence
    b: Occurrence
    level: str
    score: int
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the page of a case shows."""

    case: Case
    pairs: Sequence[CasePair]
    entries: Sequence[ConflictEntry]
    may_settle: bool


def list_cases(
    session: Session, viewer: Viewer, tab: str, now: datetime, limit: int, offset: int
) -> list[Case]:
    """One tab of the inbox, each case as the viewer may see it."""
    require(viewer, "conflict.list")
    if tab not in case_queries.TABS:
        raise NotFound
    conflicts = case_queries.list_conflicts(session, viewer, now, tab, limit, offset)
    return _seen_cases(session, conflicts, viewer, now)


def list_cases_of(session: Session, viewer: Viewer, event: Event, now: datetime) -> list[Conflict]:
    """The open cases of an event, for those whom they concern."""
    if not may(viewer, "conflict.list"):
        return []
    return list(case_queries.list_conflicts_of(session, event.id, viewer, now))


@dataclass(frozen=True, slots=True)
class KnownOverlap:
    """What somebody may know of a moment's overlaps: the worst, and how many others."""

    level: int
    other: Occurrence
    more: int


def known_overlaps(
    session: Session, viewer: Viewer, moments: Collection[Occurrence], now: datetime
) -> dict[int, KnownOverlap]:
    """By key of a moment, its strong overlaps and clashes that concern the viewer. The moments are
    such as the viewer may see, with their event and lead; so is what they overlap with: a plan
    not shared with the viewer leaves no trace (two queries)."""
    if not may(viewer, "conflict.list"):
        return {}
    leads = {moment.id: moment.event.lead for moment in moments}
    found: dict[int, list[Competing]] = {}
    for row in list_competing(session, leads, viewer, now, LEVELS.index("strong")):
        own = leads[row.key]
        concerned = About(
            region_ids={own.region_id, row.region_id},
            institution_ids=frozenset({own.id, row.lead_id}),
        )
        if may(viewer, "conflict.see", concerned):
            found.setdefault(row.key, []).append(row)
    others = {rows[0].other for rows in found.values()}
    shown = {one.id: one for one in list_shown(session, others, viewer, now)} if others else {}
    return {
        key: KnownOverlap(rows[0].level, shown[rows[0].other], len(rows) - 1)
        for key, rows in found.items()
        if rows[0].other in shown
    }


def _seen_cases(
    session: Session, conflicts: Sequence[Conflict], viewer: Viewer, now: datetime
) -> list[Case]:
    keys = {key for conflict in conflicts for key in _events_of(conflict)}
    seen = {event.id: event for event in list_events(session, keys, viewer, now)}
    return [
        Case(
            conflict,
            [seen[key] for key in sorted(_events_of(conflict)) if key in seen],
            any(key not in seen for key in _events_of(conflict)),
        )
        for conflict in conflicts
    ]


def _events_of(conflict: Conflict) -> set[int]:
    """The events in the case; of one that is gone, those that were."""
    return conflict.event_ids or {
        key for pair in conflict.pairs for key in (pair.event_a_id, pair.event_b_id)
    }


def see_case(session: Session, viewer: Viewer, public_id: str, now: datetime) -> CasePage:
    """The page of a case; ``NotFound`` for those whom it does not concern."""
    require(viewer, "conflict.list")
    conflict = case_queries.get_conflict(session, public_id, viewer, now)
    (case,) = _seen_cases(session, [conflict], viewer, now)
    about = About(
        region_ids={region.region_id for region in conflict.regions},
        institution_ids=frozenset(event.lead_id for event in case.events),
    )
    require(viewer, "conflict.see", about)
    entries = case_queries.list_entries(session, conflict)
    if case.hidden:
        # When somebody hidden joined would be told by the history.
        entries = [entry for entry in entries if entry.code != "joined"]
    pairs = _explained(session, case)
    return CasePage(case, pairs, entries, may(viewer, "conflict.settle", about))


def _explained(session: Session, case: Case) -> list[CasePair]:
    parameters = defaults()
    occurrences = {o.public_id: o for event in case.events for o in event.occurrences}
    events = {event.id for event in case.events}
    stored = load_around(session, [], [], parameters, events) if events else []
    arrays = as_arrays(stored, parameters)
    where = {moment.key: index for index, moment in enumerate(stored)}
    found: list[CasePair] = []
    for pair in case.conflict.pairs:
        a, b = occurrences.get(pair.a_public_id), occurrences.get(pair.b_public_id)
        if not pair.active or a is None or b is None or a.id not in where or b.id not in where:
            continue
        i, j = sorted((where[a.id], where[b.id]))
        scores = score_pairs(arrays, np.array([i]), np.array([j]), parameters)
        reasons = explain(arrays, i, j, scores, 0)
        found.append(CasePair(a, b, LEVELS[int(scores.level[0])], int(scores.score[0]), reasons))
    return found


def act_on_case(
    session: Session,
    viewer: Viewer,
    public_id: str,
    move: case_actions.Move,
    version: int,
    now: datetime,
) -> Conflict:
    """A coordinator moves a case on. Raises ``NotFound``, ``Forbidden``, ``Invalid``, ``Stale``."""
    conflict = case_queries.get_conflict(session, public_id, viewer, now)
    require(viewer, "conflict.settle", About(region_ids={r.region_id for r in conflict.regions}))
    errors = []
    if move.action == "settle" and move.outcome not in OUTCOMES:
        errors.append(FieldError("outcome", N_("Choose how it was settled.")))
    if move.action in ("dismiss", "note") and not move.note:
        errors.append(FieldError("note", N_("Write a few words why.")))
    # Only whom the coordinator sees: else guessing would tell who is hidden.
    (case,) = _seen_cases(session, [conflict], viewer, now)
    seen = {event.lead_id for event in case.events}
    if move.action == "wait" and move.waiting_for_id not in seen:
        errors.append(FieldError("waiting_for", N_("Choose which institution you wait for.")))
    if move.action == "wait" and move.due_on is not None and move.due_on < now.date():
        errors.append(FieldError("due_on", N_("This date is past. Choose a later one.")))
    if errors:
        raise Invalid(*errors)
    if viewer.user_id is None:
        raise Forbidden
    case_actions.move_case(session, conflict, move, viewer.user_id, now, version)
    return conflict


def possible_actions(conflict: Conflict) -> list[str]:
    """What can be done with the case now."""
    return [
        action
        for action in ("claim", "wait", "settle", "dismiss", "reopen", "note")
        if next_state(conflict.state, action)
    ]
