"""Migrations run from nothing, keep data, and give exactly the models, on both stores."""

from pathlib import Path

from sqlalchemy import Engine, Table, func, select

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.backup import _reflected
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.actions import add_event
from calendar_app.events.models import Event, Occurrence
from calendar_app.people.models import Institution
from calendar_app.workflow.manage import load_reference
from calendar_app.workflow.publish import ensure_rendered, feed_bytes
from tests.factories import draft


def test_upgrade_from_nothing_gives_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations())
    migrate.check(engine, paths.migrations())
    with engine.connect() as connection:
        assert migrate.current(connection) == migrate.head(paths.migrations())
    migrate.upgrade(engine, paths.migrations())  # a second run finds nothing to do
    engine.dispose()


def test_an_older_database_with_data_is_upgraded_and_keeps_it(
    database_url: str, tmp_path: Path
) -> None:
    """F48: from the first release's tables, with everything in them that it knew."""
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations(), "0001")
    newest = make_engine(f"sqlite:///{tmp_path}/newest.sqlite3")
    migrate.upgrade(newest, paths.migrations())
    with session_factory(newest)() as session, transaction(session):
        load_reference(session)
        lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
        public_id = add_event(session, draft(lead), None, utc_now()).public_id
    _copy_what_it_knows(newest, engine)
    newest.dispose()
    migrate.upgrade(engine, paths.migrations())
    sessions = session_factory(engine)
    migrate.check(engine, paths.migrations())
    with sessions() as session:
        event = session.scalars(select(Event).where(Event.public_id == public_id)).one()
        assert event.title_nl == "Strijkkwartet"
        assert (event.precision, event.moderation, event.languages) == ("exact", "approved", [])
        assert session.scalar(select(func.count()).select_from(Occurrence)) == 1
        assert session.scalar(select(func.count()).select_from(Institution)) == 71
        session.rollback()
        # What the older release never rendered is published now.
        ensure_rendered(session, utc_now(), "http://localhost")
        with reading(session):
            assert b"Strijkkwartet" in feed_bytes(session, "all.ics", utc_now(), "http://localhost")
    engine.dispose()


def test_the_release_before_goes_on_writing(database_url: str) -> None:
    """Its statements name no column that came later: all of those have a default of the store."""
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations(), "0001")
    old = _tables(engine)
    migrate.upgrade(engine, paths.migrations())
    for name, table in _tables(engine).items():
        if name in old:
            for column in table.columns:
                known = column.name in old[name].columns
                assert known or column.nullable or column.server_default, column
    engine.dispose()


def _tables(engine: Engine) -> dict[str, Table]:
    """In an order in which rows can be inserted."""
    with engine.connect() as connection:
        return {table.name: table for table in _reflected(connection)}


def _copy_what_it_knows(newest: Engine, older: Engine) -> None:
    """The rows of the newest release in an older one's tables, as far as it has the columns."""
    there, source = _tables(older), _tables(newest)
    with newest.connect() as left, older.begin() as right:
        later = []
        for name, table in there.items():
            # Some tables point at each other: what may be empty is filled in afterwards.
            links = {key.parent.name for key in table.foreign_keys if key.parent.nullable}
            known = [source[name].c[column.name] for column in table.columns]
            rows = [
                dict(row)
                for row in left.execute(select(*known)).mappings()
                # A scheme of terms that it did not know either.
                if row.get("scheme") != "access"
            ]
            if rows:
                right.execute(table.insert(), [row | dict.fromkeys(links) for row in rows])
            if links:
                later += [(table, row["id"], {link: row[link] for link in links}) for row in rows]
        for table, key, values in later:
            right.execute(table.update().where(table.c.id == key).values(values))
