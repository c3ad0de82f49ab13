"""A second step at sign-in: codes from an app, and passkeys.

With either of them a password alone is not enough. A passkey is enough by itself: it is something
one has, and asks for a finger, a face or a PIN. Who lost both is let in again by an administrator
(:func:`drop`); there are no recovery codes.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line
from calendar_app.core.settings import Settings
from calendar_app.people import actions, codes, passkeys, queries
from calendar_app.people.models import Passkey, User
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import require
from calendar_app.workflow.accounts import count, tell
from calendar_app.workflow.own_account import RIGHT

WINDOW = timedelta(minutes=15)
TRIES, TRIES_FROM = 5, 60
CHALLENGE_LASTS = timedelta(minutes=10)

_WRONG_CODE = N_(
    "This code is not right. Codes change every half minute: type the one you see now."
)
WRONG_PASSKEY = N_("The passkey was not accepted. Try again, or sign in in another way.")
_CODE_ON = N_("Signing in with a code from an app was turned on")
_CODE_OFF = N_("Signing in with a code from an app was turned off")
_PASSKEY_ADDED = N_("A passkey was added to your account")
_PASSKEY_REMOVED = N_("A passkey was removed from your account")
_NEEDED = N_("Your work here needs a second step. First add another one, then turn this one off.")
_FIRST_YOURSELF = N_("First turn on a code or add a passkey for yourself, under “My account”.")
REQUIRED = "second step required"
_DROPPED = N_("The administrator turned off the second step of your account")


def site_of(settings: Settings) -> passkeys.Site:
    """Whom our passkeys are for."""
    return passkeys.Site(settings.host_name, settings.base_url, settings.site_name)


def needs_second_step(session: Session, user: User) -> bool:
    """Whether a password alone does not let this person in."""
    return user.totp_secret is not None or bool(queries.list_passkeys(session, user.id))


def is_required(session: Session) -> bool:
    """Whether coordinators and administrators need a second step: the last that an administrator
    said about it, which the audit log holds."""
    return bool(queries.find_last_audit(session, REQUIRED, "site").get("on"))


def is_due(session: Session, user: User) -> bool:
    """Whether this person must make a second step before they go on."""
    viewer = queries.viewer_of(session, user, user.language)
    return (
        (viewer.is_admin or viewer.is_coordinator)
        and is_required(session)
        and not needs_second_step(session, user)
    )


def require_it(session: Session, viewer: Viewer, on: bool, now: datetime) -> None:
    """From now on those who see the most need a second step, or no longer. Who has none is signed
    out, and makes one when they come back. Raises :class:`Invalid` for who has none themselves."""
    require(viewer, "site.administer")
    if on == is_required(session):
        return
    user = queries.get_user(session, viewer.user_id)
    if on and not needs_second_step(session, user):
        raise Invalid(FieldError("required", _FIRST_YOURSELF))
    actions.add_audit(session, user.id, REQUIRED, "site", "sign-in", now, on=on)
    if on:
        for one in queries.list_trusted(session):
            if not needs_second_step(session, one):
                actions.end_sign_ins(session, one)


def _keep_one(session: Session, user: User) -> None:
    if is_due(session, user):
        raise Invalid(FieldError("code", _NEEDED))


# Codes


def turn_code_on(
    session: Session, viewer: Viewer, settings: Settings, secret: str, code: str, now: datetime
) -> None:
    """From now on a code is asked, once the person showed that their app makes the right ones.
    Raises :class:`Invalid`."""
    require(viewer, RIGHT)
    user = queries.get_user(session, viewer.user_id)
    step = codes.matching_step(secret, code, now, None)
    if step is None:
        raise Invalid(FieldError("code", _WRONG_CODE))
    user.totp_secret, user.totp_step = secret, step
    session.flush()
    tell(session, settings, user, _CODE_ON, now)


def turn_code_off(session: Session, viewer: Viewer, settings: Settings, now: datetime) -> None:
    """No code is asked any more; raises :class:`Invalid` where a second step is required."""
    require(viewer, RIGHT)
    user = queries.get_user(session, viewer.user_id)
    if user.totp_secret is not None:
        user.totp_secret = user.totp_step = None
        session.flush()
        _keep_one(session, user)
        tell(session, settings, user, _CODE_OFF, now)


def count_code(session: Session, user_id: int, now: datetime) -> None:
    """Counts a code before it is judged; raises ``TooMany``."""
    count(session, f"code:{user_id}", TRIES, now, WINDOW)


def use_code(session: Session, user: User, code: str, now: datetime) -> None:
    """Uses up a code; raises :class:`Invalid` for a wrong one and for one that was used."""
    step = user.totp_secret and codes.matching_step(user.totp_secret, code, now, user.totp_step)
    # In one statement, so that of two at once with the same code one wins.
    used = (
        step
        and session.execute(
            update(User)
            .where(User.id == user.id, or_(User.totp_step.is_(None), User.totp_step < step))
            .values(totp_step=step)
            .returning(User.id)
        ).first()
    )
    if not used:
        raise Invalid(FieldError("code", _WRONG_CODE))
    actions.clear_attempts(session, f"code:{user.id}")


# Passkeys


def ask_for_passkey(session: Session, viewer: Viewer, settings: Settings) -> tuple[str, str]:
    """What the browser is asked to make a passkey, and the challenge to keep meanwhile."""
    require(viewer, RIGHT)
    user = queries.get_user(session, viewer.user_id)
    known = [one.credential_id for one in queries.list_passkeys(session, user.id)]
    return passkeys.ask_to_make(
        site_of(settings), settings.secret_key, user.id, user.email, user.name, known
    )


def add_passkey(
    session: Session,
    viewer: Viewer,
    settings: Settings,
    answer: str,
    challenge: str,
    name: str,
    now: datetime,
) -> None:
    """Keeps a passkey that the browser made. Raises :class:`Invalid`."""
    require(viewer, RIGHT)
    user = queries.get_user(session, viewer.user_id)
    made = passkeys.read_made(site_of(settings), answer, challenge)
    if made is None or not _first_use(session, challenge, now) or _known(session, made):
        raise Invalid(FieldError("credential", WRONG_PASSKEY))
    session.add(
        Passkey(
            user_id=user.id, credential_id=made.credential_id, public_key=made.public_key,
            sign_count=made.sign_count, name=clean_line(name)[:80], created_at=now,
        )
    )  # fmt: skip
    session.flush()
    tell(session, settings, user, _PASSKEY_ADDED, now)


def _known(session: Session, made: passkeys.NewKey) -> bool:
    return queries.find_passkey(session, made.credential_id) is not None


def _first_use(session: Session, challenge: str, now: datetime) -> bool:
    """A challenge is answered once; what was answered is kept as long as it could come again."""
    bucket = f"challenge:{challenge}"
    if queries.count_attempts(session, bucket, now, 2 * CHALLENGE_LASTS):
        return False
    actions.count_attempt(session, bucket, now)
    return True


def remove_passkey(
    session: Session, viewer: Viewer, settings: Settings, passkey_id: int, now: datetime
) -> None:
    """Removes one of the viewer's passkeys; raises :class:`NotFound`, :class:`Invalid` where a
    second step is required."""
    require(viewer, RIGHT)
    user = queries.get_user(session, viewer.user_id)
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != user.id:
        raise NotFound
    session.delete(passkey)
    session.flush()
    _keep_one(session, user)
    tell(session, settings, user, _PASSKEY_REMOVED, now)


def count_passkey(session: Session, source: str, now: datetime) -> None:
    """Counts an answer before it is judged; raises ``TooMany``."""
    count(session, f"passkey-from:{source}", TRIES_FROM, now, WINDOW)


def use_passkey(
    session: Session, settings: Settings, answer: str, challenge: str, now: datetime
) -> User:
    """Whose passkey answered the challenge; raises :class:`Invalid`."""
    credential_id = passkeys.used_id(answer)
    passkey = queries.find_passkey(session, credential_id) if credential_id else None
    if passkey is not None:
        counted = passkeys.read_used(
            site_of(settings), answer, challenge, passkey.public_key, passkey.sign_count
        )
        user = queries.find_active_user(session, passkey.user_id)
        if counted is not None and user is not None and _first_use(session, challenge, now):
            passkey.sign_count, passkey.used_at = counted, now
            session.flush()
            return user
    raise Invalid(FieldError("credential", WRONG_PASSKEY))


# Lost


def drop(session: Session, viewer: Viewer, settings: Settings, user_id: int, now: datetime) -> None:
    """Turns off the second step of somebody who lost their phone or key; an administrator has made
    sure that it is them. Every session of the account ends. Raises ``Forbidden``, ``NotFound``."""
    require(viewer, "user.manage")
    user = queries.get_user(session, user_id)
    user.totp_secret = user.totp_step = None
    session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    actions.end_sign_ins(session, user)
    actions.add_audit(session, viewer.user_id, "second step off", "user", user.id, now)
    tell(session, settings, user, _DROPPED, now)
