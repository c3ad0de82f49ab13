"""Two writers at once never lose or double an overlap: real commits on separate connections."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.events import actions as events
from calendar_app.overlaps import actions
from calendar_app.overlaps.actions import recompute, reflag
from calendar_app.overlaps.models import Overlap
from calendar_app.people.models import Institution
from calendar_app.schema import metadata
from tests.factories import draft, load_reference

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WAIT = 20


@pytest.fixture
def own(database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database of the test's own."""
    engine = make_engine(database_url)
    metadata().create_all(engine)
    factory = session_factory(engine)
    with factory() as session, transaction(session):
        load_reference(session)
    yield factory
    engine.dispose()


class Writer(threading.Thread):
    """Registers a concert of one institution; ``saved`` is set before it flags, and it commits
    when ``may_commit`` is."""

    def __init__(self, factory: sessionmaker[Session], lead: int) -> None:
        super().__init__(daemon=True)
        self.factory, self.lead = factory, lead
        self.started, self.saved, self.flagged = (threading.Event() for _ in range(3))
        self.may_commit = threading.Event()
        self.backend: int | None = None
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            with self.factory() as session:
                self.started.set()
                with transaction(session):
                    if session.get_bind().dialect.name == "postgresql":
                        self.backend = session.scalar(text("select pg_backend_pid()"))
                    event = events.add_event(session, draft(self.lead), None, NOW)
                    self.saved.set()
                    reflag(session, [event.id], NOW)
                    self.flagged.set()
                    assert self.may_commit.wait(WAIT)
        except BaseException as problem:  # shown by the test
            self.problem = problem
        finally:
            self.flagged.set()


def _leads(factory: sessionmaker[Session]) -> list[int]:
    with factory() as session:
        return list(session.scalars(select(Institution.id).order_by(Institution.id).limit(2)))


def _waits_for_a_lock(factory: sessionmaker[Session], writer: Writer) -> bool:
    """Whether the writer stands still on an advisory lock; asked until it does or has flagged."""
    question = text(
        "select count(*) from pg_locks where pid = :pid and locktype = 'advisory' and not granted"
    )
    with factory() as session:
        while not writer.flagged.wait(0.01):
            if session.scalar(question, {"pid": writer.backend}):
                return True
            session.rollback()
    return False


def _race(factory: sessionmaker[Session]) -> list[tuple[int, int]]:
    """Both have saved before either commits; the stored overlaps afterwards."""
    first, second = (Writer(factory, lead) for lead in _leads(factory))
    first.start()
    assert first.flagged.wait(WAIT)
    second.start()
    assert second.started.wait(WAIT)
    with factory() as session:
        on_postgresql = session.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        # The second has saved and must now wait until the first commits.
        assert second.saved.wait(WAIT)
        _waits_for_a_lock(factory, second)
    second.may_commit.set()
    if on_postgresql and second.flagged.is_set():
        # Nothing held it back: let it finish first, the worst that can happen.
        second.join(WAIT)
    first.may_commit.set()
    first.join(WAIT)
    second.join(WAIT)
    assert first.problem is None and second.problem is None
    with factory() as session:
        return [tuple(row) for row in session.execute(select(Overlap.a_id, Overlap.b_id))]


def test_two_writers_at_once_flag_each_other_once(own: sessionmaker[Session]) -> None:
    assert len(_race(own)) == 1
    with own() as session, transaction(session):
        found = recompute(session, NOW)
        assert not (found.added or found.changed or found.removed)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_without_the_lock_the_race_is_lost(
    own: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The proof that the test above can fail.
    monkeypatch.setattr(actions, "hold", lambda _session: None)
    assert _race(own) == []


def test_a_move_while_another_registers_leaves_nothing_stale(own: sessionmaker[Session]) -> None:
    lead, other = _leads(own)
    with own() as session, transaction(session):
        event = events.add_event(session, draft(lead), None, NOW)
        reflag(session, [event.id], NOW)
    writer = Writer(own, other)
    writer.may_commit.set()
    with own() as session, transaction(session):
        stored = events.load_for_change(session, event.public_id)
        events.change_event(session, stored, draft(lead, "2027-05-01T20:15"), None, NOW)
        reflag(session, [stored.id], NOW)
        writer.start()
        assert writer.started.wait(WAIT)
        if session.get_bind().dialect.name == "postgresql":
            assert writer.saved.wait(WAIT)
            assert _waits_for_a_lock(own, writer)
    writer.join(WAIT)
    assert writer.problem is None
    with own() as session, transaction(session):
        assert session.scalars(select(Overlap)).all() == []
        found = recompute(session, NOW)
        assert not (found.added or found.changed or found.removed)
