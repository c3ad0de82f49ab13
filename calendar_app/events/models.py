"""Events, their occurrences, terms and history (``product.md``, The model)."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
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


SCHEMES = ("kind", "discipline", "audience", "theme", "access")
PLANNING = ("idea", "option", "confirmed", "cancelled")
PRECISION = ("exact", "day", "week", "month", "season")
VISIBILITY = ("sealed", "coordinators", "partners", "press", "public")
MODERATION = ("draft", "submitted", "approved", "rejected")
REACH = ("local", "regional", "national")
DATE_TYPES = ("single", "multiple", "periodic", "permanent")
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
    """What an institution programmes. Planning, date precision, visibility and moderation are
    separate axes; realisation is its occurrences' (``product.md``, five separate questions).

    ``opening_hours`` is :class:`calendar_app.events.opening.OpeningHours` as JSON;
    ``details`` are what its kind asks beside (``web/forms/event_details.py``), dates as ISO text;
    ``price_cents`` the lowest price (0 is free, ``None`` unknown); ``languages`` are BCP 47 tags;
    ``channels`` where a campaign runs; ``approved_version`` the version that moderation last
    approved. Descriptions are Markdown (``web/rich_text.py`` shows them)."""

    __tablename__ = "event"
    __table_args__ = (
        _one_of("planning", PLANNING),
        _one_of("visibility", VISIBILITY),
        _one_of("reach", REACH),
        _one_of("date_type", DATE_TYPES),
        _one_of("precision", PRECISION),
        _one_of("moderation", MODERATION),
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
    precision: Mapped[str] = mapped_column(String(8), default="exact")
    opening_hours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    planning: Mapped[str] = mapped_column(String(10), default="option")
    moderation: Mapped[str] = mapped_column(String(10), default="approved")
    moderation_reason: Mapped[str] = mapped_column(String(500), default="")
    approved_version: Mapped[int | None]
    visibility: Mapped[str] = mapped_column(String(12), default="coordinators")
    public_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    price_cents: Mapped[int | None]
    price_note_nl: Mapped[str] = mapped_column(String(300), default="")
    price_note_en: Mapped[str] = mapped_column(String(300), default="")
    ticket_url: Mapped[str] = mapped_column(String(500), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    channels: Mapped[list[str]] = mapped_column(JSON, default=list)
    internal_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    updated_at: Mapped[datetime] = mapped_column(Instant)

    lead: Mapped[Institution] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")
    kind_term: Mapped[Term | None] = relationship(
        primaryjoin="and_(Term.scheme == 'kind', foreign(Event.kind) == Term.slug)",
        viewonly=True,
        lazy="raise",
    )
    terms: Mapped[list[Term]] = relationship(
        secondary="event_term", lazy="raise", order_by=(Term.scheme, Term.position, Term.id)
    )
    occurrences: Mapped[list["Occurrence"]] = relationship(
        lazy="raise",
        back_populates="event",
        order_by="(Occurrence.starts_at, Occurrence.id)",
    )
    organisers: Mapped[list["Organiser"]] = relationship(
        lazy="raise", order_by="(Organiser.role, Organiser.institution_id)"
    )
    shares: Mapped[list["Share"]] = relationship(lazy="raise", order_by="Share.institution_id")
    promotes: Mapped[list["Event"]] = relationship(
        secondary="promotion",
        primaryjoin="Event.id == Promotion.campaign_id",
        secondaryjoin="Event.id == Promotion.event_id",
        order_by="Event.id",
        lazy="raise",
    )
    image: Mapped["Image | None"] = relationship(lazy="raise")

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
    # Realisation is a set: scheduled or cancelled, moved, sold out.
    status: Mapped[str] = mapped_column(String(10), default="scheduled")
    previous_starts_at: Mapped[datetime | None] = mapped_column(Instant)
    sold_out: Mapped[bool] = mapped_column(default=False)
    # Access facts of this moment alone (slugs of the scheme `access`), such as sign language.
    access: Mapped[list[str]] = mapped_column(JSON, default=list)
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


class Organiser(Base):
    """An institution that organises an event beside its lead: invited, and accepted or not."""

    __tablename__ = "organiser"
    __table_args__ = (
        _one_of("role", ("co", "host", "partner")),
        _one_of("state", ("invited", "accepted", "declined")),
    )

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    institution_id: Mapped[int] = mapped_column(
        ForeignKey("institution.id"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(8), default="co")
    state: Mapped[str] = mapped_column(String(8), default="invited")
    at: Mapped[datetime] = mapped_column(Instant)

    institution: Mapped[Institution] = relationship(lazy="raise")


class Share(Base):
    """An institution that may see an event before its visibility reaches it."""

    __tablename__ = "share"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    institution_id: Mapped[int] = mapped_column(
        ForeignKey("institution.id"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(Instant)

    institution: Mapped[Institution] = relationship(lazy="raise")


class Promotion(Base):
    """A campaign promotes an event."""

    __tablename__ = "promotion"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Image(Base):
    """An event's picture with what must be said of it; the pixels are in :class:`ImageFile`."""

    __tablename__ = "image"

    id: Mapped[int] = key_column()
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    alt_nl: Mapped[str] = mapped_column(String(300), default="")
    alt_en: Mapped[str] = mapped_column(String(300), default="")
    holder: Mapped[str] = mapped_column(String(200), default="")
    license: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(Instant)

    # Their content is loaded only when it is asked for.
    sizes: Mapped[list["ImageFile"]] = relationship(
        lazy="raise", order_by="ImageFile.width", viewonly=True
    )


class ImageFile(Base):
    """One size of a picture, rebuilt from its pixels; in the store, so that every machine has it
    and a backup holds it."""

    __tablename__ = "image_file"

    image_id: Mapped[int] = mapped_column(
        ForeignKey("image.id", ondelete="CASCADE"), primary_key=True
    )
    width: Mapped[int] = mapped_column(primary_key=True)
    height: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class BulkChange(Base):
    """One change of many events at once, with what undoes it: public id → [before, after]."""

    __tablename__ = "bulk_change"

    id: Mapped[int] = key_column()
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
