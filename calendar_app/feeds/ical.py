"""VEVENTs and the calendars around them, as bytes (``feeds.md``: Bytes, Time, Content)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from calendar_app.core.timespan import HOUSE_ZONE
from calendar_app.feeds.lines import escape, escape_line, line, quoted

RENDERER = 1
"""Raise it when rendered text changes; stored feeds are then rendered anew."""
PRODID = "-//Samenspel//Shared calendar//NL"
CANCELLED_PREFIX = {"nl": "GEANNULEERD: ", "en": "CANCELLED: "}
STATUS = {"scheduled": "CONFIRMED", "tentative": "TENTATIVE", "cancelled": "CANCELLED"}

# Static. icalendar 7.3's add_missing_timezones() writes the spring onset an hour late, and
# ical.js is then wrong all summer. Held against zoneinfo for 2020-2045 in the tests.
_TIMEZONE_LINES = (
    "BEGIN:VTIMEZONE", f"TZID:{HOUSE_ZONE}",
    "BEGIN:DAYLIGHT", "TZNAME:CEST", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
    "DTSTART:19810329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZNAME:CET", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
    "END:VTIMEZONE",
)  # fmt: skip
TIMEZONE = "".join(f"{text}\r\n" for text in _TIMEZONE_LINES)
_FIRST_RULED_YEAR = 1997
_ZONE = ZoneInfo(HOUSE_ZONE)


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One occurrence as a feed tells it, in one language.

    All-day: ``starts_on`` and ``ends_on`` (exclusive). Otherwise the UTC instants ``starts_at``
    and ``ends_at``. ``lat`` and ``lon`` are WGS 84 degrees. ``status`` is scheduled, tentative
    or cancelled.
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    language: str = "nl"
    description: str = ""
    location: str = ""
    lat: float | None = None
    lon: float | None = None
    categories: tuple[str, ...] = ()
    url: str = ""
    status: str = "scheduled"
    related_to: str = ""
    transparent: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """What a subscription says of itself. ``color`` is ``#rrggbb``."""

    uid: str
    name: str
    description: str
    language: str
    modified_at: datetime
    url: str
    source: str
    color: str = "#154273"


def vevent_body(event: FeedEvent) -> str:
    """The lines of a VEVENT but for its revision (DTSTAMP, LAST-MODIFIED, SEQUENCE): what is
    compared to see whether anything changed."""
    title = event.title
    if event.status == "cancelled":
        # Outlook shows a cancelled event like any other.
        title = CANCELLED_PREFIX[event.language] + title
    parts = [line("UID", event.uid), *_times(event), line("SUMMARY", escape_line(title))]
    if event.description:
        parts.append(line("DESCRIPTION", escape(event.description)))
    parts += _place(event)
    if event.categories:
        parts.append(line("CATEGORIES", ",".join(escape_line(one) for one in event.categories)))
    if event.url:
        parts.append(line("URL", event.url))
    if event.related_to:
        parts.append(line("RELATED-TO", event.related_to))
    parts.append(line("STATUS", STATUS[event.status]))
    free = event.transparent or event.status == "cancelled"
    parts.append(line("TRANSP", "TRANSPARENT" if free else "OPAQUE"))
    parts.append(line("X-MICROSOFT-CDO-BUSYSTATUS", "FREE" if free else "BUSY"))
    return "".join(parts)


def vevent(body: str, sequence: int, modified_at: datetime) -> str:
    """A whole VEVENT. Without METHOD its DTSTAMP means "last revised" (RFC 5545, 3.8.7.2)."""
    stamp = utc_text(modified_at)
    return (
        f"BEGIN:VEVENT\r\nDTSTAMP:{stamp}\r\nLAST-MODIFIED:{stamp}\r\nSEQUENCE:{sequence}\r\n"
        f"{body}END:VEVENT\r\n"
    )


def calendar(head: Head, fragments: Iterable[str]) -> bytes:
    """A subscription: our head, the time zone, then the stored VEVENTs; valid without any."""
    name, about = escape_line(head.name), escape(head.description)
    opening = "".join(
        [
            _opening(),
            line("UID", head.uid),
            line("NAME", name),
            line("X-WR-CALNAME", name),
            line("DESCRIPTION", about),
            line("X-WR-CALDESC", about),
            line("X-WR-TIMEZONE", HOUSE_ZONE),
            line("COLOR", css_color(head.color)),
            line("X-APPLE-CALENDAR-COLOR", head.color),
            line("LAST-MODIFIED", utc_text(head.modified_at)),
            line("URL", head.url),
            line("SOURCE;VALUE=URI", head.source),
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n",
            TIMEZONE,
        ]
    )
    # Each by itself: most are ASCII, and copied as they are; one é would make all of them slow.
    return b"".join([opening.encode(), *map(str.encode, fragments), b"END:VCALENDAR\r\n"])


def download(fragments: Iterable[str]) -> bytes:
    """Single events to take along: METHOD:PUBLISH and no calendar name, so that no program makes
    a calendar of its own for them."""
    return "".join(
        [_opening(), "METHOD:PUBLISH\r\n", TIMEZONE, *fragments, "END:VCALENDAR\r\n"]
    ).encode()


def utc_text(instant: datetime) -> str:
    """An instant as iCalendar writes UTC: 20270312T191500Z."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _opening() -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\n"


def _times(event: FeedEvent) -> list[str]:
    if event.all_day and event.starts_on is not None and event.ends_on is not None:
        return [
            line("DTSTART;VALUE=DATE", event.starts_on.strftime("%Y%m%d")),
            line("DTEND;VALUE=DATE", event.ends_on.strftime("%Y%m%d")),
        ]
    starts, ends = event.starts_at.astimezone(_ZONE), event.ends_at.astimezone(_ZONE)
    # A local time that happens twice means its first pass (RFC 5545, 3.3.5), but ical.js takes the
    # second: both ends in UTC then. So too before the years of today's rules.
    if _twice(starts) or _twice(ends) or starts.year < _FIRST_RULED_YEAR:
        return [
            line("DTSTART", utc_text(event.starts_at)),
            line("DTEND", utc_text(event.ends_at)),
        ]
    return [
        line(f"DTSTART;TZID={HOUSE_ZONE}", starts.strftime("%Y%m%dT%H%M%S")),
        line(f"DTEND;TZID={HOUSE_ZONE}", ends.strftime("%Y%m%dT%H%M%S")),
    ]


def _twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _place(event: FeedEvent) -> list[str]:
    if not event.location:
        return []
    parts = [line("LOCATION", escape_line(event.location))]
    if (
        event.lat is not None
        and event.lon is not None
        and abs(event.lat) <= 90
        and abs(event.lon) <= 180
    ):
        parts.append(line("GEO", f"{event.lat:.6f};{event.lon:.6f}"))
        # Apple shows the map only where the title is that of LOCATION.
        parts.append(
            line(
                "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;"
                f"X-TITLE={quoted(event.location)}",
                f"geo:{event.lat:.6f},{event.lon:.6f}",
            )
        )
    return parts


_CSS = {
    "navy": (0, 0, 128), "royalblue": (65, 105, 225), "steelblue": (70, 130, 180),
    "teal": (0, 128, 128), "green": (0, 128, 0), "olive": (128, 128, 0), "gold": (255, 215, 0),
    "orange": (255, 165, 0), "chocolate": (210, 105, 30), "maroon": (128, 0, 0),
    "crimson": (220, 20, 60), "purple": (128, 0, 128), "slategray": (112, 128, 144),
}  # fmt: skip


def css_color(color: str) -> str:
    """The CSS name nearest to ``#rrggbb``: COLOR takes names only (RFC 7986, 5.9)."""
    rgb = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    return min(
        _CSS, key=lambda name: sum((a - b) ** 2 for a, b in zip(_CSS[name], rgb, strict=True))
    )
