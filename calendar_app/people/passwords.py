"""Passwords: argon2id with the library's own parameters, and a rule for new ones."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH, MAX_LENGTH = 12, 200

_hasher = PasswordHasher()
# Verified for unknown accounts, so that they take as long as known ones.
_decoy = _hasher.hash("nobody's password")


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes the same time when there is no account."""
    try:
        _hasher.verify(stored or _decoy, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
