"""Searching titles: parts of words, without case and accents, signs taken as they are; the same
on both stores."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.events.actions import add_event, change_event
from calendar_app.events.models import Event
from calendar_app.events.queries import EventFilter, filter_clause
from calendar_app.people.models import Institution
from tests.factories import draft, load_reference

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TITLES = (
    "Concertgebouworkest speelt Mahler", "Musée imaginaire", "100% katoen", "1000 katoen",
    "plan_b", "planxb", "back\\slash", "Straße", "IJsclub", "L’Été à Leiden", "O'Brien & co",
)  # fmt: skip


def found(session: Session, q: str) -> set[str]:
    return set(session.scalars(select(Event.title_nl).where(filter_clause(EventFilter(q=q)))))


@pytest.fixture
def lead(session: Session) -> int:
    load_reference(session)
    key = session.scalars(select(Institution.id).order_by(Institution.id)).first()
    assert key is not None
    for title in TITLES:
        add_event(session, draft(key, title_nl=title), None, NOW)
    add_event(session, draft(key, title_nl="Alleen Nederlands", title_en="Dutch café"), None, NOW)
    session.flush()
    return key


@pytest.mark.usefixtures("lead")
def test_what_a_search_finds(session: Session) -> None:
    for q, wanted in {
        "concertgebouw": {"Concertgebouworkest speelt Mahler"},
        "MAHLER concert": {"Concertgebouworkest speelt Mahler"},
        "gebouworkest": {"Concertgebouworkest speelt Mahler"},
        "mahler bruckner": set(),
        "musee": {"Musée imaginaire"},
        "MUSÉE": {"Musée imaginaire"},
        "muse\u0301e": {"Musée imaginaire"},
        "ete a": {"L’Été à Leiden"},
        "strasse": {"Straße"},
        "ijsclub": {"IJsclub"},
        "cafe": {"Alleen Nederlands"},
        # Signs of LIKE are only signs.
        "100%": {"100% katoen"},
        "%": {"100% katoen"},
        "plan_b": {"plan_b"},
        "_": {"plan_b"},
        "\\": {"back\\slash"},
        "\\%": set(),
        "o'brien": {"O'Brien & co"},
    }.items():
        assert found(session, q) == wanted, q


def test_a_changed_title_is_found_by_its_new_words(session: Session, lead: int) -> None:
    event = add_event(session, draft(lead, title_nl="Kerst in de kerk"), None, NOW)
    change_event(session, event, draft(lead, title_nl="Noël"), None, NOW)
    session.flush()
    assert found(session, "noel") == {"Noël"}
    assert found(session, "kerk") == set()
