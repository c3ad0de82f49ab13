"""The last good copy of each public feed on disk, for when the database does not answer
(``feeds.md``, HTTP)."""

import contextlib
import logging
import os
import re
import tempfile
from pathlib import Path

from calendar_app.feeds.selection import ALL, Selection

log = logging.getLogger(__name__)


class Copies:
    """A folder of finished feeds, one file for each selection and language. Only feeds that
    exist are kept, so their number is bounded by what is stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, selection: Selection, language: str, body: bytes) -> None:
        """Replaces the copy, whole or not at all. A full disk costs the copy, not the answer."""
        name: str | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(body)
            Path(name).replace(self._file(selection, language))
        except OSError as error:
            log.warning("no copy kept of feed %s: %s", selection.path, error.strerror)
            if name is not None:
                with contextlib.suppress(OSError):
                    Path(name).unlink(missing_ok=True)

    def find(self, selection: Selection, language: str) -> bytes | None:
        """The last good copy, if one was ever made."""
        try:
            return self._file(selection, language).read_bytes()
        except OSError:
            return None

    def find_event(self, public_id: str, language: str) -> list[str]:
        """The VEVENTs of one event in the copy of everything; empty when it is in none."""
        text = (self.find(ALL, language) or b"").decode()
        blocks = re.findall(r"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", text, re.DOTALL | re.MULTILINE)
        own = re.compile(rf"^URL:\S*/events/{re.escape(public_id)}\r$", re.MULTILINE)
        return [block for block in blocks if own.search(block.replace("\r\n ", ""))]

    def made_at(self, selection: Selection, language: str) -> float:
        """When the copy was made, in seconds since 1970; 0 when there is none."""
        try:
            return self._file(selection, language).stat().st_mtime
        except OSError:
            return 0.0

    def _file(self, selection: Selection, language: str) -> Path:
        return self.folder / f"{language}.{selection.path.replace('/', '.')}.ics"
