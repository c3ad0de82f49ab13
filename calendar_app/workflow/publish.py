"""Publish: feeds are rendered when something changes, and joined when they are read."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.errors import NotFound
from calendar_app.core.language import LANGUAGES, N_
from calendar_app.db.transaction import reading, transaction
from calendar_app.feeds.actions import fingerprint, rerender_all
from calendar_app.feeds.copies import Copies
from calendar_app.feeds.queries import find_fingerprint, list_selections
from calendar_app.feeds.selection import parse_file
from calendar_app.feeds.serve import join_feed

COPY_LASTS = timedelta(minutes=55)


def ensure_rendered(
    session: Session,
    now: datetime,
    base_url: str,
    progress: Callable[[int, int], None] | None = None,
) -> bool:
    """Renders everything anew when the renderer or ``BASE_URL`` is another than the stored text
    was made with; its own transaction. Returns whether it did."""
    with reading(session):
        if find_fingerprint(session) == fingerprint(base_url):
            return False
    with transaction(session):
        rerender_all(session, now, base_url, progress)
    return True


def feed_bytes(session: Session, path: str, now: datetime, base_url: str) -> bytes:
    """The bytes that ``/feeds/PATH`` serves; ``en/…`` for English. Raises :class:`NotFound`."""
    language = "en" if path.startswith("en/") else "nl"
    selection = parse_file(path.removeprefix("en/"))
    if selection is None:
        raise NotFound(N_("There is no such feed. Try all.ics or region/rijnland.ics."))
    return join_feed(session, selection, language, now, base_url)


def keep_copies(
    sessions: sessionmaker[Session],
    copies: Copies,
    now: datetime,
    base_url: str,
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """Makes a last good copy of every feed that has none of the last hour, so that also one that
    nobody has asked for yet is answered while the database is gone. Returns how many it made."""
    made = 0
    with sessions() as session, reading(session):
        selections = list_selections(session)
    for selection in selections:
        for language in LANGUAGES:
            if enough():
                return made
            age = abs(now.timestamp() - copies.made_at(selection, language))
            if age < COPY_LASTS.total_seconds():
                continue
            with sessions() as session, reading(session):
                body = join_feed(session, selection, language, now, base_url)
            copies.keep(selection, language, body)
            made += 1
    return made
