"""Several institutions and one event: asked, accepted, shared; and what a region checks first."""

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event, Occurrence, Promotion
from calendar_app.overlaps.desk import _regions
from calendar_app.overlaps.models import Overlap
from calendar_app.people.models import Institution
from calendar_app.places.models import Region
from tests.web.conftest import SignedIn, csrf_of
from tests.web.sweep import CALENDAR
from tests.web.test_register_dates import filled, form_of, register

NOTE = "Subsidie nog niet rond"


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


@pytest.fixture
def lakenhal(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@lakenhal.example", institutions=("museum-de-lakenhal",))


@pytest.fixture
def coordinator(signed_in: SignedIn) -> FlaskClient:
    return signed_in("c@haaglanden.example", regions=("haaglanden",))


def post(client: FlaskClient, address: str, **data: str):  # type: ignore[no-untyped-def]
    return client.post(address, data={"csrf_token": csrf_of(client.get("/").text), **data})


def sealed(client: FlaskClient, **more: str) -> str:
    values = {"starts_on": "2027-03-12", "visibility": "sealed", "internal_note": NOTE}
    return register(client, **(values | more))


def seen(client: FlaskClient, public_id: str) -> bool:
    return client.get(f"/events/{public_id}", follow_redirects=True).status_code == 200


def test_who_is_asked_sees_it_who_accepts_works_on_it_and_the_note_stays_at_home(
    korzo: FlaskClient, lakenhal: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    event = sealed(korzo)
    assert not seen(lakenhal, event)
    where = f"/events/{event}/together"
    assert post(korzo, where, do="invite", institution="museum-de-lakenhal", role="co").location
    page = lakenhal.get(f"/events/{event}", follow_redirects=True).text
    assert "vraagt Museum De Lakenhal" in page
    assert NOTE not in page
    assert lakenhal.get(f"/events/{event}/edit").status_code == 403
    post(lakenhal, where, do="accept", institution="museum-de-lakenhal")
    # Now it is theirs as well, but for what was written for Korzo alone.
    edit = lakenhal.get(f"/events/{event}/edit")
    assert edit.status_code == 200
    for page in (edit.text, lakenhal.get(f"/events/{event}/history").text,
                 lakenhal.get(f"/events/{event}", follow_redirects=True).text):  # fmt: skip
        assert NOTE not in page
    sent = filled(form_of(edit.text), title="Samen verder")
    assert lakenhal.post(f"/events/{event}/edit", data=sent).status_code == 303
    with sessions() as session:
        row = session.scalars(select(Event).where(Event.public_id == event)).one()
        assert (row.title_nl, row.internal_note) == ("Samen verder", NOTE)
        assert row.lead_id != 0
    # To ask others stays with the lead; leaving is one's own.
    assert post(lakenhal, where, do="invite", institution="naturalis", role="co").status_code == 403
    post(lakenhal, where, do="leave", institution="museum-de-lakenhal")
    assert not seen(lakenhal, event)


def test_a_co_organised_event_is_in_both_feeds_once_accepted(
    korzo: FlaskClient, lakenhal: FlaskClient, client: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public")
    where = f"/events/{event}/together"
    feeds = ("/feeds/institution/museum-de-lakenhal.ics", "/feeds/region/rijnland.ics")
    for feed in feeds:
        assert b"Zwerm" not in client.get(feed).data
    post(korzo, where, do="invite", institution="museum-de-lakenhal", role="co")
    for feed in feeds:
        assert b"Zwerm" not in client.get(feed).data
    post(lakenhal, where, do="accept", institution="museum-de-lakenhal")
    for feed in feeds:
        assert b"Zwerm" in client.get(feed).data
    assert "Zwerm" in client.get("/agenda?institution=museum-de-lakenhal&from=2027-03-01").text


def test_sharing_shows_it_and_stopping_hides_it(korzo: FlaskClient, lakenhal: FlaskClient) -> None:
    event = sealed(korzo, visibility="coordinators")
    where = f"/events/{event}/together"
    post(korzo, where, do="share", other="museum-de-lakenhal")
    page = lakenhal.get(f"/events/{event}", follow_redirects=True)
    assert page.status_code == 200 and NOTE not in page.text
    assert lakenhal.get(f"/events/{event}/edit").status_code == 403
    post(korzo, where, do="unshare", institution="museum-de-lakenhal")
    assert not seen(lakenhal, event)


@pytest.mark.parametrize("slug", ["nowhere", "", "korzo'; drop table event"])
def test_an_institution_that_does_not_exist_is_named(slug: str, korzo: FlaskClient) -> None:
    event = sealed(korzo)
    answer = post(korzo, f"/events/{event}/together", do="invite", institution=slug, role="co")
    assert answer.status_code == 422
    assert "Kies er een uit de lijst" in answer.text or "bestaat niet" in answer.text


def test_planning_is_one_click_and_one_line_of_history(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-03-12", visibility="public")
    assert not seen(client, event)
    post(korzo, f"/events/{event}/planning", planning="confirmed")
    assert seen(client, event)
    assert b"Zwerm" in client.get("/feeds/all.ics").data
    assert "optie" in korzo.get(f"/events/{event}/history").text


def test_a_moment_is_sold_out_and_another_does_not_go_ahead(
    korzo: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    event = register(
        korzo, date_type="multiple", performances="12-03-2027 20:15\n13-03-2027 20:15",
        planning="confirmed", visibility="public",
    )  # fmt: skip
    with sessions() as session:
        first, second = session.scalars(
            select(Occurrence.public_id).order_by(Occurrence.starts_at)
        ).all()
    post(korzo, f"/events/{event}/moments/{first}", mark="sold_out")
    post(korzo, f"/events/{event}/moments/{second}", mark="cancelled")
    page = client.get(f"/events/{event}", follow_redirects=True).text
    assert "uitverkocht" in page and "gaat niet door" in page
    assert client.get("/feeds/all.ics").data.count(b"STATUS:CANCELLED") == 1
    # An edit of something else leaves both as they are.
    fields = form_of(korzo.get(f"/events/{event}/edit").text)
    korzo.post(f"/events/{event}/edit", data=filled(fields, title="Zwerm opnieuw"))
    with sessions() as session:
        rows = session.execute(
            select(Occurrence.sold_out, Occurrence.status).order_by(Occurrence.starts_at)
        ).all()
        assert [tuple(row) for row in rows] == [(True, "scheduled"), (False, "cancelled")]


@pytest.fixture
def reviewing(app: object, sessions: sessionmaker[Session]) -> None:
    """Haaglanden checks first."""
    with sessions() as session, transaction(session):
        session.execute(update(Region).where(Region.slug == "haaglanden").values(
            moderation="review"))  # fmt: skip


def test_a_region_that_checks_first(
    reviewing: None, korzo: FlaskClient, coordinator: FlaskClient, client: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public")
    assert not seen(client, event) and b"Zwerm" not in client.get("/feeds/all.ics").data
    assert "Zwerm" in coordinator.get("/moderation").text
    where = f"/moderation/{event}"
    # Back with a reason, in again, approved.
    assert "Schrijf wat er anders moet" in post(coordinator, where, do="reject").text
    post(coordinator, where, do="reject", reason="De titel klopt niet.")
    assert "De titel klopt niet." in korzo.get(f"/events/{event}", follow_redirects=True).text
    assert "Zwerm" not in coordinator.get("/moderation").text
    post(korzo, f"/events/{event}/submit")
    post(coordinator, where, do="approve")
    assert seen(client, event) and b"Zwerm" in client.get("/feeds/all.ics").data
    # A later edit stands, and shows as a difference.
    assert "Zwerm" not in coordinator.get("/moderation").text
    fields = form_of(korzo.get(f"/events/{event}/edit").text)
    korzo.post(f"/events/{event}/edit", data=filled(fields, title="Zwaluw", internal_note=NOTE))
    assert "Zwaluw" in coordinator.get("/moderation").text
    page = coordinator.get(where).text
    assert re.search(r"<td>Zwerm</td>\s*<td>Zwaluw</td>", page) and NOTE not in page
    post(coordinator, where, do="approve")
    assert "Zwaluw" not in coordinator.get("/moderation").text


def test_another_regions_coordinator_has_no_say(
    reviewing: None, korzo: FlaskClient, signed_in: SignedIn
) -> None:
    event = register(korzo, starts_on="2027-03-12", visibility="public")
    other = signed_in("c@rijnland.example", regions=("rijnland",))
    assert "Zwerm" not in other.get("/moderation").text
    assert other.get(f"/moderation/{event}").status_code == 403
    assert post(other, f"/moderation/{event}", do="approve").status_code == 403


def test_a_draft_is_its_institutions_own_until_it_stands(
    korzo: FlaskClient, coordinator: FlaskClient, client: FlaskClient
) -> None:
    values = {"starts_on": "2027-03-12", "planning": "confirmed", "visibility": "public"}
    event = register(korzo, do="draft", **values)
    assert seen(korzo, event) and not seen(coordinator, event) and not seen(client, event)
    assert coordinator.get(f"/moderation/{event}").status_code == 404
    post(korzo, f"/events/{event}/submit")
    assert seen(client, event)


def test_a_draft_takes_no_date_until_it_stands(
    korzo: FlaskClient, lakenhal: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    values = {"starts_on": "2027-03-12", "starts_time": "20:15", "role": "opening"}
    register(lakenhal, **values)

    def overlaps() -> int:
        with sessions() as session:
            return len(session.scalars(select(Overlap)).all())

    event = register(korzo, do="draft", **values)
    assert overlaps() == 0
    post(korzo, f"/events/{event}/submit")
    assert overlaps() == 1


def test_press_sees_what_is_for_the_press(korzo: FlaskClient, signed_in: SignedIn) -> None:
    event = register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="press")
    assert seen(signed_in("p@krant.example", is_press=True), event)
    assert not seen(korzo.application.test_client(), event)


def test_planning_is_one_click_in_the_list_and_leads_back_to_it(korzo: FlaskClient) -> None:
    event = register(korzo, starts_on="2027-03-12")
    page = "/agenda?from=2027-03-12"
    assert f"/events/{event}/planning" in korzo.get(page).text
    answer = post(korzo, f"/events/{event}/planning", planning="confirmed", next=page)
    assert answer.location == page
    elsewhere = post(korzo, f"/events/{event}/planning", planning="idea", next="//evil.example")
    assert elsewhere.location.startswith(f"/events/{event}")


def test_what_was_sent_in_can_be_taken_back(
    reviewing: None, korzo: FlaskClient, coordinator: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-03-12")
    assert "Terughalen" in korzo.get(f"/events/{event}", follow_redirects=True).text
    post(korzo, f"/events/{event}/submit", do="withdraw")
    assert not seen(coordinator, event) and "Zwerm" not in coordinator.get("/moderation").text
    post(korzo, f"/events/{event}/submit")
    assert "Zwerm" in coordinator.get("/moderation").text


def together(korzo: FlaskClient, lakenhal: FlaskClient, event: str, role: str = "co") -> None:
    where = f"/events/{event}/together"
    post(korzo, where, do="invite", institution="museum-de-lakenhal", role=role)
    post(lakenhal, where, do="accept", institution="museum-de-lakenhal")


@pytest.mark.parametrize("role", ["co", "host", "partner"])
def test_who_takes_part_sees_the_page_and_can_stop(
    role: str, korzo: FlaskClient, lakenhal: FlaskClient
) -> None:
    event = sealed(korzo)
    together(korzo, lakenhal, event, role)
    page = lakenhal.get(f"/events/{event}", follow_redirects=True)
    assert page.status_code == 200 and NOTE not in page.text
    assert ("/edit" in page.text) == ("Overlap" in page.text) == (role == "co")
    assert "Museum De Lakenhal doet niet meer mee" in page.text
    if role == "co":
        fields = form_of(lakenhal.get(f"/events/{event}/edit").text)
        answer = lakenhal.post(f"/events/{event}/edit", data=filled(fields, do="check"))
        assert answer.status_code == 200
    post(lakenhal, f"/events/{event}/together", do="leave", institution="museum-de-lakenhal")
    assert not seen(lakenhal, event)


def test_a_co_organiser_adds_parts_of_its_own_and_the_lead_sees_them(
    korzo: FlaskClient, lakenhal: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    festival = sealed(korzo, kind="festival")
    together(korzo, lakenhal, festival)
    post(lakenhal, f"/events/{festival}/parts", kind="concert", table="12-03-2027 20:15; Nacht")
    fields = form_of(lakenhal.get(f"/events/new?part_of={festival}").text)
    sent = filled(fields, kind="concert", title="Dageraad", starts_on="2027-03-13")
    assert lakenhal.post(f"/events/new?part_of={festival}", data=sent).status_code == 303
    with sessions() as session:
        parts = session.execute(
            select(Event.public_id, Institution.slug)
            .join(Institution, Institution.id == Event.lead_id)
            .where(Event.parent_id.is_not(None))
        ).all()
    assert [slug for _, slug in parts] == ["museum-de-lakenhal"] * 2
    assert all(seen(korzo, public_id) for public_id, _ in parts)
    # A copy is one's own as well.
    copy = dict(form_of(lakenhal.get(f"/events/new?copy={festival}").text))
    assert copy["institution"] == "museum-de-lakenhal"


def test_what_one_organiser_cannot_choose_from_stays_promoted(
    korzo: FlaskClient, lakenhal: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    campaign = sealed(korzo, kind="campaign")
    promoted = register(korzo, starts_on="2027-04-02")
    together(korzo, lakenhal, campaign)
    own = register(lakenhal, starts_on="2027-04-03")
    where = f"/events/{campaign}/promotes"
    post(korzo, where, events=promoted)
    post(lakenhal, where, events=own)

    def linked() -> int:
        with sessions() as session:
            return len(session.scalars(select(Promotion)).all())

    assert linked() == 2
    post(lakenhal, where)
    assert linked() == 1


def test_a_case_is_of_the_regions_of_all_who_organise(
    korzo: FlaskClient, lakenhal: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    values = {"starts_on": "2027-03-12", "starts_time": "20:15", "role": "premiere"}
    event = register(korzo, **values)
    together(korzo, lakenhal, event)
    with sessions() as session:
        row = session.scalars(select(Event).where(Event.public_id == event)).one()
        assert len(_regions(session, [row.id])[row.id]) == 2


def test_what_is_imported_is_checked_first_as_well(
    reviewing: None, signed_in: SignedIn, client: FlaskClient, coordinator: FlaskClient
) -> None:
    korzo = signed_in("i@korzo.example", institutions=("korzo",))
    preview = korzo.post("/imports", data={
        "csrf_token": csrf_of(korzo.get("/imports").text), "institution": "korzo",
        "kind": "concert", "file": (io.BytesIO(CALENDAR), "seizoen.ics"),
    })  # fmt: skip
    post(korzo, preview.location)
    assert "Zwerm" in coordinator.get("/moderation").text
    assert b"Zwerm" not in client.get("/feeds/all.ics").data
