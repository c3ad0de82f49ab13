"""Uploading a calendar: look first, apply once, twice changes nothing, edits by hand survive."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.events.models import Event
from calendar_app.imports.models import ImportRun
from tests.web.conftest import SignedIn, csrf_of

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//NL\r\n"


def _event(uid: str, title: str, start: str = "20270312T201500", more: str = "") -> str:
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{title}\r\n"
        f"DTSTART;TZID=Europe/Amsterdam:{start}\r\n{more}END:VEVENT\r\n"
    )


def _file(*events: str) -> bytes:
    return (HEAD + "".join(events) + "END:VCALENDAR\r\n").encode()


def _upload(client: FlaskClient, content: bytes, **fields: str):  # type: ignore[no-untyped-def]
    token = csrf_of(client.get("/imports").text)
    data = {"csrf_token": token, "institution": "korzo", "kind": "dance", **fields}
    return client.post(
        "/imports", data={**data, "file": (io.BytesIO(content), "seizoen.ics")},
        content_type="multipart/form-data",
    )  # fmt: skip


def _apply(client: FlaskClient, where: str) -> str:
    token = csrf_of(client.get(where).text)
    return client.post(where, data={"csrf_token": token}, follow_redirects=True).text


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@x.example", institutions=("korzo",))


def _titles(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return sorted(session.scalars(select(Event.title_nl)))


def test_looking_changes_nothing_and_applying_twice_changes_it_once(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    content = _file(_event("a", "Zwerm"), _event("b", "Kapot", more="RRULE:FREQ=SECONDLY\r\n"))
    where = _upload(korzo, content).location
    page = korzo.get(where).text
    assert "Zwerm" in page and "herhaalt zich binnen een dag" in page
    assert _titles(sessions) == []
    assert "Gedaan." in _apply(korzo, where)
    korzo.post(where, data={"csrf_token": csrf_of(korzo.get("/imports").text)})
    assert _titles(sessions) == ["Zwerm"]
    again = korzo.get(_upload(korzo, content).location).text
    assert "<strong>1</strong> ongewijzigd" in again
    refused = korzo.get(f"{where}/refused.csv")
    assert refused.status_code == 200 and "Kapot" in refused.text
    with sessions() as session:
        assert session.scalars(
            select(ImportRun.content).where(ImportRun.state == "applied")
        ).all() == [None]


def test_a_field_edited_by_hand_is_kept_and_the_difference_shown(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    _apply(korzo, _upload(korzo, _file(_event("a", "Zwerm"))).location)
    with sessions() as session:
        public_id = session.scalars(select(Event.public_id)).one()
    page = korzo.get(f"/events/{public_id}/edit").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    data = {
        "csrf_token": csrf_of(page), "version": version[1], "institution": "korzo",
        "kind": "dance", "title": "Onze eigen titel", "date_type": "single",
        "starts_on": "2027-03-12", "starts_time": "20:15", "ends_time": "22:15",
        "planning": "confirmed", "visibility": "public", "reach": "regional", "role": "regular",
        "venue": "korzo", "disciplines": "dance",
    }  # fmt: skip
    assert korzo.post(f"/events/{public_id}/edit", data=data).status_code == 303
    page = _apply(korzo, _upload(korzo, _file(_event("a", "Zwerm 2", "20270313T201500"))).location)
    assert "gehouden zoals hier bewerkt; het bestand zegt: Zwerm 2" in page
    with sessions() as session:
        event = session.scalars(select(Event)).one()
        assert event.title_nl == "Onze eigen titel"
    # The date was the source's still, so it followed.
    assert "13 maart 2027" in korzo.get(f"/events/{public_id}", follow_redirects=True).text


def test_what_is_gone_three_times_is_cancelled_and_a_shrunken_file_is_held(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    many = [_event(f"u{n}", f"Avond {n}", f"202703{n + 1:02}T200000") for n in range(12)]
    _apply(korzo, _upload(korzo, _file(*many)).location)
    held = korzo.get(_upload(korzo, _file(*many[:5])).location).text
    assert "veel minder activiteiten" in held
    for _ in range(3):
        _apply(korzo, _upload(korzo, _file(*many[:11])).location)
    with sessions() as session:
        planning = dict(session.execute(select(Event.title_nl, Event.planning)).all())
    assert planning["Avond 11"] == "cancelled" and planning["Avond 10"] == "confirmed"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>sign in</body></html>", b"not a calendar", _file()[:40], _file(),
     (HEAD + _event("a", "x")).encode()],
    ids=["empty", "html", "text", "truncated", "no events", "breaks off"],
)  # fmt: skip
def test_a_file_that_is_no_calendar_is_held_with_what_to_do(
    korzo: FlaskClient, sessions: sessionmaker[Session], content: bytes
) -> None:
    page = korzo.get(_upload(korzo, content).location).text
    assert "Er is niets gewijzigd." in page
    assert _titles(sessions) == []


def test_bad_uploads_and_others_runs(
    app: Flask, korzo: FlaskClient, signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    token = csrf_of(korzo.get("/imports").text)
    assert korzo.post("/imports", data={"csrf_token": token}).status_code == 422
    assert _upload(korzo, _file(_event("a", "x")), institution="mauritshuis").status_code == 403
    assert _upload(korzo, _file(_event("a", "x")), institution="nergens").status_code == 422
    assert _upload(korzo, _file(_event("a", "x")), kind="nergens").status_code == 422
    where = _upload(korzo, _file(_event("a", "Zwerm"))).location
    other = signed_in("o@x.example", institutions=("mauritshuis",))
    token = csrf_of(other.get("/imports").text)
    for answer in (
        other.get(where), other.get(f"{where}/refused.csv"),
        other.post(where, data={"csrf_token": token}),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert _titles(sessions) == []
