"""What a person edited stays, and what the source says besides is shown; the rest follows it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.events.actions import change_event, draft_of, load_for_change
from calendar_app.events.models import Event, Occurrence
from calendar_app.imports.models import SourceItem
from calendar_app.places.models import Venue
from calendar_app.workflow.import_ import import_file
from tests.factories import load_reference, transaction
from tests.imports.test_import import BASE, NOW, calendar


def _event(uid: str, more: str = "", start: str = "20270312T201500") -> str:
    return f"UID:{uid}\r\nSUMMARY:Avond {uid}\r\nDTSTART;TZID=Europe/Amsterdam:{start}" + (
        f"\r\n{more}" if more else ""
    )


@pytest.fixture
def korzo(session: Session) -> Session:
    """A database in which Korzo can import."""
    with transaction(session):
        load_reference(session)
    return session


def _import(session: Session, *events: str) -> dict[str, dict[str, Any]]:
    """Imports; what the report says of each event that it lists."""
    report = import_file(session, "korzo", calendar(*events), "x.ics", NOW, BASE)
    assert not report["held"]
    return {line["uid"]: line for line in report["changes"]}


def _edit(session: Session, uid: str, **values: Any) -> None:
    """What a person does to an event in the form."""
    with transaction(session):
        public_id = session.scalars(
            select(Event.public_id).join(SourceItem).where(SourceItem.uid == uid)
        ).one()
        event = load_for_change(session, public_id)
        change_event(session, event, replace(draft_of(event), **values), None, NOW)


def _stored(session: Session, *columns: Any) -> dict[str, Any]:
    """Columns of the events by UID."""
    with transaction(session):
        rows = session.execute(
            select(SourceItem.uid, *columns)
            .select_from(SourceItem)
            .join(Event)
            .outerjoin(Venue, Venue.id == Event.venue_id)
        ).all()
    return {row[0]: row[1] if len(columns) == 1 else tuple(row[1:]) for row in rows}


def test_a_place_follows_the_source_until_a_person_chooses_another(korzo: Session) -> None:
    def at(**places: str) -> list[str]:
        return [_event(uid, f"LOCATION:{place}") for uid, place in places.items()]

    everywhere = {"free": "Korzo\\, Prinsestraat 42", "moved": "Buurthuis", "room": "Korzo"}
    _import(korzo, *at(**everywhere, back="Korzo"), _event("home"))
    assert _stored(korzo, Venue.name, Event.room) == {
        "free": ("Korzo", ""), "moved": (None, "Buurthuis"), "room": ("Korzo", ""),
        "back": ("Korzo", ""), "home": ("Korzo", ""),
    }  # fmt: skip
    with transaction(korzo):
        amare = korzo.scalars(select(Venue).where(Venue.name == "Amare")).one()
        # A venue that is known only later makes no edit of what stands as a room.
        korzo.add(Venue(slug="buurthuis", name="Buurthuis", region_id=amare.region_id))
    _edit(korzo, "moved", venue_id=amare.id, room="Foyer")
    _edit(korzo, "room", room="Studio 2")
    _edit(korzo, "back", room="Studio 2")
    # The same file again: nothing is overwritten, and each difference is told.
    told = _import(korzo, *at(**everywhere, back="Korzo"), _event("home"))
    assert {uid: line["kept"] for uid, line in told.items()} == {
        "moved": {"location": ["Amare, Foyer", "Buurthuis"]},
        "room": {"location": ["Korzo, Studio 2", "Korzo"]},
        "back": {"location": ["Korzo, Studio 2", "Korzo"]},
    }
    assert {line["action"] for line in told.values()} == {"unchanged"}
    # Brought back by hand to what the source said: it is the source's again.
    _edit(korzo, "back", room="")
    for _ in range(2):
        told = _import(
            korzo, *at(free="Zuiderpark", moved="Korzo", room="Amare", back="Amare"),
            _event("home", "LOCATION:Amare"),
        )  # fmt: skip
        assert told["moved"]["kept"] == {"location": ["Amare, Foyer", "Korzo"]}
        assert told["room"]["kept"] == {"location": ["Korzo, Studio 2", "Amare"]}
        assert _stored(korzo, Venue.name, Event.room) == {
            "free": (None, "Zuiderpark"), "moved": ("Amare", "Foyer"),
            "room": ("Korzo", "Studio 2"), "back": ("Amare", ""), "home": ("Amare", ""),
        }  # fmt: skip
    assert set(told) == {"moved", "room"}


def test_dates_follow_the_source_also_after_it_took_one_back(korzo: Session) -> None:
    def series(uid: str, count: int, hour: int = 20) -> str:
        return _event(uid, f"RRULE:FREQ=WEEKLY;COUNT={count}", f"20270312T{hour}1500")

    _import(korzo, series("free", 4), series("off", 4))
    with transaction(korzo):
        _, second, *_ = korzo.scalars(
            select(Occurrence).join(Event).join(SourceItem).where(SourceItem.uid == "off")
            .order_by(Occurrence.starts_at)
        )  # fmt: skip
        second.status = "cancelled"
    told = _import(korzo, series("free", 3), series("off", 4))
    assert list(told["free"]["fields"]) == ["moments"] and not told["free"]["kept"]
    assert list(told["off"]["kept"]) == ["moments"]
    told = _import(korzo, series("free", 4, 21), series("off", 4, 21))
    assert list(told["free"]["fields"]) == ["moments"] and not told["free"]["kept"]
    with transaction(korzo):
        rows = korzo.execute(
            select(SourceItem.uid, Occurrence.starts_wall)
            .join(Event, Event.id == SourceItem.event_id).join(Occurrence)
            .where(Occurrence.status == "scheduled")
        ).all()  # fmt: skip
    hours = {uid: sorted(at.hour for owner, at in rows if at and owner == uid) for uid in told}
    assert hours == {"free": [21] * 4, "off": [20] * 3}


def test_what_is_gone_is_cancelled_and_comes_back_unless_a_person_decided(korzo: Session) -> None:
    stays, gone, decided = _event("stays"), _event("gone"), _event("decided")
    past = _event("past", start="20260312T201500")
    _import(korzo, stays, gone, decided, past)
    _edit(korzo, "decided", planning="idea")
    actions = [
        {uid: line["action"] for uid, line in _import(korzo, stays).items()} for _ in range(4)
    ]
    assert actions == [
        {"gone": "missing", "decided": "missing"}, {"gone": "missing", "decided": "missing"},
        {"gone": "gone", "decided": "missing"}, {"decided": "missing"},
    ]  # fmt: skip
    assert _stored(korzo, Event.planning) == {
        "stays": "confirmed", "gone": "cancelled", "decided": "idea", "past": "confirmed",
    }  # fmt: skip
    told = _import(korzo, stays, gone, decided, past)
    assert told["gone"]["fields"] == {"planning": ["cancelled", "confirmed"]}
    assert told["decided"]["kept"] == {"planning": ["idea", "confirmed"]}
    assert _stored(korzo, Event.planning)["gone"] == "confirmed"


def test_who_may_see_it_follows_the_source_and_never_opens_by_itself(korzo: Session) -> None:
    def told(private: str, option: str, edited: str) -> dict[str, dict[str, Any]]:
        return _import(
            korzo, _event("private", private), _event("option", option), _event("edited", edited)
        )

    told("", "STATUS:TENTATIVE", "CLASS:PRIVATE")
    _edit(korzo, "edited", visibility="coordinators")
    lines = told("CLASS:PRIVATE", "STATUS:CANCELLED", "")
    assert lines["private"]["fields"] == {"visibility": ["public", "sealed"]}
    assert lines["edited"]["kept"] == {"visibility": ["coordinators", "public"]}
    assert _stored(korzo, Event.visibility) == {
        "private": "sealed", "option": "coordinators", "edited": "coordinators",
    }  # fmt: skip
    told("", "STATUS:CONFIRMED", "")
    assert _stored(korzo, Event.visibility) == {
        "private": "public", "option": "public", "edited": "coordinators",
    }  # fmt: skip
