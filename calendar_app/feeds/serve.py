"""Answering for a feed: validator first, then finished bytes from memory, else joined anew."""

import gzip
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from calendar_app.core.language import gettext, pick
from calendar_app.feeds import ical, validators
from calendar_app.feeds.copies import Copies
from calendar_app.feeds.queries import (
    PUBLIC,
    FeedInfo,
    find_successor,
    get_info,
    list_boundaries,
    list_event_texts,
    list_texts,
)
from calendar_app.feeds.schedule import ALWAYS
from calendar_app.feeds.selection import Selection

_FILTER_VERSION = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of what its sender has and can read."""

    if_none_match: str | None = None
    if_modified_since: str | None = None
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; a 304 has no body."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Validator:
    """All that the bytes of a feed hang on."""

    parts: tuple[object, ...]
    modified_at: datetime
    next_at: datetime | None

    def tag(self, encoding: str) -> str:
        """The strong ETag of an encoding."""
        return validators.etag(encoding, *self.parts)


@dataclass(slots=True)
class Memory:
    """Finished bytes and known instants of one process, the least used forgotten first.

    Nothing here can be stale: all is keyed by what the database says at each request.
    """

    most: int = 64 * 1024 * 1024
    _bytes: OrderedDict[tuple[object, ...], tuple[str, bytes]] = field(default_factory=OrderedDict)
    _instants: OrderedDict[tuple[object, ...], tuple[int, list[datetime]]] = field(
        default_factory=OrderedDict
    )
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def find_body(self, key: tuple[object, ...], tag: str) -> bytes | None:
        """The bytes kept for a feed and encoding, if they are those of this ETag."""
        with self._lock:
            found = self._bytes.get(key)
            if found is None or found[0] != tag:
                return None
            self._bytes.move_to_end(key)
            return found[1]

    def keep_body(self, key: tuple[object, ...], tag: str, body: bytes) -> None:
        """Keeps the bytes in place of older ones."""
        with self._lock:
            old = self._bytes.pop(key, None)
            self._size += len(body) - (len(old[1]) if old else 0)
            self._bytes[key] = tag, body
            while self._size > self.most:
                _key, (_tag, dropped) = self._bytes.popitem(last=False)
                self._size -= len(dropped)

    def find_instants(self, key: tuple[object, ...], plan: int) -> list[datetime] | None:
        """The instants at which a feed changes by itself, if still of this plan."""
        with self._lock:
            found = self._instants.get(key)
            return found[1] if found is not None and found[0] == plan else None

    def keep_instants(self, key: tuple[object, ...], plan: int, instants: list[datetime]) -> None:
        """Keeps the instants of at most a thousand feeds."""
        with self._lock:
            self._instants[key] = plan, instants
            self._instants.move_to_end(key)
            while len(self._instants) > 1000:
                self._instants.popitem(last=False)


def answer_feed(
    session: Session,
    selection: Selection,
    language: str,
    now: datetime,
    base_url: str,
    asked: Asked,
    memory: Memory,
    copies: Copies | None = None,
) -> Answer:
    """The answer for a public feed, in a reading transaction. Raises ``NotFound``.

    A 304 costs one query: nothing is joined or rendered. What is joined is kept in ``memory``
    and, for a day without a database, in ``copies``.
    """
    selection = find_successor(session, selection)
    info = get_info(session, selection)
    found = _validator(session, selection, language, now, info, memory)
    encoding = "gzip" if asked.gzip else "identity"
    tag = found.tag(encoding)
    modified_at = validators.settled(found.modified_at, now)
    headers = {
        **_headers(selection.path.replace("/", "-")),
        "ETag": tag,
        "Cache-Control": validators.cache_control(now, found.next_at),
    }
    if modified_at is not None:
        headers["Last-Modified"] = validators.http_date(modified_at)
    if validators.not_modified(tag, modified_at, asked.if_none_match, asked.if_modified_since):
        kept = ("ETag", "Cache-Control", "Vary", "Last-Modified")
        return Answer(304, b"", {name: headers[name] for name in kept if name in headers})
    key = (selection, language)
    body = memory.find_body((*key, encoding), tag)
    if body is None:
        plain = memory.find_body((*key, "identity"), found.tag("identity"))
        if plain is None:
            plain = _join(session, selection, language, now, base_url, info, found)
            memory.keep_body((*key, "identity"), found.tag("identity"), plain)
            if copies is not None:
                copies.keep(selection, language, plain)
        body = plain
        if encoding == "gzip":
            body = gzip.compress(plain, 6, mtime=0)
            memory.keep_body((*key, encoding), tag, body)
    if encoding == "gzip":
        headers["Content-Encoding"] = "gzip"
    return Answer(200, body, headers)


def answer_event(
    session: Session, public_id: str, language: str, now: datetime, asked: Asked
) -> Answer | None:
    """A single event to take along; ``None`` when unknown or not for the public."""
    texts = list_event_texts(session, public_id, language, now)
    if not texts:
        return None
    body = ical.download(texts)
    encoding = "gzip" if asked.gzip else "identity"
    tag = validators.etag(encoding, body)
    headers = {**_headers(public_id), "ETag": tag, "Cache-Control": "public, max-age=60"}
    if validators.not_modified(tag, None, asked.if_none_match, None):
        return Answer(304, b"", {k: headers[k] for k in ("ETag", "Cache-Control", "Vary")})
    if asked.gzip:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, 6, mtime=0)
    return Answer(200, body, headers)


def answer_from_copy(
    selection: Selection, language: str, asked: Asked, copies: Copies
) -> Answer | None:
    """The last good copy as an answer, when the database does not give any; ``None`` without."""
    body = copies.find(selection, language)
    if body is None:
        return None
    return _from_copy(selection.path.replace("/", "-"), body, asked)


def answer_event_from_copy(
    public_id: str, language: str, asked: Asked, copies: Copies
) -> Answer | None:
    """A single event out of the last good copy of everything; ``None`` when it is not in it."""
    texts = copies.find_event(public_id, language)
    return _from_copy(public_id, ical.download(texts), asked) if texts else None


def _from_copy(name: str, body: bytes, asked: Asked) -> Answer:
    headers = {
        **_headers(name),
        # No ETag: nobody knows whether it is the newest.
        "Cache-Control": "public, max-age=60, stale-if-error=86400",
    }
    if asked.gzip:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, 6, mtime=0)
    return Answer(200, body, headers)


def join_feed(
    session: Session, selection: Selection, language: str, now: datetime, base_url: str
) -> bytes:
    """The bytes of a feed, nothing kept. Raises ``NotFound``."""
    selection = find_successor(session, selection)
    info = get_info(session, selection)
    found = _validator(session, selection, language, now, info, Memory())
    return _join(session, selection, language, now, base_url, info, found)


def calendar_name(info: FeedInfo, selection: Selection, language: str) -> str:
    """What the feed is called in a language."""
    return gettext(
        language, selection.name, name=pick(language, info.name_nl, info.name_en)
    )  # fmt: skip


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": f'inline; filename="{name}.ics"',
        "Vary": "Accept-Encoding",
    }


def _validator(
    session: Session,
    selection: Selection,
    language: str,
    now: datetime,
    info: FeedInfo,
    memory: Memory,
) -> Validator:
    key = (selection, language)
    instants = memory.find_instants(key, info.plan)
    if instants is None:
        instants = list_boundaries(session, selection, language)
        memory.keep_instants(key, info.plan, instants)
    passed = max((at for at in instants if at <= now), default=ALWAYS)
    coming = min((at for at in instants if at > now), default=None)
    about = (info.name_nl, info.name_en, info.about_nl, info.about_en, info.color)
    return Validator(
        (
            PUBLIC, selection.path, language, info.revision, int(passed.timestamp()),
            _FILTER_VERSION, info.fingerprint, *about,
        ),
        max(info.changed_at, passed),
        coming,
    )  # fmt: skip


def _join(
    session: Session,
    selection: Selection,
    language: str,
    now: datetime,
    base_url: str,
    info: FeedInfo,
    found: Validator,
) -> bytes:
    about = pick(language, info.about_nl, info.about_en)
    stays = gettext(
        language, "Joined from what the institutions announce. It stays up to date by itself."
    )
    head = ical.Head(
        uid=selection.uid(language),
        name=calendar_name(info, selection, language),
        description=f"{about}\n\n{stays}" if about else stays,
        language=language,
        modified_at=found.modified_at,
        url=selection.page(base_url, language),
        source=selection.address(base_url, language),
        color=info.color,
    )
    return ical.calendar(head, list_texts(session, selection, language, now))
