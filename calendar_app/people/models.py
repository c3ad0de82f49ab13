"""Institutions, users, memberships, sign-ins (``product.md``, Who)."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
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
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Attempt(Base):
    """One counted try (sign-in, clash check) in a bucket; a limit per process would be none."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_bucket_at", "bucket", "at"),)

    id: Mapped[int] = key_column()
    bucket: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(Instant)
