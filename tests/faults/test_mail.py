"""F05: killed between sending a mail and marking it; and one worker beside the site."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.core.settings import load_settings
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.notify.actions import LEASE, queue_mail
from calendar_app.notify.send import open_outlet
from calendar_app.worker import send_due, until_told
from tests.factories.smtp import smtp_server
from tests.faults.conftest import ROOT, Killed, sound

_SEND = """
import sys
from calendar_app import worker
from calendar_app.core.clock import utc_now
from calendar_app.core.settings import load_settings
from calendar_app.db.engine import make_engine, session_factory
settings = load_settings({"MAIL_URL": "MAILS"})
def wait(*_):
    print("ready", flush=True)
    sys.stdin.read()
worker.outbox.mark_sent = wait
outlet = worker.open_outlet(settings)
worker.send_due(session_factory(make_engine(settings.database_url)), outlet, utc_now)
"""


def _put(session: Session, folder: Path) -> None:
    settings = load_settings({"INSTANCE_DIR": folder})
    now = utc_now()
    queue_mail(session, settings, "reset", "e@x.example", "nl", now, path="/x", until=now)


def test_f05_killed_after_sending_it_goes_out_again_with_the_same_id(
    store: str, killed: Killed, tmp_path: Path
) -> None:
    engine = make_engine(store)
    sessions = session_factory(engine)
    with sessions() as session, transaction(session):
        _put(session, tmp_path)
    with smtp_server() as post:
        url = f"smtp://127.0.0.1:{post.port}"
        killed(_SEND.replace("MAILS", url))
        assert len(post.received) == 1, "the server has it, the store does not know"
        sound(store)
        outlet = open_outlet(load_settings({"INSTANCE_DIR": tmp_path, "MAIL_URL": url}))
        assert send_due(sessions, outlet, utc_now) == 0, "until its lease is over"
        for round_ in (1, 2):
            assert send_due(sessions, outlet, lambda: utc_now() + 2 * LEASE) == 2 - round_
        first, again = post.mails()
        assert first["Message-ID"] == again["Message-ID"]
        assert post.received[0] == post.received[1]
    engine.dispose()


def _eventually(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _workers(parent: int) -> list[int]:
    """The processes that say they are the worker of this one, wherever they hang now."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[-4:-1] == [b"worker", b"--parent", str(parent).encode()]:
            found.append(int(entry.name))
    return found


def test_a_worker_ends_when_what_it_stands_beside_is_gone() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert not until_told(os.getppid())(0)
        assert until_told(os.getpid())(0), "our parent is another: it was killed"
        enough = until_told()
        assert not enough(0)
        signal.raise_signal(signal.SIGTERM)
        assert enough(60)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks at processes in /proc")
def test_serve_has_exactly_one_worker_that_stops_with_it(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "PORT": str(port), "HOST": "127.0.0.1", "INSTANCE_DIR": str(tmp_path),
        "DATABASE_URL": "", "BASE_URL": "", "MAIL_URL": "", "JOBS": "inline",
    }  # fmt: skip
    engine = make_engine(f"sqlite:///{tmp_path}/calendar.sqlite3")
    migrate.upgrade(engine, paths.migrations())
    server = subprocess.Popen(
        [sys.executable, "-m", "calendar_app", "serve", "--workers", "2"],
        cwd=ROOT, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        with session_factory(engine)() as session, transaction(session):
            _put(session, tmp_path)
        _eventually(lambda: list(tmp_path.glob("mail/*.eml")), "no mail came out")
        assert len(_workers(server.pid)) == 1
        server.terminate()
        _eventually(lambda: not _workers(server.pid), "the worker lives on")
        assert server.wait(30) == 0
    finally:
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        server.wait()
        engine.dispose()
