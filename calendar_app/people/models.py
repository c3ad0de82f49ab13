"""Institutions, users, memberships, sign-ins, and how people prove who they are (``product.md``,
Who; ``security.md``, Sessions and accounts)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db.base import Base, key_column
from calendar_app.db.types import Instant
from calendar_app.places.models import Region, Venue

EDITOR, MANAGER = "editor", "manager"


class Institution(Base):
    """Who programmes; lies in one region. ``default_disciplines`` are slugs."""

    __tablename__ = "institution"

    id: Mapped[int] = key_column()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    website: Mapped[str] = mapped_column(String(300), default="")
    default_disciplines: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Institution and venue point at each other; this side is made second.
    home_venue_id: Mapped[int | None] = mapped_column(
        ForeignKey("venue.id", use_alter=True, name="fk_institution_home_venue_id_venue")
    )
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    # The day until which its programme is complete, as it says itself.
    complete_until: Mapped[date | None]

    region: Mapped[Region] = relationship(lazy="raise")
    home_venue: Mapped[Venue | None] = relationship(lazy="raise", foreign_keys=[home_venue_id])

    __mapper_args__ = {"version_id_col": version}


class User(Base):
    """A person with an account. ``email`` is stored folded to lower case."""

    __tablename__ = "user_account"

    id: Mapped[int] = key_column()
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    # Press and tourist boards: the tier between public and partner.
    is_press: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    # The last time step that was used, so that a code works once (RFC 6238, 5.2).
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    created_at: Mapped[datetime] = mapped_column(Instant)


class Membership(Base):
    """A user's place at an institution: editor or manager."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("role in ('editor', 'manager')", name="role"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    institution_id: Mapped[int] = mapped_column(
        ForeignKey("institution.id"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10), default=EDITOR)


class Coordination(Base):
    """A user coordinates a region."""

    __tablename__ = "coordination"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True, index=True)


class SignIn(Base):
    """A session on the server; the cookie holds a token of which only the hash is here.

    Flask-Login's logout alone does not revoke (``security.md``): deleting this row does.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = key_column()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    # What it was opened with, as its owner knows it: “Firefox, Windows”.
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class OneTimeLink(Base):
    """A link that was mailed and works once: invitation, reset, change of address. Only the hash
    of its token is here; ``data`` says what it brings about."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("purpose in ('invitation', 'reset', 'address')", name="purpose"),
    )

    id: Mapped[int] = key_column()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(12))
    email: Mapped[str] = mapped_column(String(254), index=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Passkey(Base):
    """A passkey of a user (WebAuthn): the key is public, the secret never leaves the device."""

    __tablename__ = "passkey"

    id: Mapped[int] = key_column()
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class AuditEntry(Base):
    """One line of the audit log beside the events' own history: who did what to which institution,
    user, venue, term or region; only ever added. Never holds anything of an event."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject_subject_id", "subject", "subject_id"),)

    id: Mapped[int] = key_column()
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(254))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Attempt(Base):
    """One counted try (sign-in, clash check) in a bucket; a limit per process would be none."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_bucket_at", "bucket", "at"),)

    id: Mapped[int] = key_column()
    bucket: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(Instant)
