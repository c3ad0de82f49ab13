"""F02: killed in the middle of an import. Whole or not at all, and the next one does it."""

from sqlalchemy import func, select

from calendar_app.core.clock import utc_now
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.events.models import Change, Event, Occurrence
from calendar_app.imports.models import ImportRun, Source, SourceItem
from calendar_app.workflow.import_ import import_file
from tests.faults.conftest import Killed, sound

_EVENT = (
    "BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:Avond {n}\r\n"
    "DTSTART;TZID=Europe/Amsterdam:202703{day:02}T200000\r\nEND:VEVENT\r\n"
)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    + "".join(_EVENT.format(n=n, day=n + 1) for n in range(20))
    + "END:VCALENDAR\r\n"
)

# Stops where everything is written and nothing committed: before the feeds are rendered.
_IMPORT = """
import os, sys
from calendar_app.core.clock import utc_now
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.workflow import import_

def wait(*_args):
    print("ready", flush=True)
    sys.stdin.read()

import_.rerender = wait
engine = make_engine(os.environ["DATABASE_URL"])
with session_factory(engine)() as session:
    import_.import_file(session, "korzo", CALENDAR, "x.ics", utc_now(), "http://localhost")
"""


def test_f02_killed_in_an_import_leaves_nothing_half_done(store: str, killed: Killed) -> None:
    killed(_IMPORT.replace("CALENDAR", repr(CALENDAR.encode())))
    sound(store)
    engine = make_engine(store)
    with session_factory(engine)() as session:
        with transaction(session):
            for model in (Event, Occurrence, Change, Source, SourceItem, ImportRun):
                assert session.scalar(select(func.count()).select_from(model)) == 0
        report = import_file(
            session, "korzo", CALENDAR.encode(), "x.ics", utc_now(), "http://localhost"
        )
        assert report["counts"]["new"] == 20
        with transaction(session):
            assert session.scalar(select(func.count()).select_from(Event)) == 20
    engine.dispose()
