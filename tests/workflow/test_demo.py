"""The demonstration season: repeatable, believable, and with a story for every kind of clash.

It is loaded once in each store: in PostgreSQL here, in SQLite by a process of its own with
another hash seed, so that what they hold can only be the same when nothing hangs on chance.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, Row, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, selectinload

from calendar_app.core.names import clean_line, clean_text
from calendar_app.core.timespan import local_day
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.actions import draft_of, moment_of
from calendar_app.events.models import Event, Occurrence
from calendar_app.events.opening import OpeningHours
from calendar_app.events.rules import MAX_MOMENTS, all_day_moment, timed_moment
from calendar_app.overlaps.models import (
    STATES,
    Conflict,
    ConflictEntry,
    ConflictPair,
    ConflictRegion,
    Overlap,
)
from calendar_app.overlaps.scoring import HARD, LEVELS
from calendar_app.people.models import Coordination, Institution
from calendar_app.places.special_days import is_school_holiday
from calendar_app.schema import metadata
from calendar_app.workflow import publish
from calendar_app.workflow.demo.clashes import Seeded
from calendar_app.workflow.demo.days import Season
from calendar_app.workflow.demo.load import load_demo
from calendar_app.workflow.demo.plan import House, Planned
from calendar_app.workflow.demo.programme import programme
from calendar_app.workflow.demo.season import plan_season
from calendar_app.workflow.demo.seeded import seeded
from calendar_app.workflow.manage import load_reference
from calendar_app.workflow.register import check_draft
from tests.conftest import NOW

pytestmark = pytest.mark.xdist_group("demo")

EVENTS, SEED, BASE = 1200, 1574, "http://localhost"
YEAR = 2026
ELSEWHERE = """
import sys
from datetime import datetime
from tests.workflow.test_demo import fill
fill(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
"""


def fill(url: str, now: datetime) -> None:
    """Loads the season into an empty store."""
    engine = make_engine(url)
    metadata().create_all(engine)
    with session_factory(engine)() as session, transaction(session):
        load_reference(session)
        load_demo(session, events=EVENTS, seed=SEED, now=now, base_url=BASE)
    engine.dispose()


@pytest.fixture(scope="module")
def stores(
    postgresql_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Engine]]:
    """The season in a database of its own in each store."""
    sqlite = f"sqlite:///{tmp_path_factory.mktemp('demo')}/demo.sqlite3"
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, sqlite, NOW.isoformat()],
        cwd=root, env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(root)},
    )  # fmt: skip
    own = make_url(postgresql_url).set(database=f"demo_{os.getpid()}")
    postgresql = own.render_as_string(hide_password=False)
    admin = make_engine(postgresql_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {own.database} template template0"))
    try:
        fill(postgresql, NOW)
        assert process.wait(120) == 0
        engines = {"sqlite": make_engine(sqlite), "postgresql": make_engine(postgresql)}
        yield engines
        for engine in engines.values():
            engine.dispose()
    finally:
        process.kill()
        with admin.connect() as connection:
            connection.execute(text(f"drop database if exists {own.database} with (force)"))
        admin.dispose()


@pytest.fixture
def stored(stores: dict[str, Engine], backend: str) -> Iterator[Session]:
    """Reads the season of one store."""
    with session_factory(stores[backend])() as session, reading(session):
        yield session


@pytest.fixture(scope="module")
def season(stores: dict[str, Engine]) -> list[Event]:
    """Every event with its moments, terms and lead (of one store: the other has the same)."""
    with session_factory(stores["sqlite"])() as session, reading(session):
        return list(
            session.scalars(
                select(Event)
                .options(
                    selectinload(Event.occurrences), selectinload(Event.terms),
                    selectinload(Event.lead),
                )
                .order_by(Event.id)
            )
        )  # fmt: skip


def houses_of(session: Session) -> list[House]:
    columns = (Institution.id, Institution.slug, Institution.home_venue_id)
    return [House(*row) for row in session.execute(select(*columns).order_by(Institution.slug))]


@pytest.fixture(scope="module")
def houses(stores: dict[str, Engine]) -> list[House]:
    """The institutions as the season knows them."""
    with session_factory(stores["sqlite"])() as session, reading(session):
        return houses_of(session)


@pytest.fixture(scope="module")
def first(houses: list[House]) -> Seeded:
    """What every season has."""
    return seeded({house.slug: house for house in houses}, Season(YEAR), NOW)


def days_of(event: Event) -> list[date]:
    """The local days of an event's timed moments."""
    return [o.starts_wall.date() for o in event.occurrences if o.starts_wall]


# ── the same again ───────────────────────────────────────────────────────────────────────────


def digest(engine: Engine) -> dict[str, str]:
    """A digest of each table, ids and all; of passwords only the salt differs."""
    found = {}
    with session_factory(engine)() as session, reading(session):
        for table in metadata().sorted_tables:
            columns = [one for one in table.columns if one.name != "password_hash"]
            rows = session.execute(select(*columns).order_by(*table.primary_key.columns)).all()
            found[table.name] = sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return found


def test_both_stores_hold_the_same_rows_ids_included(stores: dict[str, Engine]) -> None:
    assert digest(stores["sqlite"]) == digest(stores["postgresql"])


def plan(houses: list[House], first: Seeded, events: int, seed: int) -> list[Planned]:
    return list(plan_season(houses, first.planned, Season(YEAR), events, seed, NOW, first.openings))


def test_another_seed_is_another_season(houses: list[House], first: Seeded) -> None:
    def invented(seed: int) -> set[tuple[int, str, datetime]]:
        own = plan(houses, first, 400, seed)[len(first.planned) :]
        return {(p.draft.lead_id, p.draft.title_nl, p.draft.moments[0].starts_at) for p in own}

    one, other = invented(1), invented(2)
    assert one == invented(1)
    assert len(one & other) < len(one) / 10


@pytest.mark.parametrize("events", [1, 20, 41, 137])
def test_as_many_events_as_asked_for(houses: list[House], first: Seeded, events: int) -> None:
    assert len(plan(houses, first, events, SEED)) == events


def test_the_default_season_is_complete(season: list[Event]) -> None:
    assert len(season) == EVENTS
    # Every institution takes part, and none makes up more than a tenth.
    by_lead = Counter(event.lead.slug for event in season)
    assert by_lead.keys() == programme().places.keys()
    assert max(by_lead.values()) <= EVENTS / 10
    kinds = Counter(event.kind for event in season)
    assert len(kinds) == 18
    # Both languages, Dutch always.
    assert all(event.title_nl for event in season)
    assert 0.4 < sum(bool(event.title_en) for event in season) / EVENTS < 0.9


# ── a real season ────────────────────────────────────────────────────────────────────────────


def test_spread_over_the_months_and_the_week(season: list[Event]) -> None:
    moments = [o.starts_wall for e in season for o in e.occurrences if o.starts_wall]
    months = Counter(moment.month for moment in moments)
    for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6):
        assert 0.05 < months[month] / len(moments) < 0.16, month
    assert (months[7] + months[8]) / len(moments) < 0.07
    evenings = Counter(moment.weekday() for moment in moments if moment.hour >= 17)
    total = sum(evenings.values())
    assert sum(evenings[day] for day in (3, 4, 5, 6)) / total > 0.65
    assert evenings[0] / total < 0.02
    assert all(moment.hour >= 7 for moment in moments)


def test_every_house_keeps_its_hours(season: list[Event]) -> None:
    for event in season:
        days = days_of(event)
        kind = event.lead.kind
        # Readers and colleagues may come when the rooms are closed.
        if kind in ("museum", "art-space") and event.kind not in ("literary", "workshop"):
            assert all(day.weekday() for day in days), event.title_nl
        if kind in ("stage", "cinema") and event.kind != "campaign":
            assert not [d for d in days if (7, 5) <= (d.month, d.day) <= (8, 27)], event.title_nl
        if event.kind in ("education", "course"):
            assert all(day.weekday() < 5 for day in days), event.title_nl
            assert not any(is_school_holiday(day) for day in days), event.title_nl


def test_leiden_celebrates_on_the_third_of_october(season: list[Event]) -> None:
    places = programme().places
    found = [
        event.title_nl
        for event in season
        if "leiden" in places[event.lead.slug].groups
        and any((day.month, day.day) in ((10, 2), (10, 3)) for day in days_of(event))
    ]
    assert found == ["Hutspot en haring: lezing op 3 oktober"]


def test_houses_do_what_they_are_for(season: list[Event]) -> None:
    at = {kind: {e.lead.kind for e in season if e.kind == kind} for kind in (
        "theatre", "dance", "film", "course", "open-day", "exhibition")}  # fmt: skip
    assert at["theatre"] == at["dance"] == {"stage"}
    assert at["film"] == {"stage", "cinema"}
    assert at["course"] == {"higher-education"}
    assert not at["open-day"] & {"stage", "cinema", "library"}
    assert not at["exhibition"] & {"stage", "cinema"}
    concerts = {e.lead.slug for e in season if e.kind == "concert" and e.lead.kind != "stage"}
    assert concerts <= {"huygens-hofwijck", "kasteel-duivenvoorde", "kasteel-keukenhof"}
    for event in season:
        seats = programme().places[event.lead.slug].rooms.get(event.room)
        if seats and event.expected_visitors and event.kind not in ("festival", "open-day"):
            assert event.expected_visitors <= seats, event.title_nl


def test_exhibitions_last_for_weeks_and_are_closed_on_mondays(season: list[Event]) -> None:
    shows = [event for event in season if event.kind == "exhibition"]
    for event in shows:
        roles = {o.role: o for o in event.occurrences}
        run, opening = roles["run"], roles["opening"]
        assert run.starts_on and run.ends_on and opening.starts_wall
        assert timedelta(weeks=6) < run.ends_on - run.starts_on < timedelta(weeks=30)
        assert run.starts_on > opening.starts_wall.date()
        hours = OpeningHours.from_json(event.opening_hours)
        assert hours is not None and not hours.on(date(2026, 12, 25))
        if event.lead.kind == "museum":
            assert not hours.weekly[0] and hours.weekly[6]
    assert any("press" in {o.role for o in event.occurrences} for event in shows)


def test_festivals_have_parts_within_their_days(season: list[Event]) -> None:
    by_id = {event.id: event for event in season}
    parts = [event for event in season if event.parent_id]
    assert parts
    for part in parts:
        whole = by_id[part.parent_id or 0]
        assert whole.kind == "festival" and whole.lead_id == part.lead_id
        assert set(days_of(part)) <= set(days_of(whole))


def test_no_title_twice_in_one_house_on_one_day_nor_with_a_number(season: list[Event]) -> None:
    said = Counter(
        (event.lead_id, event.title_nl, day) for event in season for day in days_of(event)
    )
    assert not [one for one, times in said.items() if times > 1]
    assert not [e.title_nl for e in season if re.search(r"\(\d+\)$", e.title_nl)]
    titles = Counter((event.lead_id, event.title_nl) for event in season)
    assert max(titles.values()) == 1


def test_a_line_of_programme_says_everything_once_before_it_repeats_itself() -> None:
    for series in programme().series:
        size = len(series.titles) * (len(series.more) + 1)
        walk = [series.title(number, start=3).nl for number in range(size)]
        assert len(set(walk)) == size, series.titles[0]


def test_every_event_could_have_been_typed_in(
    stores: dict[str, Engine], season: list[Event]
) -> None:
    shapes = {}
    for event in season:
        draft = draft_of(event)
        for title in (draft.title_nl, draft.title_en, draft.room):
            assert title == clean_line(title) and len(title) <= 200
        assert draft.description_nl == clean_text(draft.description_nl)
        assert draft.expected_visitors is None or 0 < draft.expected_visitors <= 1_000_000
        assert bool(draft.radius_km) == bool(draft.radius_weeks)
        assert 0 < len(draft.moments) <= MAX_MOMENTS
        assert (draft.date_type == "single") == (len(draft.moments) == 1)
        assert (draft.date_type == "periodic") == any(m.role == "run" for m in draft.moments)
        for occurrence in event.occurrences:
            assert_sound(occurrence)
        terms = (draft.kind, draft.disciplines, draft.audiences, draft.themes, draft.venue_id)
        shapes[terms] = draft
    with session_factory(stores["sqlite"])() as session, reading(session):
        for draft in shapes.values():
            check_draft(session, draft)


def assert_sound(occurrence: Occurrence) -> None:
    """The rules make the same moment of the same wall times."""
    moment = moment_of(occurrence)
    if moment.starts_on and moment.ends_on:
        made = all_day_moment(moment.role, moment.starts_on, moment.ends_on)
    else:
        assert moment.starts_wall and moment.ends_wall
        made = timed_moment(
            moment.role, moment.starts_wall, moment.ends_wall, fold=moment.starts_fold
        )
    for name in ("all_day", "starts_at", "ends_at", "starts_fold", "ends_fold", "zone"):
        assert getattr(made, name) == getattr(moment, name)


def test_the_first_and_the_last_season_there_can_be(houses: list[House]) -> None:
    for year in (1990, 2098):
        assert len(list(plan_season(houses, [], Season(year), 300, SEED, NOW))) == 300


# ── clashes and their stories ────────────────────────────────────────────────────────────────


def test_every_seeded_clash_is_flagged_as_stated(stored: Session, first: Seeded) -> None:
    for clash in first.clashes:
        pair = (clash.one + 1, clash.other + 1)
        found = stored.scalars(
            select(Overlap.level).where(Overlap.event_a_id.in_(pair), Overlap.event_b_id.in_(pair))
        ).all()
        states = stored.scalars(
            select(Conflict.state).join(ConflictPair, ConflictPair.conflict_id == Conflict.id)
            .where(ConflictPair.event_a_id.in_(pair), ConflictPair.event_b_id.in_(pair)).distinct()
        ).all()  # fmt: skip
        title = first.planned[clash.one].draft.title_nl
        assert LEVELS[max(found, default=0)] == clash.level, title
        assert states == ([clash.state] if clash.state else []), title


def test_rooms_are_promised_twice_only_where_it_is_meant(stored: Session, first: Seeded) -> None:
    meant = {(c.one + 1, c.other + 1) for c in first.clashes if c.level == "hard"}
    hard = stored.execute(
        select(Overlap.event_a_id, Overlap.event_b_id).where(Overlap.level == HARD)
    )
    assert {tuple(row) for row in hard} == meant


def test_cases_stand_in_every_state_with_a_history_that_could_be(stored: Session) -> None:
    cases = {case.id: case for case in stored.scalars(select(Conflict))}
    assert {case.state for case in cases.values()} == set(STATES)
    outcomes = {case.outcome for case in cases.values() if case.outcome}
    assert len(outcomes) >= 6
    for case in cases.values():
        assert (case.state == "settled") == (case.outcome is not None)
        assert (case.state == "waiting") == (case.due_on is not None)
        assert case.reason or case.state not in ("settled", "not_a_conflict")
    last: dict[int, Row] = {}
    for row in stored.execute(
        select(ConflictEntry.conflict_id, ConflictEntry.at, ConflictEntry.code)
        .order_by(ConflictEntry.conflict_id, ConflictEntry.id)
    ):  # fmt: skip
        before = last.get(row.conflict_id)
        assert row.code == "opened" if before is None else row.at >= before.at
        assert cases[row.conflict_id].created_at <= row.at <= NOW
        last[row.conflict_id] = row
    assert last.keys() == cases.keys()
    # Whoever moved a case coordinates one of its regions.
    regions = select(ConflictRegion.region_id).where(
        ConflictRegion.conflict_id == ConflictEntry.conflict_id
    )
    strangers = select(ConflictEntry.id).where(
        ConflictEntry.user_id.is_not(None),
        ~select(Coordination.user_id)
        .where(Coordination.user_id == ConflictEntry.user_id, Coordination.region_id.in_(regions))
        .exists(),
    )
    assert not stored.scalars(strangers).all()


def test_the_inbox_of_the_default_season_is_one_that_can_be_worked_off(stored: Session) -> None:
    new = list(stored.scalars(select(Conflict).where(Conflict.state == "new")))
    assert 3 <= sum(not case.backlog for case in new) <= 15


def test_plans_that_nobody_may_know_are_in_no_feed(stored: Session) -> None:
    secret = select(Occurrence.uid).join(Event, Event.id == Occurrence.event_id)
    sealed = set(stored.scalars(secret.where(Event.visibility == "sealed")))
    embargoed = set(
        stored.scalars(secret.where(Event.public_at > NOW, Event.visibility != "public"))
    )
    unsure = set(stored.scalars(secret.where(Event.planning.in_(("idea", "option")))))
    assert min(len(sealed), len(embargoed), len(unsure)) > 20
    feed = publish.feed_bytes(stored, "all.ics", NOW, BASE).decode()
    published = set(re.findall(r"^UID:(\S+)", feed, re.MULTILINE))
    assert len(published) > 400
    assert not published & (sealed | embargoed | unsure)
    assert "De onverwachte schenking" not in feed


# ── at any time ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "today", ["2026-09-01", "2027-01-02", "2027-05-05", "2027-07-20", "2027-08-31"]
)
def test_seeded_clashes_lie_ahead_whenever_it_is_loaded(houses: list[House], today: str) -> None:
    now = datetime.fromisoformat(today).replace(hour=12, tzinfo=UTC)
    year = now.year if now.month >= 9 else now.year - 1
    found = seeded({house.slug: house for house in houses}, Season(year), now)
    for clash in found.clashes:
        for position in (clash.one, clash.other):
            starts = [m.starts_at for m in found.planned[position].draft.moments]
            assert min(starts) > now + timedelta(days=10)
            assert local_day(max(starts)) < now.date() + timedelta(days=240)
