"""F01 and F08: killed in a save, killed in a migration. Whole or not at all."""

import shutil
from pathlib import Path

from sqlalchemy import func, inspect, select

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.events.models import Change, Event, Occurrence
from calendar_app.people.models import Institution
from calendar_app.workflow.manage import prove_password
from tests.factories.people import PASSWORD, add_person
from tests.faults.conftest import Killed, sound

_SAVE = """
import os, sys
from calendar_app.core.clock import utc_now
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.people.viewer import Viewer
from calendar_app.workflow.register import register_event
from tests.factories import draft
engine = make_engine(os.environ["DATABASE_URL"])
with session_factory(engine)() as session, transaction(session):
    viewer = Viewer(institution_ids=frozenset({LEAD}))
    register_event(session, viewer, draft(LEAD), utc_now(), "http://localhost")
    print("ready", flush=True)
    sys.stdin.read()
"""

_MIGRATE = """
import os
from pathlib import Path
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine
migrate.upgrade(make_engine(os.environ["DATABASE_URL"]), Path("FOLDER"))
"""

_SLOW = '''
"""Adds a column, then takes its time."""
import sys
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "HEAD"
def upgrade():
    op.add_column("region", sa.Column("motto", sa.Text()))
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    WAIT
'''


def test_f01_killed_in_a_save_stores_nothing(store: str, killed: Killed) -> None:
    engine = make_engine(store)
    sessions = session_factory(engine)
    with sessions() as session, transaction(session):
        add_person(session, "e@x.example")
        lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
    killed(_SAVE.replace("LEAD", str(lead)))
    sound(store)
    with sessions() as session:
        for model in (Event, Occurrence, Change):
            assert session.scalar(select(func.count()).select_from(model)) == 0
        # Nobody has to repair anything: sign-in and the next save work at once.
        session.rollback()
        assert prove_password(session, "e@x.example", PASSWORD, "127.0.0.1", utc_now())
    engine.dispose()


def test_f08_killed_in_a_migration_leaves_the_old_schema_whole(
    store: str, killed: Killed, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(paths.migrations(), folder)
    head = migrate.head(folder)
    slow = folder / "versions" / "9999_slow.py"
    text = _SLOW.replace("HEAD", str(head))
    slow.write_text(text.replace("WAIT", 'print("ready", flush=True); sys.stdin.read()'))
    killed(_MIGRATE.replace("FOLDER", str(folder)))
    sound(store)
    engine = make_engine(store)
    with engine.connect() as connection:
        assert migrate.current(connection) == head
        assert "half" not in inspect(connection).get_table_names()
        assert "motto" not in {c["name"] for c in inspect(connection).get_columns("region")}
    slow.write_text(text.replace("WAIT", ""))
    migrate.upgrade(engine, folder)
    with engine.connect() as connection:
        assert migrate.current(connection) == "9999"
    engine.dispose()
