"""The part of the event form that tells the public more: price, tickets, languages, access,
contact, and where a campaign runs."""

import re
from typing import Any

from calendar_app.core.errors import FieldError, too_long
from calendar_app.core.language import N_
from calendar_app.web.context import current
from calendar_app.web.forms.fields import Choices, line

LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pl", "uk", "tr", "ar", "dse", "zxx")
"""BCP 47: the languages of events here; ``dse`` is Dutch sign language, ``zxx`` no language."""
MOST_CENTS = 100_000_00
_PRICE = re.compile(r"(?:€\s*|eur\s*)?(\d{1,6})(?:[.,](\d{2}|-))?", re.IGNORECASE)
_FREE = ("gratis", "free", "vrij", "€ 0")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")
_WEB = N_("A web address starts with https:// or http://.")


class ContentPart:
    """Fields and reading of what is told; mixed into the event form."""

    price = line(20)
    price_note = line(300)
    price_note_en = line(300)
    ticket_url = line(500)
    languages = Choices()
    access = Choices()
    contact_email = line(254)
    channels = line(300)

    def read_content(self, errors: list[FieldError]) -> dict[str, Any]:
        """The values as a draft has them; what is wrong goes to ``errors``."""
        for name in ("url", "ticket_url"):
            given = self[name].data  # type: ignore[index]
            if given and not given.lower().startswith(("http://", "https://")):
                errors.append(FieldError(name, _WEB))
        if self.contact_email.data and not _EMAIL.fullmatch(self.contact_email.data):
            errors.append(
                FieldError("contact_email", N_("This is not an e-mail address. Check it."))
            )
        channels = [one.strip() for one in self.channels.data.split(",")]
        for one in channels:
            errors += too_long("channels", one, 60)
        return {
            "price_cents": read_price(self.price.data, errors),
            "price_note_nl": self.price_note.data,
            "price_note_en": self.price_note_en.data,
            "ticket_url": self.ticket_url.data,
            "languages": tuple(self.languages.data or ()),
            "access": tuple(self.access.data or ()),
            "contact_email": self.contact_email.data.lower(),
            "channels": tuple(one for one in channels if one),
        }


def read_price(given: str, errors: list[FieldError]) -> int | None:
    """Cents; 0 for free, ``None`` where nobody said."""
    if not given:
        return None
    if given.casefold() in _FREE:
        return 0
    match = _PRICE.fullmatch(given)
    if match is None:
        errors.append(FieldError("price", N_("Write the lowest price like 12,50, or “free”.")))
        return None
    cents = match[2] if match[2] and match[2] != "-" else "0"
    return min(int(match[1]) * 100 + int(cents), MOST_CENTS)


def _price_text(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}" if cents else current.text(N_("free"))


def content_values(draft: Any) -> dict[str, Any]:
    """The starting values of the fields for a stored event."""
    cents = draft.price_cents
    return {
        "price": "" if cents is None else _price_text(cents),
        "price_note": draft.price_note_nl, "price_note_en": draft.price_note_en,
        "ticket_url": draft.ticket_url, "languages": list(draft.languages),
        "access": list(draft.access), "contact_email": draft.contact_email,
        "channels": ", ".join(draft.channels),
    }  # fmt: skip
