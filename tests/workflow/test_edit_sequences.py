"""Any sequence of edits keeps ids, history and invariants (``product.md``, Dates; Nothing is ever
silently lost). One drawn seed makes a whole sequence, as in ``tests/overlaps/seasons.py``."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.core.errors import Stale
from calendar_app.core.timespan import at_wall, is_gap, midnight
from calendar_app.events.actions import draft_of, load_for_change
from calendar_app.events.models import Change, Event, Occurrence
from calendar_app.events.rules import EventDraft, Moment, all_day_moment, timed_moment
from calendar_app.overlaps.actions import Flagged, recompute
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Venue
from calendar_app.workflow import register, together
from tests.factories import draft, load_reference, viewer_for

BASE = "http://localhost"
NOTHING = Flagged(frozenset(), frozenset(), frozenset())
# Around the night in which the clock goes back; a fold is asked, a gap refused.
FIRST = datetime(2027, 10, 27)
ROLES = ("regular", "regular", "premiere", "press", "preview", "on_sale")


def a_moment(r: Random) -> Moment:
    day = FIRST + timedelta(days=r.randrange(14))
    role = r.choice(ROLES)
    if r.random() < 0.2:
        return all_day_moment(role, day.date(), day.date() + timedelta(days=r.choice((1, 1, 3))))
    return at(role, day + timedelta(hours=r.choice((2, 14, 20)), minutes=30), r)


def at(role: str, wall: datetime, r: Random) -> Moment:
    if is_gap(wall):
        wall += timedelta(hours=1)
    return timed_moment(role, wall, fold=r.choice((0, 1)))


def plan(r: Random, lead: int) -> EventDraft:
    moments = {(m.role, m.starts_at): m for m in (a_moment(r) for _ in range(r.randint(1, 4)))}
    return draft(
        lead, kind=r.choice(("concert", "theatre")), date_type="multiple",
        planning=r.choice(("option", "confirmed")), room=r.choice(("", "Grote zaal")),
        visibility=r.choice(("public", "sealed")), moments=tuple(moments.values()),
    )  # fmt: skip


def told(one: Occurrence) -> tuple[Any, ...]:
    return (
        one.role, one.all_day, one.starts_at, one.ends_at, one.starts_wall, one.ends_wall,
        one.starts_on, one.ends_on, one.status, one.previous_starts_at,
    )  # fmt: skip


def standing(draft: EventDraft) -> list[Moment]:
    """The dates as a form sends them: the living ones, without their keys."""
    return [
        replace(m, key=None, sold_out=None, access=None)
        for m in draft.moments
        if m.status == "scheduled"
    ]


KEEPING: tuple[Callable[[Random, EventDraft, list[int]], EventDraft], ...] = (
    lambda r, d, v: replace(d, title_nl=f"Titel {r.randrange(9)}"),
    lambda r, d, v: replace(d, description_nl=f"Tekst {r.randrange(9)}"),
    lambda r, d, v: replace(d, venue_id=r.choice(v), room=r.choice(("", "Foyer"))),
    lambda r, d, v: replace(d, visibility=r.choice(("sealed", "partners", "public"))),
    lambda r, d, v: replace(d, price_cents=r.randrange(5000), audiences=("families",)),
    lambda r, d, v: replace(d, kind="dance", production=r.choice((None, "Lear"))),
)
"""Edits that say nothing of dates: every date stays exactly as it is."""


def retimed(r: Random, moments: list[Moment]) -> tuple[list[Moment], Moment | None]:
    """One timed date at another hour of its day, where that is unmistakably the same one."""
    for one in moments:
        alone = sum(m.role == one.role and m.starts_at.date() == one.starts_at.date()
                    for m in moments) == 1  # fmt: skip
        if one.all_day or not alone or one.starts_wall is None or one.starts_wall.hour < 14:
            continue
        later = at(one.role, one.starts_wall.replace(hour=r.choice((15, 19))), r)
        return [later if m is one else m for m in moments], one
    return moments, None


class Season:
    """What was seen of the store so far, and what must never change again."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.names: dict[int, tuple[str, str, int]] = {}
        self.sequences: dict[int, int] = {}
        self.history: dict[int, tuple[Any, ...]] = {}
        self.events = 0

    def look(self) -> list[Change]:
        """Holds everything that is promised; returns the new lines of history."""
        self.session.expire_all()
        rows = self.session.scalars(select(Occurrence)).all()
        found = {one.id: (one.public_id, one.uid, one.event_id) for one in rows}
        # Nothing is deleted, and nobody gets another name or another's.
        assert self.names.items() <= found.items()
        assert len({name[0] for name in found.values()}) == len(found)
        assert len({name[1] for name in found.values()}) == len(found)
        assert all(one.sequence >= self.sequences.get(one.id, 0) for one in rows)
        for one in rows:
            if one.all_day:
                assert one.starts_on and one.ends_on and not one.starts_wall and not one.ends_wall
                span = midnight(one.starts_on, one.zone), midnight(one.ends_on, one.zone)
            else:
                assert one.starts_wall and one.ends_wall and not one.starts_on and not one.ends_on
                span = (at_wall(one.starts_wall, one.starts_fold, one.zone),
                        at_wall(one.ends_wall, one.ends_fold, one.zone))  # fmt: skip
            assert (one.starts_at, one.ends_at) == span
            assert one.ends_at > one.starts_at
        lines = self.session.scalars(select(Change).order_by(Change.id)).all()
        kept = {line.id: (line.at, line.user_id, line.action, line.version, str(line.data))
                for line in lines}  # fmt: skip
        assert self.history.items() <= kept.items()
        events = self.session.scalar(select(func.count()).select_from(Event)) or 0
        assert events >= self.events
        new = [line for line in lines if line.id not in self.history]
        self.names, self.history, self.events = found, kept, events
        self.sequences = {one.id: one.sequence for one in rows}
        return new


@pytest.fixture
def house(session: Session) -> tuple[Viewer, int, list[int]]:
    """An editor, the institution, and venues to choose from."""
    load_reference(session)
    viewer = viewer_for(session, "e@korzo.example", institutions=("korzo",))
    lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
    venues = session.scalars(select(Venue.id).order_by(Venue.id).limit(3)).all()
    session.commit()
    return viewer, lead, list(venues)


def living(event: Event) -> dict[tuple[str, datetime], tuple[Any, ...]]:
    return {(o.role, o.starts_at): (o.public_id, *told(o)) for o in event.occurrences
            if o.status == "scheduled"}  # fmt: skip


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_any_sequence_of_edits_keeps_ids_history_and_invariants(
    session: Session, house: tuple[Viewer, int, list[int]], now: datetime, seed: int
) -> None:
    viewer, lead, venues = house
    r, season, names = Random(seed), Season(session), list[str]()
    try:
        for step in range(r.randint(4, 9)):
            at_step = now + timedelta(minutes=step)
            if not names or r.random() < 0.2:
                event = register.register_event(session, viewer, plan(r, lead), at_step, BASE)
                names.append(event.public_id)
                expected = ["registered"]
            else:
                expected = edit(session, r, viewer, r.choice(names), venues, at_step)
            new = season.look()
            assert [line.action for line in new] == expected
            assert all((line.user_id, line.at) == (viewer.user_id, at_step) for line in new)
        assert recompute(session, now) == NOTHING
    finally:
        session.rollback()


def edit(
    session: Session, r: Random, viewer: Viewer, name: str, venues: list[int], now: datetime
) -> list[str]:
    """One edit of one event; returns the lines of history it must leave."""
    event = load_for_change(session, name)
    before, version, current = living(event), event.version, draft_of(event)
    form = replace(current, moments=tuple(standing(current)))
    what = r.random()
    if what < 0.1:
        register.cancel_event(session, viewer, name, "ziek", now, BASE)
        assert living(load_for_change(session, name)) == before
        return ["cancelled"] if current.planning != "cancelled" else []
    if what < 0.2:
        one = r.choice(event.occurrences)
        marks = ("sold_out", "available", "cancelled", "scheduled")
        together.mark_moment(session, viewer, name, one.public_id, r.choice(marks), now, BASE)
        changed = load_for_change(session, name).version != version
        return [session.scalars(select(Change.action).order_by(Change.id.desc())).first() or ""
                ] if changed else []  # fmt: skip
    if what < 0.3:
        with pytest.raises(Stale):
            register.change_event(session, viewer, name, replace(form, title_nl="Te laat"),
                                  version - 1, now, BASE)  # fmt: skip
        return []
    if not form.moments:
        return []
    if what < 0.6:
        wanted = r.choice(KEEPING)(r, form, venues)
        register.change_event(session, viewer, name, wanted, version, now, BASE)
        after = load_for_change(session, name)
        assert living(after) == before
    elif what < 0.8:
        moments, one = retimed(r, list(form.moments))
        wanted = replace(form, moments=tuple(moments))
        register.change_event(session, viewer, name, wanted, version, now, BASE)
        after = load_for_change(session, name)
        if one is not None:
            (own,) = [o for o in after.occurrences
                      if o.public_id == before[one.role, one.starts_at][0]]  # fmt: skip
            assert own.status == "scheduled"
            first = before[one.role, one.starts_at][-1] or one.starts_at
            if form.planning == "confirmed" and own.starts_at != one.starts_at:
                assert own.previous_starts_at == (None if own.starts_at == first else first)
    else:
        wanted = replace(form, moments=plan(r, form.lead_id).moments)
        register.change_event(session, viewer, name, wanted, version, now, BASE)
        after = load_for_change(session, name)
        now_living = living(after)
        # What was asked for stands; what stood there already is still the same one.
        assert set(now_living) == {(m.role, m.starts_at) for m in wanted.moments}
        assert all(now_living[key][0] == before[key][0] for key in now_living.keys() & before)
    return ["changed"] if after.version != version else []
