"""What a mail says: a kind, a language and values become a subject, a text and the same in HTML.

The templates stand in ``templates/mail/``, two a kind. Links are made here, from ``BASE_URL``
only (``security.md``: the Host header of a request is anybody's).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from calendar_app.core import paths
from calendar_app.core.language import translations
from calendar_app.core.names import clean_line, clean_text
from calendar_app.core.settings import Settings
from calendar_app.core.timespan import to_wall

SUBJECT_LENGTH = 200
_LOCALES = {"nl": "nl_NL", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is read."""

    subject: str
    text: str
    html: str


def write_letter(
    settings: Settings, kind: str, language: str, values: Mapping[str, object]
) -> Letter:
    """The letter of a kind; ``values`` are what its templates name. A value called ``path`` is a
    path on the site and becomes ``link``, its address in the reader's language."""
    known: dict[str, object] = {
        **values,
        "language": language,
        "site_name": settings.site_name,
        "base_url": settings.base_url,
    }
    if "path" in values:
        prefix = "/en" if language == "en" else ""
        known["link"] = f"{settings.base_url}{prefix}{values['path']}"
    environment = _environment(language)
    plain = environment.get_template(f"mail/{kind}.txt")
    subject = "".join(plain.blocks["subject"](plain.new_context(known)))
    return Letter(
        clean_line(subject)[:SUBJECT_LENGTH],
        clean_text(plain.render(known)),
        clean_text(environment.get_template(f"mail/{kind}.html").render(known)),
    )


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.templates()),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    known = translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        known.ugettext, known.ungettext, newstyle=True
    )

    def moment(instant: datetime) -> str:
        """Day and time on the clock of the house: vrijdag 12 maart, 20.15."""
        wall, _fold = to_wall(instant)
        day = format_date(wall, "EEEE d MMMM", locale=_LOCALES[language])
        clock = format_time(wall, "HH.mm" if language == "nl" else "HH:mm", locale=language)
        return f"{day}, {clock}"

    environment.filters["moment"] = moment
    return environment
