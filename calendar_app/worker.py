"""The work in the background: one process, whatever the number of web workers.

What it does is rows with a lease (``house.md``, 12): a worker that is killed loses nothing, and
two at once do nothing twice.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.clock import Clock, utc_now
from calendar_app.core.settings import Settings
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import reading, transaction
from calendar_app.feeds.copies import Copies
from calendar_app.notify import actions as outbox
from calendar_app.notify.message import Unsendable
from calendar_app.notify.models import Mail
from calendar_app.notify.queries import find_due
from calendar_app.notify.send import NotSent, Outlet, open_outlet
from calendar_app.people.link_actions import sweep_links
from calendar_app.workflow.publish import keep_copies

PAUSE = 2.0
"""Seconds between two looks at what is to be done."""
SWEEP_EVERY = timedelta(hours=1)
AGAIN_AFTER = 5.0
"""Seconds before a worker that ended by itself is started anew."""

log = logging.getLogger(__name__)
Enough = Callable[[float], bool]
"""Waits so many seconds, or less; says whether to stop."""


def work(settings: Settings, enough: Enough, clock: Clock = utc_now) -> None:
    """Does what is to be done, until it is enough. The database may go and come back."""
    engine = make_engine(settings.database_url)
    sessions = session_factory(engine)
    outlet = open_outlet(settings)
    swept: datetime | None = None
    try:
        while not enough(0):
            now = clock()
            try:
                send_due(sessions, outlet, clock, enough)
                if swept is None or abs(now - swept) >= SWEEP_EVERY:
                    with sessions() as session, transaction(session):
                        outbox.sweep_mails(session, now)
                        sweep_links(session, now)
                    copies = Copies(settings.copies_dir)
                    keep_copies(sessions, copies, now, settings.base_url, lambda: enough(0))
                    swept = now
            except DBAPIError as error:
                log.warning("the database does not answer: %s", type(error.orig).__name__)
            if enough(PAUSE):
                break
    finally:
        outlet.close()
        engine.dispose()


def send_due(
    sessions: sessionmaker[Session],
    outlet: Outlet,
    clock: Clock,
    enough: Enough = lambda _seconds: False,
) -> int:
    """Sends every mail that is due, one at a time; returns how many went out.

    Claimed in one transaction, sent outside any, marked in another: a kill in between sends it
    again, with the same Message-ID, once its lease is over (``faults.md``, F05). One that is
    refused stops no other; a server that is down stops the round.
    """
    sent = 0
    with sessions() as session, reading(session):
        if find_due(session, clock()) is None:
            return 0
    try:
        while not enough(0):
            with sessions() as session, transaction(session):
                mail = outbox.claim_mail(session, clock())
            if mail is None:
                break
            trouble = _try(outlet, mail)
            with sessions() as session, transaction(session):
                if trouble is None:
                    outbox.mark_sent(session, mail, clock())
                else:
                    outbox.mark_not_sent(
                        session, mail, str(trouble), clock(), hopeless=trouble.hopeless
                    )
            if trouble is None:
                sent += 1
            else:
                log.warning("mail %s (%s) was not sent: %s", mail.id, mail.kind, trouble)
                if trouble.server_down:
                    break
    finally:
        outlet.close()
    return sent


def _try(outlet: Outlet, mail: Mail) -> NotSent | None:
    try:
        outlet.send(mail)
    except NotSent as error:
        return error
    except Unsendable as error:
        return NotSent(str(error), hopeless=True)
    return None


def until_told(parent: int | None = None) -> Enough:
    """Stops at SIGTERM or SIGINT, after the mail in hand; and when ``parent`` (a process id) is
    our parent no more."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())

    def enough(seconds: float) -> bool:
        return told.wait(seconds) or (parent is not None and os.getppid() != parent)

    return enough


@contextmanager
def beside() -> Iterator[None]:
    """A worker process for as long as the block runs; one that ends by itself is started anew.
    It also ends when this process is killed."""
    over = threading.Event()
    command = [sys.executable, "-m", "calendar_app", "worker", "--parent", str(os.getpid())]
    started = [subprocess.Popen(command)]  # noqa: S603 - our own command

    def keep() -> None:
        while True:
            code = started[-1].wait()
            if over.is_set():
                return
            log.error("the worker ended (%s); starting another", code)
            if over.wait(AGAIN_AFTER):
                return
            started.append(subprocess.Popen(command))  # noqa: S603
            if over.is_set():
                started[-1].terminate()

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        started[-1].terminate()
        try:
            started[-1].wait(10)
        except subprocess.TimeoutExpired:
            started[-1].kill()
        keeper.join(10)
