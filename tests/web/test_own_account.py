"""One's own account: details, password, sessions, one's data given and erased."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.actions import add_event
from calendar_app.notify.models import Mail
from calendar_app.people.devices import device_of
from calendar_app.people.models import (
    Attempt,
    AuditEntry,
    Institution,
    Membership,
    OneTimeLink,
    SignIn,
    User,
)
from calendar_app.people.queries import find_user
from tests.factories import draft
from tests.factories.mailbox import link_in, mails_to
from tests.factories.people import PASSWORD
from tests.web.conftest import Clock, SignedIn, csrf_of, sign_in

NEW = "vier losse woorden hier"
Sessions = sessionmaker[Session]


def send(client: FlaskClient, path: str, page: str | None = None, **values: object):  # type: ignore[no-untyped-def]
    """Fills the form of a page in and sends it."""
    token = csrf_of(client.get(page or path).text)
    return client.post(path, data={"csrf_token": token, **values})


def user_of(sessions: Sessions, email: str) -> User:
    """The account with this address."""
    with sessions() as session:
        found = find_user(session, email)
        assert found
        return found


def test_name_and_language_are_changed(signed_in: SignedIn, sessions: Sessions) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    page = client.get("/account").text
    assert "Korzo" in page and "e@x.example" in page
    assert send(client, "/account", name="  Els\u202e Bos ", language="en").status_code == 303
    assert "Els Bos" in client.get("/account").text
    assert user_of(sessions, "e@x.example").language == "en"
    for bad in ({"name": "", "language": "nl"}, {"name": "x" * 121, "language": "nl"},
                {"name": "Els", "language": "fr"}):  # fmt: skip
        answer = send(client, "/account", **bad)
        assert answer.status_code == 422
    assert user_of(sessions, "e@x.example").name == "Els Bos"


def test_nothing_but_the_named_fields_can_be_set(signed_in: SignedIn, sessions: Sessions) -> None:
    client = signed_in("e@x.example")
    send(
        client, "/account", name="Els", language="nl", is_admin="1", email="x@x.example", active=""
    )
    user = user_of(sessions, "e@x.example")
    assert (user.is_admin, user.active) == (False, True)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    app: Flask, signed_in: SignedIn, sessions: Sessions
) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    other = app.test_client()
    sign_in(other, "e@x.example")
    assert send(client, "/account/password", password="kort").status_code == 422
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    assert send(client, "/account/password", password=NEW).status_code == 303
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    assert client.get("/events/new").status_code == 200
    assert other.get("/events/new").status_code == 303
    sign_in(app.test_client(), "e@x.example", NEW)
    assert mails_to(sessions, "e@x.example")[-1].subject == "Uw wachtwoord is gewijzigd"


SENSITIVE = (
    "/account/password", "/account/address", "/account/erase", "/account/code", "/account/passkeys",
)  # fmt: skip


def test_what_decides_who_gets_in_asks_to_sign_in_again(
    signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    client = signed_in("e@x.example")
    token = csrf_of(client.get("/account").text)
    clock.now += timedelta(minutes=11)
    for page in SENSITIVE:
        answer = client.get(page)
        assert answer.status_code == 303 and "/login" in answer.location, page
    again = client.get(answer.location)
    assert "Log nog een keer in" in again.text and "e@x.example" in again.text
    clock.now += timedelta(hours=1)
    sent = {"csrf_token": token, "password": NEW, "email": "new@x.example", "sure": "1"}
    for page in (*SENSITIVE, "/account/passkeys/1"):
        assert "/login" in client.post(page, data=sent).location, page
    assert user_of(sessions, "e@x.example").active
    data = {"csrf_token": csrf_of(again.text), "email": "e@x.example", "password": PASSWORD}
    assert client.post(answer.location, data=data).location == SENSITIVE[-1]
    assert client.get(SENSITIVE[-1]).status_code == 200
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1, "one session, not two"


def test_sessions_are_listed_and_ended(
    app: Flask, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    client = signed_in("e@x.example")
    clock.now += timedelta(minutes=1)
    phone = app.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
    )
    sign_in(phone, "e@x.example")
    page = client.get("/account").text
    assert "Safari, iPhone" in page and "Onbekend apparaat" in page
    with sessions() as session:
        ids = {row.device: row.id for row in session.scalars(select(SignIn))}
    stranger = signed_in("f@x.example")
    path = f"/account/sessions/{ids['Safari, iPhone']}"
    assert send(stranger, path, "/account").status_code == 404
    assert phone.get("/account").status_code == 200
    assert send(client, path, "/account").status_code == 303
    assert phone.get("/account").status_code == 303
    sign_in(phone, "e@x.example")
    assert send(client, "/account/sessions", "/account").status_code == 303
    assert (phone.get("/account").status_code, client.get("/account").status_code) == (303, 200)
    assert stranger.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        ("(X11; Linux x86_64) (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome, Linux"),
        ("(Macintosh; Intel Mac OS X) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Mac"),
        (
            "(Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Safari/1",
            "Samsung Internet, Android",
        ),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_device_is_told_in_words(agent: str, words: str) -> None:
    assert device_of(f"Mozilla/5.0 {agent}") == words


def did_things(sessions: Sessions, clock: Clock, email: str) -> str:
    """The person registered a sealed event for Korzo; its public id."""
    with sessions() as session, transaction(session):
        lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
        user = find_user(session, email)
        assert user
        plan = draft(lead, visibility="sealed", title_nl="Geheim")
        return add_event(session, plan, user.id, clock.now).public_id


def test_one_gets_what_is_kept_and_nobody_elses(
    client: FlaskClient, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    own = signed_in("e@x.example", institutions=("korzo",), regions=("rijnland",))
    signed_in("other@x.example", institutions=("amare",))
    did_things(sessions, clock, "e@x.example")
    for email in ("e@x.example", "other@x.example"):
        send(client, "/login/forgotten", email=email)
    answer = own.get("/account/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    told = json.loads(answer.text)
    assert told["account"]["email"] == "e@x.example"
    assert told["institutions"] == [{"slug": "korzo", "name": "Korzo", "role": "editor"}]
    assert told["coordinates"] == ["rijnland"]
    assert [one["action"] for one in told["events"]] == ["registered"]
    assert [one["kind"] for one in told["mails"]] == ["reset"]
    assert len(told["links"]) == len(told["signed_in"]) == len(told["attempts"]) == 1
    assert "other@" not in answer.text and "Geheim" not in answer.text
    for secret in ("hash", "token", "argon2", "/login/reset"):
        assert secret not in answer.text


def test_erased_is_erased_and_history_names_nobody(
    app: Flask, client: FlaskClient, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    own = signed_in("bram.kuiper@x.example", institutions=("korzo",))
    colleague = signed_in("c@x.example", institutions=("korzo",))
    public_id = did_things(sessions, clock, "bram.kuiper@x.example")
    send(client, "/login/forgotten", email="bram.kuiper@x.example")
    reset = link_in(mails_to(sessions, "bram.kuiper@x.example")[-1])
    send(own, "/account/address", email="bram.kuiper@y.example")
    user_id = user_of(sessions, "bram.kuiper@x.example").id
    assert send(own, "/account/erase").status_code == 422, "only when sure"
    assert send(own, "/account/erase", sure="1").status_code == 303
    assert own.get("/account").status_code == 303
    assert client.get(reset).status_code == 404
    with sessions() as session:
        for model in (Membership, SignIn, OneTimeLink):
            mine = select(func.count()).select_from(model).where(model.user_id == user_id)
            assert session.scalar(mine) == 0, model
        kept = session.get_one(User, user_id)
        assert (kept.name, kept.password_hash, kept.active) == ("", None, False)
        rows = [
            str(row) for model in (User, Mail, OneTimeLink, Attempt, AuditEntry)
            for row in session.execute(select(model.__table__))
        ]  # fmt: skip
        assert not [row for row in rows if "kuiper" in row]
    assert "Geheim" in colleague.get("/institutions/korzo").text, "the plan stays"
    history = colleague.get(f"/events/{public_id}/history").text
    assert "vertrokken" in history and "kuiper" not in history
    token = csrf_of(client.get("/login").text)
    for email in ("bram.kuiper@x.example", f"erased-{user_id}@invalid"):
        data = {"csrf_token": token, "email": email, "password": PASSWORD}
        assert client.post("/login", data=data).status_code == 422
    # The address is free again: an invitation makes a new account.
    with sessions() as session:
        assert find_user(session, "bram.kuiper@x.example") is None


def test_the_only_administrator_stays(signed_in: SignedIn, sessions: Sessions) -> None:
    first = signed_in("a@x.example", is_admin=True)
    assert send(first, "/account/erase", sure="1").status_code == 422
    signed_in("b@x.example", is_admin=True)
    assert send(first, "/account/erase", sure="1").status_code == 303
