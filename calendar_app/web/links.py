"""Where a request comes from and may go on to; pages behind a link that was mailed."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import request, url_for

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import transaction
from calendar_app.web.context import current
from calendar_app.workflow import accounts


def source() -> str:
    """Where a request comes from, to count tries by."""
    return request.remote_addr or ""


def landing() -> str:
    """Where somebody begins after signing in: at their institution, if they work for one."""
    return url_for("mine.index" if current.viewer.institution_ids else "pages.home")


def safe_path(target: str | None) -> str | None:
    """The target when it is a path on this site; nothing that could lead elsewhere."""
    if not target or not target.startswith("/") or len(target) > 2000:
        return None
    if target.startswith(("//", "/\\")) or any(ord(char) < 33 or char == "\\" for char in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


@contextmanager
def counting_dead_links() -> Iterator[None]:
    """A link that does not work is counted, so that nobody can try many."""
    try:
        yield
    except NotFound:
        with transaction(current.session):
            accounts.count_dead_link(current.session, source(), current.now)
        raise
