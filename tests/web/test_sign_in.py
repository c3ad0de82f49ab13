"""Signing in and out, sessions on the server, cookies, headers."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.people.models import SignIn
from calendar_app.web import create_app
from calendar_app.web.links import safe_path
from calendar_app.workflow.manage import PER_ACCOUNT, set_password
from tests.factories.people import PASSWORD, add_person
from tests.web.conftest import Clock, SignedIn, csrf_of, sign_in

MEMBER_PAGE = "/events/new"


def test_signing_in_opens_the_members_pages(client: FlaskClient, signed_in: SignedIn) -> None:
    answer = client.get(MEMBER_PAGE)
    assert answer.status_code == 303
    assert "/login" in answer.location
    assert signed_in("e@x.example", institutions=("korzo",)).get(MEMBER_PAGE).status_code == 200


def test_the_form_signs_in_with_a_new_session(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session, transaction(session):
        add_person(session, "e@x.example", institutions=("korzo",))
    client.get("/login")
    before = client.get_cookie("session")
    sign_in(client, "E@x.example")
    after = client.get_cookie("session")
    assert before and after and before.value != after.value
    assert client.get(MEMBER_PAGE).status_code == 200


def test_an_old_cookie_is_refused_after_signing_out(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.post("/logout", data={"csrf_token": csrf_of(client.get(MEMBER_PAGE).text)})
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    assert thief.get(MEMBER_PAGE).status_code == 303


def test_a_new_password_ends_every_session(
    signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    with sessions() as session, transaction(session):
        set_password(session, "e@x.example", "another-long-password")
    assert client.get(MEMBER_PAGE).status_code == 303


def test_sessions_end_by_idling_and_absolutely(signed_in: SignedIn, clock: Clock) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    for _ in range(13):
        clock.now += timedelta(days=1)
        assert client.get(MEMBER_PAGE).status_code == 200
    clock.now += timedelta(days=1)
    assert client.get(MEMBER_PAGE).status_code == 303
    idle = signed_in("f@x.example", institutions=("korzo",))
    clock.now += timedelta(days=4)
    assert idle.get(MEMBER_PAGE).status_code == 303


def test_only_a_hash_of_the_token_is_stored(
    signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("e@x.example")
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with sessions() as session:
        (row,) = session.query(SignIn).all()
        assert token not in (row.token_hash, str(row.id))


def test_unknown_account_and_wrong_password_answer_the_same(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session, transaction(session):
        add_person(session, "known@x.example")
    pages = []
    for email in ("known@x.example", "other@x.example"):
        token = csrf_of(client.get("/login").text)
        answer = client.post(
            "/login", data={"email": email, "password": "wrong", "csrf_token": token}
        )
        page = re.sub(r'(name="csrf_token" value=|data-options=)"[^"]*"', r"\1", answer.text)
        pages.append((answer.status_code, page.replace(email, "")))
    assert pages[0][0] == pages[1][0] == 422
    assert pages[0][1].splitlines() == pages[1][1].splitlines()


def test_attempts_are_counted_in_the_database(
    app: Flask, clock: Clock, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session, transaction(session):
        add_person(session, "known@x.example")

    def attempt(password: str) -> int:
        client = app.test_client()  # no cookie to count by
        token = csrf_of(client.get("/login").text)
        return client.post(
            "/login", data={"email": "Known@x.example", "password": password, "csrf_token": token}
        ).status_code

    assert [attempt("wrong") for _ in range(PER_ACCOUNT)] == [422] * PER_ACCOUNT
    assert attempt(PASSWORD) == 429
    clock.now += timedelta(minutes=16)
    assert attempt(PASSWORD) == 303


def test_a_form_without_csrf_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/login", data={"email": "a", "password": "b"}).status_code == 400
    assert client.post("/logout").status_code == 400


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil", "",
     "javascript:alert(1)", "/ok\r\nSet-Cookie: a=b", "///evil.example"],
)  # fmt: skip
def test_no_open_redirect(client: FlaskClient, signed_in: SignedIn, target: str) -> None:
    assert safe_path(target) is None
    answer = signed_in("e@x.example").get("/login", query_string={"next": target})
    assert answer.location == "/"


def test_signing_in_goes_on_to_where_one_was(app: Flask, sessions: sessionmaker[Session]) -> None:
    with sessions() as session, transaction(session):
        add_person(session, "e@x.example", institutions=("korzo",))
    client = app.test_client()
    where = client.get("/en/events/new?kind=concert").location
    token = csrf_of(client.get(where).text)
    data = {"email": "e@x.example", "password": PASSWORD, "csrf_token": token}
    assert client.post(where, data=data).location == "/en/events/new?kind=concert"


def test_cookies_are_safe_and_tied_to_https(
    client: FlaskClient, sessions: sessionmaker[Session], tmp_path: object
) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    secure = create_app(
        {"BASE_URL": "https://calendar.example.org", "INSTANCE_DIR": tmp_path}, sessions=sessions
    ).test_client()
    answer = secure.get("/login", base_url="https://calendar.example.org")
    assert answer.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["Set-Cookie"] and "Path=/" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers


def test_pages_carry_a_strict_policy_and_no_inline_script(client: FlaskClient) -> None:
    answer = client.get("/login")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    for tag in answer.text.split("<script")[1:]:
        assert "src=" in tag.split(">")[0] or "ld+json" in tag.split(">")[0]
    assert " style=" not in answer.text and " onclick" not in answer.text


def test_the_host_header_poisons_nothing(client: FlaskClient) -> None:
    page = client.get("/login", headers={"Host": "evil.example"}).text
    assert "evil.example" not in page


def test_health_is_answered_without_a_cookie(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
