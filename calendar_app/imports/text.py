"""Bytes of a calendar file → components with their properties and line numbers.

Own reading instead of ``icalendar.from_ical``: one bad VALARM, VTIMEZONE or line there costs the
whole file, and a ``str`` is taken for a file name (``imports.md``, Parse). Nothing here recurses,
and nothing raises but :class:`FileRefused`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 1_000_000
MOST_DEPTH = 32
MOST_VALUE = 100_000

_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
_PARAM = re.compile(r';\s*([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_KNOWN = frozenset({
    "ATTACH", "CATEGORIES", "CLASS", "COMMENT", "DESCRIPTION", "GEO", "LOCATION",
    "PERCENT-COMPLETE", "PRIORITY", "RESOURCES", "STATUS", "SUMMARY", "COMPLETED", "DTEND", "DUE",
    "DTSTART", "DURATION", "FREEBUSY", "TRANSP", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO",
    "TZURL", "ATTENDEE", "CONTACT", "ORGANIZER", "RECURRENCE-ID", "RELATED-TO", "URL", "UID",
    "EXDATE", "EXRULE", "RDATE", "RRULE", "ACTION", "REPEAT", "TRIGGER", "CREATED", "DTSTAMP",
    "LAST-MODIFIED", "SEQUENCE", "REQUEST-STATUS", "BEGIN", "END", "VERSION", "PRODID", "CALSCALE",
    "METHOD", "NAME", "COLOR", "IMAGE", "CONFERENCE", "REFRESH-INTERVAL", "SOURCE", "ACKNOWLEDGED",
    "PROXIMITY", "STRUCTURED-DATA", "STYLED-DESCRIPTION", "PARTICIPANT-TYPE",
})  # fmt: skip
_TEXTS = frozenset({"DESCRIPTION", "SUMMARY", "LOCATION", "COMMENT", "CONTACT"})
# In these a colon can only stand before the value, also where a zone's name has one unquoted.
_DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
# What somebody asks for. The rest, often most of a file, is passed over unread.
_USED = frozenset({
    *_DATES, "BEGIN", "CATEGORIES", "CLASS", "DESCRIPTION", "DURATION", "END", "LOCATION",
    "METHOD", "RRULE", "SEQUENCE", "STATUS", "SUMMARY", "TZID", "TZOFFSETTO", "UID", "URL",
    "X-LIC-LOCATION", "X-WR-TIMEZONE",
})  # fmt: skip


class FileRefused(Exception):
    """The file as a whole is no calendar that can be used; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Property(NamedTuple):
    """One content line: upper-case name, parameters (upper-case keys, quotes taken off), the raw
    value, and the number of its first physical line (from 1)."""

    name: str
    params: Mapping[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Component:
    """A VEVENT or VTIMEZONE with the properties of its own, by name; those of a VTIMEZONE's
    observances are in ``parts``. ``closed`` is false when its END never came."""

    kind: str
    line: int
    calendar: int
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)
    closed: bool = False

    def first(self, name: str) -> Property | None:
        """The first property of this name."""
        found = self.properties.get(name)
        return found[0] if found else None

    def every(self, name: str) -> list[Property]:
        """All properties of this name."""
        return self.properties.get(name, [])


@dataclass(slots=True)
class Calendars:
    """What a file holds: the lines of each VCALENDAR itself, its events and its zones."""

    heads: list[list[Property]]
    events: list[Component]
    zones: list[Component]


def read_components(content: bytes) -> Calendars:
    """Reads a whole file.

    Raises :class:`FileRefused` with ``too_large``, ``empty``, ``html``, ``not_calendar``,
    ``truncated`` or ``too_deep``.
    """
    lines = _logical_lines(_as_utf8(content))
    _check_shape(lines)
    return _collect(lines)


def _as_utf8(content: bytes) -> bytes:
    """The same text in UTF-8 or in a superset of ASCII, without a byte order mark."""
    if len(content) > MOST_BYTES:
        raise FileRefused("too_large")
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    elif len(content) > 3 and content[0] and not content[1] and content[2] and not content[3]:
        content = content.decode("utf-16-le", "replace").encode("utf-8", "replace")
    elif len(content) > 3 and not content[0] and content[1] and not content[2] and content[3]:
        content = content.decode("utf-16-be", "replace").encode("utf-8", "replace")
    if not content.strip(b" \t\r\n\0\x0b\x0c"):
        raise FileRefused("empty")
    start = content[:2000].lstrip().lower()
    if start.startswith(b"<") and (b"<html" in start or b"<!doctype" in start):
        raise FileRefused("html")
    return content


def _logical_lines(content: bytes) -> list[tuple[int, str]]:
    """Unfolded lines with the number of their first physical line. Unfolding comes before
    decoding: some programs fold in the middle of a character (RFC 5545 3.1)."""
    physical = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if len(physical) > MOST_LINES:
        raise FileRefused("too_large")
    lines: list[bytes] = []
    numbers: list[int] = []
    tail: list[bytes] = []
    blank = True
    for number, line in enumerate(physical, 1):
        if line[:1] in (b" ", b"\t") and not blank:
            tail.append(line[1:])
            continue
        if tail:
            lines[-1] += b"".join(tail)
            tail.clear()
        blank = not line.strip()
        if not blank:
            lines.append(line)
            numbers.append(number)
    if tail:
        lines[-1] += b"".join(tail)
    return list(zip(numbers, _decoded(lines), strict=True))


def _decoded(lines: list[bytes]) -> list[str]:
    try:
        return b"\n".join(lines).decode("utf-8").split("\n")
    except UnicodeDecodeError:
        # Line by line: one byte of Windows-1252 must not spoil the other lines.
        return [_decode(line) for line in lines]


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _check_shape(lines: list[tuple[int, str]]) -> None:
    begun = ended = 0
    events = False
    for _, text in lines:
        if text[0] not in "BEbe":
            continue
        mark = text.strip().upper()
        begun += mark == "BEGIN:VCALENDAR"
        ended += mark.startswith("END:VCALENDAR")
        events = events or mark == "BEGIN:VEVENT"
    # Some programs write single events without a calendar around them; these are read.
    if not begun and not events:
        raise FileRefused("not_calendar")
    if ended < begun:
        raise FileRefused("truncated")


def _collect(lines: list[tuple[int, str]]) -> Calendars:
    found = Calendars(heads=[[]], events=[], zones=[])
    stack: list[tuple[str, Component | None]] = []
    for name, number, text in _content_lines(lines):
        if name == "BEGIN":
            _begin(found, stack, _split(text)[1].strip().upper(), number)
        elif name == "END":
            _end(stack, _split(text)[1].strip().upper())
        elif stack:
            kind, component = stack[-1]
            if component is not None:
                prop = _property(text, number, name)
                component.properties.setdefault(name, []).append(prop)
            elif kind == "VCALENDAR":
                found.heads[-1].append(_property(text, number, name))
    return found


def _end(stack: list[tuple[str, Component | None]], kind: str) -> None:
    """An END closes what was left open inside it; one that fits nothing is passed over."""
    if not any(name == kind for name, _ in stack):
        return
    while stack:
        name, component = stack.pop()
        if name == kind:
            if component is not None:
                component.closed = True
            return


def _begin(
    found: Calendars, stack: list[tuple[str, Component | None]], kind: str, line: int
) -> None:
    component: Component | None = None
    if kind == "VCALENDAR":
        found.heads.append([])
        stack.clear()
    elif kind in ("VEVENT", "VTIMEZONE"):
        # An event in an event: the END of the first is missing; it is refused by name later.
        while stack and stack[-1][0] != "VCALENDAR":
            stack.pop()
        component = Component(kind, line, len(found.heads) - 1)
        (found.events if kind == "VEVENT" else found.zones).append(component)
    elif kind in ("STANDARD", "DAYLIGHT") and stack and stack[-1][0] == "VTIMEZONE":
        component = Component(kind, line, len(found.heads) - 1)
        parent = stack[-1][1]
        if parent is not None:
            parent.parts.append(component)
    stack.append((kind, component))
    if len(stack) > MOST_DEPTH:
        raise FileRefused("too_deep")


def _content_lines(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int, str]]:
    """The content lines that are used, with their upper-case name and number. A line that is none
    continues the text before it: programs write raw line breaks into descriptions."""
    known: dict[str, str] = {}
    name, number, line = "", 0, ""
    more: list[str] = []
    length = 0
    for at, text in lines:
        match = _NAME.match(text)
        written = match[1] if match else ""
        upper = known.get(written)
        if upper is None:
            upper = known[written] = _known_name(written)
        if upper and (written == upper or name not in _TEXTS):
            if name in _USED:
                yield name, number, line if not more else "\\n".join((line, *more))
            name, number, line = upper, at, text
            if more:
                more, length = [], 0
        elif name in _TEXTS and length < MOST_VALUE:
            more.append(text.strip())
            length += len(text)
    if name in _USED:
        yield name, number, "\\n".join((line, *more))


def _known_name(written: str) -> str:
    """The upper-case name of a property, or nothing when no program means one by it."""
    upper = written.upper()
    return upper if upper in _KNOWN or upper.startswith("X-") else ""


def _property(text: str, line: int, name: str) -> Property:
    if name in _DATES:
        head, _, value = text.rpartition(":")
        value = value.strip('"')
    else:
        head, value = _split(text)
    params = _params(name, head[len(name) :]) if len(head) > len(name) else _NO_PARAMS
    return Property(name, params, value[:MOST_VALUE], line)


_NO_PARAMS: Mapping[str, str] = {}


@lru_cache(maxsize=256)
def _params(name: str, tail: str) -> Mapping[str, str]:
    # Thousands of lines share a few of these.
    params: dict[str, str] = {}
    for match in _PARAM.finditer(tail):
        params.setdefault(match.group(1).upper(), match.group(2).replace('"', "").strip())
    if name in _DATES and ";TZID=" in tail.upper():
        params["TZID"] = _zone_name(tail)
    return params


def _zone_name(tail: str) -> str:
    """The TZID whole, also with unquoted colons and commas in it."""
    at = tail.upper().index(";TZID=") + 6
    rest = tail[at:]
    if rest.startswith('"') and '"' in rest[1:]:
        return rest[1 : rest.index('"', 1)].strip()
    return re.split(r";[A-Za-z0-9-]+=", rest)[0].replace('"', "").strip()


def _split(text: str) -> tuple[str, str]:
    """The line at its first colon outside quotes."""
    head, colon, value = text.partition(":")
    if not colon or '"' in head:
        quoted = False
        for at, char in enumerate(text):
            if char == '"':
                quoted = not quoted
            elif char == ":" and not quoted:
                return text[:at], text[at + 1 :]
    return head, value


_ESCAPED = re.compile(r"\\([\\;,nN:\"])")


def unescape(value: str) -> str:
    """A TEXT value as people read it (RFC 5545 3.3.11)."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda m: "\n" if m.group(1) in "nN" else m.group(1), value)


def split_list(value: str) -> list[str]:
    """The items of a list of TEXT values: at commas that are not escaped."""
    return [unescape(item).strip() for item in re.split(r"(?<!\\),", value)]
