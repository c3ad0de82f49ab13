"""What a migrated store refuses is what the models say, no more and no less (Alembic's own
comparison does not look at checks)."""

from sqlalchemy import Connection, Engine, inspect

from calendar_app.core import paths
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine
from calendar_app.schema import metadata

Found = dict[str, list[tuple[str | None, str]]]


def _checks(engine: Engine) -> Found:
    looked = inspect(engine)
    return {
        table: sorted((c["name"], c["sqltext"]) for c in looked.get_check_constraints(table))
        for table in metadata().tables
    }


def test_migrated_checks_are_those_of_the_models(database_url: str, connection: Connection) -> None:
    migrated = make_engine(database_url)
    migrate.upgrade(migrated, paths.migrations())
    assert _checks(migrated) == _checks(connection.engine)
    migrated.dispose()
