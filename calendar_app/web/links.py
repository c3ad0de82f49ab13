"""Pages behind a link that was mailed."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import transaction
from calendar_app.web.context import current
from calendar_app.workflow import accounts


def source() -> str:
    """Where a request comes from, to count tries by."""
    return request.remote_addr or ""


@contextmanager
def counting_dead_links() -> Iterator[None]:
    """A link that does not work is counted, so that nobody can try many."""
    try:
        yield
    except NotFound:
        with transaction(current.session):
            accounts.count_dead_link(current.session, source(), current.now)
        raise
