"""Writing the outbox: flushes, never commits."""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from calendar_app.core.settings import Settings
from calendar_app.notify.models import Mail
from calendar_app.notify.queries import is_due
from calendar_app.notify.texts import write_letter

LEASE = timedelta(minutes=10)
"""How long a worker may be busy with one mail before another takes it over; more than a slow
server needs (``send.TIMEOUT``, a few answers a mail)."""
RETRY_MINUTES = (1, 2, 5, 15, 30, 60, 120, 240, 480, 720, 1440)
"""The pause after each failed attempt; after the last one it is given up, two days in all."""
KEPT = timedelta(days=30)


def queue_mail(
    session: Session,
    settings: Settings,
    kind: str,
    recipient: str,
    language: str,
    now: datetime,
    *,
    user_id: int | None = None,
    **values: object,
) -> Mail:
    """Writes a mail into the outbox, in the transaction that is its reason; it goes out after
    that. ``values`` are what ``templates/mail/<kind>`` names; see :func:`write_letter`."""
    letter = write_letter(settings, kind, language, values)
    host = re.sub(r"[^a-z0-9.-]", "-", settings.host_name.lower())[-40:].strip(".-")
    mail = Mail(
        message_id=f"<{secrets.token_hex(16)}@{host or 'localhost'}>", kind=kind, user_id=user_id,
        recipient=recipient, subject=letter.subject, text=letter.text, html=letter.html,
        language=language, created_at=now, due_at=now,
    )  # fmt: skip
    session.add(mail)
    session.flush()
    return mail


def claim_mail(session: Session, now: datetime) -> Mail | None:
    """The next mail that is due, leased to the caller; no two callers get the same one."""
    mail = session.scalar(
        select(Mail)
        .where(is_due(now))
        .order_by(Mail.due_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mail is not None:
        mail.leased_until = now + LEASE
        mail.attempts += 1
        session.flush()
    return mail


def mark_sent(session: Session, mail: Mail, now: datetime) -> None:
    """It went out. What it said is forgotten: it may hold a link that opens an account."""
    session.execute(
        update(Mail)
        .where(Mail.id == mail.id)
        .values(sent_at=now, failed_at=None, leased_until=None, error="", text="", html="")
    )


def mark_not_sent(
    session: Session, mail: Mail, error: str, now: datetime, *, hopeless: bool = False
) -> None:
    """It did not go out: tried again later, or given up. Says nothing when another worker took
    the mail over meanwhile (the attempt is counted when it is claimed)."""
    over = hopeless or mail.attempts > len(RETRY_MINUTES)
    values: dict[str, object] = {"leased_until": None, "error": error[:300]}
    if over:
        values |= {"failed_at": now, "text": "", "html": ""}
    else:
        values["due_at"] = now + timedelta(minutes=RETRY_MINUTES[mail.attempts - 1])
    session.execute(
        update(Mail)
        .where(Mail.id == mail.id, Mail.attempts == mail.attempts, Mail.sent_at.is_(None))
        .values(values)
    )


def sweep_mails(session: Session, now: datetime) -> None:
    """Forgets what was sent or given up long ago."""
    session.execute(delete(Mail).where(or_(Mail.sent_at < now - KEPT, Mail.failed_at < now - KEPT)))
