"""HTTP's conditional requests and freshness (RFC 9110, 13; RFC 9111), for feeds."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

LONGEST_FRESH = 300
_SETTLED = 60
_TAGS = re.compile(r'\s*(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


def etag(encoding: str, *parts: object) -> str:
    """A strong ETag of an encoding (``identity``, ``gzip``), quotes included, from all that the
    answer hangs on."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]
    return f'"{digest}"' if encoding == "identity" else f'"{digest}-{encoding}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether If-None-Match names the ETag: weak comparison, lists, and ``*``."""
    if if_none_match.strip() == "*":
        return True
    return any(found[1] == tag.strip('"') for found in _TAGS.finditer(if_none_match))


def not_modified(
    tag: str,
    last_modified: datetime | None,
    if_none_match: str | None,
    if_modified_since: str | None,
) -> bool:
    """Whether 304 is the answer. If-None-Match goes before If-Modified-Since, which is ignored
    when it is not a date."""
    if if_none_match is not None:
        return matches(if_none_match, tag)
    if if_modified_since is None or last_modified is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return last_modified <= since


def settled(modified_at: datetime, now: datetime) -> datetime | None:
    """``modified_at`` where it can serve as Last-Modified: a minute old. Before that, a
    transaction still under way could end with the same second (RFC 9110, 8.8.2.2)."""
    return modified_at if (now - modified_at).total_seconds() >= _SETTLED else None


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def cache_control(now: datetime, next_boundary: datetime | None) -> str:
    """Fresh for five minutes, or until the next instant at which the feed changes by itself."""
    fresh = LONGEST_FRESH
    if next_boundary is not None:
        fresh = min(fresh, max(0, int((next_boundary - now).total_seconds())))
    return f"public, max-age={fresh}, stale-while-revalidate=60, stale-if-error=86400"


def wants_gzip(accept_encoding: str) -> bool:
    """Whether gzip is asked for by name, and not with ``q=0``."""
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            weight = parameter.strip().removeprefix("q=").strip() or "1"
            try:
                return float(weight) > 0
            except ValueError:
                return False
    return False
