"""A season at once: copies, parts of a festival, many events together, campaigns."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.events.models import Event, Promotion
from tests.web.conftest import SignedIn
from tests.web.test_register_dates import filled, form_of, register
from tests.web.test_together import post


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


@pytest.fixture
def other(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@other.example", institutions=("museum-de-lakenhal",))


def test_a_copy_a_year_later(korzo: FlaskClient, sessions: sessionmaker[Session]) -> None:
    first = register(
        korzo, starts_on="2026-12-11", starts_time="20:15", planning="confirmed",
        visibility="public", genre="urban",
    )  # fmt: skip
    fields = form_of(korzo.get(f"/events/new?copy={first}").text)
    told = dict(fields)
    assert (told["title"], told["genre"]) == ("Zwerm", "urban")
    assert (told["starts_on"], told["starts_time"]) == ("2027-12-17", "20:15")  # Friday, week 50
    assert korzo.post("/events/new", data=filled(fields)).status_code == 303
    with sessions() as session:
        events = session.scalars(select(Event).order_by(Event.id)).all()
        assert [(one.planning, one.visibility) for one in events] == [
            ("confirmed", "public"), ("option", "coordinators"),
        ]  # fmt: skip


def test_anothers_event_cannot_be_copied(korzo: FlaskClient, other: FlaskClient) -> None:
    sealed = register(korzo, starts_on="2026-12-11", visibility="sealed")
    assert other.get(f"/events/new?copy={sealed}").status_code == 404
    assert other.get(f"/events/new?part_of={sealed}").status_code == 404


TABLE = "12-03-2027 20:15; Openingsavond; Grote zaal\n13 maart 2027 14.00-16.00\tWorkshop\n"


def test_a_festival_gets_its_parts_from_a_table(
    korzo: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    festival = register(
        korzo, kind="festival", date_type="periodic", from_on="2027-03-12", until_on="2027-03-14",
        planning="confirmed", visibility="public",
    )  # fmt: skip
    answer = post(korzo, f"/events/{festival}/parts", kind="dance", table=TABLE)
    assert answer.status_code == 303
    page = client.get(f"/events/{festival}", follow_redirects=True).text
    assert page.index("Openingsavond") < page.index("Workshop")
    assert client.get("/feeds/all.ics").data.count(b"BEGIN:VEVENT") == 3
    with sessions() as session:
        parts = session.scalars(select(Event).where(Event.parent_id.is_not(None))).all()
        assert [part.room for part in parts] == ["Grote zaal", ""]
    # One more with the whole form.
    fields = form_of(korzo.get(f"/events/new?part_of={festival}").text)
    sent = filled(fields, kind="dance", title="Slotfeest", starts_on="2027-03-14")
    assert korzo.post(f"/events/new?part_of={festival}", data=sent).status_code == 303
    assert "Slotfeest" in client.get(f"/events/{festival}", follow_redirects=True).text


def test_a_table_that_is_not_clear_adds_nothing_and_says_which_line(
    korzo: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    festival = register(korzo, kind="festival", starts_on="2027-03-12")
    answer = post(
        korzo, f"/events/{festival}/parts", kind="dance", table=TABLE + "ooit; Nee\n14-03-2027;\n"
    )
    assert answer.status_code == 422
    assert "Regel 3" in answer.text and "Regel 4" in answer.text
    with sessions() as session:
        assert len(session.scalars(select(Event)).all()) == 1


def choose(client: FlaskClient, events: list[str], change: str, do: str = "preview"):  # type: ignore[no-untyped-def]
    return post(client, "/events/bulk", events=events, change=change, do=do)  # type: ignore[arg-type]


def test_many_at_once_looked_at_first_applied_and_undone(
    korzo: FlaskClient, other: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    mine = [register(korzo, starts_on=f"2027-03-{day}") for day in (12, 13, 14)]
    theirs = register(other, starts_on="2027-03-12")
    post(korzo, f"/events/{mine[2]}/planning", planning="confirmed")

    def planning() -> list[str]:
        with sessions() as session:
            return list(session.scalars(select(Event.planning).order_by(Event.id)))

    refused = choose(korzo, [*mine, theirs], "planning=confirmed", "apply")
    assert refused.status_code == 422 and "niet van u" in refused.text
    preview = choose(korzo, mine, "planning=confirmed").text
    assert "2 activiteiten veranderen" in preview and "is al zo" in preview
    assert planning() == ["option", "option", "confirmed", "option"]
    done = choose(korzo, mine, "planning=confirmed", "apply")
    assert planning() == ["confirmed", "confirmed", "confirmed", "option"]
    # One is changed by hand since; that one stays as it is.
    post(korzo, f"/events/{mine[0]}/planning", planning="idea")
    where = done.location.split("?")[0]
    assert post(other, where).status_code == 404
    page = korzo.post(where, data={"csrf_token": _token(korzo)}, follow_redirects=True).text
    assert "1 teruggezet, 1 overgeslagen" in page
    assert planning() == ["idea", "option", "confirmed", "option"]
    assert (
        "0 teruggezet"
        in korzo.post(where, data={"csrf_token": _token(korzo)}, follow_redirects=True).text
    )


def _token(client: FlaskClient) -> str:
    from tests.web.conftest import csrf_of

    return csrf_of(client.get("/").text)


def test_a_theme_is_added_to_many_and_taken_off_again(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public")
    done = choose(korzo, [event], "theme=science-art", "apply")
    assert b"Zwerm" in client.get("/feeds/theme/science-art.ics").data
    post(korzo, done.location.split("?")[0])
    assert b"Zwerm" not in client.get("/feeds/theme/science-art.ics").data


@pytest.mark.parametrize("change", ["", "planning=cancelled", "lead_id=3", "theme=nothing", "x"])
def test_what_cannot_be_changed_together_is_refused(change: str, korzo: FlaskClient) -> None:
    event = register(korzo, starts_on="2027-03-12")
    assert choose(korzo, [event], change, "apply").status_code == 422
    assert choose(korzo, [], "planning=idea", "apply").status_code == 422


def test_a_campaign_is_linked_and_seen_beside_the_programme(
    korzo: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    show = register(
        korzo, starts_on="2026-12-12", starts_time="20:15", role="premiere", planning="confirmed",
        visibility="public",
    )  # fmt: skip
    campaign = register(
        korzo, kind="campaign", title="Dansmaand", date_type="periodic", from_on="2026-12-01",
        until_on="2026-12-20", planning="confirmed", visibility="public", channels="affiche, radio",
    )  # fmt: skip
    hidden = register(korzo, kind="campaign", title="Geheim", starts_on="2026-12-09",
                      role="announcement", visibility="sealed")  # fmt: skip
    where = f"/events/{campaign}/promotes"
    assert post(korzo, where, events=[show]).status_code == 303  # type: ignore[arg-type]
    page = client.get(f"/events/{campaign}", follow_redirects=True).text
    assert "Deze campagne promoot" in page and "affiche, radio" in page
    assert "Dansmaand" in client.get(f"/events/{show}", follow_redirects=True).text
    lane = client.get("/campaigns").text
    assert "Dansmaand" in lane and "Zwerm" in lane and "Geheim" not in lane
    assert "Geheim" in korzo.get("/campaigns").text and hidden
    post(korzo, where)
    with sessions() as session:
        assert session.scalars(select(Promotion)).all() == []
