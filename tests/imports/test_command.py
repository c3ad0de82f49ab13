"""`calendar-app import ics` as people type it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from calendar_app.cli import cli
from calendar_app.core import paths
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.schema import metadata
from calendar_app.workflow.manage import load_reference
from tests.imports.test_import import EVENING, calendar


@pytest.fixture
def store(database_url: str) -> str:
    """A store at the newest migration, with the institutions in it."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        metadata().create_all(connection)
        connection.execute(text("create table alembic_version (version_num varchar(32))"))
        newest = migrate.head(paths.migrations())
        connection.execute(text("insert into alembic_version values (:head)"), {"head": newest})
    with session_factory(engine)() as session, transaction(session):
        load_reference(session)
    engine.dispose()
    return database_url


def test_a_shrunken_file_needs_its_option(store: str, tmp_path: Path) -> None:
    file = tmp_path / "season.ics"

    def run(events: int, *options: str) -> Result:
        content = (EVENING.replace("UID:a", f"UID:e{number}") for number in range(events))
        file.write_bytes(calendar(*content))
        command = ["import", "ics", str(file), "--institution", "korzo", *options]
        environment = {"DATABASE_URL": store, "INSTANCE_DIR": str(tmp_path)}
        return CliRunner(env=environment).invoke(cli, command)

    assert (run(12).exit_code, run(12, "--dry-run").exit_code) == (0, 0)
    held = run(5)
    assert held.exit_code == 1
    assert "5 events; last time there were 12" in held.output
    assert "--even-if-shrunken" in held.output
    applied = run(5, "--even-if-shrunken")
    assert (applied.exit_code, applied.output) == (0, "season.ics: 5 unchanged, 7 missing\n")
