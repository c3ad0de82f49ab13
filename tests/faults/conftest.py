"""Processes of our own that are stopped in the middle of their work."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from calendar_app.core import paths
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.workflow.manage import load_reference

ROOT = Path(__file__).resolve().parents[2]
Killed = Callable[[str], None]


@pytest.fixture
def store(database_url: str) -> str:
    """The address of a migrated store with both regions."""
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations())
    with session_factory(engine)() as session, transaction(session):
        load_reference(session)
    engine.dispose()
    return database_url


@pytest.fixture
def killed(database_url: str, tmp_path: Path) -> Killed:
    """Runs a Python script that prints ``ready`` in the middle of its work and then waits;
    kills it there with SIGKILL."""

    def run(script: str) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "INSTANCE_DIR": str(tmp_path / "instance"),
            "PYTHONPATH": str(ROOT),
        }
        child = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environment, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
        assert said == "ready"

    return run


def sound(database_url: str) -> None:
    """Asserts that the store itself finds nothing wrong."""
    engine = make_engine(database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("pragma integrity_check")).scalar() == "ok"
            assert not connection.execute(text("pragma foreign_key_check")).all()
        else:
            connection.execute(text("select count(*) from region")).scalar()
    engine.dispose()
