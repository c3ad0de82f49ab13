"""Sources, the events they gave, and runs (``imports.md``, Source and Identity)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.core.names import new_public_id
from calendar_app.db.base import Base, key_column
from calendar_app.db.types import Instant
from calendar_app.people.models import Institution


class Source(Base):
    """An institution's own calendar. Uploads of one kind share one source, whatever the file's
    name."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("institution_id", "kind"),)

    id: Mapped[int] = key_column()
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    kind: Mapped[str] = mapped_column(String(20))
    event_kind: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(Instant)

    institution: Mapped[Institution] = relationship(lazy="raise")


class SourceItem(Base):
    """An event that came from a source, by the source's own UID; ``given`` is what the source
    gave last, to tell its changes from those of people."""

    __tablename__ = "source_item"
    __table_args__ = (UniqueConstraint("source_id", "uid"),)

    id: Mapped[int] = key_column()
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(500))
    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), unique=True, index=True
    )
    given: Mapped[dict[str, Any]] = mapped_column(JSON)
    missing: Mapped[int] = mapped_column(default=0)


class ImportRun(Base):
    """One file: looked at (``previewed``), carried out (``applied``), held for a person
    (``held``), or left by that person (``left``)."""

    __tablename__ = "import_run"

    id: Mapped[int] = key_column()
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    event_kind: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(String(200))
    # Kept as long as the file can still be applied, no longer.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)

    institution: Mapped[Institution] = relationship(lazy="raise")
