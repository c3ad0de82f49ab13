"""Administration: what is saved holds at once, everywhere; what is wrong is named."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.clock import utc_now
from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event
from calendar_app.people.actions import add_audit
from calendar_app.people.models import AuditEntry, Institution, User
from calendar_app.places.models import Venue
from tests.factories.mailbox import link_in, mails_to
from tests.web.conftest import SignedIn, csrf_of
from tests.web.test_register_dates import filled, register


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in("a@x.example", is_admin=True)


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


def fields_of(client: FlaskClient, address: str) -> list[tuple[str, str]]:
    from tests.web.test_register_dates import _Form

    parser = _Form()
    parser.feed(client.get(address).text.replace('method="post" class="', 'class="register '))
    return parser.fields


def save(client: FlaskClient, address: str, **more: str | list[str]):  # type: ignore[no-untyped-def]
    return client.post(address, data=filled(fields_of(client, address), **more))


def test_a_venue_is_changed_and_what_names_it_follows(
    admin: FlaskClient, korzo: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public",
             venue="korzo")  # fmt: skip
    assert save(admin, "/admin/venues/korzo", name="Korzo Nieuw").status_code == 303
    assert "Korzo Nieuw" in client.get("/venues/korzo").text
    assert b"LOCATION:Korzo Nieuw" in client.get("/feeds/all.ics").data
    with sessions() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry and (entry.action, entry.subject_id, entry.data) == (
            "changed", "korzo", {"fields": ["name"]},
        )  # fmt: skip
    assert "korzo: changed" in admin.get("/admin/audit?subject=venue").text
    assert "korzo: changed" not in admin.get("/admin/audit?subject=user").text


def test_a_venue_sent_back_as_it_stands_changes_nothing(
    admin: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    for address in ("/admin/venues/korzo", "/admin/institutions/korzo", "/admin/regions/rijnland",
                    "/admin/taxonomy/kind/concert"):  # fmt: skip
        assert save(admin, address).status_code == 303, address
    with sessions() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_a_stale_save_is_refused(admin: FlaskClient) -> None:
    fields = fields_of(admin, "/admin/venues/korzo")
    save(admin, "/admin/venues/korzo", city="Scheveningen")
    answer = admin.post("/admin/venues/korzo", data=filled(fields, city="Leiden"))
    assert answer.status_code == 409 and "Bekijk het opnieuw" in answer.text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "Geef een naam"),
        ({"lat": "abc"}, "graden in Nederland"),
        ({"lat": "40.7", "lon": "-74.0"}, "graden in Nederland"),
        ({"lat": "nan"}, "graden in Nederland"),
        ({"lon": ""}, "beide graden"),
        ({"region": "utrecht"}, "Kies er een uit de lijst"),
        ({"institution": "nergens"}, "Kies er een uit de lijst"),
        ({"name": "x" * 201}, "201"),
    ],
)
def test_a_wrong_field_is_named(wrong: dict[str, str], says: str, admin: FlaskClient) -> None:
    answer = save(admin, "/admin/venues/korzo", **wrong)
    assert answer.status_code == 422
    assert says in answer.text


def test_two_venues_become_one_and_the_old_address_leads_on(
    admin: FlaskClient, korzo: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    made = {"name": "Theater Korzo", "street": "Prinsestraat 42", "city": "Den Haag",
            "lat": "52.0796", "lon": "4.3060"}  # fmt: skip
    with sessions() as session:
        kept = session.scalars(select(Venue).where(Venue.slug == "korzo")).one()
        made |= {"lat": str(kept.lat), "lon": str(kept.lon)}
    assert save(admin, "/admin/venues/new", **made).status_code == 303
    register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public",
             venue="theater-korzo")  # fmt: skip
    assert "/admin/venues/theater-korzo/merge?into=korzo" in admin.get("/admin/venues").text
    where = "/admin/venues/theater-korzo/merge"
    token = {"csrf_token": csrf_of(admin.get(f"{where}?into=korzo").text)}
    assert admin.post(where, data=token | {"into": "korzo"}).status_code == 303
    answer = client.get("/venues/theater-korzo")
    assert (answer.status_code, answer.location) == (301, "/venues/korzo")
    assert "Zwerm" in client.get("/venues/korzo").text
    stayed = client.get("/feeds/venue/korzo.ics")
    assert b"LOCATION:Korzo" in stayed.data
    # Who subscribed to the one that is gone gets the one that stayed, without a redirect.
    answer = client.get("/feeds/venue/theater-korzo.ics")
    assert (answer.status_code, answer.data) == (200, stayed.data)
    assert "feeds/venue/korzo.ics" in client.get("/subscribe?venue=theater-korzo").text
    with sessions() as session:
        assert len(session.scalars(select(Event.venue_id).where(Event.venue_id == kept.id)).all())
    # Twice is refused, and the duplicate is offered nowhere any more.
    assert admin.post(where, data=token | {"into": "korzo"}).status_code == 422
    assert "theater-korzo" not in korzo.get("/events/new").text


def test_an_institution_is_added_and_changed(
    admin: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    made = {"name": "Huis van Verhalen", "kind": "stage", "region": "rijnland",
            "disciplines": ["literature"], "website": "https://verhalen.example"}  # fmt: skip
    assert save(admin, "/admin/institutions/new", **made).status_code == 303
    assert client.get("/institutions/huis-van-verhalen").status_code == 200
    assert client.get("/feeds/institution/huis-van-verhalen.ics").status_code == 200
    answer = save(admin, "/admin/institutions/korzo", website="korzo.nl", contact_email="bel ons")
    assert answer.status_code == 422 and "https://" in answer.text and "e-mailadres" in answer.text
    with sessions() as session:
        korzo = session.scalars(select(Institution).where(Institution.slug == "korzo")).one()
        assert korzo.website.startswith("https://")


def test_roles_hold_at_once(
    admin: FlaskClient, korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        key = session.scalars(select(User.id).where(User.email == "e@korzo.example")).one()
    address = f"/admin/users/{key}"
    assert "Korzo" in admin.get(address).text
    assert korzo.get("/events/new").status_code == 200
    answer = save(admin, address, leave=["korzo"], regions=["rijnland"],
                  institution="museum-de-lakenhal", role="manager")  # fmt: skip
    assert answer.status_code == 303
    assert korzo.get("/events/new").status_code == 303  # signed out: to the sign-in page
    again = admin.get(address).text
    assert "Museum De Lakenhal (beheerder)" in again and "Korzo (" not in again
    # The log says which role, and by whom; an entry without fields is a line as well.
    with sessions() as session, transaction(session):
        me = session.scalars(select(User.id).where(User.email == "a@x.example")).one()
        add_audit(session, me, "invited", "institution", "korzo", utc_now(), role="editor")
    log = admin.get(f"/admin/audit?who={me}").text
    assert "korzo: none" in log and "rijnland: coordinator" in log
    assert "museum-de-lakenhal: manager" in log and "invited" in log
    assert "rijnland: coordinator" not in admin.get(f"/admin/audit?who={key}").text
    assert admin.get("/admin/audit?who=x").status_code == 400


def test_a_coordinator_is_invited(
    admin: FlaskClient, app: Flask, sessions: sessionmaker[Session]
) -> None:
    nothing = save(admin, "/admin/users/new", email="geen adres", regions=["rijnland"])
    assert nothing.status_code == 422 and "geen e-mailadres" in nothing.text
    answer = save(admin, "/admin/users/new", email="c@x.example", regions=["rijnland"])
    assert answer.status_code == 303
    path = link_in(mails_to(sessions, "c@x.example")[-1])
    client = app.test_client()
    token = csrf_of(client.get(path).text)
    welcome = {"csrf_token": token, "name": "Coos", "password": "vier losse woorden hier"}
    assert client.post(path, data=welcome).status_code == 303
    assert client.get("/moderation").status_code == 200
    assert client.get("/admin").status_code == 403


def test_the_last_administrator_stays_one(
    admin: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        key = session.scalars(select(User.id).where(User.is_admin)).one()
    address = f"/admin/users/{key}"
    fields = [pair for pair in fields_of(admin, address) if pair[0] != "is_admin"]
    answer = admin.post(address, data=filled(fields))
    assert answer.status_code == 422 and "enige sitebeheerder" in answer.text
    with sessions() as session:
        assert session.get(User, key).is_admin  # type: ignore[union-attr]


def test_a_theme_is_added_and_a_kind_renamed(
    admin: FlaskClient, korzo: FlaskClient, client: FlaskClient
) -> None:
    names = {"name_nl": "Jaar van het water", "name_en": "Year of Water"}
    assert save(admin, "/admin/taxonomy/theme/new", **names).status_code == 303
    assert client.get("/feeds/theme/year-of-water.ics").status_code == 200
    assert save(admin, "/admin/taxonomy/theme/new", **names).status_code == 422
    register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public")
    save(admin, "/admin/taxonomy/kind/dance", name_nl="Dans en beweging")
    assert b"Dans en beweging" in client.get("/feeds/all.ics").data
    assert admin.get("/admin/taxonomy/nothing/new").status_code == 404


def test_a_region_checks_first_from_now_on(
    admin: FlaskClient, korzo: FlaskClient, client: FlaskClient
) -> None:
    assert save(admin, "/admin/regions/haaglanden", moderation="review").status_code == 303
    register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public")
    assert b"Zwerm" not in client.get("/feeds/all.ics").data
    answer = save(admin, "/admin/regions/haaglanden", color="groen")
    assert answer.status_code == 422 and "#154273" in answer.text


def test_nobody_else_can_post(
    korzo: FlaskClient, signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    for other in (korzo, signed_in("c@x.example", regions=("haaglanden",))):
        token = csrf_of(other.get("/").text)
        for address in ("/admin/venues/korzo", "/admin/institutions/new", "/admin/users/1",
                        "/admin/regions/rijnland", "/admin/taxonomy/theme/new",
                        "/admin/venues/korzo/merge"):  # fmt: skip
            answer = other.post(address, data={"csrf_token": token, "name": "Van ons"})
            assert answer.status_code == 403, address
    with sessions() as session, transaction(session):
        assert session.scalars(select(Venue).where(Venue.name == "Van ons")).all() == []
