"""Accounts and viewers."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.people.actions import add_user
from calendar_app.people.models import Coordination, Institution, Membership, User
from calendar_app.people.passwords import hash_password
from calendar_app.people.queries import viewer_of
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Region

PASSWORD = "a-good-long-password"
_HASH = hash_password(PASSWORD)


def add_person(
    session: Session,
    email: str,
    *,
    institutions: tuple[str, ...] = (),
    role: str = "editor",
    regions: tuple[str, ...] = (),
    is_admin: bool = False,
    is_press: bool = False,
) -> User:
    """An account with :data:`PASSWORD`."""
    user = add_user(
        session, email, email.split("@")[0], None, datetime(2026, 1, 1, tzinfo=UTC),
        is_admin=is_admin, password_hash=_HASH,
    )  # fmt: skip
    user.is_press = is_press
    for slug in institutions:
        key = session.scalars(select(Institution.id).where(Institution.slug == slug)).one()
        session.add(Membership(user_id=user.id, institution_id=key, role=role))
    for slug in regions:
        key = session.scalars(select(Region.id).where(Region.slug == slug)).one()
        session.add(Coordination(user_id=user.id, region_id=key))
    session.flush()
    return user


def viewer_for(session: Session, email: str, **more: object) -> Viewer:
    """The viewer of a new account."""
    return viewer_of(session, add_person(session, email, **more), "nl")  # type: ignore[arg-type]
