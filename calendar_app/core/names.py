"""Public ids, slugs, folded text, e-mail addresses: the names by which things are found."""

import re
import secrets
import unicodedata

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
PUBLIC_ID = re.compile(r"[a-z2-7]{12}")


def new_public_id() -> str:
    """A random public id of 12 base32 characters, 60 bits (``product.md``, Words)."""
    return "".join(secrets.choice(_BASE32) for _ in range(12))


def fold(text: str) -> str:
    """The text without case and accents, for searching: ``Musée`` → ``musee``."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def slugify(text: str, limit: int = 60) -> str:
    """A short name for an address: lower case, digits and hyphens; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:limit].strip("-")


# As HTML's own e-mail fields take them, without dots where no server takes them.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)


def clean_address(text: str) -> str | None:
    """The e-mail address in lower case; ``None`` when mail cannot be sent to it."""
    address = text.strip()
    # Before folding: the Kelvin sign, for one, folds to a plain k, which is somebody else's.
    if not address.isascii() or len(address) > 254 or len(address.partition("@")[0]) > 64:
        return None
    address = address.lower()
    return address if _ADDRESS.fullmatch(address) else None


# Bidi overrides can make a title read as something else; C0/C1 controls can break
# every format we write (security.md, "Strip control characters at the border, once").
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_line(text: str) -> str:
    """One line of user text: no control characters, white space folded, trimmed."""
    if not text.isprintable():  # what is printable has nothing to take out
        text = _FORBIDDEN.sub(" ", _LONE_SURROGATE.sub("", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def clean_text(text: str) -> str:
    """Several lines of user text: as :func:`clean_line`, keeping line breaks (as LF)."""
    text = _LONE_SURROGATE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _FORBIDDEN.sub("", unicodedata.normalize("NFC", text)).replace("\t", " ")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def fold_name(name: str | None) -> str:
    """A genre or production as it is compared: lower case, single spaces."""
    return " ".join((name or "").casefold().split())
