"""Migrations run from nothing, keep data, and give exactly the models, on both stores."""

from calendar_app.core import paths
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine


def test_upgrade_from_nothing_gives_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations())
    migrate.check(engine, paths.migrations())
    with engine.connect() as connection:
        assert migrate.current(connection) == migrate.head(paths.migrations())
    migrate.upgrade(engine, paths.migrations())  # a second run finds nothing to do
    engine.dispose()
