"""A mail is a row first, goes out once, and a bad server or recipient loses nothing
(``faults.md``, F44 to F46; F05 is in tests/faults)."""

import logging
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core import paths
from calendar_app.core.settings import Settings
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.notify.actions import LEASE, RETRY_MINUTES, claim_mail, mark_not_sent, sweep_mails
from calendar_app.notify.models import Mail
from calendar_app.notify.queries import count_mails
from calendar_app.notify.send import open_outlet
from calendar_app.worker import send_due
from tests.factories.smtp import Post, smtp_server
from tests.notify.conftest import Round, put, settings_for


def test_a_mail_goes_out_once_and_its_link_is_forgotten(
    go: Round, queued, row_of, post: Post, now: datetime
) -> None:
    mail = queued()
    assert go(now) == 1
    assert go(now + timedelta(days=9)) == 0
    (read,) = post.mails()
    assert read["To"] == "e@x.example" and read["Message-ID"] == mail.message_id
    assert read["From"] == "Samenspel <no-reply@calendar.example.org>"
    assert post.received[0][0] == "no-reply@calendar.example.org"
    link = "https://calendar.example.org/login/reset/abc"
    for part in ("plain", "html"):
        assert link in read.get_body((part,)).get_content()
    kept = row_of(mail)
    assert kept.sent_at == now and (kept.text, kept.html) == ("", "")


def test_what_is_rolled_back_is_never_sent(
    sessions: sessionmaker[Session], settings: Settings, go: Round, post: Post, now: datetime
) -> None:
    with pytest.raises(ZeroDivisionError), sessions() as session, transaction(session):
        put(session, settings, "e@x.example", now)
        raise ZeroDivisionError
    assert go(now) == 0 and post.received == []


def test_f44_a_server_that_is_down_delays_and_loses_nothing(
    sessions: sessionmaker[Session], queued, row_of, now: datetime, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    first, second = queued("a@x.example"), queued("b@x.example")
    outlet = open_outlet(settings_for(tmp_path, f"smtp://127.0.0.1:{port}"))
    assert send_due(sessions, outlet, lambda: now) == 0
    assert "refused" in row_of(first).error.lower()
    # A server that is down is not asked again for every mail that waits.
    assert (row_of(first).attempts, row_of(second).attempts) == (1, 0)
    with smtp_server(port=port) as post:
        later = now + timedelta(minutes=RETRY_MINUTES[0])
        assert send_due(sessions, outlet, lambda: later) == 2
        assert sorted(to for _from, to, _what in post.received) == ["a@x.example", "b@x.example"]


def test_f45_refused_for_now_after_the_text_is_sent_later_with_the_same_id(
    go: Round, queued, row_of, post: Post, now: datetime
) -> None:
    mail = queued()
    post.after_data = ["451 try again later"]
    assert go(now) == 0
    waiting = row_of(mail)
    assert (waiting.error, waiting.failed_at) == ("451 try again later", None)
    assert go(now + timedelta(seconds=59)) == 0, "not before its pause is over"
    assert go(now + timedelta(minutes=1)) == 1
    (read,) = post.mails()
    assert read["Message-ID"] == mail.message_id
    assert row_of(mail).error == ""


def test_f46_one_bad_recipient_of_fifty_stops_no_other(
    go: Round, queued, row_of, post: Post, now: datetime
) -> None:
    mails = [queued(f"p{n}@x.example") for n in range(50)]
    post.refused = {"p7@x.example": "550 no such mailbox"}
    assert go(now) == 49
    assert {to for _from, to, _what in post.received} == {
        f"p{n}@x.example" for n in range(50) if n != 7
    }
    bad = row_of(mails[7])
    assert (bad.error, bad.failed_at, bad.text) == ("550 no such mailbox", now, "")
    assert go(now + timedelta(days=9)) == 0, "what is refused for good is not tried again"


def test_it_is_given_up_after_two_days_of_trying(
    go: Round, queued, row_of, post: Post, now: datetime, sessions: sessionmaker[Session]
) -> None:
    mail = queued()
    post.after_data = ["452 full"] * 99
    at = now
    while row_of(mail).failed_at is None:
        go(at)
        at = row_of(mail).due_at if row_of(mail).failed_at is None else at
    assert timedelta(days=2) < at - now < timedelta(days=3)
    assert row_of(mail).attempts == len(RETRY_MINUTES) + 1
    with sessions() as session:
        assert count_mails(session) == {"waiting": 0, "failed": 1}


def test_an_address_that_is_none_is_given_up_at_once(
    go: Round, queued, row_of, post: Post, now: datetime
) -> None:
    odd = queued("a@x.example> BCC:<b@x.example")
    assert go(now) == 0 and post.received == []
    assert row_of(odd).failed_at == now


def test_a_worker_that_slept_beyond_its_lease_changes_nothing_afterwards(
    go: Round, queued, row_of, sessions: sessionmaker[Session], now: datetime
) -> None:
    mail = queued()
    with sessions() as session, transaction(session):
        held = claim_mail(session, now)
    assert go(now + LEASE - timedelta(seconds=1)) == 0, "in somebody's hands"
    assert go(now + LEASE) == 1
    assert held is not None
    with sessions() as session, transaction(session):
        mark_not_sent(session, held, "too late", now + LEASE, hopeless=True)
    assert row_of(mail).sent_at and not row_of(mail).failed_at


def test_two_workers_never_hold_the_same_mail(
    database_url: str, settings: Settings, now: datetime
) -> None:
    engine = make_engine(database_url, busy_ms=100)
    migrate.upgrade(engine, paths.migrations())
    sessions = session_factory(engine)
    with sessions() as session, transaction(session):
        for name in ("a", "b"):
            put(session, settings, f"{name}@x.example", now)
    with sessions() as one, sessions() as other, transaction(one):
        first = claim_mail(one, now)
        assert first
        # PostgreSQL passes over what is locked; SQLite lets one writer in at a time.
        if engine.dialect.name == "postgresql":
            with transaction(other):
                second = claim_mail(other, now)
                assert second and second.id != first.id
        else:
            with pytest.raises(OperationalError, match="locked"), transaction(other):
                claim_mail(other, now)
    engine.dispose()


def test_without_a_server_mails_land_in_a_folder_and_the_log_holds_no_link(
    sessions: sessionmaker[Session], queued, now: datetime, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    queued()
    with caplog.at_level(logging.DEBUG):
        assert send_due(sessions, open_outlet(settings_for(tmp_path, "")), lambda: now) == 1
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert b"/login/reset/abc" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0, "others cannot read it"
    assert "e@x.example: Kies een nieuw wachtwoord" in caplog.text
    assert "abc" not in caplog.text


def test_old_mails_are_forgotten(
    go: Round, queued, sessions: sessionmaker[Session], now: datetime
) -> None:
    queued()
    go(now)
    queued()
    with sessions() as session, transaction(session):
        sweep_mails(session, now + timedelta(days=31))
    with sessions() as session:
        left = session.scalars(select(Mail)).all()
        assert [mail.sent_at for mail in left] == [None]
        assert session.scalar(select(func.count()).select_from(Mail)) == 1
