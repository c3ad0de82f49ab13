"""The event form and its dates: what is typed is what is stored, and the form of a stored event,
sent back as it stands, changes nothing."""

from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from calendar_app.events.models import Change, Event
from calendar_app.events.opening import OpeningHours
from tests.web.conftest import SignedIn

Fields = list[tuple[str, str]]


class _Form(HTMLParser):
    """The successful controls of the register form (HTML, 4.10.21.4)."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = []
        self._inside = False
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self._inside = "register" in (found.get("class") or "")
        elif not self._inside:
            return
        elif tag == "input" and name:
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self.fields.append((name, value))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in found))
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area is not None:
            # A first line feed belongs to the markup.
            self.fields.append((self._area, self._text.removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected]
            self.fields.append((self._select, (chosen or [self._options[0][0]])[0]))
            self._select = None


def form_of(page: str) -> Fields:
    parser = _Form()
    parser.feed(page)
    return parser.fields


def filled(fields: Fields, **more: str | list[str]) -> dict[str, list[str]]:
    """The controls with some of them filled in, as a browser sends them."""
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    for name, given in more.items():
        sent[name] = given if isinstance(given, list) else [given]
    return sent


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@x.example", institutions=("korzo",))


def register(client: FlaskClient, **more: str | list[str]) -> str:
    """Registers and returns the public id."""
    page = client.get("/events/new").text
    sent = filled(form_of(page), **({"kind": "dance", "title": "Zwerm"} | more))
    answer = client.post("/events/new", data=sent)
    assert answer.status_code == 303, answer.text
    return answer.location.split("/events/")[1][:12]


def stored(sessions: sessionmaker[Session], public_id: str) -> Event:
    with sessions() as session:
        return session.scalars(
            select(Event).where(Event.public_id == public_id)
            .options(selectinload(Event.occurrences))
        ).one()  # fmt: skip


def told(event: Event) -> list[tuple[str, str, str]]:
    return [
        (one.role, str(one.starts_on or one.starts_wall), str(one.ends_on or one.ends_wall))
        for one in event.occurrences
        if one.status == "scheduled"
    ]


CASES: dict[str, dict[str, str | list[str]]] = {
    "a day without a time": {"date_type": "single", "starts_on": "2027-03-12"},
    "a premiere, and what goes before it": {
        "date_type": "single", "starts_on": "2027-03-12", "starts_time": "20:15",
        "role": "premiere",
        "more_moments": "01-02-2027 10:00 kaartverkoop\n11-03-2027 20:15 try-out\n"
        "11-03-2027 11:00 pers",
    },
    "until two at night": {
        "date_type": "single", "starts_on": "2027-03-12", "starts_time": "23:00",
        "ends_time": "02:00",
    },
    "performances": {
        "date_type": "multiple", "performances": "12-03-2027 20:15 premiere\n13-03-2027 20:15",
    },
    "an exhibition": {
        "date_type": "periodic", "from_on": "2027-03-12", "until_on": "2027-08-01",
        "opening_on": "2027-03-11", "opening_time": "17:00", "opening_ends": "19:30",
        "press_on": "2027-03-11", "press_time": "11:00", "hours": "10:00-17:00",
        "closed_mondays": "y", "hours_3": "10:00-21:00", "hours_1": "dicht",
        "closed_days": "25-12-2026", "adjusted_days": "24-12-2026 10:00-15:00",
        "more_moments": "01-08-2027 slotdag",
    },
    "a campaign": {"date_type": "periodic", "from_on": "2027-03-12", "until_on": "2027-04-01",
                   "channels": "affiche, radio"},
    "a permanent collection": {"date_type": "permanent", "from_on": "2020-01-01",
                               "hours": "10-17", "closed_mondays": "y"},
    "somewhere in a week": {"date_type": "fuzzy", "fuzzy": "week", "fuzzy_on": "2027-03-12"},
    "somewhere in autumn": {"date_type": "fuzzy", "fuzzy": "season", "fuzzy_on": "2027-10-12"},
    "with all that can be told": {
        "date_type": "single", "starts_on": "2027-03-12", "price": "12,50",
        "price_note": "Kinderen gratis", "ticket_url": "https://korzo.nl/zwerm",
        "languages": ["nl", "en"], "contact_email": "Kantoor@korzo.example",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_stored_event_sent_back_as_it_stands_changes_nothing(
    name: str, korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    public_id = register(korzo, **CASES[name])
    before = stored(sessions, public_id)
    address = f"/events/{public_id}/edit"
    fields = form_of(korzo.get(address).text)
    answer = korzo.post(address, data=filled(fields))
    assert answer.status_code == 303, answer.text
    after = stored(sessions, public_id)
    with sessions() as session:
        changes = session.scalars(select(Change).where(Change.event_id == after.id)).all()
        assert [change.data for change in changes] == [{}]
    assert after.version == before.version
    assert told(after) == told(before)


def test_an_exhibition_is_a_run_with_its_moments_and_hours(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    event = stored(sessions, register(korzo, **CASES["an exhibition"]))
    assert told(event) == [
        ("press", "2027-03-11 11:00:00", "2027-03-11 13:00:00"),
        ("opening", "2027-03-11 17:00:00", "2027-03-11 19:30:00"),
        ("run", "2027-03-12", "2027-08-02"),
        ("last_day", "2027-08-01", "2027-08-02"),
    ]
    hours = OpeningHours.from_json(event.opening_hours)
    assert hours is not None and hours.closed_on_holidays
    open_on = [bool(day) for day in hours.weekly]
    assert open_on == [False, False, True, True, True, True, True]
    assert str(hours.weekly[3][0][1]) == "21:00:00"


def test_a_date_that_is_not_exact_is_a_span_and_nothing_competes_with_it(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    event = stored(sessions, register(korzo, **CASES["somewhere in autumn"]))
    assert (event.date_type, event.precision) == ("single", "season")
    assert told(event) == [("run", "2027-09-01", "2027-12-01")]


def test_a_collection_has_no_end_that_matters(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    event = stored(sessions, register(korzo, **CASES["a permanent collection"]))
    assert told(event) == [("run", "2020-01-01", "2100-01-01")]


REPEAT = {
    "date_type": "multiple", "repeat": "weekly", "repeat_days": ["1"],
    "repeat_first": "2027-02-09", "repeat_starts": "19:30", "repeat_ends": "21:00",
    "repeat_count": "4", "repeat_outside": "y",
}  # fmt: skip


def test_repeated_dates_are_ticked_and_timed_one_by_one(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    fields = form_of(korzo.get("/events/new").text)
    sent = filled(fields, kind="course", title="Cursus", do="dates", **REPEAT)
    page = korzo.post("/events/new", data=sent)
    assert page.status_code == 200
    fields = form_of(page.text)
    dates = ["2027-02-09", "2027-02-16", "2027-03-02", "2027-03-09"]  # not in the spring holiday
    assert [value for name, value in fields if name == "dated_on"] == dates
    times = ["19:30-21:00", "19:30-21:00", "20:00-22:00", "19:30-21:00"]
    sent = filled(fields, dated_on=[dates[0], dates[2], dates[3]], dated_times=times)
    answer = korzo.post("/events/new", data=sent)
    assert answer.status_code == 303, answer.text
    event = stored(sessions, answer.location.split("/events/")[1][:12])
    assert [one[1] for one in told(event)] == [
        "2027-02-09 19:30:00", "2027-03-02 20:00:00", "2027-03-09 19:30:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"repeat_days": []}, "Kies ten minste één dag"),
        ({"repeat_first": ""}, "Geef de eerste datum"),
        ({"repeat_starts": ""}, "Geef de tijd waarop het begint"),
        ({"repeat_count": ""}, "Geef de laatste datum of het aantal"),
        ({"repeat_count": "100000"}, "van 1 tot 300"),
        ({"repeat_count": "", "repeat_until": "2027-02-01"}, "Hier komt geen datum uit"),
    ],
)
def test_a_repetition_that_yields_nothing_says_why(
    wrong: dict[str, str | list[str]], says: str, korzo: FlaskClient
) -> None:
    fields = form_of(korzo.get("/events/new").text)
    sent = filled(fields, kind="course", title="Cursus", do="dates", **(REPEAT | wrong))
    page = korzo.post("/events/new", data=sent).text
    assert says in page
    assert 'name="dated"' not in page
    # What was typed is still there.
    assert 'value="Cursus"' in page
    kept = dict(form_of(page))
    for name in ("repeat_first", "repeat_starts", "repeat_ends", "repeat_count", "repeat_until"):
        assert kept.get(name, "") == (sent.get(name) or [""])[0]


def test_a_repetition_without_end_in_sight_gives_what_is_kept_and_says_so(
    korzo: FlaskClient,
) -> None:
    fields = form_of(korzo.get("/events/new").text)
    endless = {"repeat_days": [str(n) for n in range(7)], "repeat_count": "",
               "repeat_until": "2029-12-31"}  # fmt: skip
    sent = filled(fields, kind="course", title="Cursus", do="dates", **(REPEAT | endless))
    page = korzo.post("/events/new", data=sent).text
    assert page.count('name="dated"') == 300
    assert "de eerste 300 datums" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"hours": "tien tot vijf"}, "Schrijf de uren zo"),
        ({"hours_2": "25:00-26:00"}, "Schrijf de uren zo"),
        ({"adjusted_days": "24-12-2026"}, "Geef de uren erbij"),
        ({"closed_days": "kerst"}, "Regel 1"),
        ({"more_moments": "ooit pers"}, "Regel 1"),
    ],
)
def test_hours_and_moments_that_cannot_be_say_why_and_save_nothing(
    wrong: dict[str, str], says: str, korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    fields = form_of(korzo.get("/events/new").text)
    sent = filled(fields, kind="exhibition", title="Nee", **(CASES["an exhibition"] | wrong))
    answer = korzo.post("/events/new", data=sent)
    assert answer.status_code == 422
    assert says in answer.text
    with sessions() as session:
        assert session.scalars(select(Event)).all() == []


def test_what_is_not_right_stands_open_and_nothing_else(korzo: FlaskClient) -> None:
    def opened(**more: str | list[str]) -> list[bool]:
        sent = filled(form_of(korzo.get("/events/new").text), kind="dance", title="Zwerm", **more)
        page = korzo.post("/events/new", data=sent)
        assert page.status_code == 422
        return [f"<details open{rest}" in page.text or f"{rest} open>" in page.text for rest in (
            ' class="repeat">', 'class="register__part register__more"')]  # fmt: skip

    several = {"date_type": "multiple", "performances": "vr 32 mrt", "repeat": "weekly"}
    assert opened(**several) == [False, False]
    assert opened(**several, repeat_count="x") == [True, False]
    assert opened(starts_on="2027-03-12", price="veel") == [False, True]
