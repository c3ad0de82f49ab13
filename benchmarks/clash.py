"""The clash check while typing, with 100,000 occurrences stored (``performance.md``): read,
scored, explained and projected, in one process as the server runs it: cold, and warm for the days
asked. Beside the time on the wall that of the processor, which says more on a shared machine.
Peer: the fetch alone of every moment of the days it has to look at."""

import gc
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, configure_mappers

from benchmarks.measure import Taken, timed, told
from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.models import Occurrence
from calendar_app.events.rules import EventDraft, timed_moment
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.workflow.demo.days import Season, season_of
from calendar_app.workflow.demo.load import insert_season
from calendar_app.workflow.demo.plan import House
from calendar_app.workflow.demo.season import plan_season
from calendar_app.workflow.flag import check_draft
from calendar_app.workflow.manage import load_reference

OCCURRENCES = 100_000
CHECKS = 100


def run() -> dict[str, Any]:
    with TemporaryDirectory() as name:
        engine = make_engine(f"sqlite:///{Path(name) / 'bench.sqlite3'}")
        migrate.upgrade(engine, paths.migrations())
        with session_factory(engine)() as session:
            stored = _fill(session)
            found = {"occurrences": stored, "checks": CHECKS, **_measure(session)}
        engine.dispose()
        return found


def _fill(session: Session) -> int:
    now = utc_now()
    with transaction(session):
        load_reference(session)
        rows = session.execute(select(Institution.id, Institution.slug, Institution.home_venue_id))
        houses = [House(*row) for row in rows]
        season = Season(season_of(now))
        # Two events have about three occurrences.
        planned = list(plan_season(houses, [], season, OCCURRENCES * 2 // 3, 1574, now))
        insert_season(session, planned, Random("ids"), lambda _done, _total: None)
        session.execute(text("analyze"))
    with reading(session):
        return session.scalar(select(func.count()).select_from(Occurrence)) or 0


def _measure(session: Session) -> dict[str, Any]:
    now = utc_now()
    random = Random("checks")
    with reading(session):
        lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
    viewer = Viewer(user_id=1, institution_ids=frozenset({lead}))
    drafts = [_draft(lead, now + timedelta(days=random.randint(20, 200))) for _ in range(CHECKS)]
    # As web.create_served does, before the first request.
    configure_mappers()
    gc.collect()
    gc.freeze()

    def checks(*, propose: bool) -> list[Taken]:
        return [_check(session, viewer, draft, now, propose=propose) for draft in drafts]

    cold, warm = checks(propose=False), checks(propose=False)
    first, again = checks(propose=True), checks(propose=True)
    peer = [_peer(session, draft) for draft in drafts]
    found = {
        "check_cold_ms": told(cold),
        "check_warm_ms": told(warm),
        "check_with_quieter_days_first_ms": told(first),
        "check_with_quieter_days_again_ms": told(again),
        "fetch_of_three_days_alone_ms": told(peer),
    }
    ratio = (
        found["check_warm_ms"]["cpu_median"] / found["fetch_of_three_days_alone_ms"]["cpu_median"]
    )
    return {**found, "warm_check_per_fetch": round(ratio, 2)}


def _draft(lead: int, day: datetime) -> EventDraft:
    start = day.replace(hour=20, minute=15, second=0, tzinfo=None)
    return EventDraft(
        kind="dance", lead_id=lead, title_nl="x", disciplines=("dance",), audiences=("general",),
        expected_visitors=300, moments=(timed_moment("regular", start, fold=0),),
    )  # fmt: skip


def _check(
    session: Session, viewer: Viewer, draft: EventDraft, now: datetime, *, propose: bool
) -> Taken:
    def check() -> None:
        with reading(session):
            check_draft(session, viewer, draft, now, propose=propose)

    taken = timed(check)
    session.expunge_all()
    return taken


def _peer(session: Session, draft: EventDraft) -> Taken:
    (moment,) = draft.moments
    since = moment.starts_at - timedelta(days=1)

    def fetch() -> None:
        with reading(session):
            session.execute(
                select(Occurrence.id, Occurrence.starts_at, Occurrence.ends_at, Occurrence.event_id)
                .where(
                    Occurrence.starts_at >= since, Occurrence.starts_at < since + timedelta(days=3)
                )
            ).all()  # fmt: skip

    return timed(fetch)
