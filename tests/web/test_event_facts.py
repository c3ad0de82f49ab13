"""What an event page tells: opening hours, what is arranged on one date, how complete it is."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.overlaps.models import Overlap
from tests.web.conftest import SignedIn, csrf_of
from tests.web.test_register_dates import filled, form_of, register


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


def page_of(client: FlaskClient, event: str) -> str:
    return client.get(f"/events/{event}", follow_redirects=True).text


def summary(client: FlaskClient, **more: str) -> str:
    values = {"kind": "dance", "title": "Zwerm"} | more
    sent = filled(form_of(client.get("/events/new").text), **values)
    answer = client.post("/events/new", data=sent)
    assert answer.status_code == 422
    return answer.text


def test_opening_hours_stand_on_the_page_and_closed_wins(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(
        korzo, kind="exhibition", date_type="periodic", from_on="2027-03-12",
        until_on="2027-08-01", hours="10:00-17:00", closed_mondays="y", hours_0="10:00-12:00",
        closed_days="27-04-2027", adjusted_days="27-04-2027 10:00-15:00\n28-04-2027 10:00-15:00",
        planning="confirmed", visibility="public",
    )  # fmt: skip
    page = " ".join(page_of(client, event).split())
    for days, hours in (
        ("Maandag", "gesloten"), ("Dinsdag tot en met zondag", "10.00–17.00"),
        ("Feestdagen", "gesloten"), ("27 april 2027", "gesloten"), ("28 april 2027", "10.00–15.00"),
    ):  # fmt: skip
        assert f"<dt>{days}</dt><dd>{hours}</dd>" in page


def test_a_tick_without_hours_is_not_lost(korzo: FlaskClient) -> None:
    assert "Geef ook de openingstijden" in summary(
        korzo, date_type="periodic", from_on="2027-03-12", until_on="2027-08-01",
        closed_mondays="y",
    )  # fmt: skip


def test_what_is_arranged_on_one_date_stands_there_and_stays(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(
        korzo, date_type="multiple", planning="confirmed", visibility="public",
        performances="12-03-2027 20:15 premiere\n13-03-2027 20:15 gebarentolk, boventiteling",
    )  # fmt: skip
    fields = form_of(korzo.get(f"/events/{event}/edit").text)
    assert "13-03-2027 20:15-22:15 gebarentolk boventiteling" in dict(fields)["performances"]
    korzo.post(f"/events/{event}/edit", data=filled(fields, title="Zwaluw"))
    first, second = page_of(client, event).split("<time")[1:3]
    assert "gebarentaal" in second and "ondertiteling" in second
    assert "gebarentaal" not in first


def test_sign_language_twice_on_an_evening_is_flagged(
    korzo: FlaskClient, signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    lakenhal = signed_in("e@lakenhal.example", institutions=("museum-de-lakenhal",))
    register(korzo, date_type="multiple", performances="12-03-2027 20:15 gebarentolk")
    register(
        lakenhal, kind="lecture", disciplines="debate", starts_on="2027-03-12",
        starts_time="20:00", access="sign-language",
    )  # fmt: skip
    with sessions() as session:
        assert len(session.scalars(select(Overlap)).all()) == 1


def test_an_offer_for_schools_takes_no_date_and_is_warned_of_holidays(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    when = {"starts_on": "2027-02-24", "starts_time": "10:00"}
    for _ in range(2):
        event = register(korzo, kind="education", venue="korzo", room="Studio", **when)
    with sessions() as session:
        assert not session.scalars(select(Overlap)).all()
    assert "schoolvakantie" in page_of(korzo, event)


def test_a_meeting_of_professionals_stays_among_institutions(korzo: FlaskClient) -> None:
    when = {"starts_on": "2027-03-12"}
    for more in ({"visibility": "public"}, {"visibility": "press"}, {"public_on": "2027-01-01"}):
        fields = {"kind": "professional", **when, **more}
        sent = filled(form_of(korzo.get("/events/new").text), title="Zwerm", **fields)
        answer = korzo.post("/events/new", data=sent)
        assert answer.status_code == 422 and "vakbijeenkomst" in answer.text
    register(korzo, kind="professional", visibility="partners", **when)


def test_the_contact_is_nobodys_own_address(korzo: FlaskClient) -> None:
    when = {"starts_on": "2027-03-12"}
    assert "uw eigen adres" in summary(korzo, contact_email="E@korzo.example", **when)
    register(korzo, contact_email="programma@korzo.example", **when)


def test_a_course_says_its_term_places_and_enrolment(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(
        korzo, kind="course", date_type="multiple", performances="07-04-2027 19:00",
        term="voorjaar 2027", places="18", enrol_from="2027-02-01", enrol_until="2027-03-15",
        levels="of another kind", planning="confirmed", visibility="public",
    )  # fmt: skip
    fields = dict(form_of(korzo.get(f"/events/{event}/edit").text))
    told = ("term", "places", "enrol_from", "enrol_until", "levels")
    assert [fields[name] for name in told] == [
        "voorjaar 2027",
        "18",
        "2027-02-01",
        "2027-03-15",
        "",
    ]
    page = page_of(client, event)
    assert "voorjaar 2027" in page and "1 februari 2027" in page
    assert "laatste dag" in summary(
        korzo, starts_on="2027-04-07", enrol_from="2027-03-01", enrol_until="2027-02-01",
        kind="course",
    )  # fmt: skip


def test_an_offer_for_schools_says_for_whom(korzo: FlaskClient, client: FlaskClient) -> None:
    event = register(
        korzo, kind="education", date_type="periodic", from_on="2027-03-12", until_on="2027-06-01",
        levels="groep 5-8", group_size="30", on_request="y", setup_minutes="45",
        planning="confirmed", visibility="public",
    )  # fmt: skip
    page = page_of(client, event)
    assert "groep 5-8" in page and "30" in page and "Op aanvraag" in page
    # How long the room is taken is for colleagues.
    assert "Opbouw" not in page and "Opbouw" in page_of(korzo, event)


def test_moved_and_sold_out_are_told_on_the_page_and_in_the_feed(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(
        korzo, starts_on="2027-03-12", planning="confirmed", visibility="public",
    )  # fmt: skip
    fields = form_of(korzo.get(f"/events/{event}/edit").text)
    korzo.post(f"/events/{event}/edit", data=filled(fields, starts_on="2027-03-19"))
    page = page_of(korzo, event)
    assert "verplaatst, het was 12 maart 2027</span>" in page
    (moment,) = re.findall(r"/moments/([a-z0-9]{12})", page)
    token = csrf_of(page)
    korzo.post(f"/events/{event}/moments/{moment}", data={"csrf_token": token, "mark": "sold_out"})
    feed = client.get("/feeds/all.ics").text.replace("\r\n ", "")
    assert "DESCRIPTION:Uitverkocht\\n\\nverplaatst\\, het was 12 maart 2027" in feed


def test_a_production_ties_its_events_together_however_it_is_written(
    korzo: FlaskClient, client: FlaskClient, signed_in: SignedIn
) -> None:
    lakenhal = signed_in("e@lakenhal.example", institutions=("museum-de-lakenhal",))
    open_to_all = {"planning": "confirmed", "visibility": "public"}
    here = register(korzo, starts_on="2027-03-12", production="Zwerm op reis", **open_to_all)
    register(
        lakenhal, starts_on="2027-04-02", production="zwerm  op Reis", title="Elders", **open_to_all
    )
    register(lakenhal, starts_on="2027-04-03", production="zwerm op reis", title="Verzegeld",
             visibility="sealed")  # fmt: skip
    page = page_of(client, here)
    assert "Elders" in page and "2 april 2027" in page and "Verzegeld" not in page
