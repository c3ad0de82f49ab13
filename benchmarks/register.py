"""Registering and looking, with 20,000 events stored (``performance.md``): a save with everything
that follows from it, a run of 300 performances, and the pages: every view of the agenda, an event,
the lists of administration. In the server, one process, one SQLite file, real commits."""

import gc
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, configure_mappers, sessionmaker

from benchmarks.measure import Taken, timed, told
from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event
from calendar_app.events.rules import EventDraft, timed_moment
from calendar_app.people.actions import open_sign_in
from calendar_app.people.models import Institution, User
from calendar_app.people.viewer import Viewer
from calendar_app.web import create_app
from calendar_app.web.filters import VIEWS
from calendar_app.workflow.demo.load import load_demo
from calendar_app.workflow.manage import load_reference
from calendar_app.workflow.register import register_event

EVENTS, SAVES, LOOKS = 20_000, 150, 25
BASE = "http://localhost"
PAGES = (
    "/", *(f"/agenda?view={view}" for view in VIEWS), "/agenda?q=concert&region=rijnland",
    "/institutions", "/institutions/korzo", "/venues/korzo", "/themes/science-art", "/campaigns",
)  # fmt: skip
DESK = ("/conflicts", "/moderation")
"""Of a coordinator."""


def run() -> dict[str, Any]:
    with TemporaryDirectory() as name:
        engine = make_engine(f"sqlite:///{Path(name) / 'bench.sqlite3'}")
        migrate.upgrade(engine, paths.migrations())
        with session_factory(engine)() as session, transaction(session):
            load_reference(session)
            load_demo(session, events=EVENTS, now=utc_now(), base_url=BASE)
            session.execute(text("analyze"))
        found = measure(session_factory(engine), Path(name))
        engine.dispose()
        return {"events": EVENTS, **found}


def measure(sessions: sessionmaker[Session], folder: Path) -> dict[str, Any]:
    """The figures of a store that is filled."""
    now = utc_now()
    app = create_app(
        {"INSTANCE_DIR": folder, "SECRET_KEY": "bench", "BASE_URL": BASE},
        sessions=sessions, clock=lambda: now,
    )  # fmt: skip
    # As web.create_served does.
    configure_mappers()
    gc.collect()
    gc.freeze()
    with sessions() as session:
        found = _saves(session, now)
    return {**found, "pages": _pages(app, sessions, now)}


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
    return {"save_ms": told(taken), "run_of_300_ms": told(run_of_300)}


def _timed(session: Session, draft: EventDraft, now: datetime) -> Taken:
    viewer = Viewer(user_id=None, institution_ids=frozenset({draft.lead_id}))

    def save() -> None:
        with transaction(session):
            register_event(session, viewer, draft, now, BASE)

    return timed(save)


def _signed_in(
    app: Flask, sessions: sessionmaker[Session], email: str, now: datetime
) -> FlaskClient:
    with sessions() as session, transaction(session):
        user = session.scalars(select(User).where(User.email == email)).one()
        token = open_sign_in(session, user, now)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def _pages(app: Flask, sessions: sessionmaker[Session], now: datetime) -> dict[str, Any]:
    client = app.test_client()
    coordinator = _signed_in(app, sessions, "coordinator.rijnland@demo.example", now)
    admin = _signed_in(app, sessions, "admin@demo.example", now)
    with sessions() as session:
        last = select(func.max(Event.id)).scalar_subquery()
        event = session.scalar(select(Event.public_id).where(Event.id == last))
    address = client.get(f"/events/{event}").location
    lists = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin") and not rule.arguments and "GET" in (rule.methods or ())
    )
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(sessions.kw["bind"], "before_cursor_execute", note)
    found = {}
    for who, pages in ((client, (*PAGES, address)), (coordinator, DESK), (admin, lists)):
        for page in pages:
            statements.clear()
            answer = who.get(page)
            if answer.status_code != 200:
                raise RuntimeError(f"{page}: {answer.status_code}")
            queries = len(statements)
            taken = [timed(partial(who.get, page)) for _ in range(LOOKS)]
            found[page if page != address else "/events/…"] = {
                **told(taken), "queries": queries, "kb": round(len(answer.data) / 1000),
            }  # fmt: skip
    sqlalchemy_event.remove(sessions.kw["bind"], "before_cursor_execute", note)
    return found
