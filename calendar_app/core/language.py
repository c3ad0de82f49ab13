"""One way to turn message ids into text: for pages, mails, feeds and the command line alike.

Message ids are English sentences; Dutch stands in ``calendar_app/locale/nl/*.po``, one file an
area. The core returns message ids and parameters and never a rendered text.
"""

import io
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("nl", "en")
DEFAULT_LANGUAGE = "nl"


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Marks a message id that is rendered later, so that extraction finds it."""
    return message


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language, shaped as jinja2's i18n extension wants it; English is the
    message ids themselves. The .po files are read once per process."""
    if language != "nl":
        return NullTranslations()
    merged = Catalog(locale=language)
    for area in sorted(files("calendar_app").joinpath("locale", language).iterdir(), key=str):
        if area.name.endswith(".po"):
            with area.open("rb") as stream:
                for message in read_po(stream, locale=language):
                    if message.id:
                        merged.add(message.id, message.string, context=message.context)
    packed = io.BytesIO()
    write_mo(packed, merged)
    packed.seek(0)
    return Translations(packed)


def gettext(language: str, message: str, **params: object) -> str:
    """The message in a language, its ``%(name)s`` filled from the parameters."""
    text = str(translations(language).ugettext(message)) if message else ""
    return text % params if params else text


def ngettext(language: str, one: str, many: str, n: int, **params: object) -> str:
    """The singular or plural message for ``n``, filled; ``%(n)s`` and ``%(num)s`` are ``n``."""
    text = str(translations(language).ungettext(one, many, n))
    return text % {"n": n, "num": n, **params}


def translator(language: str) -> Callable[..., str]:
    """:func:`gettext` bound to a language."""

    def translate(message: str, **params: object) -> str:
        return gettext(language, message, **params)

    return translate


def pick(language: str, nl: str | None, en: str | None) -> str:
    """The text in the language, else in the other one (Dutch falls back; ``product.md``)."""
    return (en or nl or "") if language == "en" else (nl or en or "")
