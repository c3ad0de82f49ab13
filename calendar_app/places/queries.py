"""Reading places."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from calendar_app.core.errors import NotFound
from calendar_app.places.models import Municipality, Region, Venue


def list_regions(session: Session) -> Sequence[Region]:
    """All regions by name."""
    return session.scalars(select(Region).order_by(Region.slug).limit(100)).all()


def get_region(session: Session, slug: str) -> Region:
    """One region; :class:`NotFound` when unknown."""
    region = session.scalar(select(Region).where(Region.slug == slug))
    if region is None:
        raise NotFound
    return region


def list_municipalities(session: Session) -> Sequence[Municipality]:
    """All municipalities, by name."""
    return session.scalars(select(Municipality).order_by(Municipality.name).limit(500)).all()


def list_venues(session: Session, limit: int = 2000) -> Sequence[Venue]:
    """All venues by name, without those that became another."""
    living = select(Venue).where(Venue.merged_into_id.is_(None))
    return session.scalars(living.order_by(Venue.name, Venue.id).limit(limit)).all()


def get_venue(session: Session, slug: str) -> Venue:
    """One venue with its region; :class:`NotFound` when unknown."""
    venue = session.scalar(
        select(Venue)
        .where(Venue.slug == slug)
        .options(joinedload(Venue.region), joinedload(Venue.merged_into))
    )
    if venue is None:
        raise NotFound
    return venue


def list_venues_of(session: Session, slugs: Collection[str]) -> Sequence[Venue]:
    """Those of the venues with these slugs that exist, by name."""
    if not slugs:
        return []
    return session.scalars(
        select(Venue).where(Venue.slug.in_(slugs)).order_by(Venue.name, Venue.id)
    ).all()
