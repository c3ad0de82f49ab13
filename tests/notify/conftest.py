"""A real mail server, and a worker's round with it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.settings import Settings, load_settings
from calendar_app.db.transaction import transaction
from calendar_app.notify.actions import queue_mail
from calendar_app.notify.models import Mail
from calendar_app.notify.send import open_outlet
from calendar_app.worker import send_due
from tests.factories.smtp import Post, smtp_server

Round = Callable[[datetime], int]


@pytest.fixture
def post() -> Iterator[Post]:
    """The server."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, post: Post) -> Settings:
    """Settings that send to it."""
    return settings_for(tmp_path, f"smtp://127.0.0.1:{post.port}")


@pytest.fixture
def go(sessions: sessionmaker[Session], settings: Settings) -> Round:
    """One round of the worker at an instant; returns how many mails went out."""
    return lambda at: send_due(sessions, open_outlet(settings), lambda: at)


def settings_for(folder: Path, mail_url: str) -> Settings:
    """Settings of a site in a folder."""
    return load_settings(
        {
            "INSTANCE_DIR": folder, "SECRET_KEY": "test", "MAIL_URL": mail_url,
            "BASE_URL": "https://calendar.example.org", "DATABASE_URL": "",
        }
    )  # fmt: skip


def put(session: Session, settings: Settings, recipient: str, now: datetime) -> Mail:
    """A mail with a link, in the outbox."""
    return queue_mail(
        session, settings, "reset", recipient, "nl", now, path="/login/reset/abc", until=now
    )


@pytest.fixture
def queued(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> Callable:
    """Puts a mail into the outbox, committed; returns its row."""

    def make(recipient: str = "e@x.example") -> Mail:
        with sessions() as session, transaction(session):
            return put(session, settings, recipient, now)

    return make


@pytest.fixture
def row_of(sessions: sessionmaker[Session]) -> Callable[[Mail], Mail]:
    """What is stored of a mail now."""

    def read(mail: Mail) -> Mail:
        with sessions() as session:
            return session.get_one(Mail, mail.id)

    return read
