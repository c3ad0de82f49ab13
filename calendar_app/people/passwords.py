"""Passwords: argon2id with the library's own parameters, and a rule for new ones."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH, MAX_LENGTH = 12, 200
_FEW = 5
# Of what is long enough, what is tried first.
_OBVIOUS = (
    "wachtwoord", "password", "welkom", "welcome", "qwertyuiop", "1234567890", "0987654321",
    "samenspel", "letmein", "geheim",
)  # fmt: skip

_hasher = PasswordHasher()
# Verified for unknown accounts, so that they take as long as known ones.
_decoy = _hasher.hash("nobody's password")


def is_obvious(password: str, *about: str) -> bool:
    """Whether somebody would guess it: a handful of different characters, or little more than a
    well-known word or what is known of the person (``about``: address, name)."""
    folded = password.casefold()
    if len(set(folded)) < _FEW:
        return True
    known = [part for text in about for part in (text, *text.partition("@")[::2]) if len(part) > 3]
    for word in (*_OBVIOUS, *(part.casefold() for part in known)):
        rest = folded.replace(word, "")
        if rest != folded and sum(char.isalpha() for char in rest) < _FEW:
            return True
    return False


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes the same time when there is no account."""
    try:
        _hasher.verify(stored or _decoy, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and len(password) <= MAX_LENGTH
