"""Reset, invitation, change of address: by a link in a mail that works once."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.people.models import Membership, OneTimeLink, User
from calendar_app.people.queries import find_user
from calendar_app.workflow import accounts, manage
from calendar_app.workflow.accounts import DEAD_LINKS, PER_PERSON
from tests.factories.mailbox import link_in, mails_to
from tests.factories.people import PASSWORD, add_person
from tests.web.conftest import Clock, SignedIn, counted, csrf_of, sign_in

NEW = "vier losse woorden hier"
Sessions = sessionmaker[Session]


def send(client: FlaskClient, path: str, page: str | None = None, **values: object):  # type: ignore[no-untyped-def]
    """Fills the form of a page in and sends it."""
    token = csrf_of(client.get(page or path).text)
    return client.post(path, data={"csrf_token": token, **values})


@pytest.fixture
def person(app: Flask, sessions: Sessions) -> str:
    """Somebody's address; they have an account."""
    with sessions() as session, transaction(session):
        add_person(session, "e@x.example", institutions=("korzo",))
    return "e@x.example"


def asked(client: FlaskClient, sessions: Sessions, email: str) -> str:
    """The path of a fresh reset link."""
    assert send(client, "/login/forgotten", email=email).status_code == 303
    return link_in(mails_to(sessions, email)[-1])


def test_a_reset_link_sets_a_password_once(
    client: FlaskClient, sessions: Sessions, person: str, signed_in: SignedIn
) -> None:
    open_elsewhere = signed_in("other@x.example")
    path = asked(client, sessions, person)
    for _ in range(2):  # a mail scanner opens it first; that uses nothing up
        assert client.get(path).status_code == 200
    assert send(client, path, password=NEW).location == "/login"
    sign_in(client, person, NEW)
    assert client.get(path).status_code == 404
    token = csrf_of(client.get("/").text)
    again = client.post(path, data={"csrf_token": token, "password": "nog een ander woord"})
    assert again.status_code == 404
    assert "gewijzigd" in mails_to(sessions, person)[-1].subject
    assert open_elsewhere.get("/events/new").status_code == 403, "others stay signed in"


def test_only_a_signature_of_the_token_is_stored(
    client: FlaskClient, sessions: Sessions, person: str
) -> None:
    token = asked(client, sessions, person).rpartition("/")[2]
    with sessions() as session:
        (link,) = session.scalars(select(OneTimeLink)).all()
        assert token not in str(vars(link))
    # The same token is no invitation and no change of address.
    for path in ("/invitations/", "/address/"):
        assert client.get(path + token).status_code == 404


def test_a_reset_link_dies_with_time_a_newer_one_and_the_password(
    client: FlaskClient, sessions: Sessions, person: str, clock: Clock
) -> None:
    first = asked(client, sessions, person)
    second = asked(client, sessions, person)
    assert client.get(first).status_code == 404
    with sessions() as session, transaction(session):
        manage.set_password(session, person, "another-long-password")
    assert client.get(second).status_code == 404
    third = asked(client, sessions, person)
    clock.now += timedelta(minutes=59)
    assert client.get(third).status_code == 200
    clock.now += timedelta(minutes=1)
    assert client.get(third).status_code == 404


def test_an_unknown_account_gets_the_same_answer_and_no_mail(
    client: FlaskClient, sessions: Sessions, person: str
) -> None:
    with sessions() as session, transaction(session):
        find_user_or_fail(session, person)
        gone = add_person(session, "gone@x.example")
        gone.active = False
    answers, work = [], []
    for email in (person, "unknown@x.example", "gone@x.example"):
        with counted(sessions) as statements:
            answer = send(client, "/login/forgotten", email=email)
        page = client.get(answer.location).text
        answers.append((answer.status_code, answer.location, re.sub(r'value="[^"]+"', "", page)))
        work.append(len(statements))
    assert answers[0] == answers[1] == answers[2]
    # The same questions are asked; only the row of the mail is one more.
    assert work == [work[0], work[0] - 1, work[0] - 1]
    assert mails_to(sessions, "unknown@x.example") == mails_to(sessions, "gone@x.example") == []


def find_user_or_fail(session: Session, email: str) -> User:
    """The account with this address."""
    user = find_user(session, email)
    assert user
    return user


def test_asking_and_guessing_are_limited(
    app: Flask, client: FlaskClient, sessions: Sessions, person: str, clock: Clock
) -> None:
    for email in (person, "unknown@x.example"):
        codes = [
            send(app.test_client(), "/login/forgotten", email=email).status_code
            for _ in range(PER_PERSON + 1)
        ]
        assert codes == [303] * PER_PERSON + [429]
    guesses = [client.get(f"/login/reset/guess{n}").status_code for n in range(DEAD_LINKS + 1)]
    assert guesses == [404] * DEAD_LINKS + [429]
    clock.now += timedelta(hours=1, seconds=1)
    path = asked(client, sessions, person)
    assert client.get(path).status_code == 200


def test_a_bad_password_is_refused_and_the_link_stays(
    client: FlaskClient, sessions: Sessions, person: str
) -> None:
    path = asked(client, sessions, person)
    for bad in ("short", "x" * 201, "aaaaaaaaaaaaaa", "wachtwoord123", "Samenspel2026!",
                "e@x.example1", ""):  # fmt: skip
        assert send(client, path, password=bad).status_code == 422, bad
    assert send(client, path, password=NEW).status_code == 303


def test_links_are_made_from_base_url_in_the_readers_language(
    app: Flask, client: FlaskClient, sessions: Sessions, person: str
) -> None:
    with sessions() as session, transaction(session):
        find_user_or_fail(session, person).language = "en"
    evil = {"Host": "evil.example"}
    token = csrf_of(client.get("/login", headers=evil).text)
    answer = client.post(
        "/login/forgotten", data={"csrf_token": token, "email": person}, headers=evil
    )
    assert answer.status_code == 303
    (mail,) = mails_to(sessions, person)
    assert "evil" not in mail.text + mail.html
    assert link_in(mail).startswith("/en/login/reset/")
    assert mail.subject == "Choose a new password"


# Invitation


def test_a_manager_invites_and_the_colleague_makes_an_account(
    app: Flask, signed_in: SignedIn, sessions: Sessions
) -> None:
    manager = signed_in("m@x.example", institutions=("korzo",), role="manager")
    page = "/institutions/korzo/people"
    answer = send(manager, page, email=" New@X.example ", role="editor")
    assert answer.status_code == 303
    assert "new@x.example" in manager.get(page).text
    (mail,) = mails_to(sessions, "new@x.example")
    assert "Korzo" in mail.text and "m nodigt u uit" in mail.text
    path = link_in(mail)
    client = app.test_client()
    assert send(client, path, name="", password="x").status_code == 422
    assert "Noor" in send(client, path, name="Noor", password="kort").text, "nothing typed is lost"
    assert send(client, path, name=" Noor\x00 Visser ", password=NEW).status_code == 303
    assert client.get("/events/new").status_code == 200, "signed in, and may register"
    with sessions() as session:
        user = find_user_or_fail(session, "new@x.example")
        assert user.name == "Noor Visser"
        assert session.scalars(
            select(Membership.role).where(Membership.user_id == user.id)
        ).all() == ["editor"]
    assert app.test_client().get(path).status_code == 404, "once"
    assert "Noor Visser" in manager.get(page).text


def test_one_person_works_for_several_institutions(
    app: Flask, signed_in: SignedIn, sessions: Sessions
) -> None:
    client = signed_in("both@x.example", institutions=("korzo",))
    manager = signed_in("m@x.example", institutions=("amare",), role="manager")
    send(manager, "/institutions/amare/people", email="both@x.example", role="manager")
    path = link_in(mails_to(sessions, "both@x.example")[-1])
    stranger = app.test_client()
    assert "/login?next=" in stranger.get(path).text
    other = signed_in("third@x.example")
    assert "third@x.example" in other.get(path).text
    token = csrf_of(other.get("/").text)
    assert other.post(path, data={"csrf_token": token}).status_code == 403
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    assert send(client, path).status_code == 303
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before, "a new session with the new right"
    page = client.get("/events/new").text
    assert "Korzo" in page and "Amare" in page
    assert client.get("/institutions/amare/people").status_code == 200


def test_nobody_makes_an_account_over_one_that_exists(
    app: Flask, signed_in: SignedIn, sessions: Sessions
) -> None:
    manager = signed_in("m@x.example", institutions=("korzo",), role="manager")
    signed_in("known@x.example")
    send(manager, "/institutions/korzo/people", email="known@x.example", role="editor")
    path = link_in(mails_to(sessions, "known@x.example")[-1])
    client = app.test_client()
    token = csrf_of(client.get("/login").text)
    answer = client.post(path, data={"csrf_token": token, "name": "Dief", "password": NEW})
    assert answer.status_code == 422
    with sessions() as session:
        assert find_user_or_fail(session, "known@x.example").name == "known"


def test_an_invitation_is_withdrawn_replaced_and_runs_out(
    client: FlaskClient, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    manager = signed_in("m@x.example", institutions=("korzo",), role="manager")
    page = "/institutions/korzo/people"

    def invited() -> str:
        send(manager, page, email="new@x.example", role="editor")
        return link_in(mails_to(sessions, "new@x.example")[-1])

    first, second = invited(), invited()
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    (action,) = re.findall(
        r'action="(/institutions/korzo/invitations/\d+)"', manager.get(page).text
    )
    assert send(manager, action, page).status_code == 303
    assert client.get(second).status_code == 404
    third = invited()
    clock.now += timedelta(days=14)
    assert client.get(third).status_code == 404


@pytest.mark.parametrize("after", ["role", "active"])
def test_an_invitation_dies_with_the_right_of_who_sent_it(
    app: Flask, signed_in: SignedIn, sessions: Sessions, after: str
) -> None:
    manager = signed_in("m@x.example", institutions=("korzo",), role="manager")
    page = "/institutions/korzo/people"
    send(manager, page, email="private@x.example", role="manager")
    path = link_in(mails_to(sessions, "private@x.example")[-1])
    client = app.test_client()
    token = csrf_of(client.get(path).text)
    with sessions() as session, transaction(session):
        user = find_user_or_fail(session, "m@x.example")
        if after == "role":
            session.scalars(
                select(Membership).where(Membership.user_id == user.id)
            ).one().role = "editor"
        else:
            user.active = False
    assert client.get(path).status_code == 404
    made = client.post(path, data={"csrf_token": token, "name": "Terug", "password": NEW})
    assert made.status_code == 404
    with sessions() as session:
        assert find_user(session, "private@x.example") is None


PEOPLE: list[tuple[dict[str, object], int]] = [
    ({"institutions": ("korzo",), "role": "manager"}, 200),
    ({"is_admin": True}, 200),
    ({"institutions": ("korzo",)}, 403),
    ({"institutions": ("amare",), "role": "manager"}, 403),
    ({"regions": ("haaglanden", "rijnland")}, 403),
    ({}, 403),
]


def test_only_managers_and_administrators_decide_who_works_there(
    signed_in: SignedIn, sessions: Sessions
) -> None:
    page = "/institutions/korzo/people"
    for n, (who, status) in enumerate(PEOPLE):
        with sessions() as session, transaction(session):
            victim = add_person(session, f"v{n}@x.example", institutions=("korzo",)).id
        client = signed_in(f"w{n}@x.example", **who)
        assert client.get(page).status_code == status
        token = csrf_of(client.get("/login/forgotten").text)
        posts = {
            page: {"email": f"n{n}@x.example", "role": "manager"},
            f"{page}/{victim}": {"role": "manager"},
            "/institutions/korzo/invitations/999999": {},
        }
        for path, values in posts.items():
            answer = client.post(path, data={"csrf_token": token, **values})
            allowed = 404 if "invitations" in path else 303
            assert answer.status_code == (allowed if status == 200 else 403), (who, path)
        with sessions() as session:
            of_victim = select(Membership.role).where(Membership.user_id == victim)
            assert session.scalars(of_victim).one() == ("manager" if status == 200 else "editor")
        assert len(mails_to(sessions, f"n{n}@x.example")) == (status == 200)


def test_who_leaves_is_out_at_once(signed_in: SignedIn, sessions: Sessions) -> None:
    manager = signed_in("m@x.example", institutions=("korzo",), role="manager")
    client = signed_in("e@x.example", institutions=("korzo",))
    with sessions() as session:
        user_id = find_user_or_fail(session, "e@x.example").id
    page = "/institutions/korzo/people"
    assert send(manager, f"{page}/{user_id}", page, role="none").status_code == 303
    assert client.get("/events/new").status_code == 303, "signed out"
    assert send(manager, f"{page}/{user_id}", page, role="manager").status_code == 404


# Change of address


@pytest.mark.parametrize(
    "order", [("e@x.example", "new@x.example"), ("new@x.example", "e@x.example")]
)
def test_an_address_changes_when_both_sides_agree(
    app: Flask, client: FlaskClient, sessions: Sessions, person: str, order: tuple[str, str]
) -> None:
    reset = asked(client, sessions, person)
    change(app, sessions, person, "New@x.example")
    first, second = (link_in(mails_to(sessions, one)[-1]) for one in order)
    assert "andere adres" in follow(client, first)
    with sessions() as session:
        assert find_user(session, "new@x.example") is None
    assert client.get(first).status_code == 404, "each works once"
    assert "gewijzigd" in follow(client, second)
    sign_in(client, "new@x.example")
    assert client.get(reset).status_code == 404, "what went to the old address is dead"
    for one in order:
        assert mails_to(sessions, one)[-1].kind == "notice"


def follow(client: FlaskClient, path: str) -> str:
    """Answers a link; the page after it."""
    return client.get(send(client, path).location).text


def change(app: Flask, sessions: Sessions, person: str, new: str) -> None:
    """Asks for a change of address."""
    settings = app.extensions["calendar"].settings
    with sessions() as session:
        viewer = accounts.Viewer(user_id=find_user_or_fail(session, person).id)
        session.rollback()
        with transaction(session):
            accounts.ask_address(session, viewer, settings, new, app.extensions["calendar"].clock())


def test_an_address_that_is_taken_meanwhile_is_refused(
    app: Flask, client: FlaskClient, sessions: Sessions, person: str
) -> None:
    change(app, sessions, person, "new@x.example")
    with sessions() as session, transaction(session):
        add_person(session, "new@x.example")
    follow(client, link_in(mails_to(sessions, person)[-1]))
    answer = send(client, link_in(mails_to(sessions, "new@x.example")[-1]))
    assert answer.status_code == 422
    sign_in(client, person, PASSWORD)
