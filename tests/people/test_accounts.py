"""What accounts promise below the pages: two at once, the command line, sweeping."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from calendar_app.cli import cli
from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.core.settings import load_settings
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.notify.models import Mail
from calendar_app.people.link_actions import ADDRESS, make_link, sweep_links
from calendar_app.people.models import OneTimeLink
from calendar_app.people.queries import find_user
from calendar_app.workflow import accounts
from calendar_app.workflow.manage import load_reference
from tests.factories.people import add_person
from tests.factories.smtp import smtp_server


def test_an_address_confirmed_on_both_sides_at_once_changes_once(
    database_url: str, tmp_path: Path
) -> None:
    settings = load_settings({"INSTANCE_DIR": tmp_path, "SECRET_KEY": "test"})
    engine, now = make_engine(database_url), utc_now()
    migrate.upgrade(engine, paths.migrations())
    sessions = session_factory(engine)
    with sessions() as session, transaction(session):
        user = add_person(session, "old@x.example")
        old, new = (
            make_link(
                session, "test", ADDRESS, f"{side}@x.example", now, user_id=user.id,
                data={"side": side, "new": "new@x.example"},
            )[0]
            for side in ("old", "new")
        )  # fmt: skip
    done: list[bool] = []

    def confirm() -> None:
        with sessions() as session, transaction(session):
            done.append(accounts.confirm_address(session, settings, new, now))

    other = threading.Thread(target=confirm)
    with sessions() as session, transaction(session):
        assert not accounts.confirm_address(session, settings, old, now)
        other.start()
        if engine.dialect.name == "postgresql":
            # Until the other stands and waits for us; without the lock it never would.
            with sessions() as looking:
                waiting = text("select count(*) from pg_locks where not granted")
                while other.is_alive() and not looking.scalar(waiting):
                    looking.rollback()
    other.join()
    assert done == [True]
    with sessions() as session:
        assert find_user(session, "new@x.example") and not find_user(session, "old@x.example")
    engine.dispose()


def test_accounts_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "INSTANCE_DIR": str(tmp_path), "DATABASE_URL": "", "BASE_URL": "", "SECRET_KEY": "test",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    engine = make_engine(f"sqlite:///{tmp_path}/calendar.sqlite3")
    migrate.upgrade(engine, paths.migrations())
    with session_factory(engine)() as session, transaction(session):
        load_reference(session)
        add_person(session, "lost@x.example").totp_secret = "A" * 32

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, words)
        return done.exit_code, done.output

    with smtp_server() as post:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{post.port}")
        assert run("user", "invite", "new@x.example", "--institution", "korzo", "--region",
                   "rijnland", "--language", "en")[0] == 0  # fmt: skip
        status, told = run("check")
        assert (status, f"127.0.0.1:{post.port} answers" in told) == (0, True)
        assert "1 waiting, 0 given up" in told
    status, told = run("check")
    assert status == 1 and "check MAIL_URL" in told
    for wrong in (("nobody",), ("a@x.example", "--institution", "nowhere")):
        assert run("user", "invite", *wrong)[0] != 0
    assert run("user", "drop-second-step", "lost@x.example")[0] == 0
    with session_factory(engine)() as session:
        invited = session.scalars(select(OneTimeLink)).one()
        assert invited.data["institutions"] and invited.data["regions"]
        user = find_user(session, "lost@x.example")
        assert user and user.totp_secret is None
        subjects = session.scalars(select(Mail.subject).order_by(Mail.id)).all()
        assert subjects[0] == "Invitation to Samenspel" and "tweede stap" in subjects[1]
        session.rollback()
        with transaction(session):
            sweep_links(session, utc_now() + timedelta(days=14))
            assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0
    engine.dispose()
