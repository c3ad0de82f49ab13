"""Codes from an app, as a second step at sign-in (TOTP, RFC 6238)."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
_AROUND = (0, -1, 1)
"""A clock may be a step off; a code is typed in the step after it was read (RFC 6238, 5.2)."""


def new_secret() -> str:
    """A secret of 160 random bits, in base32 as apps take it."""
    return pyotp.random_base32()


def setup_address(secret: str, email: str, site: str) -> str:
    """The ``otpauth:`` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def matching_step(secret: str, code: str, now: datetime, used: int | None) -> int | None:
    """The time step whose code this is; ``None`` for a wrong one, and for one not after ``used``:
    a code works once."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present + around for around in _AROUND):
        if (used is None or step > used) and hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return None
