"""Writing people: flushes, never commits."""

import csv
import secrets
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from calendar_app.people.link_actions import ADDRESS, RESET, end_links
from calendar_app.people.models import (
    MANAGER,
    Attempt,
    AuditEntry,
    Institution,
    Membership,
    SignIn,
    User,
)
from calendar_app.people.passwords import hash_password
from calendar_app.people.queries import hash_token
from calendar_app.places.models import Municipality, Region, Venue

SIGN_IN_LASTS = timedelta(days=14)
IDLE_LASTS = timedelta(days=3)
ATTEMPTS_KEPT = timedelta(days=1)


def load_institutions(session: Session) -> None:
    """The 71 institutions of both regions, each with its house as a venue, into a store that
    has none."""
    if session.scalar(select(func.count()).select_from(Institution)):
        return
    regions = {row.slug: row.id for row in session.execute(select(Region.slug, Region.id))}
    places = {
        row.code: row.id for row in session.execute(select(Municipality.code, Municipality.id))
    }
    table = files("calendar_app.people").joinpath("data", "institutions.csv").read_text("utf-8")
    for row in csv.DictReader(table.splitlines()):
        where = {
            "region_id": regions[row["region"]],
            "municipality_id": places[row["municipality_code"]],
            "street": row["street"],
            "postcode": row["postcode"],
            "city": row["city"],
            "lat": float(row["lat"]),
            "lon": float(row["lon"]),
        }
        institution = Institution(
            slug=row["slug"], name=row["name"], kind=row["kind"], website=row["website"],
            default_disciplines=row["disciplines"].split(), **where,
        )  # fmt: skip
        session.add(institution)
        session.flush()
        venue = Venue(slug=row["slug"], name=row["name"], institution_id=institution.id, **where)
        session.add(venue)
        session.flush()
        institution.home_venue_id = venue.id
    session.flush()


def add_user(
    session: Session,
    email: str,
    name: str,
    password: str | None,
    now: datetime,
    *,
    is_admin: bool = False,
    language: str = "nl",
    password_hash: str | None = None,
) -> User:
    """Stores an account; ``password_hash`` skips the hashing (many equal ones at once)."""
    user = User(
        email=email.strip().lower(), name=name, is_admin=is_admin, language=language,
        password_hash=password_hash or (hash_password(password) if password else None),
        created_at=now,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, user: User, password_hash: str) -> None:
    """A new password: every session of the user ends, and every link that was mailed to them."""
    user.password_hash = password_hash
    end_sign_ins(session, user)
    end_links(session, (RESET, ADDRESS), user.id)
    session.flush()


def add_membership(session: Session, user: User, institution_id: int, role: str) -> None:
    """The user works there; who is a manager already stays one."""
    membership = session.get(Membership, (user.id, institution_id))
    if membership is None:
        session.add(Membership(user_id=user.id, institution_id=institution_id, role=role))
    elif role == MANAGER:
        membership.role = role
    session.flush()


def add_audit(
    session: Session,
    actor_id: int | None,
    action: str,
    subject: str,
    subject_id: object,
    now: datetime,
    **data: Any,
) -> None:
    """One line in the audit log: the actor (a user's key; none: the command line) did ``action``
    to a ``subject``. Names and addresses of people stay out of it: they must be erasable."""
    session.add(
        AuditEntry(
            at=now,
            user_id=actor_id,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            data=data,
        )
    )
    session.flush()


def open_sign_in(session: Session, user: User, now: datetime, device: str = "") -> str:
    """A new server-side session; returns the token for the cookie. Old rows are swept."""
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=hash_token(token), user_id=user.id, device=device, created_at=now,
            seen_at=now, expires_at=now + IDLE_LASTS,
        )
    )  # fmt: skip
    session.flush()
    return token


def prolong_sign_in(session: Session, sign_in: SignIn, now: datetime) -> None:
    """Somebody is still there: idle time starts again, up to the absolute limit."""
    sign_in.seen_at = now
    sign_in.expires_at = min(now + IDLE_LASTS, sign_in.created_at + SIGN_IN_LASTS)
    session.flush()


def close_sign_in(session: Session, token: str) -> None:
    """Ends a server-side session; its cookie is worth nothing from now on."""
    session.execute(delete(SignIn).where(SignIn.token_hash == hash_token(token)))


def end_sign_ins(session: Session, user: User) -> None:
    """Ends every session of a user (a new password, a new right)."""
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def count_attempt(session: Session, bucket: str, now: datetime) -> None:
    """Counts one try; tries older than a day are swept."""
    session.execute(delete(Attempt).where(Attempt.at < now - ATTEMPTS_KEPT))
    session.add(Attempt(bucket=bucket, at=now))
    session.flush()


def clear_attempts(session: Session, bucket: str) -> None:
    """Forgets the tries of a bucket (the right password was given)."""
    session.execute(delete(Attempt).where(Attempt.bucket == bucket))
