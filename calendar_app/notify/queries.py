"""Reading the outbox."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from calendar_app.notify.models import Mail


def is_due(now: datetime) -> ColumnElement[bool]:
    """Mails to try at ``now``: not sent, not given up, and in nobody's hands."""
    return and_(
        Mail.sent_at.is_(None),
        Mail.failed_at.is_(None),
        Mail.due_at <= now,
        or_(Mail.leased_until.is_(None), Mail.leased_until <= now),
    )


def find_due(session: Session, now: datetime) -> int | None:
    """The key of a mail that is due at ``now``."""
    return session.scalar(select(Mail.id).where(is_due(now)).limit(1))


def count_mails(session: Session) -> dict[str, int]:
    """How many mails are ``waiting`` and how many were given up (``failed``)."""
    waiting, failed = session.execute(
        select(
            func.count().filter(Mail.sent_at.is_(None), Mail.failed_at.is_(None)),
            func.count().filter(Mail.failed_at.is_not(None)),
        ).select_from(Mail)
    ).one()
    return {"waiting": waiting, "failed": failed}
