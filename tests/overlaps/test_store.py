"""The moments kept in a process: nothing missed, nothing stale."""

from datetime import UTC, datetime
from random import Random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.events import actions as events
from calendar_app.overlaps.moments import Moment, Moments, as_arrays
from calendar_app.overlaps.pairs import candidates_with
from calendar_app.overlaps.parameters import defaults
from calendar_app.overlaps.queries import load_moments
from calendar_app.overlaps.scoring import NO_LEVEL, score_pairs
from calendar_app.overlaps.store import MomentStore
from calendar_app.people.models import Institution
from tests.factories import draft, load_reference
from tests.overlaps.test_actions import NOW, _event, leads  # noqa: F401

P = defaults()


def flagged(m: Moments, size: int) -> set[tuple[int, int, int, int]]:
    """(own, other, score, level) of the first moments with the others."""
    chosen = np.arange(len(m)) < size
    found = set()
    for i, j in candidates_with(m, chosen, P):
        scores = score_pairs(m, i, j, P)
        for at in np.flatnonzero(scores.level > NO_LEVEL).tolist():
            if not chosen[j[at]]:
                found.add((int(m.key[i[at]]), int(m.key[j[at]]), int(scores.score[at]),
                           int(scores.level[at])))  # fmt: skip
    return found


def everything(session: Session, own: list[Moment]) -> Moments:
    """The moments, then all others there are."""
    mine = {one.event for one in own}
    others = [one for one in load_moments(session, P) if one.event not in mine]
    return as_arrays([*own, *others], P)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_what_is_kept_gives_what_a_full_reading_gives(
    session: Session,
    leads: list[tuple[int, int | None]],  # noqa: F811
    seed: int,
) -> None:
    r, store = Random(seed), MomentStore(P)
    try:
        stored = [events.add_event(session, _event(r, leads), None, NOW) for _ in range(25)]
        for number in range(10):
            one = r.choice(stored)
            own = [m for m in load_moments(session, P) if m.event == one.id]
            if own:
                assert flagged(store.around(session, own), len(own)) == flagged(
                    everything(session, own), len(own)
                )
            if number % 2:
                events.change_event(session, r.choice(stored), _event(r, leads), None, NOW)
            elif number % 3 == 0:
                events.cancel_event(session, r.choice(stored), "", None, NOW)
    finally:
        session.rollback()


def test_another_place_or_other_disciplines_of_an_institution_are_seen_at_once(
    session: Session,
) -> None:
    load_reference(session)
    lead, other = session.scalars(select(Institution).order_by(Institution.id).limit(2)).all()
    lecture = draft(lead.id, kind="lecture", disciplines=())
    one = events.add_event(session, lecture, None, NOW)
    events.add_event(session, draft(other.id, kind="lecture", disciplines=("science",)), None, NOW)
    store = MomentStore(P)
    own = [m for m in load_moments(session, P) if m.event != one.id]
    store.around(session, own)
    lead.default_disciplines = ["science"]
    session.flush()
    assert store.around(session, own).words(1).disciplines == ("science",)


def test_a_store_that_is_full_begins_anew(session: Session, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("calendar_app.overlaps.store.MOST", 3)
    load_reference(session)
    keys = session.scalars(select(Institution.id).order_by(Institution.id).limit(4)).all()
    for key in keys:
        events.add_event(session, draft(key), None, NOW)
    every = load_moments(session, P)
    store = MomentStore(P)
    for one in every:
        assert len(store.around(session, [one])) == 4
    assert datetime.fromtimestamp(every[0].starts_at, UTC).year == 2027
