"""The agenda and the pages around it, as the public and as those inside see them."""

import json
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
from calendar_app.web.filters import VIEWS
from tests.factories import draft
from tests.web.conftest import SignedIn

SECRET = "Kanariegeel geheim"


@pytest.fixture
def season(app: Flask, sessions: sessionmaker[Session], now: datetime) -> dict[str, str]:
    """A small season from ``now`` on; the public ids of a few of its events."""
    with sessions() as session, transaction(session):
        leads = session.scalars(select(Institution).order_by(Institution.id).limit(20)).all()
        own = session.scalars(select(Institution).where(Institution.slug == "korzo")).one()
        first = date(2026, 12, 1)
        for n in range(100):
            day = first + timedelta(days=n // 20)
            add_event(
                session,
                draft(leads[n % 20].id, f"{day}T{10 + n % 12}:15", title_nl=f"Avond {n:03d}"),
                None, now,
            )  # fmt: skip
        run = all_day_moment("run", first, first + timedelta(days=60))
        shown = {"title_nl": "Licht & <b>water</b>", "kind": "exhibition", "moments": (run,)}
        hidden = {"title_nl": SECRET, "visibility": "sealed"}
        theme = {"themes": ("science-art",)}
        show = add_event(session, draft(own.id, **shown, **theme), None, now)
        secret = add_event(session, draft(own.id, "2026-12-01T20:00", **hidden, **theme), None, now)
        return {"show": show.public_id, "secret": secret.public_id}


def titles(page: str) -> list[str]:
    return re.findall(r'class="slot__title"><a [^>]*>(.*?)</a>', page)


def test_every_moment_stands_on_exactly_one_page(client: FlaskClient, season: object) -> None:
    seen: list[str] = []
    address: str | None = "/agenda?from=2026-12-01"
    while address:
        page = client.get(address).text
        assert len(page) < 100_000
        seen += [title for title in titles(page) if title.startswith("Avond")]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert sorted(seen) == [f"Avond {n:03d}" for n in range(100)]


def test_the_month_shows_four_and_counts_the_rest(client: FlaskClient, season: object) -> None:
    page = client.get("/agenda?view=month&from=2026-12-15").text
    cell = re.search(r">1<span class=\"vh\"> december.*?</td>", page, re.S)
    assert cell
    assert cell[0].count("<li") == 4
    # Twenty evenings and a first day, of which four are shown.
    assert "nog 17" in cell[0]


def cell_of(page: str, day: int, band: int) -> str:
    """A part of a day in the week: the row of the day, and its cells in order."""
    rows = re.findall(r'<th role="rowheader".*?</tr>', page, re.S)
    return re.findall(r'<td role="cell".*?</td>', rows[day], re.S)[band]


def test_the_week_shows_five_in_a_part_of_a_day_and_counts_the_rest(
    client: FlaskClient, season: object
) -> None:
    page = client.get("/agenda?view=week&from=2026-12-02").text
    assert re.findall(r'scope="col">(.*?)<', page) == ["Hele dag", "Ochtend", "Middag", "Avond"]
    # Tuesday 1 December: evenings at 10:15–21:15; the exhibition begins.
    assert cell_of(page, 1, 0).count("<li") == 1
    assert "eerste dag" in cell_of(page, 1, 0)
    for band, shown in ((1, 4), (2, 10), (3, 6)):
        cell = cell_of(page, 1, band)
        assert cell.count("<li") == min(shown, 5)
        assert ("nog " in cell) == (shown > 5)
    assert "nog 5" in cell_of(page, 1, 2)
    assert cell_of(page, 6, 2).count("<li") == 0
    assert re.search(r'from=2026-11-23&amp;view=week" rel="prev"', page)
    assert len(page) < 100_000


def test_a_week_keeps_the_selection_and_ends_where_it_ends(
    client: FlaskClient, season: object
) -> None:
    page = client.get("/agenda?view=week&from=2026-12-02&until=2026-12-02&region=haaglanden").text
    assert cell_of(page, 3, 2).count("<li") == 0
    assert cell_of(page, 2, 2).count("<li") > 0
    views = re.findall(r'href="([^"]+)"', re.search(r'id="views".*?</nav>', page, re.S)[0])  # type: ignore[index]
    assert len(views) > 2
    for address in views:
        assert "region=haaglanden" in address and "until=2026-12-02" in address
    # Past the last day asked for, that day is let go rather than refused.
    later = re.search(r'href="([^"]+)" rel="next"', page)
    assert later and "until" not in later[1]
    assert client.get(later[1].replace("&amp;", "&")).status_code == 200


def test_the_timeline_has_a_row_for_each_institution_ten_a_page(
    client: FlaskClient, season: object
) -> None:
    address: str | None = "/agenda?view=timeline&from=2026-12-03"
    rows: list[str] = []
    pages = 0
    while address:
        page = client.get(address).text
        assert len(page) < 100_000
        rows += re.findall(r'<th scope="row"><a href="/institutions/([^"]+)"', page)
        pages += 1
        following = re.search(r'href="([^"]+)">[^<]*Volgende instellingen', page)
        address = following[1].replace("&amp;", "&") if following else None
    # Twenty institutions, and the one whose exhibition runs (it may be among them).
    assert len(rows) == len(set(rows)) in (20, 21)
    assert pages == (len(rows) + 9) // 10
    assert "korzo" in rows
    one = client.get("/agenda?view=timeline&from=2026-12-03&institution=korzo").text
    # Two weeks from Monday 30 November: the exhibition from Tuesday on, going on behind them.
    assert one.count('<th scope="col"') == 15
    assert re.search(r'class="bar c2 s13 r1 bar--after">', one)
    long = client.get("/agenda?view=timeline&from=2026-12-03&until=2027-06-01&institution=korzo")
    assert long.text.count('<th scope="col"') == 29
    later = client.get("/agenda?view=timeline&from=2027-01-11&institution=korzo").text
    assert 'class="bar c1 s14 r1 bar--before bar--after">' in later


@pytest.mark.parametrize("day", ["1990-01-01", "2099-12-31"])
@pytest.mark.parametrize("view", VIEWS)
def test_the_calendar_ends_without_a_link_that_is_refused(
    view: str, day: str, client: FlaskClient
) -> None:
    page = client.get(f"/agenda?view={view}&from={day}").text
    for address in re.findall(r'href="([^"]+)" rel="(?:prev|next)"', page):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_sealed_event_is_nowhere_for_others(
    prefix: str, client: FlaskClient, signed_in: SignedIn, season: dict[str, str]
) -> None:
    others = [client, signed_in("c@x.example", regions=("haaglanden", "rijnland"), is_admin=True)]
    paths = [
        "/", "/agenda?from=2026-12-01&skip=10", "/agenda?from=2026-12-01&institution=korzo",
        *(f"/agenda?view={view}&from=2026-12-01&institution=korzo" for view in VIEWS),
        "/agenda?q=kanariegeel",
        "/institutions/korzo", "/themes/science-art", f"/events/{season['secret']}",
        f"/events/{season['secret']}-kanariegeel-geheim",
    ]  # fmt: skip
    for other in others:
        for path in paths:
            answer = other.get(prefix + path)
            assert SECRET not in answer.text, path
            assert "kanariegeel-geheim" not in answer.headers.get("Location", ""), path
            assert answer.status_code == (404 if "/events/" in path else 200)
    own = signed_in("a@korzo.example", institutions=("korzo",))
    for view in ("list", "month", "week", "timeline"):
        path = f"{prefix}/agenda?view={view}&from=2026-12-01&institution=korzo"
        assert SECRET in own.get(path).text, view


def test_the_event_page_has_one_address(client: FlaskClient, season: dict[str, str]) -> None:
    short = client.get(f"/events/{season['show']}")
    assert short.status_code == 301
    canonical = short.headers["Location"]
    assert canonical == f"/events/{season['show']}-licht-b-water-b"
    assert client.get(f"/events/{season['show']}-other").headers["Location"] == canonical
    page = client.get(canonical)
    assert page.status_code == 200
    assert "Licht &amp; &lt;b&gt;water&lt;/b&gt;" in page.text
    assert client.get(f"/en/events/{season['show']}").headers["Location"] == "/en" + canonical


def test_linked_data_of_a_public_event(client: FlaskClient, season: dict[str, str]) -> None:
    page = client.get(f"/events/{season['show']}", follow_redirects=True).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "ExhibitionEvent"
    assert data["name"] == "Licht & <b>water</b>"
    assert (data["startDate"], data["endDate"]) == ("2026-12-01", "2027-01-29")


def test_those_inside_see_the_state_in_words(
    signed_in: SignedIn, season: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    own = signed_in("a@korzo.example", institutions=("korzo",))
    page = own.get(f"/events/{season['secret']}", follow_redirects=True).text
    assert "alleen wij zien dit" in page
    assert "application/ld+json" not in page
    with sessions() as session:
        assert session.scalar(select(Event.planning).where(Event.public_id == season["secret"]))


@pytest.mark.parametrize(
    "path", ["/events/aaaaaaaaaaaa", "/events/aaaaaaaaaaa%00", "/institutions/nobody",
             "/institutions/%00", "/venues/nowhere", "/themes/nothing", "/themes/" + "x" * 500],
)  # fmt: skip
def test_unknown_is_not_found(path: str, client: FlaskClient) -> None:
    assert client.get(path).status_code == 404


def test_a_bad_filter_says_which(client: FlaskClient) -> None:
    answer = client.get("/agenda?kind=ballet")
    assert answer.status_code == 400
    assert "“kind”" in answer.text
    assert "ballet" in answer.text
    assert client.get("/agenda?venue=%00&venue=nowhere").status_code == 400


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "path", ["/", *(f"/agenda?view={view}" for view in VIEWS), "/institutions",
             "/institutions/korzo",
             "/venues/korzo", "/themes/science-art", "/login", "/accessibility", "/privacy"],
)  # fmt: skip
def test_empty_pages_stand(prefix: str, path: str, client: FlaskClient) -> None:
    answer = client.get(prefix + path)
    assert answer.status_code == 200
    other = "nl" if prefix else "en"
    assert f'hreflang="{other}"' in answer.text
    assert "style=" not in answer.text
    assert not re.search(r"<script(?![^>]*(src=|ld\+json))", answer.text)
