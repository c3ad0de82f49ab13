"""An app on the test's own transaction, and clients that sign in as people do."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.people.actions import open_sign_in
from calendar_app.web import create_app
from calendar_app.workflow.manage import load_reference
from tests.factories.people import PASSWORD, add_person

SignedIn = Callable[..., FlaskClient]


class Clock:
    """A clock that tests can set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present instant."""
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The app's clock."""
    return Clock(now)


@pytest.fixture
def app(sessions: sessionmaker[Session], tmp_path: Path, clock: Clock) -> Flask:
    """The application, with both regions and all institutions."""
    with sessions() as session, transaction(session):
        load_reference(session)
    app = create_app(
        {"INSTANCE_DIR": tmp_path, "SECRET_KEY": "test", "BASE_URL": "http://localhost"},
        sessions=sessions, clock=clock,
    )  # fmt: skip
    app.testing = False  # errors become pages, as for people
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


def csrf_of(page: str) -> str:
    """The token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no csrf_token on this page"
    return found[1]


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> None:
    """Signs in through the form."""
    token = csrf_of(client.get("/login").text)
    answer = client.post("/login", data={"email": email, "password": password, "csrf_token": token})
    assert answer.status_code == 303, answer.text


@pytest.fixture
def signed_in(app: Flask, sessions: sessionmaker[Session], clock: Clock) -> SignedIn:
    """Makes an account (see ``add_person``) and a client with an open session of it."""

    def make(email: str, **more: object) -> FlaskClient:
        # The form itself is tested in test_sign_in.py; here its slow hash would be paid often.
        with sessions() as session, transaction(session):
            user = add_person(session, email, **more)  # type: ignore[arg-type]
            token = open_sign_in(session, user, clock.now)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        return client

    return make


@contextmanager
def counted(sessions: sessionmaker[Session]) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            statements.append(statement)

    bind = sessions.kw["bind"]
    sqlalchemy_event.listen(bind, "before_cursor_execute", note)
    yield statements
    sqlalchemy_event.remove(bind, "before_cursor_execute", note)
