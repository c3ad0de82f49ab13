"""The outbox: a mail is a row before it is a message (``house.md``, 12)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from calendar_app.db.base import Base, key_column
from calendar_app.db.types import Instant
from calendar_app.people.models import User


class Mail(Base):
    """One mail to one person, written in the transaction that is its reason.

    ``message_id`` is the same at every attempt, so that a mail that goes out twice (a kill
    between the server's 250 and our commit, F05) is one to whoever receives it. ``due_at`` is
    when to try next; a worker holds it until ``leased_until``. ``failed_at``: given up, with
    the ``error`` why.
    """

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_sent_at_due_at", "sent_at", "due_at"),)

    id: Mapped[int] = key_column()
    message_id: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey(User.id, ondelete="SET NULL"), index=True
    )
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(String(300), default="")
