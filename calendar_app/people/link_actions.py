"""One-time links: made, found, used. Flushes, never commits.

A link holds a token of 256 random bits. What is stored is its signature under ``SECRET_KEY``, with
what it is for: who reads the store cannot follow a link, who writes it cannot forge one, and one
that was made for one purpose is none for another.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from calendar_app.people.models import OneTimeLink

INVITATION, RESET, ADDRESS = "invitation", "reset", "address"
LASTS = {
    INVITATION: timedelta(days=14),
    RESET: timedelta(hours=1),
    ADDRESS: timedelta(days=1),
}


def sign_token(secret_key: str, purpose: str, token: str) -> str:
    """What is stored of a token (64 hexadecimal digits)."""
    return hmac.new(secret_key.encode(), f"{purpose}:{token}".encode(), hashlib.sha256).hexdigest()


def make_link(
    session: Session,
    secret_key: str,
    purpose: str,
    email: str,
    now: datetime,
    *,
    user_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> tuple[str, OneTimeLink]:
    """A new link and the token for it, which is known here and in the mail only. Whoever calls
    ends the older ones that it replaces."""
    token = secrets.token_urlsafe(32)
    link = OneTimeLink(
        token_hash=sign_token(secret_key, purpose, token), purpose=purpose, email=email,
        user_id=user_id, data=data or {}, created_at=now, expires_at=now + LASTS[purpose],
    )  # fmt: skip
    session.add(link)
    session.flush()
    return token, link


def find_link(
    session: Session, secret_key: str, purpose: str, token: str, now: datetime
) -> OneTimeLink | None:
    """The living, unused link of a token."""
    return session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == sign_token(secret_key, purpose, token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
    )


def use_link(session: Session, link: OneTimeLink, now: datetime) -> bool:
    """Uses a link up; false when somebody did so just before (of two at once, one wins)."""
    used = session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeLink.id)
    ).first()
    return used is not None


def end_links(session: Session, purposes: Sequence[str], user_id: int) -> None:
    """Links of a user that are worth nothing from now on."""
    session.execute(
        delete(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.purpose.in_(purposes))
    )


def sweep_links(session: Session, now: datetime) -> None:
    """Forgets links that are past their time, used or not."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at <= now))
