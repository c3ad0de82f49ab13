"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is true.

A passkey is a whole proof: the device checks a finger, face or PIN before it signs, and it signs
for this site only. The answers come from outside: whatever is wrong with one is ``None`` here.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST = 20_000
"""Characters of an answer; real ones have one or two thousand."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a passkey is for: the host name, the origin that browsers see, the name people see."""

    host: str
    origin: str
    name: str

    @property
    def can_have_passkeys(self) -> bool:
        """Browsers make them for https, and for localhost; never for a bare IP address."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return self.origin.startswith("https://") or self.host == "localhost"
        return False


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey that was made: ``credential_id`` in base64url, and its public key."""

    credential_id: str
    public_key: bytes
    sign_count: int


def ask_to_make(
    site: Site, secret_key: str, user_id: int, email: str, name: str, known: Iterable[str]
) -> tuple[str, str]:
    """What ``navigator.credentials.create`` is asked, as JSON, and the challenge in it. ``known``
    are passkeys the person has, so that a device makes no second one."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        # Names nobody; the same for all passkeys of a person.
        user_id=hmac.new(
            secret_key.encode(), f"passkey:{user_id}".encode(), hashlib.sha256
        ).digest(),
        user_name=email,
        user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known
        ],
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def read_made(site: Site, answer: str, challenge: str) -> NewKey | None:
    """The passkey in an answer to :func:`ask_to_make`."""
    if len(answer) > LONGEST:
        return None
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # the library's own errors, and any of what it reads
        return None
    return NewKey(
        bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count
    )


def ask_to_use(site: Site) -> tuple[str, str]:
    """What ``navigator.credentials.get`` is asked, as JSON, and the challenge in it. The device
    offers the passkeys it has for the site: nobody's are named."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def used_id(answer: str) -> str | None:
    """Which passkey an answer to :func:`ask_to_use` says it is from (not proven yet)."""
    if len(answer) > LONGEST:
        return None
    try:
        found = webauthn.helpers.parse_authentication_credential_json(answer)
    except Exception:
        return None
    return bytes_to_base64url(found.raw_id)


def read_used(
    site: Site, answer: str, challenge: str, public_key: bytes, sign_count: int
) -> int | None:
    """The new count of uses when the answer was signed by this key for this challenge."""
    try:
        used = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except Exception:
        return None
    return used.new_sign_count
