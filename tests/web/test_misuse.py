"""Misuse of the register form: a clear message in the reader's language, nothing stored, and
nothing lost of what was typed (issue 3's list; ids of others, two at once, impossible times)."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.events.models import Change, Event, Occurrence, Promotion
from calendar_app.events.pictures import MOST_BYTES
from tests.events.test_pictures import EPS
from tests.web.conftest import SignedIn, csrf_of
from tests.web.test_register_dates import filled, form_of, register, stored

TYPED: dict[str, str | list[str]] = {
    "kind": "dance", "title": "Zwerm “à la carte” 💃", "room": "Grote zaal", "genre": "modern",
    "description": "Eerste regel\n\n- **vet**", "disciplines": ["music", "dance"],
    "price": "12,50", "languages": ["nl", "dse"], "internal_note": "Nog niet zeker",
    "expected_visitors": "120", "planning": "idea", "visibility": "sealed",
    "more_moments": "11-03-2027 11:00 pers",
}  # fmt: skip
SINGLE = {"date_type": "single", "starts_on": "2027-03-12", "starts_time": "20:15"}
PERIOD = {"date_type": "periodic", "from_on": "2027-03-12", "until_on": "2027-06-01"}
GAP = ("02:30 uur bestaat niet", "02:30 does not exist")
FOLD = ("twee keer voor", "happens twice")
BEFORE = ("einde ligt voor het begin", "end is before the start")
LONG = ("Hoogstens 200 tekens", "At most 200 characters")
WRONG: dict[str, tuple[dict[str, str], tuple[str, str]]] = {
    "the end before the start": ({**SINGLE, "ends_on": "2027-03-11", "ends_time": "22:00"}, BEFORE),
    "the last day before the first": ({**PERIOD, "until_on": "2027-03-01"},
                                      ("laatste dag ligt voor de eerste", "last day is before")),
    "a time that the clock skips": (
        {**SINGLE, "starts_on": "2027-03-28", "starts_time": "02:30"}, GAP),
    "a skipped time in a list": (
        {"date_type": "multiple", "performances": "12-03-2027 20:15\n28-03-2027 02:30",
         "more_moments": ""}, GAP),
    "an opening at a skipped time": (
        {**PERIOD, "opening_on": "2027-03-28", "opening_time": "02:30"}, GAP),
    "a time that comes twice": (
        {**SINGLE, "starts_on": "2027-10-31", "starts_time": "02:30"}, FOLD),
    "a time that comes twice in a list": (
        {"date_type": "multiple", "performances": "31-10-2027 02:30", "more_moments": ""}, FOLD),
    "500 characters": ({**SINGLE, "title": "Zwerm" * 100}, LONG),
    "no title": ({**SINGLE, "title": ""}, ("werktitel", "working title")),
    "a title of control characters": ({**SINGLE, "title": "\x01\u202e\u2066"},
                                      ("werktitel", "working title")),
    "no date": ({"date_type": "single"}, ("Geef de datum", "Give the date")),
}  # fmt: skip


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


@pytest.fixture
def other(signed_in: SignedIn) -> FlaskClient:
    return signed_in("o@lakenhal.example", institutions=("museum-de-lakenhal",))


def digest(sessions: sessionmaker[Session]) -> list[object]:
    with sessions() as session:
        return [session.scalar(select(func.count()).select_from(table))
                for table in (Event, Occurrence, Change, Promotion)] + [
                    session.scalar(select(func.sum(Event.version)))]  # fmt: skip


def cleaned(sent: dict[str, list[str]]) -> dict[str, list[str]]:
    """As it comes back: without what nobody can have meant to type."""
    dropped = {0x01: " ", 0x202E: " ", 0x2066: " "}
    found = {name: [value.translate(dropped).strip() for value in values]
             for name, values in sent.items()}  # fmt: skip
    return {name: values for name, values in found.items() if any(values) and name != "csrf_token"}


@pytest.mark.parametrize("name", WRONG)
def test_the_form_comes_back_filled_and_says_what_is_wrong(
    name: str, korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    wrong, says = WRONG[name]
    for prefix, text in zip(("", "/en"), says, strict=True):
        address = f"{prefix}/events/new"
        sent = filled(form_of(korzo.get(address).text), **(TYPED | wrong))
        answer = korzo.post(address, data=sent)
        assert answer.status_code == 422
        assert text in answer.text
        back = filled(form_of(answer.text))
        # Which of two equal times is asked only now.
        assert cleaned(back) == cleaned(sent)
    assert digest(sessions)[:3] == [0, 0, 0]


def test_all_that_is_wrong_is_said_at_once(korzo: FlaskClient) -> None:
    wrong = {"title": "Zwerm" * 100, "price": "duur", "expected_visitors": "veel",
             "starts_on": "2027-10-31", "starts_time": "02:30"}  # fmt: skip
    fields = form_of(korzo.get("/events/new").text)
    page = korzo.post("/events/new", data=filled(fields, **(TYPED | SINGLE | wrong))).text
    for says in ("Hoogstens 200 tekens", "Schrijf de laagste prijs", FOLD[0]):
        assert says in page
    assert 'href="#f-expected_visitors"' in page


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Nacht\x00van\x07de\x1b[31m dans", "Nacht van de [31m dans"),
        ("\u202eLawaai\u202c \u2067nu\u2069", "Lawaai nu"),
        ("💃🏽 Ünïcödé \u05d0\u05d1 👨‍👩‍👧", "💃🏽 Ünïcödé \u05d0\u05d1 👨‍👩‍👧"),
        ("x\r\nBCC: a@b.example", "x BCC: a@b.example"),
        ("😀" * 200, "😀" * 200),
    ],
)
def test_a_title_is_kept_but_for_what_nobody_can_see(
    given: str, kept: str, korzo: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    event = register(korzo, title=given, planning="confirmed", visibility="public", **SINGLE)
    assert stored(sessions, event).title_nl == kept
    assert kept in client.get(f"/events/{event}", follow_redirects=True).text
    # Unfolded, as calendars read it.
    lines = client.get(f"/events/{event}.ics").data.replace(b"\r\n ", b"").decode().splitlines()
    assert [line for line in lines if line.startswith("SUMMARY")] == [f"SUMMARY:{kept}"]


def test_the_same_form_twice_registers_once(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    sent = filled(form_of(korzo.get("/events/new").text), **TYPED, **SINGLE)
    first, second = (korzo.post("/events/new", data=sent) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert digest(sessions)[0] == 1


def test_two_editors_at_once_nothing_is_lost_of_either(
    korzo: FlaskClient, signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    colleague = signed_in("c@korzo.example", institutions=("korzo",))
    event = register(korzo, **TYPED, **SINGLE)
    address = f"/events/{event}/edit"
    mine, theirs = (form_of(one.get(address).text) for one in (korzo, colleague))
    assert korzo.post(address, data=filled(mine, room="Foyer")).status_code == 303
    sent = filled(theirs, title="Later getypt", description="Een heel verhaal")
    for prefix, says in (("", "Iemand anders"), ("/en", "Somebody else")):
        refused = colleague.post(prefix + address, data=sent)
        assert refused.status_code == 409 and says in refused.text
        assert "Foyer" in refused.text and "Een heel verhaal" in refused.text
        assert stored(sessions, event).title_nl == TYPED["title"]
    # Looked at, and sent again: now it is taken.
    assert colleague.post(address, data=filled(form_of(refused.text))).status_code == 303
    assert stored(sessions, event).title_nl == "Later getypt"


def test_ids_of_others_open_nothing(
    korzo: FlaskClient, other: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    theirs = register(other, **{**TYPED, "title": "Kanarie"}, **SINGLE)  # sealed
    with sessions() as session:
        moment = session.scalars(select(Occurrence.public_id)).first()
    festival = register(korzo, kind="festival", title="Feest", **SINGLE)
    campaign = register(korzo, kind="campaign", title="Affiches", **PERIOD)
    before = digest(sessions)
    token = csrf_of(korzo.get("/").text)

    def tried(address: str, **data: object) -> tuple[int, str]:
        answer = korzo.post(address, data={"csrf_token": token, **data})
        assert "Kanarie" not in answer.text
        return answer.status_code, answer.text

    form = filled(form_of(korzo.get("/events/new").text), **TYPED, **SINGLE)
    assert tried(f"/events/new?part_of={theirs}", **form)[0] == 404
    assert tried(f"/events/new?copy={theirs}", **form)[0] == 404
    # Their moment under an event of one's own; one's own words at their address.
    assert tried(f"/events/{festival}/moments/{moment}", mark="cancelled")[0] == 404
    for page in ("edit", "cancel", "parts", "picture", "planning", "promotes", "together",
                 f"moments/{moment}"):  # fmt: skip
        assert tried(f"/events/{theirs}/{page}", **form, reason="x")[0] in (400, 404)
    # Chosen together with one's own, nothing is saved.
    assert tried(f"/events/{campaign}/promotes", events=[festival, theirs])[0] == 422
    assert "Kanarie" not in korzo.get(f"/events/{campaign}", follow_redirects=True).text
    change = {"change": "planning=confirmed", "do": "apply"}
    assert tried("/events/bulk", events=[festival, theirs], **change)[0] == 422
    with sessions() as session:
        assert not session.scalars(select(Promotion)).all()
    assert digest(sessions)[:1] == before[:1]
    assert stored(sessions, theirs).version == 1
    # A form that bears their id registers an event of its own, and says nothing of theirs.
    answer = korzo.post("/events/new", data=form | {"draft": [theirs]})
    assert answer.status_code == 303 and theirs not in answer.location
    assert stored(sessions, theirs).title_nl == "Kanarie"


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff" + b"\0" * MOST_BYTES, EPS, b"GIF89a<script>"],
    ids=["20 MB", "EPS", "polyglot"],
)
def test_a_picture_that_cannot_be_used_leaves_the_form_filled(
    content: bytes, korzo: FlaskClient
) -> None:
    event = register(korzo, **TYPED, **SINGLE)
    address = f"/events/{event}/picture"
    for prefix, says in (("", ("te groot", "JPEG, PNG")), ("/en", ("too large", "JPEG, PNG"))):
        data = {
            "csrf_token": csrf_of(korzo.get("/").text), "alt_nl": "Danser boven een stoel",
            "holder": "Foto Jansen", "license": "press-use", "picture": (BytesIO(content), "a.jpg"),
        }  # fmt: skip
        answer = korzo.post(prefix + address, data=data)
        answer.request.input_stream.close()
        assert answer.status_code == 422
        assert says[len(content) < MOST_BYTES] in answer.text
        assert 'value="Danser boven een stoel"' in answer.text
        assert 'value="Foto Jansen"' in answer.text
        assert '<option value="press-use" selected' in answer.text
