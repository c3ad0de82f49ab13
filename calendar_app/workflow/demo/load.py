"""Puts the demonstration season into an empty store, in bulk, with its accounts and cases."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session, selectinload

from calendar_app.core.names import fold
from calendar_app.events.models import Change, Event, EventTerm, Occurrence, Term
from calendar_app.feeds.actions import rerender_all
from calendar_app.overlaps import actions, case_actions
from calendar_app.overlaps.models import Conflict
from calendar_app.people.actions import add_user
from calendar_app.people.models import EDITOR, Coordination, Institution, Membership
from calendar_app.people.passwords import hash_password
from calendar_app.places.models import Region
from calendar_app.workflow.demo.season import House, Planned, Season, plan_season, season_of
from calendar_app.workflow.demo.seeded import seeded
from calendar_app.workflow.demo.titles import FIRST_NAMES, LAST_NAMES

PASSWORD = "demo-demo-demo"  # noqa: S105 - known to all, and only ever made here
_BLOCK = 2000
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"

Progress = Callable[[int, int], None]


def load_demo(
    session: Session,
    *,
    events: int = 1200,
    seed: int = 1574,
    year: int | None = None,
    now: datetime,
    base_url: str,
    progress: Progress = lambda _done, _total: None,
) -> dict[str, Any]:
    """Loads the season in the caller's transaction; the same arguments give the same rows."""
    houses = [
        House(row.id, row.slug, row.home_venue_id)
        for row in session.execute(
            select(Institution.id, Institution.slug, Institution.home_venue_id).order_by(
                Institution.slug
            )
        )
    ]
    coordinators = _add_people(session, houses, now)
    year = year if year is not None else season_of(now)
    progress(0, 100)
    season = Season(year)
    first = list(seeded({house.slug: house for house in houses}, season, now))
    planned = list(plan_season(houses, first, season, events, seed, now))
    moments = insert_season(session, planned, Random(f"ids/{seed}/{year}"), progress)
    actions.recompute(session, now, lambda done, total: progress(40 + 25 * done // total, 100))
    case_actions.sync_cases(session, None, now)
    _work_off(session, coordinators, now)
    progress(70, 100)
    rerender_all(
        session, now, base_url, lambda done, total: progress(70 + 30 * done // max(total, 1), 100)
    )
    progress(100, 100)
    return {"loaded": True, "events": len(planned), "occurrences": moments, "year": year}


def _add_people(session: Session, houses: Sequence[House], now: datetime) -> dict[str, int]:
    """The demonstration accounts; the slow hash is computed once."""
    secret = hash_password(PASSWORD)
    random = Random("people")

    def person(email: str, **more: Any) -> int:
        name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        return add_user(session, email, name, None, now, password_hash=secret, **more).id

    person("admin@demo.example", is_admin=True)
    coordinators = {}
    for region in session.scalars(select(Region).order_by(Region.slug)):
        key = person(f"coordinator.{region.slug}@demo.example")
        session.add(Coordination(user_id=key, region_id=region.id))
        coordinators[region.slug] = key
    for house in houses:
        key = person(f"editor.{house.slug}@demo.example")
        session.add(Membership(user_id=key, institution_id=house.id, role=EDITOR))
    session.flush()
    return coordinators


def insert_season(
    session: Session, planned: Sequence[Planned], random: Random, progress: Progress
) -> int:
    """Stores the season in bulk, with explicit keys; returns how many occurrences."""
    terms = {(t.scheme, t.slug): t.id for t in session.scalars(select(Term))}

    def public_id() -> str:
        return "".join(random.choices(_BASE32, k=12))

    occurrence_id = 0
    for begin in range(0, len(planned), _BLOCK):
        events, links, moments, changes = [], [], [], []
        for position, plan in enumerate(planned[begin : begin + _BLOCK], start=begin):
            key, draft = position + 1, plan.draft
            events.append(
                {
                    "id": key, "public_id": public_id(), "version": 1, "kind": draft.kind,
                    "title_nl": draft.title_nl, "title_en": draft.title_en,
                    "description_nl": draft.description_nl, "description_en": draft.description_en,
                    "search_text": fold(f"{draft.title_nl} {draft.title_en}")[:500],
                    "lead_id": draft.lead_id, "venue_id": draft.venue_id, "room": draft.room,
                    "parent_id": None if plan.parent is None else plan.parent + 1,
                    "production": draft.production, "genre": draft.genre,
                    "radius_km": draft.radius_km, "radius_weeks": draft.radius_weeks,
                    "reach": draft.reach, "expected_visitors": draft.expected_visitors,
                    "date_type": draft.date_type,
                    "planning": "cancelled" if plan.cancelled else draft.planning,
                    "visibility": draft.visibility, "public_at": draft.public_at,
                    "cancel_reason": plan.cancel_reason, "url": draft.url,
                    "internal_note": draft.internal_note, "created_at": plan.created_at,
                    "created_by_id": None, "updated_at": plan.created_at,
                }
            )  # fmt: skip
            for scheme, slugs in (
                ("discipline", draft.disciplines), ("audience", draft.audiences),
                ("theme", draft.themes),
            ):  # fmt: skip
                links += [{"event_id": key, "term_id": terms[scheme, slug]} for slug in slugs]
            for moment in draft.moments:
                occurrence_id += 1
                moments.append(
                    {
                        "id": occurrence_id, "public_id": public_id(),
                        "uid": str(uuid.UUID(int=random.getrandbits(128), version=4)),
                        "event_id": key, "role": moment.role, "all_day": moment.all_day,
                        "starts_wall": moment.starts_wall, "ends_wall": moment.ends_wall,
                        "zone": moment.zone, "starts_fold": moment.starts_fold,
                        "ends_fold": moment.ends_fold, "starts_on": moment.starts_on,
                        "ends_on": moment.ends_on, "starts_at": moment.starts_at,
                        "ends_at": moment.ends_at, "status": moment.status, "sequence": 0,
                        "revised_at": None, "external_key": None,
                    }
                )  # fmt: skip
            changes.append(
                {"event_id": key, "version": 1, "at": plan.created_at, "user_id": None,
                 "action": "registered", "data": {}}
            )  # fmt: skip
        session.execute(insert(Event), events)
        session.execute(insert(EventTerm), links)
        session.execute(insert(Occurrence), moments)
        session.execute(insert(Change), changes)
        progress(40 * (begin + len(events)) // len(planned), 100)
    _continue_numbering(session, len(planned), occurrence_id)
    return occurrence_id


def _continue_numbering(session: Session, events: int, occurrences: int) -> None:
    """PostgreSQL's own numbering goes on after the keys given here."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table, last in (("event", events), ("occurrence", occurrences)):
        session.execute(
            text("select setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": table, "last": max(last, 1)},
        )


def _work_off(session: Session, coordinators: dict[str, int], now: datetime) -> None:
    """Some cases as a working region has them: in every state, most of a bulk load as backlog."""
    cases = session.scalars(
        select(Conflict)
        .options(selectinload(Conflict.pairs), selectinload(Conflict.regions))
        .order_by(Conflict.level.desc(), Conflict.starts_at, Conflict.id)
        .limit(400)
    ).all()
    owners = [coordinators["rijnland"], coordinators["haaglanden"]]
    moves = [
        case_actions.Move("claim", "Ik bel beide programmeurs."),
        case_actions.Move("settle", "Opening in Leiden gaat een uur naar voren.", "staggered"),
        case_actions.Move("settle", "Bewust: andere doelgroep, en samen genoemd.", "kept"),
        case_actions.Move("dismiss", "Verschillend publiek, geen van beide ziet een probleem."),
        case_actions.Move("wait", "Is een week later mogelijk?",
                          due_on=(now + timedelta(days=10)).date()),
        case_actions.Move("settle", "Samen één avond, twee zalen.", "joint"),
    ]  # fmt: skip
    for number, case in enumerate(cases):
        # One in three is still new, so that there is something to do.
        if number < 24 and number % 3 and (number // 3) * 2 + number % 3 - 1 < 2 * len(moves):
            move = moves[((number // 3) * 2 + number % 3 - 1) % len(moves)]
            if move.action == "wait":
                lead = session.scalars(
                    select(Event.lead_id).where(Event.id.in_(case.event_ids)).order_by(Event.id)
                ).first()
                move = case_actions.Move("wait", move.note, waiting_for_id=lead, due_on=move.due_on)
            at = now - timedelta(days=number % 9, hours=number)
            case_actions.move_case(session, case, move, owners[number % 2], at, case.version)
        case.backlog = number >= 24
    session.flush()
