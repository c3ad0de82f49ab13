"""Overlaps (computed) and conflicts (reviewed). A conflict refers to moments by their public ids,
not to overlap rows, so that it survives every recompute (``overlaps.md``)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.core.names import new_public_id
from calendar_app.db.base import Base, Key, key_column
from calendar_app.db.types import Instant

STATES = ("new", "in_progress", "waiting", "settled", "not_a_conflict", "gone")
OUTCOMES = (
    "moved", "kept", "differentiated", "staggered", "cross_promoted", "joint", "press_slot_shared",
)  # fmt: skip


class Overlap(Base):
    """Two moments that compete, ``a_id < b_id``. Reasons are computed when shown."""

    __tablename__ = "overlap"
    __table_args__ = (
        CheckConstraint("a_id < b_id", name="ordered"),
        Index("ix_overlap_level_starts_at", "level", "starts_at"),
    )

    a_id: Mapped[int] = mapped_column(
        Key, ForeignKey("occurrence.id", ondelete="CASCADE"), primary_key=True
    )
    b_id: Mapped[int] = mapped_column(
        Key, ForeignKey("occurrence.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    event_a_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    event_b_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    lane: Mapped[str] = mapped_column(String(12))
    score: Mapped[int]
    # 1 light, 2 strong, 3 hard: ordered, so that the worst can be asked for.
    level: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    rules_version: Mapped[int]


class Conflict(Base):
    """A case: the events that fight for one moment, with state, people and outcome."""

    __tablename__ = "conflict"
    __table_args__ = (Index("ix_conflict_state_starts_at", "state", "starts_at"),)

    id: Mapped[int] = key_column()
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="new")
    # Opened by a bulk load: one list to work off, not hundreds of new cases.
    backlog: Mapped[bool] = mapped_column(default=False)
    level: Mapped[int]
    score: Mapped[int]
    lane: Mapped[str] = mapped_column(String(12))
    local_on: Mapped[date] = mapped_column(index=True)
    day_part: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), index=True
    )
    waiting_for_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)

    pairs: Mapped[list["ConflictPair"]] = relationship(
        lazy="raise", order_by="ConflictPair.id", cascade="all, delete-orphan"
    )
    regions: Mapped[list["ConflictRegion"]] = relationship(
        lazy="raise", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in ("new", "in_progress", "waiting")

    @property
    def event_ids(self) -> set[int]:
        """The events (keys) in the case now."""
        return {key for p in self.pairs if p.active for key in (p.event_a_id, p.event_b_id)}


class ConflictPair(Base):
    """Two moments in a case, by their ids for life; ``active`` while the overlap exists."""

    __tablename__ = "conflict_pair"
    __table_args__ = (
        Index("ix_conflict_pair_a_public_id_b_public_id", "a_public_id", "b_public_id"),
    )

    id: Mapped[int] = key_column()
    conflict_id: Mapped[int] = mapped_column(
        ForeignKey("conflict.id", ondelete="CASCADE"), index=True
    )
    a_public_id: Mapped[str] = mapped_column(String(12))
    b_public_id: Mapped[str] = mapped_column(String(12))
    event_a_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    event_b_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    score: Mapped[int]
    level: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)


class ConflictRegion(Base):
    """A region whose coordinators see the case."""

    __tablename__ = "conflict_region"

    conflict_id: Mapped[int] = mapped_column(
        ForeignKey("conflict.id", ondelete="CASCADE"), primary_key=True
    )
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True, index=True)


class ConflictEntry(Base):
    """A line in a case's history: what happened, by whom (nobody: by itself)."""

    __tablename__ = "conflict_entry"

    id: Mapped[int] = key_column()
    conflict_id: Mapped[int] = mapped_column(
        ForeignKey("conflict.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    code: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
