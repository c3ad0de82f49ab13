"""What pages say to machines: schema.org objects as JSON-LD, of public things only.

Whoever looks, an event is in it only when the public may see it, so that what a page was copied
from makes no difference.
"""

from collections.abc import Callable, Iterable
from typing import Any

from calendar_app.core.language import pick
from calendar_app.events.models import Event, Occurrence, Term
from calendar_app.events.queries import is_public
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue
from calendar_app.web.context import current
from calendar_app.web.programme import Programme
from calendar_app.web.wording import last_day

EventUrl = Callable[[Event], str]
"""The path of an event's page."""

_CONTEXT = {"@context": "https://schema.org"}
_TYPES = {
    "museum": "Museum", "stage": "PerformingArtsTheater", "cinema": "MovieTheater",
    "library": "Library", "archive": "ArchiveOrganization", "art-space": "ArtGallery",
    "higher-education": "CollegeOrUniversity",
}  # fmt: skip
"""Kinds of institutions; an administrator may add others, which are an Organization."""


def event_data(
    event: Event, kind: Term | None, url: str, moments: list[Occurrence]
) -> dict[str, Any]:
    """An event with all that its own page tells (the first and last moment tell its period)."""
    standing = [moment for moment in moments if moment.status == "scheduled"] or moments
    place = event.venue or event.lead
    return _filled({
        **_CONTEXT,
        **_event(event, kind, url),
        "description": pick(current.language, event.description_nl, event.description_en),
        "organizer": {
            "@type": "Organization", "name": event.lead.name, "url": event.lead.website,
        },
        "location": {"@type": "Place", "name": place.name, "address": _address(place)},
        **_period(standing),
    })  # fmt: skip


def venue_data(venue: Venue, url: str, programme: Programme, event_url: EventUrl) -> dict[str, Any]:
    """A venue and what the public may know of its programme."""
    events = _programme(programme, event_url, {"location": {"@id": url}}, with_organiser=True)
    return _filled({
        **_CONTEXT, "@type": "Place", "@id": url, "url": url, "name": venue.name,
        "address": _address(venue), "geo": _geo(venue), "event": events,
    })  # fmt: skip


def institution_data(
    institution: Institution, url: str, programme: Programme, event_url: EventUrl
) -> dict[str, Any]:
    """An institution and what the public may know of its programme."""
    return _filled({
        **_CONTEXT, "@type": _TYPES.get(institution.kind, "Organization"), "@id": url, "url": url,
        "name": institution.name, "sameAs": institution.website,
        "address": _address(institution), "event": _programme(programme, event_url, {}),
    })  # fmt: skip


def theme_data(theme: Term, url: str, programme: Programme, event_url: EventUrl) -> dict[str, Any]:
    """A theme as a list of what the public may know of its programme."""
    events = _programme(programme, event_url, {}, with_organiser=True)
    return {
        **_CONTEXT, "@type": "ItemList", "@id": url, "url": url,
        "name": pick(current.language, theme.name_nl, theme.name_en),
        "numberOfItems": len(events),
        "itemListElement": [
            {"@type": "ListItem", "position": place, "item": event}
            for place, event in enumerate(events, 1)
        ],
    }  # fmt: skip


def _programme(
    programme: Programme, event_url: EventUrl, more: dict[str, Any], *, with_organiser: bool = False
) -> list[dict[str, Any]]:
    """An object for each moment that the page shows (a few dozen at most), by its own dates."""
    found = []
    shown = [*programme.running, *(entry.moment for _, day in programme.days for entry in day)]
    for moment in shown:
        event = moment.event
        if not is_public(event, current.now):
            continue
        data = _event(event, programme.kinds.get(event.kind), current.absolute(event_url(event)))
        place = event.venue or event.lead
        data["location"] = {
            "@type": "Place", "name": place.name,
            "address": _filled({"@type": "PostalAddress", "addressLocality": place.city,
                                "addressCountry": "NL"}),
        }  # fmt: skip
        if with_organiser:
            data["organizer"] = {"@type": "Organization", "name": event.lead.name}
        if moment.status == "cancelled":
            data["eventStatus"] = "https://schema.org/EventCancelled"
        found.append({**data, **more, **_period([moment])})
    return found


def _event(event: Event, kind: Term | None, url: str) -> dict[str, Any]:
    status = "EventCancelled" if event.planning == "cancelled" else "EventScheduled"
    return {
        "@type": kind.schema_type if kind else "Event",
        "name": pick(current.language, event.title_nl, event.title_en),
        "url": url,
        "eventStatus": f"https://schema.org/{status}",
    }


def _address(place: Venue | Institution) -> dict[str, Any] | None:
    found = {
        "streetAddress": place.street, "postalCode": place.postcode, "addressLocality": place.city,
    }  # fmt: skip
    return _filled({"@type": "PostalAddress", **found, "addressCountry": "NL"})


def _geo(venue: Venue) -> dict[str, Any] | None:
    if venue.lat is None or venue.lon is None:
        return None
    return {"@type": "GeoCoordinates", "latitude": venue.lat, "longitude": venue.lon}


def _period(moments: Iterable[Occurrence]) -> dict[str, str]:
    """The earliest start and the latest end; a date for whole days, an instant otherwise."""
    found = list(moments)
    if not found:
        return {}
    first, last = min(found, key=lambda m: m.starts_at), max(found, key=lambda m: m.ends_at)
    # schema.org's endDate includes the day, ours excludes it.
    ends = last_day(last) if last.all_day else last.ends_at
    return {
        "startDate": (first.starts_on or first.starts_at).isoformat(), "endDate": ends.isoformat(),
    }  # fmt: skip


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value}
