"""Accounts and sign-in."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, TooMany
from calendar_app.core.language import N_
from calendar_app.core.names import clean_address
from calendar_app.db.transaction import transaction
from calendar_app.events.actions import load_taxonomy
from calendar_app.people import actions, queries
from calendar_app.people.models import EDITOR, Coordination, Institution, Membership, User
from calendar_app.people.passwords import hash_password, verify_password
from calendar_app.people.queries import find_user, get_institution
from calendar_app.places.actions import load_regions
from calendar_app.places.models import Region
from calendar_app.places.queries import get_region
from calendar_app.workflow.accounts import NO_ADDRESS, TAKEN, check_password

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS = 10, 60
_TOO_MANY = N_("Too many attempts to sign in. Wait a quarter of an hour and try again.")


def load_reference(session: Session) -> None:
    """Regions, municipalities, institutions, venues and taxonomy, into a store without them."""
    load_regions(session)
    load_taxonomy(session)
    actions.load_institutions(session)


def prove_password(
    session: Session, email: str, password: str, address: str, now: datetime
) -> User | None:
    """Whose address and password these are; ``None`` when either is wrong.

    Its own transactions: a try is counted before it is judged, and the slow hash is computed
    while nothing is locked. Raises :class:`TooMany`.
    """
    buckets = {
        f"login:{email.strip().lower()[:100]}": PER_ACCOUNT,
        f"login-from:{address}": PER_ADDRESS,
    }
    with transaction(session):
        for bucket, most in buckets.items():
            if queries.count_attempts(session, bucket, now, WINDOW) >= most:
                raise TooMany(_TOO_MANY)
        for bucket in buckets:
            actions.count_attempt(session, bucket, now)
        user = find_user(session, email)
    stored = user.password_hash if user is not None and user.active else None
    if not verify_password(stored, password) or user is None:
        return None
    with transaction(session):
        actions.clear_attempts(session, next(iter(buckets)))
    return user


def sign_out(session: Session, token: str) -> None:
    """Ends the session behind a token."""
    actions.close_sign_in(session, token)


def add_user(
    session: Session,
    email: str,
    name: str,
    password: str,
    now: datetime,
    *,
    institutions: tuple[str, ...] = (),
    role: str = EDITOR,
    regions: tuple[str, ...] = (),
    is_admin: bool = False,
) -> User:
    """Makes an account from the command line; raises :class:`Invalid` or ``NotFound``."""
    if clean_address(email) is None:
        raise Invalid(FieldError("email", NO_ADDRESS))
    if find_user(session, email) is not None:
        raise Invalid(FieldError("email", TAKEN))
    check_password(password, email, name)
    user = actions.add_user(session, email, name, password, now, is_admin=is_admin)
    for slug in institutions:
        institution = get_institution(session, slug)
        session.add(Membership(user_id=user.id, institution_id=institution.id, role=role))
    for slug in regions:
        session.add(Coordination(user_id=user.id, region_id=get_region(session, slug).id))
    session.flush()
    return user


def get_account(session: Session, email: str) -> User:
    """The account with this address; raises :class:`Invalid`."""
    user = find_user(session, email)
    if user is None:
        raise Invalid(FieldError("email", N_("There is no account with this address.")))
    return user


def set_password(session: Session, email: str, password: str) -> None:
    """A new password: every session of the account ends, every mailed link dies. Raises
    :class:`Invalid`."""
    user = get_account(session, email)
    check_password(password, user.email, user.name)
    actions.set_password(session, user, hash_password(password))


def list_accounts(session: Session) -> list[dict[str, str]]:
    """Every account (at most 10,000) with what it may do, in words."""
    does: dict[int, list[str]] = {}
    for user_id, role, slug in session.execute(
        select(Membership.user_id, Membership.role, Institution.slug).join(
            Institution, Institution.id == Membership.institution_id
        )
    ):
        does.setdefault(user_id, []).append(f"{role} of {slug}")
    for user_id, slug in session.execute(
        select(Coordination.user_id, Region.slug).join(Region, Region.id == Coordination.region_id)
    ):
        does.setdefault(user_id, []).append(f"coordinator of {slug}")
    rows = []
    for user in session.scalars(select(User).order_by(User.email).limit(10_000)):
        words = (["administrator"] if user.is_admin else []) + sorted(does.get(user.id, []))
        rows.append({"email": user.email, "name": user.name, "does": ", ".join(words)})
    return rows
