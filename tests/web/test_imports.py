"""Uploading a calendar: look first, apply once, twice changes nothing, edits by hand survive."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event
from calendar_app.imports.models import ImportRun
from calendar_app.people.models import Institution
from tests.conftest import NOW
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
        # Also the second, which had nothing to apply; no file is kept longer than needed.
        assert session.execute(select(ImportRun.state, ImportRun.content)).all() == [
            ("applied", None), ("applied", None),
        ]  # fmt: skip
    assert (
        "Er is niets te doen."
        in korzo.get(_upload(korzo, _file(_event("a", "Zwerm"))).location).text
    )


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


MANY = [_event(f"u{n}", f"Avond {n}", f"202703{n + 1:02}T200000") for n in range(12)]


def _run(sessions: sessionmaker[Session], state: str, **report: Any) -> str:
    """The page of a stored run with this in its report."""
    counts = {"new": 1, "changed": 1, "unchanged": 2, "cancelled": 1, "missing": 1, "gone": 1}
    whole = {
        "held": False, "problem": None, "problemText": None, "changes": [], "refused": [],
        "counts": {**counts, "refused": 0}, **report,
    }  # fmt: skip
    with sessions() as session, transaction(session):
        korzo = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
        run = ImportRun(
            institution_id=korzo, event_kind="dance", user_id=None, at=NOW, state=state,
            filename="seizoen.ics", content=None, report=whole,
        )  # fmt: skip
        session.add(run)
        session.flush()
        return f"/imports/{run.public_id}"


def test_every_kind_of_difference_has_its_words(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    def moment(start: str, *, cancelled: bool = False) -> list[Any]:
        day = start[:10]
        return [day, False, start, f"{day}T22:15:00", "Europe/Amsterdam", 0, 0, cancelled]

    days = [moment(f"2027-03-{day}T20:15:00") for day in range(10, 16)]
    run = [["x", True, "2027-04-01", "2027-04-04", "Europe/Amsterdam", 0, 0, False]]
    fields = {
        "title": ["Oud", "Nieuw"], "url": ["", "https://x.example/"], "language": ["nl", "en"],
        "planning": ["option", "confirmed"], "visibility": ["coordinators", "sealed"],
        "moments": [[*days, moment("2027-03-20T20:15:00")], [*days, *run]],
    }  # fmt: skip
    line = {"uid": "u", "title": "Zwerm", "fields": {}, "kept": {}, "notes": [], "moments": 1}
    changes = [{**line, "action": one} for one in ("new", "cancelled", "missing", "gone")]
    changes += [
        {**line, "action": "changed", "fields": fields, "notes": ["overnight"]},
        {**line, "action": "unchanged", "kept": {"moments": [days, []]}},
        {**line, "action": "unchanged", "kept": {"location": ["Amare", ""]}, "title": ""},
    ]
    where = _run(sessions, "previewed", changes=changes)
    page = re.sub(r"<[^>]+>|\s+", " ", korzo.get(where).text)
    page = " ".join(page.split())
    for words in (
        "gaat niet door: drie keer niet in het bestand", "niet meer in het bestand",
        "Titel: Oud → Nieuw", "Webpagina: – → https://x.example/", "Taal: Nederlands → Engels",
        "Planning: optie (nog niet zeker) → zeker",
        "alleen wij zien dit", "20 mrt 2027, 20.15–22.15 → 1 tot en met 3 april 2027",
        "opgevat als de dag erna", "2 activiteiten blijven zoals u ze hier hebt bewerkt",
        "12 mrt 2027, 20.15–22.15; nog 3", "Waar: Amare", "het bestand zegt: –",
    ):  # fmt: skip
        assert words in page, (words, page)
    english = korzo.get(f"/en{where}").text
    assert "2 events stay as you edited them here" in english and "10 Mar 2027, 20:15" in english


@pytest.fixture
def held(korzo: FlaskClient) -> str:
    """The page of a file of 5 events, where there were 12 last time."""
    _apply(korzo, _upload(korzo, _file(*MANY)).location)
    return str(_upload(korzo, _file(*MANY[:4], _event("new", "Nieuw"))).location)


def _forms(page: str) -> list[dict[str, str]]:
    """The forms in the content of a page as a browser without JavaScript would send them: their
    hidden fields, and where to."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    forms = []
    for attributes, body in re.findall(r"<form([^>]*)>(.*?)</form>", main, re.DOTALL):
        action = re.search(r'action="([^"]*)"', attributes)
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', body))
        forms.append({**hidden, "to": action[1] if action else ""})
    return forms


def test_a_shrunken_file_is_held_and_applied_only_when_a_person_says_so(
    korzo: FlaskClient, sessions: sessionmaker[Session], held: str
) -> None:
    page = korzo.get(held).text
    assert "Dit bestand heeft 5 activiteiten; de vorige keer waren het er 12." in page
    assert "<strong>8</strong> niet meer in het bestand" in page and "Nieuw" in page
    assert len(_titles(sessions)) == 12
    anyway, leave = _forms(page)
    assert leave["to"] == f"{held}/leave"
    # Without saying so it stays as it is; without a token nothing is heard.
    assert korzo.post(held, data={"csrf_token": anyway["csrf_token"]}).status_code == 303
    assert korzo.post(held, data={"even_if_shrunken": "1"}).status_code == 400
    assert len(_titles(sessions)) == 12
    for _ in range(2):
        page = korzo.post(held, data=anyway, follow_redirects=True).text
        assert "<strong>8</strong> niet meer in het bestand" in page and not _forms(page)
        assert len(_titles(sessions)) == 13
    # Left after all: it has been applied, and stays so.
    assert korzo.post(leave["to"], data=leave).status_code == 303
    with sessions() as session:
        assert session.scalars(select(ImportRun.state)).all() == ["applied", "applied"]
    # The next file is compared with this one.
    _apply(korzo, _upload(korzo, _file(*MANY[:4], _event("new", "Nieuw 2"))).location)
    assert "Nieuw 2" in _titles(sessions)


def test_a_shrunken_file_that_is_left_changes_nothing(
    korzo: FlaskClient, sessions: sessionmaker[Session], held: str
) -> None:
    anyway, leave = _forms(korzo.get(held).text)
    for _ in range(2):
        page = korzo.post(leave["to"], data=leave, follow_redirects=True).text
        assert "zo gelaten, niets gewijzigd" in page
    page = korzo.post(held, data=anyway, follow_redirects=True).text
    assert "Er is niets gewijzigd." in page and not _forms(page)
    assert len(_titles(sessions)) == 12
    with sessions() as session:
        runs = select(ImportRun.state, ImportRun.content).order_by(ImportRun.id)
        assert session.execute(runs).all() == [("applied", None), ("left", None)]


def test_a_held_file_is_for_its_own_institution(
    signed_in: SignedIn, sessions: sessionmaker[Session], held: str
) -> None:
    other = signed_in("o@x.example", institutions=("mauritshuis",))
    token = csrf_of(other.get("/imports").text)
    data = {"csrf_token": token, "even_if_shrunken": "1"}
    assert other.post(held, data=data).status_code == 404
    assert other.post(f"{held}/leave", data=data).status_code == 404
    assert len(_titles(sessions)) == 12
    with sessions() as session:
        assert session.scalars(select(ImportRun.state)).all() == ["applied", "held"]


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


def test_a_meeting_of_professionals_stays_among_institutions_however_often_it_is_imported(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    meeting = _event("m", "Depotdag")
    _apply(korzo, _upload(korzo, _file(meeting), kind="professional").location)
    _upload(korzo, _file(meeting), kind="dance")
    _apply(korzo, _upload(korzo, _file(_event("m", "Depotdag 2")), kind="dance").location)
    with sessions() as session:
        assert session.execute(select(Event.title_nl, Event.kind, Event.visibility)).all() == [
            ("Depotdag 2", "professional", "partners")
        ]
