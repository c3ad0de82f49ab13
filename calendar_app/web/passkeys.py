"""Asking browsers for passkeys: the challenge waits in the signed cookie for its answer."""

from flask import session as cookie

from calendar_app.people import passkeys
from calendar_app.web.context import current
from calendar_app.workflow.second_step import CHALLENGE_LASTS, site_of

_KEY = "challenge"


def ask_for_passkey() -> str:
    """What a sign-in form asks the browser (JSON); empty where no passkeys can be."""
    site = site_of(current.settings)
    if not site.can_have_passkeys:
        return ""
    options, challenge = passkeys.ask_to_use(site)
    keep_challenge(challenge)
    return options


def keep_challenge(challenge: str) -> None:
    """Until its answer comes."""
    cookie[_KEY] = [challenge, int(current.now.timestamp())]


def take_challenge() -> str:
    """The challenge that was asked in this browser; empty when there is none or it is too old."""
    challenge, at = cookie.pop(_KEY, ("", 0))
    age = current.now.timestamp() - at
    return challenge if 0 <= age <= CHALLENGE_LASTS.total_seconds() else ""
