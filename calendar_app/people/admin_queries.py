"""Reading for administrators: people, what they may do, and the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from calendar_app.core.errors import NotFound
from calendar_app.people.models import (
    AuditEntry,
    Coordination,
    Institution,
    Membership,
    User,
)
from calendar_app.places.models import Region


@dataclass(frozen=True, slots=True)
class Person:
    """An account with what it may do; ``works`` are (institution slug, name, role)."""

    user: User
    works: tuple[tuple[str, str, str], ...]
    regions: tuple[str, ...]


def list_people(session: Session, q: str, limit: int, offset: int = 0) -> Sequence[User]:
    """Accounts by name or address."""
    query = select(User).order_by(User.name, User.id).limit(limit).offset(offset)
    return session.scalars(_searched(query, q)).all()


def _searched(query: Select[User], q: str) -> Select[User]:
    if not q:
        return query
    escaped = q.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{escaped}%"
    return query.where(
        or_(User.email.like(like, escape="\\"), func.lower(User.name).like(like, escape="\\"))
    )


def get_person(session: Session, user_id: int) -> Person:
    """One account with its roles; :class:`NotFound` when unknown."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    works = session.execute(
        select(Institution.slug, Institution.name, Membership.role)
        .join(Membership, Membership.institution_id == Institution.id)
        .where(Membership.user_id == user_id)
        .order_by(Institution.name)
    ).all()
    regions = session.scalars(
        select(Region.slug)
        .join(Coordination, Coordination.region_id == Region.id)
        .where(Coordination.user_id == user_id)
    ).all()
    return Person(user, tuple((row[0], row[1], row[2]) for row in works), tuple(regions))


def list_audit(
    session: Session,
    *,
    subject: str = "",
    user_id: int | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Sequence[AuditEntry]:
    """Lines of the audit log, newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit).offset(offset)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    if user_id is not None:
        query = query.where(AuditEntry.user_id == user_id)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if before is not None:
        query = query.where(AuditEntry.at < before)
    return session.scalars(query).all()


def list_actors(session: Session) -> Sequence[tuple[str, str]]:
    """Who stands in the audit log as having done something: key and name, by name."""
    acted = select(AuditEntry.user_id).where(AuditEntry.user_id.is_not(None)).distinct()
    rows = session.execute(
        select(User.id, User.name)
        .where(User.id.in_(acted), User.name != "")
        .order_by(User.name, User.id)
        .limit(500)
    )
    return [(str(row[0]), row[1]) for row in rows]
