"""Backup and restore, on and between both stores."""

import gzip
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.backup import DATA, MANIFEST, BackupError, read_backup, write_backup
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.people.models import Attempt, Institution
from calendar_app.places.models import Venue
from calendar_app.workflow.manage import load_reference


@pytest.fixture
def engine(database_url: str):  # type: ignore[no-untyped-def]
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations())
    with session_factory(engine)() as session, transaction(session):
        load_reference(session)
    yield engine
    engine.dispose()


def test_a_backup_restores_into_the_other_kind_of_store(engine: Engine, tmp_path: Path) -> None:
    told = write_backup(engine, tmp_path / "backup")
    empty = make_engine(f"sqlite:///{tmp_path}/restored.sqlite3")
    read_backup(empty, paths.migrations(), tmp_path / "backup")
    again = write_backup(empty, tmp_path / "again")
    assert again["tables"] == told["tables"]
    with session_factory(empty)() as session:
        pairs = (
            select(func.count())
            .select_from(Institution)
            .join(Venue, Venue.id == Institution.home_venue_id)
        )
        assert session.scalar(pairs) == 71
    empty.dispose()


def test_restoring_where_something_is_already_is_refused(engine: Engine, tmp_path: Path) -> None:
    write_backup(engine, tmp_path / "backup")
    with pytest.raises(BackupError):
        read_backup(engine, paths.migrations(), tmp_path / "backup")
    with pytest.raises(BackupError):
        write_backup(engine, tmp_path / "backup")


def test_a_damaged_backup_is_refused_and_leaves_nothing(tmp_path: Path, engine: Engine) -> None:
    write_backup(engine, tmp_path / "backup")
    lines = gzip.open(tmp_path / "backup" / DATA, "rt").read()
    with gzip.open(tmp_path / "backup" / DATA, "wt") as stream:
        stream.write(lines.replace("Mauritshuis", "Mauritshui5"))
    empty = make_engine(f"sqlite:///{tmp_path}/restored.sqlite3")
    with pytest.raises(BackupError):
        read_backup(empty, paths.migrations(), tmp_path / "backup")
    (tmp_path / "backup" / MANIFEST).unlink()
    with pytest.raises(BackupError):
        read_backup(empty, paths.migrations(), tmp_path / "backup")
    with empty.connect() as connection:
        assert migrate.current(connection) is None
    empty.dispose()


def test_a_backup_under_writes_is_one_snapshot(engine: Engine, tmp_path: Path) -> None:
    """F47: pairs of rows are written together; every backup holds whole pairs."""
    stop = threading.Event()

    def write() -> None:
        sessions = session_factory(engine)
        while not stop.is_set():
            with sessions() as session, transaction(session):
                session.add(Attempt(bucket="left", at=utc_now()))
                session.flush()
                session.add(Attempt(bucket="right", at=utc_now()))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            told = write_backup(engine, tmp_path / str(number))
            assert told["tables"]["attempt"]["rows"] % 2 == 0
    finally:
        stop.set()
        writer.join()
