"""One's own account: details, password, sessions; what is kept of a person, given and erased.

Everything here is about the viewer's own account; somebody else's is ``administer.py``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound
from calendar_app.core.language import LANGUAGES, N_
from calendar_app.core.settings import Settings
from calendar_app.events.models import Change, Event
from calendar_app.imports.models import ImportRun
from calendar_app.notify.models import Mail
from calendar_app.overlaps.models import Conflict, ConflictEntry
from calendar_app.people import actions, queries
from calendar_app.people.admin_queries import Person, get_person
from calendar_app.people.models import (
    Attempt,
    AuditEntry,
    Coordination,
    Membership,
    OneTimeLink,
    Passkey,
    SignIn,
    User,
)
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import require
from calendar_app.workflow.accounts import PASSWORD_CHANGED, clean_name, tell

RIGHT = "account.own"


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What a person sees of their account."""

    person: Person
    sign_ins: Sequence[SignIn]
    passkeys: Sequence[Passkey]

    @property
    def user(self) -> User:
        """The account itself."""
        return self.person.user

    @property
    def second_step(self) -> bool:
        """Whether a password alone is not enough."""
        return self.user.totp_secret is not None or bool(self.passkeys)


def see_account(session: Session, viewer: Viewer, now: datetime) -> OwnAccount:
    """The viewer's account, with where they are signed in and their passkeys."""
    user = _own(session, viewer)
    return OwnAccount(
        get_person(session, user.id),
        queries.list_sign_ins(session, user.id, now),
        queries.list_passkeys(session, user.id),
    )


def _own(session: Session, viewer: Viewer) -> User:
    require(viewer, RIGHT)
    return queries.get_user(session, viewer.user_id)


def change_profile(session: Session, viewer: Viewer, name: str, language: str) -> None:
    """Another name, another language for mails; raises :class:`Invalid`."""
    user = _own(session, viewer)
    user.name = clean_name(name)
    if language not in LANGUAGES:
        raise Invalid(
            FieldError("language", N_("This choice does not exist. Pick one of the list."))
        )
    user.language = language
    session.flush()


def change_password(
    session: Session, viewer: Viewer, settings: Settings, password_hash: str, now: datetime
) -> User:
    """A new password. Every session ends, the one at hand too: whoever calls opens a new one."""
    user = _own(session, viewer)
    actions.set_password(session, user, password_hash)
    tell(session, settings, user, PASSWORD_CHANGED, now)
    return user


def end_sign_in(session: Session, viewer: Viewer, sign_in_id: int) -> None:
    """Ends one of the viewer's sessions; raises :class:`NotFound`."""
    user = _own(session, viewer)
    row = session.get(SignIn, sign_in_id)
    if row is None or row.user_id != user.id:
        raise NotFound
    session.delete(row)
    session.flush()


def end_other_sign_ins(session: Session, viewer: Viewer, token: str) -> None:
    """Ends every session of the viewer but the one with this token."""
    user = _own(session, viewer)
    session.execute(
        delete(SignIn).where(
            SignIn.user_id == user.id, SignIn.token_hash != queries.hash_token(token)
        )
    )


def export_account(session: Session, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Everything that is kept of the viewer (AVG, article 15), as plain values. Of what they did
    with events it says what and when; the events are their institution's."""
    account = see_account(session, viewer, now)
    user = account.user
    return {
        "made_at": now.isoformat(),
        "account": {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "administrator": user.is_admin,
            "press": user.is_press,
            "code_at_sign_in": user.totp_secret is not None,
            "created_at": user.created_at.isoformat(),
        },
        "institutions": [
            {"slug": slug, "name": name, "role": role} for slug, name, role in account.person.works
        ],
        "coordinates": list(account.person.regions),
        "signed_in": _rows(account.sign_ins, "device", "created_at", "seen_at", "expires_at"),
        "passkeys": _rows(account.passkeys, "name", "created_at", "used_at"),
        "links": _rows(
            session.scalars(select(OneTimeLink).where(_links_of(user)).order_by(OneTimeLink.id)),
            "purpose", "email", "created_at", "expires_at", "used_at",
        ),
        "mails": _rows(
            session.scalars(select(Mail).where(_mails_of(user)).order_by(Mail.id)),
            "kind", "recipient", "subject", "created_at", "sent_at",
        ),
        "attempts": _rows(
            session.scalars(select(Attempt).where(_attempts_of(user)).order_by(Attempt.id)),
            "bucket", "at",
        ),
        "events": _rows(
            session.execute(
                select(Event.public_id.label("event"), Change.at, Change.action)
                .join(Event, Event.id == Change.event_id)
                .where(Change.user_id == user.id)
                .order_by(Change.id)
            ),
            "event", "at", "action",
        ),
        "conflicts": _rows(
            session.execute(
                select(
                    Conflict.public_id.label("conflict"), ConflictEntry.at,
                    ConflictEntry.code.label("action"), ConflictEntry.data,
                )
                .join(Conflict, Conflict.id == ConflictEntry.conflict_id)
                .where(ConflictEntry.user_id == user.id)
                .order_by(ConflictEntry.id)
            ),
            "conflict", "at", "action", "data",
        ),
        "imports": _rows(
            session.execute(
                select(ImportRun.filename, ImportRun.at, ImportRun.state)
                .where(ImportRun.user_id == user.id)
                .order_by(ImportRun.id)
            ),
            "filename", "at", "state",
        ),
        "audit": _rows(
            session.scalars(
                select(AuditEntry).where(AuditEntry.user_id == user.id).order_by(AuditEntry.id)
            ),
            "at", "action", "subject", "subject_id",
        ),
    }  # fmt: skip


def _rows(rows: Any, *names: str) -> list[dict[str, Any]]:
    return list(_plain(rows, names))


def _plain(rows: Any, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for row in rows:
        values = ((name, getattr(row, name)) for name in names)
        yield {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values
        }


def _links_of(user: User) -> Any:
    return or_(OneTimeLink.user_id == user.id, OneTimeLink.email == user.email)


def _mails_of(user: User) -> Any:
    return or_(Mail.user_id == user.id, Mail.recipient == user.email)


def _attempts_of(user: User) -> Any:
    return Attempt.bucket.in_([f"{what}:{user.email[:100]}" for what in ("login", "reset")])


def erase_account(session: Session, viewer: Viewer, now: datetime) -> None:
    """Nothing of the person stays (AVG, article 17): what they did is kept as done by somebody who
    left, without name or address. Raises :class:`Invalid` for the only administrator."""
    user = _own(session, viewer)
    if user.is_admin and _administrators(session) < 2:
        raise Invalid(
            FieldError("sure", N_("You are the only administrator. First make somebody else one."))
        )
    for model in (Membership, Coordination, SignIn, Passkey):
        session.execute(delete(model).where(model.user_id == user.id))
    session.execute(delete(OneTimeLink).where(_links_of(user)))
    session.execute(delete(Mail).where(_mails_of(user)))
    session.execute(delete(Attempt).where(_attempts_of(user)))
    user.email, user.name = f"erased-{user.id}@invalid", ""
    user.password_hash = user.totp_secret = user.totp_step = None
    user.active = user.is_admin = user.is_press = False
    session.flush()
    actions.add_audit(session, user.id, "erased", "user", user.id, now)


def _administrators(session: Session) -> int:
    return (
        session.scalar(select(func.count()).select_from(User).where(User.is_admin, User.active))
        or 0
    )
