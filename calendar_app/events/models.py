"""Events, their occurrences, terms and history (``product.md``, The model)."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.core.names import new_public_id
from calendar_app.core.timespan import HOUSE_ZONE
from calendar_app.db.base import Base, key_column
from calendar_app.db.types import Instant
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


SCHEMES = ("kind", "discipline", "audience", "theme")
PLANNING = ("idea", "option", "confirmed", "cancelled")
VISIBILITY = ("sealed", "coordinators", "partners", "public")
REACH = ("local", "regional", "national")
DATE_TYPES = ("single", "multiple", "periodic")
ROLES = (
    "run", "regular", "opening", "premiere", "press", "preview", "last_day", "school",
    "announcement", "on_sale", "campaign",
)  # fmt: skip


class Term(Base):
    """An entry of the taxonomy: a kind, discipline, audience or theme."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("scheme", "slug"), _one_of("scheme", SCHEMES))

    id: Mapped[int] = key_column()
    scheme: Mapped[str] = mapped_column(String(12))
    slug: Mapped[str] = mapped_column(String(60))
    name_nl: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    schema_type: Mapped[str] = mapped_column(String(40), default="Event")
    position: Mapped[int] = mapped_column(default=0)


class EventTerm(Base):
    """An event's disciplines, audiences and themes."""

    __tablename__ = "event_term"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True, index=True)


class Event(Base):
    """What an institution programmes. Planning, visibility and date type are separate axes."""

    __tablename__ = "event"
    __table_args__ = (
        _one_of("planning", PLANNING),
        _one_of("visibility", VISIBILITY),
        _one_of("reach", REACH),
        _one_of("date_type", DATE_TYPES),
        Index("ix_event_lead_id_updated_at", "lead_id", "updated_at"),
    )

    id: Mapped[int] = key_column()
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(60))
    title_nl: Mapped[str] = mapped_column(String(200), default="")
    title_en: Mapped[str] = mapped_column(String(200), default="")
    description_nl: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    # The titles folded, for searching (core.names.fold).
    search_text: Mapped[str] = mapped_column(String(500), default="")
    lead_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    room: Mapped[str] = mapped_column(String(120), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    production: Mapped[str | None] = mapped_column(String(120), index=True)
    genre: Mapped[str | None] = mapped_column(String(60))
    radius_km: Mapped[int | None]
    radius_weeks: Mapped[int | None]
    reach: Mapped[str] = mapped_column(String(10), default="regional")
    expected_visitors: Mapped[int | None]
    date_type: Mapped[str] = mapped_column(String(10), default="single")
    planning: Mapped[str] = mapped_column(String(10), default="option")
    visibility: Mapped[str] = mapped_column(String(12), default="coordinators")
    public_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    internal_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    updated_at: Mapped[datetime] = mapped_column(Instant)

    lead: Mapped[Institution] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")
    terms: Mapped[list[Term]] = relationship(
        secondary="event_term", lazy="raise", order_by=(Term.scheme, Term.position, Term.id)
    )
    occurrences: Mapped[list["Occurrence"]] = relationship(
        lazy="raise",
        back_populates="event",
        order_by="(Occurrence.starts_at, Occurrence.id)",
    )

    __mapper_args__ = {"version_id_col": version}


class Occurrence(Base):
    """One dated moment of an event, with a stable id for life.

    Timed: ``starts_wall``/``ends_wall`` (naive wall time in ``zone``) with their folds are the
    truth. All-day: ``starts_on``/``ends_on`` (exclusive). ``starts_at``/``ends_at`` are derived
    UTC instants, the index (for all-day: the local midnights).
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        _one_of("role", ROLES),
        _one_of("status", ("scheduled", "cancelled")),
        CheckConstraint(
            "(all_day and starts_on is not null and ends_on is not null) or "
            "(not all_day and starts_wall is not null and ends_wall is not null)",
            name="timed_or_all_day",
        ),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_occurrence_starts_at_ends_at", "starts_at", "ends_at"),
    )

    id: Mapped[int] = key_column()
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid.uuid4()))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(14), default="regular")
    all_day: Mapped[bool] = mapped_column(default=False)
    starts_wall: Mapped[datetime | None]
    ends_wall: Mapped[datetime | None]
    zone: Mapped[str] = mapped_column(String(60), default=HOUSE_ZONE)
    starts_fold: Mapped[int] = mapped_column(default=0)
    ends_fold: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    status: Mapped[str] = mapped_column(String(10), default="scheduled")
    # iCalendar SEQUENCE and LAST-MODIFIED (RFC 5545 3.8.7), kept by feeds.
    sequence: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime | None] = mapped_column(Instant)
    # Which moment of an imported series this is.
    external_key: Mapped[str | None] = mapped_column(String(120))

    event: Mapped[Event] = relationship(lazy="raise", back_populates="occurrences")


class Change(Base):
    """One line of history: who did what to an event, when; only ever added.

    ``data`` maps a field to ``[before, after]``. Shown to the event's own institution only.
    """

    __tablename__ = "change"

    id: Mapped[int] = key_column()
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
