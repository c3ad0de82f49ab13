"""Getting into an account by mail: invitation, reset, change of address.

What a link brings about happens when its page is answered, never when it is only opened: programs
that scan mail open links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Forbidden, Invalid, NotFound, TooMany
from calendar_app.core.language import DEFAULT_LANGUAGE, LANGUAGES, N_
from calendar_app.core.names import clean_address, clean_line
from calendar_app.core.settings import Settings
from calendar_app.notify.actions import queue_mail
from calendar_app.notify.texts import write_letter
from calendar_app.people import actions, queries
from calendar_app.people.link_actions import (
    ADDRESS,
    INVITATION,
    RESET,
    end_links,
    find_link,
    make_link,
    use_link,
)
from calendar_app.people.models import (
    MANAGER,
    Coordination,
    Institution,
    Membership,
    OneTimeLink,
    User,
)
from calendar_app.people.passwords import MAX_LENGTH, MIN_LENGTH, is_obvious
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import About, may, require
from calendar_app.places.queries import get_region

WINDOW = timedelta(hours=1)
PER_PERSON, PER_ADDRESS, DEAD_LINKS, INVITATIONS = 5, 30, 120, 40
OPERATOR = Viewer(name="calendar-app", is_admin=True)
"""Who works on the command line of the server."""

_TOO_MANY = N_("This was asked too often. Wait an hour and try again.")
_DEAD = N_(
    "This link does not work any more: it was used, is too old, or a newer one was sent. "
    "Ask for a new one."
)
NO_ADDRESS = N_("This is not an e-mail address. Check it.")
TAKEN = N_("There is already an account with this address.")
PASSWORD_CHANGED = N_("Your password was changed")
_ADDRESS_CHANGED = N_("Your e-mail address was changed")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite, and to what: institutions (slug → role), regions to coordinate."""

    email: str
    institutions: Mapping[str, str] = field(default_factory=dict)
    regions: Sequence[str] = ()
    is_admin: bool = False
    is_press: bool = False
    language: str = DEFAULT_LANGUAGE


def count(session: Session, bucket: str, most: int, now: datetime, within: timedelta) -> None:
    """Counts one try in the database; raises :class:`TooMany` when there were too many."""
    if queries.count_attempts(session, bucket, now, within) >= most:
        raise TooMany(_TOO_MANY)
    actions.count_attempt(session, bucket, now)


# Reset


def ask_reset(
    session: Session, settings: Settings, email: str, source: str, language: str, now: datetime
) -> None:
    """Mails a link for a new password, if there is such an account. For one that there is not, a
    link that nobody gets is made and a letter written all the same: neither the answer nor its
    time tells. Raises :class:`TooMany`, by address and by ``source`` (where it is asked from)."""
    asked = email.strip().lower()[:254]
    count(session, f"reset:{asked[:100]}", PER_PERSON, now, WINDOW)
    count(session, f"reset-from:{source}", PER_ADDRESS, now, WINDOW)
    user = queries.find_user(session, asked)
    if user is not None and not user.active:
        user = None
    end_links(session, (RESET,), user.id if user else 0)
    token, link = make_link(
        session, settings.secret_key, RESET, user.email if user else "", now,
        user_id=user.id if user else None,
    )  # fmt: skip
    values = {"path": f"/login/reset/{token}", "until": link.expires_at}
    if user is None:
        write_letter(settings, RESET, language, values)
    else:
        queue_mail(
            session, settings, RESET, user.email, user.language, now, user_id=user.id, **values
        )


def see_link(
    session: Session, settings: Settings, purpose: str, token: str, source: str, now: datetime
) -> OneTimeLink:
    """The living link of a token. Raises :class:`NotFound`, and :class:`TooMany` for who guesses
    (:func:`count_dead_link`)."""
    if queries.count_attempts(session, f"link-from:{source}", now, WINDOW) >= DEAD_LINKS:
        raise TooMany(_TOO_MANY)
    link = find_link(session, settings.secret_key, purpose, token, now)
    if link is None or not _holds(session, link):
        raise NotFound(_DEAD)
    return link


def _holds(session: Session, link: OneTimeLink) -> bool:
    """Whether what a link offers can still be had. An invitation is worth what whoever sent it may
    do today: who is dismissed does not come back by one they kept."""
    if link.purpose != INVITATION:
        return link.user_id is not None
    by = link.data["by"]
    if by is None:
        return True  # the command line
    sender = queries.find_active_user(session, by)
    if sender is None:
        return False
    viewer = queries.viewer_of(session, sender, sender.language)
    more = link.data["regions"] or link.data["admin"] or link.data["press"]
    keys = {int(key) for key in link.data["institutions"]}
    return may(viewer, "user.manage") or (not more and keys <= viewer.managed_ids)


def count_dead_link(session: Session, source: str, now: datetime) -> None:
    """Counts a link that did not work."""
    actions.count_attempt(session, f"link-from:{source}", now)


def choose_password(
    session: Session, settings: Settings, token: str, password_hash: str, now: datetime
) -> User:
    """Sets the password behind a reset link; every session ends, every mailed link dies. Raises
    :class:`NotFound`."""
    link = _used(session, settings, RESET, token, now)
    user = queries.get_user(session, link.user_id)
    actions.set_password(session, user, password_hash)
    actions.clear_attempts(session, f"login:{user.email[:100]}")
    tell(session, settings, user, PASSWORD_CHANGED, now)
    return user


def _used(
    session: Session, settings: Settings, purpose: str, token: str, now: datetime
) -> OneTimeLink:
    link = find_link(session, settings.secret_key, purpose, token, now)
    if link is None or not _holds(session, link) or not use_link(session, link, now):
        raise NotFound(_DEAD)
    return link


def tell(
    session: Session, settings: Settings, user: User, what: str, now: datetime, to: str = ""
) -> None:
    """Mails a person what happened to their account (a message id)."""
    queue_mail(
        session, settings, "notice", to or user.email, user.language, now, user_id=user.id,
        what=what, at=now, path="/account",
    )  # fmt: skip


# Invitation


def invite(
    session: Session, viewer: Viewer, settings: Settings, invitation: Invitation, now: datetime
) -> OneTimeLink:
    """Mails an invitation; it replaces an older one of the same person to the same institution.

    Managers invite to what they manage, administrators anybody to anything. Whether there is an
    account already does not show. Raises ``Forbidden``, :class:`Invalid`, ``TooMany``.
    """
    email = clean_address(invitation.email)
    if email is None:
        raise Invalid(FieldError("email", NO_ADDRESS))
    invited = {
        queries.get_institution(session, slug): role
        for slug, role in invitation.institutions.items()
    }
    for institution in invited:
        require(viewer, "colleague.manage", About(institution_id=institution.id))
    if invitation.regions or invitation.is_admin or invitation.is_press or not invited:
        require(viewer, "user.manage")
    if viewer.user_id is not None:
        count(session, f"invite:{viewer.user_id}", INVITATIONS, now, WINDOW)
    keys = {str(institution.id) for institution in invited}
    _refuse_colleague(session, email, invited)
    for older in session.scalars(select(OneTimeLink).where(OneTimeLink.email == email)):
        if older.purpose == INVITATION and set(older.data["institutions"]) == keys:
            session.delete(older)
    language = invitation.language if invitation.language in LANGUAGES else DEFAULT_LANGUAGE
    token, link = make_link(
        session, settings.secret_key, INVITATION, email, now,
        data={
            "institutions": {str(one.id): role for one, role in invited.items()},
            "regions": [get_region(session, slug).id for slug in invitation.regions],
            "admin": invitation.is_admin,
            "press": invitation.is_press,
            "language": language,
            "by": viewer.user_id,
        },
    )  # fmt: skip
    queue_mail(
        session, settings, INVITATION, email, language, now, path=f"/invitations/{token}",
        until=link.expires_at, inviter=viewer.name if viewer.signed_in else "",
        institution=", ".join(one.name for one in invited),
    )  # fmt: skip
    for institution, role in invited.items():
        actions.add_audit(
            session, viewer.user_id, "invited", "institution", institution.slug, now, role=role
        )
    return link


def _refuse_colleague(session: Session, email: str, invited: Mapping[Institution, str]) -> None:
    """No invitation for who works there already, in that role or a higher one."""
    for institution, role in invited.items():
        for user, has in queries.list_members(session, institution.id):
            if user.email == email and has in (MANAGER, role):
                raise Invalid(FieldError("email", N_("This person works here already.")))


def withdraw(session: Session, viewer: Viewer, slug: str, link_id: int, now: datetime) -> None:
    """Takes an invitation back; its link is dead. Raises ``NotFound``, ``Forbidden``."""
    institution = queries.get_institution(session, slug)
    require(viewer, "colleague.manage", About(institution_id=institution.id))
    for link in queries.list_invitations(session, institution.id, now):
        if link.id == link_id:
            session.delete(link)
            session.flush()
            return
    raise NotFound


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers, to whom; ``known`` when there is an account with its address."""

    link: OneTimeLink
    institutions: Sequence[tuple[Institution, str]]
    known: bool


def see_invitation(
    session: Session, settings: Settings, token: str, source: str, now: datetime
) -> Offer:
    """What the person with this link was offered; raises :class:`NotFound`."""
    link = see_link(session, settings, INVITATION, token, source, now)
    roles = link.data["institutions"]
    found = queries.list_own_institutions(session, [int(key) for key in roles])
    return Offer(
        link,
        [(institution, roles[str(institution.id)]) for institution in found],
        queries.find_user(session, link.email) is not None,
    )


def accept_as_new(
    session: Session, settings: Settings, token: str, name: str, password_hash: str, now: datetime
) -> User:
    """Makes the account that an invitation offers. Raises :class:`NotFound`, :class:`Invalid`."""
    link = _used(session, settings, INVITATION, token, now)
    if queries.find_user(session, link.email) is not None:
        raise Invalid(FieldError("name", TAKEN))
    user = actions.add_user(
        session, link.email, clean_name(name), None, now, language=link.data["language"],
        password_hash=password_hash,
    )  # fmt: skip
    _give(session, user, link, now)
    return user


def accept_as(
    session: Session, viewer: Viewer, settings: Settings, token: str, now: datetime
) -> User:
    """Adds what an invitation offers to the account of the viewer, if it was meant for them.
    Raises :class:`NotFound`, :class:`Forbidden`."""
    link = _used(session, settings, INVITATION, token, now)
    user = queries.get_user(session, viewer.user_id)
    if user.email != link.email:
        raise Forbidden(
            N_("This invitation is for another address. Sign out and open the link again.")
        )
    _give(session, user, link, now)
    return user


def _give(session: Session, user: User, link: OneTimeLink, now: datetime) -> None:
    for key, role in link.data["institutions"].items():
        actions.add_membership(session, user, int(key), role)
    for region_id in link.data["regions"]:
        if session.get(Coordination, (user.id, region_id)) is None:
            session.add(Coordination(user_id=user.id, region_id=region_id))
    user.is_admin = user.is_admin or link.data["admin"]
    user.is_press = user.is_press or link.data["press"]
    actions.add_audit(
        session, user.id, "joined", "user", user.id, now, by=link.data["by"],
        institutions=sorted(link.data["institutions"]), regions=link.data["regions"],
        admin=link.data["admin"],
    )  # fmt: skip


def check_password(password: str, *about: str) -> None:
    """Raises :class:`Invalid` for a password that is too short, too long or easily guessed from
    what is known of the person (address, name)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        params = {"least": MIN_LENGTH, "most": MAX_LENGTH}
        message = N_("A password has %(least)s to %(most)s characters.")
        raise Invalid(FieldError("password", message, params))
    if is_obvious(password, *about):
        raise Invalid(
            FieldError(
                "password",
                N_(
                    "This password is easily guessed. Take a few words that do not belong together."
                ),
            )
        )


def clean_name(name: str) -> str:
    """A person's name; raises :class:`Invalid` when there is none."""
    cleaned = clean_line(name)
    if not 1 <= len(cleaned) <= 120:
        raise Invalid(FieldError("name", N_("Give your name, in at most 120 characters.")))
    return cleaned


# Colleagues


def see_colleagues(
    session: Session, viewer: Viewer, slug: str, now: datetime
) -> tuple[Institution, Sequence[tuple[User, str]], list[OneTimeLink]]:
    """An institution with who works there and who is invited; raises ``Forbidden``."""
    institution = queries.get_institution(session, slug)
    require(viewer, "colleague.manage", About(institution_id=institution.id))
    return (
        institution,
        queries.list_members(session, institution.id),
        queries.list_invitations(session, institution.id, now),
    )


def change_role(
    session: Session, viewer: Viewer, slug: str, user_id: int, role: str | None, now: datetime
) -> None:
    """Makes a colleague editor or manager, or (no role) ends their work there. Their sessions end
    where they may do less. Raises ``NotFound``, ``Forbidden``."""
    institution = queries.get_institution(session, slug)
    require(viewer, "colleague.manage", About(institution_id=institution.id))
    membership = session.get(Membership, (user_id, institution.id))
    if membership is None:
        raise NotFound
    if role == membership.role:
        return
    if role is None:
        session.delete(membership)
    else:
        membership.role = role
    if role != MANAGER and user_id != viewer.user_id:
        actions.end_sign_ins(session, queries.get_user(session, user_id))
    actions.add_audit(
        session, viewer.user_id, "role", "user", user_id, now, institution=slug, role=role or "none"
    )


# Change of address


def ask_address(
    session: Session, viewer: Viewer, settings: Settings, address: str, now: datetime
) -> str:
    """Mails a link to the old and to the new address; the change is made when both were answered.
    Whether the new one has an account already shows only then. Raises :class:`Invalid`."""
    new = clean_address(address)
    user = queries.get_user(session, viewer.user_id)
    if new is None:
        raise Invalid(FieldError("email", NO_ADDRESS))
    if new == user.email:
        raise Invalid(FieldError("email", N_("This is your address already. Give the new one.")))
    count(session, f"address:{user.id}", PER_PERSON, now, WINDOW)
    end_links(session, (ADDRESS,), user.id)
    for side, to in (("old", user.email), ("new", new)):
        token, link = make_link(
            session, settings.secret_key, ADDRESS, to, now, user_id=user.id,
            data={"side": side, "new": new},
        )  # fmt: skip
        queue_mail(
            session, settings, f"address_{side}", to, user.language, now, user_id=user.id,
            path=f"/address/{token}", until=link.expires_at, address=new,
        )  # fmt: skip
    return new


def confirm_address(session: Session, settings: Settings, token: str, now: datetime) -> bool:
    """Answers one of the two links; true when that made the change. Raises :class:`NotFound`,
    :class:`Invalid` when somebody else got the address meanwhile."""
    link = find_link(session, settings.secret_key, ADDRESS, token, now)
    if link is None:
        raise NotFound(_DEAD)
    # Both at once: the second waits here, and then sees the first.
    user = session.scalars(
        select(User).where(User.id == link.user_id, User.active).with_for_update()
    ).one_or_none()
    if user is None or not use_link(session, link, now):
        raise NotFound(_DEAD)
    waiting = session.scalars(
        select(OneTimeLink.id).where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == ADDRESS,
            OneTimeLink.used_at.is_(None),
        )
    ).first()
    if waiting is not None:
        return False
    old, new = user.email, link.data["new"]
    if queries.find_user(session, new) is not None:
        raise Invalid(FieldError("email", TAKEN))
    user.email = new
    session.flush()
    # What was mailed to the old address opens nothing any more.
    end_links(session, (ADDRESS, RESET), user.id)
    actions.add_audit(session, user.id, "address", "user", user.id, now)
    for to in (old, new):
        tell(session, settings, user, _ADDRESS_CHANGED, now, to)
    return True
