"""Regions, municipalities and venues (``product.md``, Words)."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db.base import Base, key_column


class Region(Base):
    """A cultural region with its own profile text, coordinators and feeds."""

    __tablename__ = "region"

    id: Mapped[int] = key_column()
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name_nl: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    profile_nl: Mapped[str] = mapped_column(Text, default="")
    profile_en: Mapped[str] = mapped_column(Text, default="")
    color: Mapped[str] = mapped_column(String(7), default="#154273")
    # Whether what institutions file stands at once (direct) or is approved first (review).
    moderation: Mapped[str] = mapped_column(String(8), default="direct")


class Municipality(Base):
    """A municipality with its CBS code and an approximate centre (WGS 84 degrees)."""

    __tablename__ = "municipality"

    id: Mapped[int] = key_column()
    code: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    lat: Mapped[float]
    lon: Mapped[float]


class Venue(Base):
    """A place where something happens; belongs to an institution or to nobody."""

    __tablename__ = "venue"

    id: Mapped[int] = key_column()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    # Upward, so by table name only (house.md, rule 14).
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)

    # A duplicate leads to the venue that it was merged into.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))

    region: Mapped[Region | None] = relationship(lazy="raise")
    merged_into: Mapped["Venue | None"] = relationship(lazy="raise", remote_side="Venue.id")

    __mapper_args__ = {"version_id_col": version}
