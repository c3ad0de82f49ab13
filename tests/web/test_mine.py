"""My institution: what waits, what is not certain, what is incomplete; and the first steps."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tests.web.conftest import SignedIn, counted
from tests.web.test_register_dates import register
from tests.web.test_together import post

FULL = {
    "planning": "confirmed", "starts_time": "20:15", "venue": "korzo", "disciplines": ["dance"],
    "audiences": ["general"], "expected_visitors": "120", "description": "Dans.",
    "title_en": "Swarm", "description_en": "Dance.", "price": "12,50",
    "url": "https://korzo.example/zwerm",
}  # fmt: skip


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


@pytest.fixture
def lakenhal(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@lakenhal.example", institutions=("museum-de-lakenhal",))


def group(client: FlaskClient, name: str, address: str = "/mine") -> str:
    """One group of the page, without its markup."""
    page = client.get(address).text
    found = re.search(
        rf'<section class="todo" aria-labelledby="{name}">(.*?)</section>', page, re.S
    )
    assert found, page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1]))


def test_each_event_stands_in_the_group_that_asks_for_something(korzo: FlaskClient) -> None:
    register(korzo, title="Compleet op de foto na", starts_on="2027-05-01", **FULL)
    register(korzo, title="Ooit", starts_on="2027-05-02", planning="idea")
    register(korzo, title="Rond mei", date_type="fuzzy", fuzzy="month", fuzzy_on="2027-05-01",
             planning="confirmed")  # fmt: skip
    register(korzo, title="Binnenkort", starts_on="2026-12-20", planning="option")
    register(korzo, title="Bijna vaag", date_type="fuzzy", fuzzy="month", fuzzy_on="2027-01-05",
             planning="confirmed")  # fmt: skip
    register(korzo, title="Stil", starts_on="2027-05-03", public_on="2026-11-30", **FULL)
    register(korzo, title="Kaarten", starts_on="2027-05-04", starts_time="20:15",
             planning="confirmed", more_moments="30-11-2026 10:00 kaartverkoop")  # fmt: skip
    gone = register(korzo, title="Weg", starts_on="2027-05-05", planning="option")
    post(korzo, f"/events/{gone}/cancel", reason="Ziek")
    due, unsure, incomplete = (group(korzo, name) for name in ("due", "unsure", "incomplete"))
    assert [due.index(one) for one in ("Stil", "Kaarten", "Binnenkort", "Bijna vaag")] == sorted(
        due.index(one) for one in ("Stil", "Kaarten", "Binnenkort", "Bijna vaag")
    )
    assert "Ooit" in unsure and "Rond mei" in unsure and "mei 2027" in unsure
    assert "Binnenkort" not in unsure + incomplete and "Bijna vaag" not in unsure
    assert (
        "Compleet op de foto na 9 van de 10 ingevuld . Nog in te vullen: afbeelding" in incomplete
    )
    assert "Weg" not in due + unsure + incomplete


def test_what_others_wait_for_comes_first(korzo: FlaskClient, lakenhal: FlaskClient) -> None:
    register(korzo, title="Morgen misschien", starts_on="2026-11-25", planning="option")
    asked = register(lakenhal, title="Samen", starts_on="2027-06-01", visibility="sealed")
    assert "Samen" not in group(korzo, "due")
    post(lakenhal, f"/events/{asked}/together", do="invite", institution="korzo", role="co")
    due = group(korzo, "due")
    assert due.index("Samen") < due.index("Morgen misschien")
    assert "Museum De Lakenhal vraagt u om dit samen te organiseren." in due
    post(korzo, f"/events/{asked}/together", do="accept", institution="korzo")
    assert "Samen" not in group(korzo, "due") and "Samen" in group(korzo, "unsure")


def test_a_draft_is_sent_in_from_here_and_nobody_else_sees_it(
    korzo: FlaskClient, lakenhal: FlaskClient
) -> None:
    kept = register(korzo, title="Concept", starts_on="2027-05-01", do="draft")
    assert "Nog een concept" in group(korzo, "due")
    post(lakenhal, f"/events/{kept}/together", do="invite", institution="museum-de-lakenhal")
    assert "Concept" not in lakenhal.get("/mine").text
    post(korzo, f"/events/{kept}/submit")
    assert "Concept" not in group(korzo, "due") and "Concept" in group(korzo, "unsure")


def test_how_sure_it_is_changes_in_one_click_and_one_stays_here(korzo: FlaskClient) -> None:
    event = register(korzo, starts_on="2027-05-01", planning="idea")
    page = korzo.get("/en/mine").text
    back = re.search(r'name="next" value="([^"]+)"', page)
    assert back and back[1] == "/en/mine#unsure"
    answer = post(korzo, f"/events/{event}/planning", planning="confirmed", next=back[1])
    assert answer.location == back[1]
    assert "Zwerm" in group(korzo, "incomplete")
    answer = post(korzo, f"/events/{event}/planning", planning="idea", next="//evil.example")
    assert answer.location.startswith("/events/")


def test_the_gauge_leads_to_the_field(korzo: FlaskClient) -> None:
    event = register(korzo, starts_on="2027-05-01", planning="confirmed")
    for address in ("/mine", f"/events/{event}", f"/events/{event}/edit"):
        page = korzo.get(address, follow_redirects=True).text
        links = re.findall(rf'href="/events/{event}/edit#(f-[a-z_]+)">', page)
        assert {"f-starts_time", "f-price", "f-title_en"} <= set(links), address
        assert f'href="/events/{event}/picture"' in page
    form = korzo.get(f"/events/{event}/edit").text
    assert all(f'id="{name}"' in form for name in links)


def test_others_do_not_see_how_complete_an_event_is(
    korzo: FlaskClient, lakenhal: FlaskClient, client: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-05-01", planning="confirmed", visibility="public")
    for one in (lakenhal, client):
        assert "ingevuld" not in one.get(f"/events/{event}", follow_redirects=True).text


def test_a_long_group_is_paged_within_few_queries(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    dates = "\n".join(f"{day:02}-05-2027 20:15" for day in range(1, 29))
    festival = register(korzo, kind="festival", title="Groot", starts_on="2027-05-01")
    table = "\n".join(f"{line}; Deel {n}" for n, line in enumerate(dates.splitlines()))
    post(korzo, f"/events/{festival}/parts", kind="dance", table=table)
    overview = group(korzo, "unsure")
    assert overview.count("Deel") == 4 and "Alle 29" in overview
    with counted(sessions) as statements:
        first = korzo.get("/mine?show=unsure").text
    assert len(statements) <= 15
    assert first.count("slot__title") == 25 and "page=2" in first
    assert group(korzo, "unsure", "/mine?show=unsure&page=2").count("Deel") == 4


def test_one_of_several_institutions(signed_in: SignedIn) -> None:
    both = signed_in("b@x.example", institutions=("korzo", "mauritshuis"))
    register(both, institution="korzo", title="Dans", starts_on="2027-05-01")
    register(both, institution="mauritshuis", title="Verf", starts_on="2027-05-01")
    assert "Dans" in group(both, "unsure") and "Verf" in group(both, "unsure")
    one = group(both, "unsure", "/mine?institution=mauritshuis")
    assert "Verf" in one and "Dans" not in one
    # Another's is as unknown as one that does not exist.
    for slug in ("museum-de-lakenhal", "nowhere"):
        answer = both.get(f"/mine?institution={slug}")
        assert answer.status_code == 400 and "“institution”" in answer.text


def test_nothing_to_come_says_how_to_begin(korzo: FlaskClient) -> None:
    page = korzo.get("/mine").text
    assert 'class="empty"' in page and 'href="/imports"' in page
    assert 'href="/events/new?kind=exhibition"' in page


def test_the_first_steps_until_they_are_put_away(
    korzo: FlaskClient, signed_in: SignedIn, lakenhal: FlaskClient
) -> None:
    colleague = signed_in("c@korzo.example", institutions=("korzo",))
    assert "Begin in drie stappen" in korzo.get("/mine").text
    assert "Dit klopt" in korzo.get("/mine").text
    assert post(lakenhal, "/mine/steps", do="checked", institution="korzo").status_code == 403
    assert "Dit klopt" in colleague.get("/mine").text
    post(korzo, "/mine/steps", do="checked", institution="korzo")
    # One checks for all; each puts the steps away for themselves.
    assert "Dit klopt" not in colleague.get("/mine").text
    register(korzo, starts_on="2027-05-01")
    assert korzo.get("/mine").text.count(">klaar<") == 2
    post(korzo, "/mine/steps", do="done")
    assert "Begin in drie stappen" not in korzo.get("/mine").text
    assert "Begin in drie stappen" in colleague.get("/mine").text


def test_signing_in_leads_to_ones_institution(korzo: FlaskClient, signed_in: SignedIn) -> None:
    assert korzo.get("/login").location == "/mine"
    assert korzo.get("/en/login").location == "/en/mine"
    assert signed_in("x@x.example").get("/login").location == "/"
