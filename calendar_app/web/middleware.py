"""English lives under ``/en``: the prefix moves into SCRIPT_NAME, so that routes exist once and
``url_for`` writes the right prefix by itself (docs/adr/0004)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY = "calendar.language"


class LanguagePrefix:
    """WSGI middleware that reads the language off the path."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Passes the request on with the prefix moved and the language noted."""
        path = environ.get("PATH_INFO", "")
        environ[KEY] = "nl"
        if path == "/en" or path.startswith("/en/"):
            environ[KEY] = "en"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/en"
            environ["PATH_INFO"] = path[3:] or "/"
        return self.app(environ, start)
