"""Which feeds there are, by path (``interface.md``, Feeds)."""

import re
import uuid
from dataclasses import dataclass

from calendar_app.core.language import N_

SCHEMES = ("region", "institution", "venue", "kind", "discipline", "audience", "theme")
SUFFIX = ".ics"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_NAMESPACE = uuid.UUID("b9a3f1c4-3a52-4d0e-8a43-5a2c6f0a1e77")

_NAMES = {
    "all": N_("Cultural agenda Haaglanden and Rijnland"),
    "region": N_("Cultural agenda %(name)s"),
    "institution": N_("Agenda of %(name)s"),
    "venue": N_("Agenda at %(name)s"),
    "kind": N_("Cultural agenda: %(name)s"),
    "discipline": N_("Cultural agenda: %(name)s"),
    "audience": N_("Cultural agenda for: %(name)s"),
    "theme": N_("Theme: %(name)s"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What a feed selects: everything (``all``), or one slug of one scheme."""

    scheme: str = "all"
    slug: str = ""

    @property
    def path(self) -> str:
        """The path below ``/feeds/``, without its ending."""
        return f"{self.scheme}/{self.slug}" if self.slug else self.scheme

    @property
    def name(self) -> str:
        """The message id of the calendar's name, to be filled with ``name``."""
        return _NAMES[self.scheme]

    def address(self, base_url: str, language: str) -> str:
        """The permanent address of the feed in a language."""
        return f"{base_url}{'/en' if language == 'en' else ''}/feeds/{self.path}{SUFFIX}"

    def page(self, base_url: str, language: str) -> str:
        """The address of the page that shows the same."""
        query = f"?{self.scheme}={self.slug}" if self.slug else ""
        return f"{base_url}{'/en' if language == 'en' else ''}/agenda{query}"

    def uid(self, language: str) -> str:
        """The calendar's own UID, for life; each language is a calendar of its own."""
        return str(uuid.uuid5(_NAMESPACE, f"{language}:{self.path}"))


ALL = Selection()


def parse(path: str) -> Selection | None:
    """The selection of a path such as ``region/rijnland`` (no ending), or ``None``: there can be
    no such feed. Whether the slug exists, the store knows."""
    if path == "all":
        return ALL
    scheme, _, slug = path.partition("/")
    if scheme in SCHEMES and _SLUG.fullmatch(slug):
        return Selection(scheme, slug)
    return None


def parse_file(path: str) -> Selection | None:
    """As :func:`parse`, for a path with its ending: ``region/rijnland.ics``."""
    return parse(path.removesuffix(SUFFIX)) if path.endswith(SUFFIX) else None
