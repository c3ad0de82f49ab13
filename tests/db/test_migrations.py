"""Migrations run from nothing, keep data, and give exactly the models, on both stores."""

from sqlalchemy import func, select

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.actions import add_event
from calendar_app.events.models import Event
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


def test_an_older_database_with_data_is_upgraded_and_keeps_it(database_url: str) -> None:
    """F48: from the first release's tables, with everything in them that it knew."""
    engine = make_engine(database_url)
    migrate.upgrade(engine, paths.migrations(), "0001")
    sessions = session_factory(engine)
    with sessions() as session, transaction(session):
        load_reference(session)
        lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
        public_id = add_event(session, draft(lead), None, utc_now()).public_id
    migrate.upgrade(engine, paths.migrations())
    migrate.check(engine, paths.migrations())
    with sessions() as session:
        event = session.scalars(select(Event).where(Event.public_id == public_id)).one()
        assert event.title_nl == "Strijkkwartet"
        assert session.scalar(select(func.count()).select_from(Institution)) == 71
        session.rollback()
        # What the older release never rendered is published now.
        ensure_rendered(session, utc_now(), "http://localhost")
        with reading(session):
            assert b"Strijkkwartet" in feed_bytes(session, "all.ics", utc_now(), "http://localhost")
    engine.dispose()
