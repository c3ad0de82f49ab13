"""The agenda as a year and as a map: the numbers, the filters, and what is not in them."""

import re
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.actions import add_event
from calendar_app.events.models import Event
from calendar_app.events.rules import all_day_moment
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue
from calendar_app.web.views import agenda_map
from tests.factories import draft, single
from tests.web.conftest import SignedIn, counted

YEAR, MAP = "/agenda?view=year&from=2027-03-01", "/agenda?view=map&from=2027-03-01&until=2027-03-31"


def _add(session: Session, slug: str, when: str, now: datetime, **more: object) -> Event:
    lead = session.scalars(select(Institution).where(Institution.slug == slug)).one()
    values = {"venue_id": lead.home_venue_id, **more}
    if when:
        values["moments"] = (single(when),)
    return add_event(session, draft(lead.id, **values), None, now)


@pytest.fixture
def season(app: Flask, sessions: sessionmaker[Session], now: datetime) -> None:
    with sessions() as session, transaction(session):
        _add(session, "korzo", "2027-03-12T20:15", now, kind="dance")
        twice = (single("2027-03-12T14:00"), single("2027-03-12T23:59"))
        _add(session, "korzo", "", now, moments=twice)
        # The nights around both changes of the clock, to the minute.
        _add(session, "amare", "2027-03-28T00:00", now)
        _add(session, "amare", "2027-10-31T23:59", now)
        run = all_day_moment("run", date(2027, 3, 1), date(2027, 6, 1))
        opening = single("2027-03-05T16:00", "opening")
        _add(session, "museum-de-lakenhal", "", now, kind="exhibition", moments=(run, opening))
        _add(session, "nobel", "2027-03-13T20:00", now, planning="cancelled")
        _add(session, "nobel", "2027-03-14T20:00", now, venue_id=None)


def results(page: str) -> str:
    """The page but for the token of the form that signs out."""
    return re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"|"X-CSRFToken": "[^"]*"', r"\1", page)


def day_count(page: str, day: date) -> int:
    found = re.search(rf'from={day}&amp;until={day}"[^>]*>(\d+)</a>', page)
    assert found, day
    return int(found[1])


def on_map(page: str) -> dict[str, int]:
    """Venue → number, as the list has it; each is a dot with the same number too."""
    found = dict(re.findall(r"<li><a href=[^>]*>([^<]*)</a> <span>(\d+)<", page))
    dots = dict(re.findall(r'<a class="dot[^>]*venue=[^>]*><title>([^:]*): (\d+) ', page))
    assert dots == found
    return {name: int(number) for name, number in found.items()}


def test_a_day_has_the_number_of_its_events(client: FlaskClient, season: None) -> None:
    page = client.get(YEAR).text
    expected = {
        (3, 12): 2, (3, 28): 1, (3, 27): 0, (10, 31): 1, (11, 1): 0, (3, 5): 1, (3, 1): 0,
        (3, 20): 0, (3, 13): 0,
    }  # fmt: skip
    assert {day: day_count(page, date(2027, *day)) for day in expected} == expected
    assert page.count('aria-label="') >= 365
    assert "Tweede paasdag" in page


def test_a_day_leads_to_its_list_with_the_same_filters(client: FlaskClient, season: None) -> None:
    page = client.get(YEAR + "&kind=concert&region=haaglanden").text
    assert day_count(page, date(2027, 3, 12)) == 1
    address = re.search(r'href="([^"]*from=2027-03-12[^"]*)"', page)
    assert address
    day = client.get(address[1].replace("&amp;", "&")).text
    assert day.count('class="slot"') == 2
    assert 'value="haaglanden" checked' in day and 'value="concert" checked' in day


def test_the_selection_is_kept_between_views(client: FlaskClient, season: None) -> None:
    for view in ("year", "map"):
        page = client.get(f"/agenda?view={view}&kind=dance&q=strijk&from=2027-03-01").text
        for other in ("month", "year", "map"):
            assert re.search(
                rf'<a href="/agenda\?kind=dance&amp;q=strijk&amp;from=2027-03-01&amp;view={other}"',
                page,
            ), (view, other)
    page = client.get("/agenda?view=year&from=2027-03-01&until=2027-04-30").text
    assert "from=2027-04-30" in page and "until=2027-05-01" not in page
    assert client.get("/agenda?view=year&from=1990-01-01").status_code == 200
    assert client.get("/agenda?view=year&from=2099-12-31").status_code == 200
    assert client.get("/agenda?view=map&from=2099-12-31").status_code == 200
    assert client.get("/agenda?view=map&from=1990-01-01&until=2099-12-31").status_code == 200


def test_the_map_counts_what_touches_the_period(client: FlaskClient, season: None) -> None:
    page = client.get(MAP).text
    assert on_map(page) == {"Korzo": 2, "Amare": 1, "Museum De Lakenhal": 1}
    assert "1 activiteit heeft nog geen locatie" in page
    # In May the exhibition still runs.
    later = client.get("/agenda?view=map&from=2027-05-01&until=2027-05-31").text
    assert on_map(later) == {"Museum De Lakenhal": 1}
    assert on_map(client.get(MAP + "&kind=dance").text) == {"Korzo": 1}
    assert "Nieuwkoop</text>" in page


def test_a_crowded_town_has_a_map_of_its_own(
    client: FlaskClient, sessions: sessionmaker[Session], now: datetime, app: Flask
) -> None:
    with sessions() as session, transaction(session):
        here = ("korzo", "amare", "paard", "nest", "zaal-3", "mauritshuis")
        for slug in here:
            _add(session, slug, "2027-03-12T20:00", now)
        lost = Venue(slug="lost", name="Ergens", lat=None, lon=None)
        session.add(lost)
        session.flush()
        _add(session, "korzo", "2027-03-13T20:00", now, venue_id=lost.id)
    page = client.get(MAP).text
    assert page.count("<figure") == 2
    assert re.search(r'dot--town" href="#town-(\d+)"><title>Den Haag: 6 ', page)
    # A venue without a known place is in the list alone.
    assert re.search(r"<h3>Elders</h3>\s*<ul[^>]*>\s*<li><a [^>]*venue=lost", page)
    spots = re.findall(r'venue=[^>]*><title>[^<]*</title><circle cx="([\d.]+)" cy="([\d.]+)"', page)
    assert len(spots) == 6 and len(set(spots)) == 6


def test_what_is_not_for_you_is_in_no_number(
    app: Flask, signed_in: SignedIn, season: None, sessions: sessionmaker[Session], now: datetime
) -> None:
    others = {
        "public": app.test_client(),
        "partner": signed_in("p@x.example", institutions=("museum-de-lakenhal",)),
        "coordinator": signed_in("c@x.example", regions=("haaglanden", "rijnland"), is_admin=True),
    }
    own = signed_in("o@x.example", institutions=("nobel",))
    addresses = (YEAR, MAP, "/en" + YEAR, "/en" + MAP)
    told = {
        (name, address): results(client.get(address).text)
        for name, client in others.items()
        for address in addresses
    }
    with sessions() as session, transaction(session):
        # Many on one day at one place: no class of colour, size or order may follow them.
        for hour in range(12, 17):
            _add(session, "nobel", f"2027-03-12T{hour}:00", now, visibility="sealed")
    for (name, address), before in told.items():
        assert results(others[name].get(address).text) == before, (name, address)
    assert day_count(own.get(YEAR).text, date(2027, 3, 12)) == 7
    assert on_map(own.get(MAP).text)["Nobel"] == 5


def test_an_embargo_lifts_on_both_by_itself(
    client: FlaskClient, season: None, sessions: sessionmaker[Session], now: datetime
) -> None:
    with sessions() as session, transaction(session):
        _add(session, "korzo", "2027-03-20T20:00", now, public_at=now + timedelta(hours=1))
        _add(session, "korzo", "2027-03-21T20:00", now, public_at=now)
    page = client.get(YEAR).text
    assert day_count(page, date(2027, 3, 20)) == 0
    assert day_count(page, date(2027, 3, 21)) == 1
    assert on_map(client.get(MAP).text)["Korzo"] == 3


def test_few_questions_small_pages(
    client: FlaskClient, season: None, sessions: sessionmaker[Session]
) -> None:
    for view in ("year", "map"):
        for more in ("", "&kind=dance&institution=korzo&venue=korzo&q=a"):
            with counted(sessions) as statements:
                page = client.get(f"/agenda?view={view}&from=2027-03-01{more}")
            assert page.status_code == 200
            assert len(page.data) < 100_000
            assert 0 < len(statements) <= 8, statements
            assert "style=" not in page.text
        assert client.get(f"/en/agenda?view={view}&q=zzzz").status_code == 200


def test_very_many_venues_stay_within_bounds(
    client: FlaskClient, sessions: sessionmaker[Session], now: datetime, app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with sessions() as session, transaction(session):
        for slug in ("korzo", "amare", "paard", "nest", "mauritshuis", "zaal-3"):
            _add(session, slug, "2027-03-12T20:00", now)
    whole = client.get(MAP)
    assert len(on_map(whole.text)) == 6
    monkeypatch.setattr(agenda_map, "MOST_VENUES", 4)
    page = client.get(MAP)
    assert len(on_map(page.text)) == 4
    assert "2 locaties met minder activiteiten" in page.text
    growth = (len(whole.data) - len(page.data)) / 2
    assert len(page.data) + growth * 120 < 100_000
