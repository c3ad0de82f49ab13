"""Registering and looking, with 20,000 events stored (``performance.md``): a save with everything
that follows from it, a run of 300 performances, and the pages. In the server, one process, one
SQLite file, real commits."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event
from calendar_app.events.rules import EventDraft, timed_moment
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.web import create_app
from calendar_app.workflow.demo.load import load_demo
from calendar_app.workflow.manage import load_reference
from calendar_app.workflow.register import register_event

EVENTS, SAVES, LOOKS = 20_000, 150, 25
BASE = "http://localhost"
PAGES = (
    "/agenda", "/agenda?view=month", "/agenda?q=concert&region=rijnland",
    "/institutions/korzo", "/campaigns",
)  # fmt: skip


def run() -> dict[str, Any]:
    with TemporaryDirectory() as name:
        engine = make_engine(f"sqlite:///{Path(name) / 'bench.sqlite3'}")
        migrate.upgrade(engine, paths.migrations())
        sessions = session_factory(engine)
        now = utc_now()
        with sessions() as session:
            with transaction(session):
                load_reference(session)
                load_demo(session, events=EVENTS, now=now, base_url=BASE)
                session.execute(text("analyze"))
            found = _saves(session, now)
        found["pages"] = _pages(sessions, Path(name), now)
        engine.dispose()
        return {"events": EVENTS, **found}


def _saves(session: Session, now: datetime) -> dict[str, Any]:
    leads = session.scalars(select(Institution.id)).all()
    session.rollback()
    chance = Random(7)
    taken = []
    for number in range(SAVES):
        lead = chance.choice(leads)
        start = (now + timedelta(days=chance.randrange(10, 300))).replace(hour=19, minute=0)
        draft = EventDraft(
            kind=chance.choice(("concert", "theatre", "lecture", "dance")), lead_id=lead,
            title_nl=f"Avond {number}", planning="confirmed", visibility="public",
            moments=(timed_moment("regular", start.replace(tzinfo=None)),),
        )  # fmt: skip
        taken.append(_timed(session, draft, now))
    first = (now + timedelta(days=20)).replace(hour=19, minute=15, tzinfo=None)
    moments = tuple(timed_moment("regular", first + timedelta(days=n)) for n in range(300))
    run_of_300 = [
        _timed(session, replace(draft, title_nl=f"Serie {n}", moments=moments), now)
        for n in range(3)
    ]
    return {
        "save_median_ms": round(median(taken) * 1000, 1),
        "save_p99_ms": round(quantiles(taken, n=100)[98] * 1000, 1),
        "run_of_300_ms": round(median(run_of_300) * 1000),
    }


def _timed(session: Session, draft: EventDraft, now: datetime) -> float:
    viewer = Viewer(user_id=None, institution_ids=frozenset({draft.lead_id}))
    start = perf_counter()
    with transaction(session):
        register_event(session, viewer, draft, now, BASE)
    return perf_counter() - start


def _pages(sessions: sessionmaker[Session], folder: Path, now: datetime) -> dict[str, Any]:
    app = create_app(
        {"INSTANCE_DIR": folder, "SECRET_KEY": "bench", "BASE_URL": BASE},
        sessions=sessions, clock=lambda: now,
    )  # fmt: skip
    client = app.test_client()
    with sessions() as session:
        last = session.scalar(select(func.max(Event.id)))
        event = session.scalar(select(Event.public_id).where(Event.id == last))
    address = client.get(f"/events/{event}").location
    found = {}
    for page in (*PAGES, address):
        taken, size = [], 0
        client.get(page)
        for _ in range(LOOKS):
            start = perf_counter()
            answer = client.get(page)
            taken.append(perf_counter() - start)
            size = len(answer.data)
        found[page if page != address else "/events/…"] = {
            "median_ms": round(median(taken) * 1000, 1),
            "p99_ms": round(max(taken) * 1000, 1),
            "kb": round(size / 1000),
        }
    return found
