"""Codes from an app and passkeys: with either, a password alone is not enough."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.errors import Forbidden
from calendar_app.db.transaction import transaction
from calendar_app.people import codes, passkeys
from calendar_app.people.models import Passkey, SignIn
from calendar_app.people.passkeys import Site
from calendar_app.people.queries import find_user, viewer_of
from calendar_app.web import create_app
from calendar_app.workflow import second_step
from calendar_app.workflow.accounts import OPERATOR
from calendar_app.workflow.second_step import TRIES
from tests.conftest import NOW
from tests.factories.authenticator import Device
from tests.factories.mailbox import mails_to
from tests.factories.people import PASSWORD
from tests.web.conftest import Clock, SignedIn, csrf_of

Sessions = sessionmaker[Session]
EMAIL = "e@x.example"
INSIDE = "/account"


def send(client: FlaskClient, path: str, page: str | None = None, **values: object):  # type: ignore[no-untyped-def]
    """Fills the form of a page in and sends it."""
    token = csrf_of(client.get(page or path).text)
    return client.post(path, data={"csrf_token": token, **values})


def password(app: Flask, target: str = "") -> tuple[FlaskClient, str]:
    """A new browser where the right password was given, and where that leads."""
    client = app.test_client()
    answer = send(client, "/login", email=EMAIL, password=PASSWORD, next=target)
    assert answer.status_code == 303
    return client, str(answer.location)


# Codes


@pytest.fixture
def phone(signed_in: SignedIn, clock: Clock) -> pyotp.TOTP:
    """The app on a phone of somebody who has turned codes on."""
    client = signed_in(EMAIL)
    page = client.get("/account/code").text
    assert "<svg" in page and 'style="' not in page
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert key
    app = pyotp.TOTP(key[1].replace(" ", ""))
    assert send(client, "/account/code", code="000000").status_code == 422
    assert send(client, "/account/code", code=app.at(clock.now)).status_code == 303
    clock.now += timedelta(seconds=90)
    return app


def test_a_password_alone_is_not_enough(
    app: Flask, phone: pyotp.TOTP, clock: Clock, sessions: Sessions
) -> None:
    client, where = password(app, "/account/password")
    assert where.startswith("/login/code")
    assert client.get(INSIDE).status_code == 303, "not in yet"
    for wrong in ("", "12345", "abcdef", "１２３４５６"):
        assert send(client, where, code=wrong).status_code == 422
    answer = send(client, where, code=f" {phone.at(clock.now)[:3]} {phone.at(clock.now)[3:]}")
    assert answer.location == "/account/password"
    assert client.get(INSIDE).status_code == 200
    assert "aangezet" in mails_to(sessions, EMAIL)[-1].subject


def test_a_code_works_once_also_in_two_browsers(
    app: Flask, phone: pyotp.TOTP, clock: Clock
) -> None:
    seen = phone.at(clock.now)
    (first, where), (second, _) = password(app), password(app)
    assert send(first, where, code=seen).status_code == 303
    assert send(second, where, code=seen).status_code == 422
    clock.now += timedelta(seconds=30)
    assert send(second, where, code=phone.at(clock.now)).status_code == 303


def test_codes_cannot_be_guessed(app: Flask, phone: pyotp.TOTP, clock: Clock) -> None:
    wrong = "000000" if phone.at(clock.now) != "000000" else "111111"
    for _ in range(TRIES):
        client, where = password(app)  # another browser each time
        assert send(client, where, code=wrong).status_code == 422
    client, where = password(app)
    assert send(client, where, code=phone.at(clock.now)).status_code == 429
    clock.now += timedelta(minutes=16)
    client, where = password(app)
    assert send(client, where, code=phone.at(clock.now)).status_code == 303


def test_the_half_way_dies_with_time_and_with_the_password(
    app: Flask, phone: pyotp.TOTP, clock: Clock, sessions: Sessions
) -> None:
    client, where = password(app)
    token = csrf_of(client.get(where).text)
    with sessions() as session, transaction(session):
        user = find_user(session, EMAIL)
        assert user
        kept, user.password_hash = user.password_hash, "another"
    sent = {"csrf_token": token, "code": phone.at(clock.now)}
    assert "Geef eerst" in client.post(where, data=sent).text
    with sessions() as session, transaction(session):
        user = find_user(session, EMAIL)
        assert user
        user.password_hash = kept
    clock.now += timedelta(minutes=10, seconds=1)
    assert "Geef eerst" in client.post(where, data=sent | {"code": phone.at(clock.now)}).text
    assert client.get(INSIDE).status_code == 303


def test_codes_are_turned_off_again(
    app: Flask, phone: pyotp.TOTP, clock: Clock, sessions: Sessions
) -> None:
    client, where = password(app)
    send(client, where, code=phone.at(clock.now))
    assert send(client, "/account/code").status_code == 303
    assert password(app)[1] == "/"
    assert "uitgezet" in mails_to(sessions, EMAIL)[-1].subject


def test_an_administrator_lets_in_who_lost_their_phone(
    app: Flask, phone: pyotp.TOTP, signed_in: SignedIn, sessions: Sessions, now: Any
) -> None:
    settings = app.extensions["calendar"].settings
    signed_in("m@x.example", institutions=("korzo",), role="manager", regions=("haaglanden",))
    with sessions() as session, transaction(session):
        user, other = find_user(session, EMAIL), find_user(session, "m@x.example")
        assert user and other
        with pytest.raises(Forbidden):
            viewer = viewer_of(session, other, "nl")
            second_step.drop(session, viewer, settings, user.id, now)
        second_step.drop(session, OPERATOR, settings, user.id, now)
        assert not session.scalars(select(SignIn).where(SignIn.user_id == user.id)).all()
    assert password(app)[1] == "/"


def test_the_administrator_requires_it_of_who_sees_the_most(
    app: Flask, phone: pyotp.TOTP, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    where = "/admin/sign-in"
    without = signed_in("a@x.example", is_admin=True)
    refused = send(without, where, required="1")
    assert refused.status_code == 422 and "voor uzelf" in refused.text
    coordinator = signed_in("c@x.example", regions=("rijnland",))
    with sessions() as session, transaction(session):
        user = find_user(session, EMAIL)
        assert user
        user.is_admin = True
    admin, step = password(app)
    send(admin, step, code=phone.at(clock.now))
    assert send(admin, where, required="1").status_code == 303
    # It holds at once: who has none is signed out, and gets no further than their own account.
    assert coordinator.get("/conflicts").location == "/login?next=/conflicts"
    assert "second step required" in admin.get("/admin/audit").text
    client = app.test_client()
    send(client, "/login", email="c@x.example", password=PASSWORD)
    for page in ("/", "/conflicts", "/agenda", "/moderation"):
        answer = client.get(page)
        assert (answer.status_code, answer.location) == (303, INSIDE), page
    assert "tweede stap" in client.get(INSIDE).text
    assert send(client, "/conflicts/aaaaaaaaaaaa", INSIDE).location == INSIDE
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get("/account/code").text)
    assert key
    made = pyotp.TOTP(key[1].replace(" ", ""))
    assert send(client, "/account/code", code=made.at(clock.now)).status_code == 303
    assert client.get("/conflicts").status_code == 200
    # The only one is not turned off again; an editor may do without.
    send(client, "/account/code")
    assert "eerst een andere" in client.get(INSIDE).text
    again = send(app.test_client(), "/login", email="c@x.example", password=PASSWORD)
    assert str(again.location).startswith("/login/code")
    assert signed_in("e2@x.example", institutions=("korzo",)).get("/events/new").status_code == 200


@given(st.integers(-120, 120), st.text(alphabet="0123456789 ", max_size=8))
def test_only_the_codes_around_now_fit_and_never_one_twice(seconds: int, guess: str) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    there = NOW + timedelta(seconds=seconds)
    code = pyotp.TOTP(secret).at(there)
    step = codes.matching_step(secret, code, NOW, None)
    away = int(there.timestamp()) // 30 - int(NOW.timestamp()) // 30
    if step is not None:  # by chance a code far away may be that of a near step
        assert abs(step - int(NOW.timestamp()) // 30) <= 1
        assert pyotp.TOTP(secret).generate_otp(step) == code
        again = codes.matching_step(secret, code, NOW, step)
        assert again is None or again > step
    assert step is not None or abs(away) > 1
    found = codes.matching_step(secret, guess, NOW, None)
    assert found is None or pyotp.TOTP(secret).generate_otp(found) == "".join(guess.split())


# Passkeys


def asked(page: str, how: str) -> dict[str, Any]:
    """What a page asks the browser."""
    found = re.search(rf'data-passkey="{how}" data-options="([^"]+)"', page)
    assert found, page
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


@pytest.fixture
def device(signed_in: SignedIn) -> Device:
    """The device of somebody who has a passkey."""
    client, made = signed_in(EMAIL), Device()
    options = asked(client.get("/account/passkeys").text, "create")
    assert options["authenticatorSelection"]["userVerification"] == "required"
    answer = made.make(options)
    page = {"name": "Mijn laptop", "credential": answer}
    token = csrf_of(client.get("/login/forgotten").text)
    done = client.post("/account/passkeys", data={"csrf_token": token, **page})
    assert done.status_code == 303, done.text
    assert "Mijn laptop" in client.get("/account/passkeys").text
    return made


def enter(client: FlaskClient, device: Device, where: str = "/login", **more: str):  # type: ignore[no-untyped-def]
    """Signs in with a passkey from a page."""
    page = client.get(where).text
    answer = device.use(asked(page, "get"))
    sent = {"csrf_token": csrf_of(page), "credential": answer, **more}
    return client.post("/login/passkey", data=sent)


def test_a_passkey_signs_in_without_a_password(
    app: Flask, device: Device, sessions: Sessions
) -> None:
    client = app.test_client()
    assert enter(client, device, next="/account/password").location == "/account/password"
    assert client.get(INSIDE).status_code == 200
    assert "passkey" in mails_to(sessions, EMAIL)[-1].subject
    with sessions() as session:
        (row,) = session.scalars(select(Passkey)).all()
        assert row.sign_count == 1 and row.used_at


def test_with_a_passkey_a_password_alone_is_not_enough(app: Flask, device: Device) -> None:
    client, where = password(app)
    assert where.startswith("/login/code")
    assert client.get(INSIDE).status_code == 303
    assert enter(client, device, where).status_code == 303
    assert client.get(INSIDE).status_code == 200


def test_an_answer_is_worth_nothing_twice_elsewhere_or_later(
    app: Flask, device: Device, clock: Clock
) -> None:
    client = app.test_client()
    page = client.get("/login").text
    cookie = client.get_cookie("session")
    answer = device.use(asked(page, "get"))
    sent = {"csrf_token": csrf_of(page), "credential": answer}
    stranger = app.test_client()
    other = {"csrf_token": csrf_of(stranger.get("/login").text), "credential": answer}
    assert stranger.post("/login/passkey", data=other).status_code == 422, "another challenge"
    assert client.post("/login/passkey", data=sent).status_code == 303
    thief = app.test_client()
    assert cookie
    thief.set_cookie("session", cookie.value)
    assert thief.post("/login/passkey", data=sent).status_code == 422, "the same cookie, again"
    late = app.test_client()
    page = late.get("/login").text
    sent = {"csrf_token": csrf_of(page), "credential": device.use(asked(page, "get"))}
    clock.now += timedelta(minutes=10, seconds=1)
    assert late.post("/login/passkey", data=sent).status_code == 422


@pytest.mark.parametrize("wrong", ["origin", "key", "unverified", "counter"])
def test_a_false_passkey_is_refused(app: Flask, device: Device, wrong: str) -> None:
    match wrong:
        case "origin":
            device.origin = "https://evil.example"
        case "key":
            device = Device()
        case "unverified":
            device.verifies = False
        case "counter":
            assert enter(app.test_client(), device).status_code == 303
            device.uses = 0
    client = app.test_client()
    assert enter(client, device).status_code == 422
    assert client.get(INSIDE).status_code == 303


def test_only_ones_own_passkeys_are_removed(
    app: Flask, device: Device, signed_in: SignedIn, sessions: Sessions
) -> None:
    with sessions() as session:
        (key,) = session.scalars(select(Passkey.id)).all()
    path = f"/account/passkeys/{key}"
    assert send(signed_in("o@x.example"), path, "/login/forgotten").status_code == 404
    client = app.test_client()
    enter(client, device)
    assert send(client, path, "/login/forgotten").status_code == 303
    assert enter(app.test_client(), device).status_code == 422
    assert password(app)[1] == "/"


def test_a_passkey_belongs_to_one_account(app: Flask, device: Device, signed_in: SignedIn) -> None:
    client = signed_in("o@x.example")
    page = client.get("/account/passkeys").text
    sent = {"csrf_token": csrf_of(page), "credential": device.make(asked(page, "create"))}
    assert client.post("/account/passkeys", data=sent).status_code == 422


def test_passkeys_are_offered_only_where_browsers_make_them(
    sessions: Sessions, client: FlaskClient, tmp_path: object
) -> None:
    assert "data-passkey" in client.get("/login").text
    bare = create_app(
        {"BASE_URL": "http://127.0.0.1:8000", "INSTANCE_DIR": tmp_path, "SECRET_KEY": "test"},
        sessions=sessions,
    ).test_client()
    assert "data-passkey" not in bare.get("/login").text


_SITE = Site("localhost", "http://localhost", "Samenspel")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "attestationObject",
                         "authenticatorData", "signature"]), inside, max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(_JSON | st.text(max_size=60), st.text(max_size=60))
def test_nonsense_is_no_passkey_and_no_error(answer: Any, challenge: str) -> None:
    given_ = answer if isinstance(answer, str) else json.dumps(answer)
    assert passkeys.read_made(_SITE, given_, challenge) is None
    assert passkeys.read_used(_SITE, given_, challenge, b"key", 0) is None
    passkeys.used_id(given_)
    assert passkeys.used_id("x" * 30_000) is None
