"""What is published, ready to be read: VEVENT texts, the feeds an event is in, and counters."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendar_app.db.base import Base, Key, key_column
from calendar_app.db.types import Instant


class FeedItem(Base):
    """The VEVENT of an occurrence for a tier and language, while ``[valid_from, valid_until)``.

    A withdrawn one stays, empty (``text`` is "" and the span has no length): what it last said of
    time, place and status (``signature``) decides about SEQUENCE when it comes back.
    """

    __tablename__ = "feed_item"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "tier", "language", "valid_from"),
        Index("ix_feed_item_in_order", "tier", "language", "starts_at", "uid"),
        Index("ix_feed_item_valid_from", "tier", "language", "valid_from"),
        Index("ix_feed_item_valid_until", "tier", "language", "valid_until"),
    )

    id: Mapped[int] = key_column()
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    tier: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(2))
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    uid: Mapped[str] = mapped_column(String(36))
    sequence: Mapped[int]
    modified_at: Mapped[datetime] = mapped_column(Instant)
    # Digests: of time, place and status; of all that is told but the revision.
    signature: Mapped[str] = mapped_column(String(32))
    text_hash: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


class FeedScope(Base):
    """An event is in the feed of this scheme and slug."""

    __tablename__ = "feed_scope"
    __table_args__ = (Index("ix_feed_scope_scheme_key", "scheme", "key", "event_id"),)

    event_id: Mapped[int] = mapped_column(
        Key, ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    scheme: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)


class FeedRevision(Base):
    """Counters of an institution and tier; a sum of them is safe against commit order.

    ``revision`` rises when what the tier can read now has changed, ``plan`` also when only what
    comes later did (an embargoed event): ETags hang on the first, the list of known instants on
    the second. No row is shared by all writers.
    """

    __tablename__ = "feed_revision"

    institution_id: Mapped[int] = mapped_column(
        Key, ForeignKey("institution.id", ondelete="CASCADE"), primary_key=True
    )
    tier: Mapped[str] = mapped_column(String(12), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    plan: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class FeedState(Base):
    """Facts about the store as a whole, such as the fingerprint it was rendered with."""

    __tablename__ = "feed_state"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(300))
