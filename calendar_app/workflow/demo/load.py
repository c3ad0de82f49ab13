"""Puts the demonstration season into an empty store, in bulk, with its accounts and cases."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from calendar_app.core.names import fold
from calendar_app.events.models import Change, Event, EventTerm, Occurrence, Term
from calendar_app.feeds.actions import rerender_all
from calendar_app.overlaps import actions, case_actions
from calendar_app.people.actions import add_user
from calendar_app.people.models import EDITOR, Coordination, Institution, Membership
from calendar_app.people.passwords import hash_password
from calendar_app.places.models import Region
from calendar_app.workflow.demo.cases import People, public_id, work_off
from calendar_app.workflow.demo.days import Season, season_of
from calendar_app.workflow.demo.plan import House, Planned
from calendar_app.workflow.demo.season import plan_season
from calendar_app.workflow.demo.seeded import seeded

PASSWORD = "demo-demo-demo"  # noqa: S105 - known to all, and only ever made here
_BLOCK = 2000
_FIRST_NAMES = (
    "Anouk", "Bram", "Carlijn", "Daan", "Eline", "Farid", "Geertje", "Hugo", "Iris", "Jeroen",
    "Karima", "Lotte", "Maarten", "Nadia", "Olaf", "Petra", "Quinten", "Rosa", "Sander", "Tessa",
    "Umut", "Vera", "Wouter", "Yara", "Zeger",
)  # fmt: skip
_LAST_NAMES = (
    "van den Akker", "Bakker", "Cornelisse", "Dijkstra", "El Amrani", "Franken", "de Groot",
    "Hoekstra", "Idema", "Jansen", "Kuiper", "van Leeuwen", "Mulder", "Nijhuis", "Oosterhof",
    "Pietersen", "de Ruiter", "Smit", "Terpstra", "Uittenbogaard", "Visser", "de Wit", "Yıldız",
    "Zandstra",
)  # fmt: skip

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
    people = _add_people(session, houses, now)
    year = year if year is not None else season_of(now)
    progress(0, 100)
    season = Season(year)
    first = seeded({house.slug: house for house in houses}, season, now)
    planned = list(plan_season(houses, first.planned, season, events, seed, now, first.openings))
    random = Random(f"ids/{seed}/{year}")
    moments = insert_season(session, planned, random, progress, people.editors)
    actions.recompute(session, now, lambda done, total: progress(40 + 25 * done // total, 100))
    case_actions.sync_cases(session, None, now)
    clashes = [one for one in first.clashes if max(one.one, one.other) < len(planned)]
    work_off(session, clashes, people, now, random)
    progress(70, 100)
    rerender_all(
        session, now, base_url, lambda done, total: progress(70 + 30 * done // max(total, 1), 100)
    )
    progress(100, 100)
    return {"loaded": True, "events": len(planned), "occurrences": moments, "year": year}


def _add_people(session: Session, houses: Sequence[House], now: datetime) -> People:
    """The demonstration accounts; the slow hash is computed once."""
    secret = hash_password(PASSWORD)
    random = Random("people")

    def person(email: str, **more: Any) -> int:
        name = f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)}"
        return add_user(session, email, name, None, now, password_hash=secret, **more).id

    person("admin@demo.example", is_admin=True)
    coordinators, regions, editors = {}, {}, {}
    for region in session.scalars(select(Region).order_by(Region.slug)):
        key = person(f"coordinator.{region.slug}@demo.example")
        session.add(Coordination(user_id=key, region_id=region.id))
        coordinators[region.id], regions[region.slug] = key, region.id
    for house in houses:
        key = person(f"editor.{house.slug}@demo.example")
        session.add(Membership(user_id=key, institution_id=house.id, role=EDITOR))
        editors[house.id] = key
    session.flush()
    return People(coordinators, regions, editors, {house.slug: house.id for house in houses})


def insert_season(
    session: Session,
    planned: Sequence[Planned],
    random: Random,
    progress: Progress,
    editors: Mapping[int, int] | None = None,
) -> int:
    """Stores the season in bulk, with explicit keys; returns how many occurrences. ``editors`` are
    who registered it, by institution."""
    terms = {(t.scheme, t.slug): t.id for t in session.scalars(select(Term))}
    who = editors or {}
    occurrence_id = 0
    for begin in range(0, len(planned), _BLOCK):
        # Absent hours are left out: given as None they would be stored as JSON's null.
        events: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
        links, moments, changes = [], [], []
        for position, plan in enumerate(planned[begin : begin + _BLOCK], start=begin):
            key, draft, by = position + 1, plan.draft, who.get(plan.draft.lead_id)
            hours = draft.opening_hours
            events[hours is not None].append(
                ({} if hours is None else {"opening_hours": hours})
                | {
                    "id": key, "public_id": public_id(random),
                    "version": 2 if plan.cancelled_at else 1, "kind": draft.kind,
                    "title_nl": draft.title_nl, "title_en": draft.title_en,
                    "description_nl": draft.description_nl, "description_en": draft.description_en,
                    "search_text": fold(f"{draft.title_nl} {draft.title_en}")[:500],
                    "lead_id": draft.lead_id, "venue_id": draft.venue_id, "room": draft.room,
                    "parent_id": None if plan.parent is None else plan.parent + 1,
                    "production": draft.production, "genre": draft.genre,
                    "radius_km": draft.radius_km, "radius_weeks": draft.radius_weeks,
                    "reach": draft.reach, "expected_visitors": draft.expected_visitors,
                    "date_type": draft.date_type,
                    "planning": "cancelled" if plan.cancelled_at else draft.planning,
                    "visibility": draft.visibility, "public_at": draft.public_at,
                    "cancel_reason": plan.cancel_reason, "url": draft.url,
                    "price_cents": draft.price_cents, "languages": list(draft.languages),
                    "internal_note": draft.internal_note, "created_at": plan.created_at,
                    "created_by_id": by, "updated_at": plan.cancelled_at or plan.created_at,
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
                        "id": occurrence_id, "public_id": public_id(random),
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
            changes += _history(plan, key, by)
        for rows in filter(None, events.values()):
            session.execute(insert(Event), rows)
        session.execute(insert(EventTerm), links)
        session.execute(insert(Occurrence), moments)
        session.execute(insert(Change), changes)
        progress(40 * min(begin + _BLOCK, len(planned)) // len(planned), 100)
    _continue_numbering(session, len(planned), occurrence_id)
    return occurrence_id


def _history(plan: Planned, key: int, by: int | None) -> list[dict[str, Any]]:
    """Who registered an event, and who called it off."""
    lines: list[dict[str, Any]] = [
        {"event_id": key, "version": 1, "at": plan.created_at, "user_id": by,
         "action": "registered", "data": {}}
    ]  # fmt: skip
    if plan.cancelled_at:
        data = {"planning": [plan.draft.planning, "cancelled"],
                "cancel_reason": ["", plan.cancel_reason]}  # fmt: skip
        lines.append(
            lines[0] | {"version": 2, "at": plan.cancelled_at, "action": "cancelled", "data": data}
        )
    return lines


def _continue_numbering(session: Session, events: int, occurrences: int) -> None:
    """PostgreSQL's own numbering goes on after the keys given here."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table, last in (("event", events), ("occurrence", occurrences)):
        session.execute(
            text("select setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": table, "last": max(last, 1)},
        )
