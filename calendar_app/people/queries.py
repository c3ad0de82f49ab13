"""Reading institutions, users and sign-ins."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from calendar_app.core.errors import NotFound
from calendar_app.people.models import (
    MANAGER,
    Attempt,
    AuditEntry,
    Coordination,
    Institution,
    Membership,
    OneTimeLink,
    Passkey,
    SignIn,
    User,
)
from calendar_app.people.viewer import Viewer


def list_institutions(session: Session, limit: int = 2000) -> Sequence[Institution]:
    """All institutions with their region, by name."""
    return session.scalars(
        select(Institution)
        .options(joinedload(Institution.region))
        .order_by(Institution.name, Institution.id)
        .limit(limit)
    ).all()


def list_own_institutions(session: Session, ids: Collection[int]) -> Sequence[Institution]:
    """The institutions with these keys, with region and home venue, by name."""
    return session.scalars(
        select(Institution)
        .where(Institution.id.in_(ids))
        .options(joinedload(Institution.region), joinedload(Institution.home_venue))
        .order_by(Institution.name)
        .limit(200)
    ).all()


def get_institution(session: Session, slug: str) -> Institution:
    """One institution with its region and home venue; :class:`NotFound` when unknown."""
    institution = session.scalar(
        select(Institution)
        .where(Institution.slug == slug)
        .options(joinedload(Institution.region), joinedload(Institution.home_venue))
    )
    if institution is None:
        raise NotFound
    return institution


def find_user(session: Session, email: str) -> User | None:
    """The account with this address, whatever its case."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def find_active_user(session: Session, user_id: int) -> User | None:
    """The active account with this key."""
    return session.scalar(select(User).where(User.id == user_id, User.active))


def get_user(session: Session, user_id: int | None) -> User:
    """The active account with this key; :class:`NotFound` otherwise."""
    user = find_active_user(session, user_id) if user_id is not None else None
    if user is None:
        raise NotFound
    return user


def list_members(session: Session, institution_id: int) -> Sequence[tuple[User, str]]:
    """Who works for an institution, with their role, by name."""
    rows = session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.institution_id == institution_id, User.active)
        .order_by(User.name, User.id)
        .limit(500)
    )
    return [(row[0], row[1]) for row in rows]


def list_invitations(session: Session, institution_id: int, now: datetime) -> list[OneTimeLink]:
    """The invitations to an institution that are still open, newest first."""
    found = session.scalars(
        select(OneTimeLink)
        .where(
            OneTimeLink.purpose == "invitation",
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .order_by(OneTimeLink.created_at.desc(), OneTimeLink.id.desc())
        .limit(2000)
    )
    return [link for link in found if str(institution_id) in link.data["institutions"]]


def list_coordinators(session: Session, region_ids: Collection[int]) -> Sequence[User]:
    """The coordinators of any of these regions, by name."""
    return session.scalars(
        select(User)
        .where(
            User.active,
            User.id.in_(select(Coordination.user_id).where(Coordination.region_id.in_(region_ids))),
        )
        .order_by(User.name, User.id)
        .limit(200)
    ).all()


def names_of(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """The names of these users; who was erased has none any more."""
    rows = session.execute(
        select(User.id, User.name).where(User.id.in_(user_ids), User.name != "").limit(1000)
    )
    return {row.id: row.name for row in rows}


def viewer_of(session: Session, user: User, language: str) -> Viewer:
    """What a user may be judged by: memberships and regions (one query)."""
    rows = session.execute(
        union_all(
            select(Membership.institution_id.label("key"), Membership.role.label("role")).where(
                Membership.user_id == user.id
            ),
            select(Coordination.region_id, literal("coordinator")).where(
                Coordination.user_id == user.id
            ),
        )
    ).all()
    memberships = [row for row in rows if row.role != "coordinator"]
    return Viewer(
        user_id=user.id,
        name=user.name,
        is_admin=user.is_admin,
        is_press=user.is_press,
        institution_ids=frozenset(row.key for row in memberships),
        managed_ids=frozenset(row.key for row in memberships if row.role == MANAGER),
        region_ids=frozenset(row.key for row in rows if row.role == "coordinator"),
        language=language,
    )


def list_sign_ins(session: Session, user_id: int, now: datetime) -> Sequence[SignIn]:
    """Where a user is signed in, the last seen first."""
    return session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.expires_at > now)
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
        .limit(100)
    ).all()


def list_passkeys(session: Session, user_id: int) -> Sequence[Passkey]:
    """A user's passkeys, the oldest first."""
    return session.scalars(
        select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id).limit(100)
    ).all()


def find_passkey(session: Session, credential_id: str) -> Passkey | None:
    """The passkey with this id (base64url)."""
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def list_welcomed(session: Session, user_id: int, slugs: Collection[str]) -> set[tuple[str, str]]:
    """Which of the first steps are behind somebody, from the audit log: ``("institution", slug)``
    for each that a colleague or they themselves found right, ``("user", their key)`` once they put
    the steps away."""
    rows = session.execute(
        select(AuditEntry.subject, AuditEntry.subject_id)
        .where(
            or_(
                and_(
                    AuditEntry.subject == "institution",
                    AuditEntry.subject_id.in_(slugs),
                    AuditEntry.action == "checked",
                ),
                and_(
                    AuditEntry.subject == "user",
                    AuditEntry.subject_id == str(user_id),
                    AuditEntry.action == "welcomed",
                ),
            )
        )
        .distinct()
    )
    return {(row.subject, row.subject_id) for row in rows}


def hash_token(token: str) -> str:
    """How a token is stored: its SHA-256 (the token itself has 256 random bits)."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_sign_in(session: Session, token: str, now: datetime) -> tuple[SignIn, User] | None:
    """The living sign-in of a token and its active user."""
    row = session.execute(
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .where(SignIn.token_hash == hash_token(token), SignIn.expires_at > now, User.active)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def count_attempts(session: Session, bucket: str, now: datetime, within: timedelta) -> int:
    """How often something was tried lately. Tries from the future (a clock that was set back)
    do not count: they would lock people out until the clock is there again."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Attempt)
            .where(Attempt.bucket == bucket, Attempt.at > now - within, Attempt.at <= now)
        )
        or 0
    )


def find_last_audit(session: Session, action: str, subject: str) -> dict[str, Any]:
    """What the last line of the audit log with this action says; empty when there is none."""
    found = session.scalar(
        select(AuditEntry.data)
        .where(AuditEntry.subject == subject, AuditEntry.action == action)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return found or {}


def list_trusted(session: Session) -> Sequence[User]:
    """The administrators and the coordinators of any region."""
    coordinates = select(Coordination.user_id)
    return session.scalars(
        select(User).where(or_(User.is_admin, User.id.in_(coordinates))).order_by(User.id)
    ).all()
