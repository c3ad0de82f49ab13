"""What an occurrence reads like in a public feed (``feeds.md``, Content)."""

import hashlib
import re
import uuid
from datetime import datetime

from babel import dates

from calendar_app.core.language import N_, gettext, pick
from calendar_app.core.timespan import to_wall
from calendar_app.feeds.facts import EventFacts, MomentFacts, Place
from calendar_app.feeds.ical import FeedEvent

_NAMESPACE = uuid.UUID("6f0ba2d5-6f0e-4f0a-9d2b-0f6d1c0b7a51")
_WEB = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f]+")
_ROLES = {
    "opening": N_("opening"), "premiere": N_("premiere"), "press": N_("press moment"),
    "preview": N_("preview"), "last_day": N_("last day"), "school": N_("for schools"),
    "announcement": N_("announcement"), "on_sale": N_("start of ticket sale"),
}  # fmt: skip
"""What is said beside the title; a run, a performance and a campaign speak for themselves."""


def event_uuid(public_id: str) -> str:
    """The UUID by which the occurrences of an event are linked, in every feed and language."""
    return str(uuid.uuid5(_NAMESPACE, public_id))


def feed_event(
    event: EventFacts, moment: MomentFacts, language: str, base_url: str, cancelled: bool
) -> FeedEvent:
    """The occurrence as a feed tells it in ``language``; Dutch and English stand in for each
    other."""
    title = pick(language, event.title_nl, event.title_en)
    if moment.role in _ROLES:
        title = f"{title} ({gettext(language, _ROLES[moment.role])})"
    prefix = "/en" if language == "en" else ""
    kinds = [term for term in event.terms if term.scheme in ("kind", "discipline")]
    return FeedEvent(
        uid=moment.uid,
        title=title,
        starts_at=moment.starts_at,
        ends_at=moment.ends_at,
        all_day=moment.all_day,
        starts_on=moment.starts_on,
        ends_on=moment.ends_on,
        language=language,
        description=_description(event, moment, language, cancelled),
        location=location_text(event.place, event.room),
        lat=event.place.lat,
        lon=event.place.lon,
        categories=tuple(pick(language, term.name_nl, term.name_en) for term in kinds),
        url=f"{base_url}{prefix}/events/{event.public_id}",
        status="cancelled" if cancelled else "scheduled",
        related_to=event_uuid(event.public_id),
    )


def location_text(place: Place, room: str) -> str:
    """“Hall, Theatre, Street 1, 2511 DG Den Haag”, of what is known."""
    town = " ".join(part for part in (place.postcode, place.city) if part)
    return ", ".join(part for part in (room, place.name, place.street, town) if part)


def signature(event: EventFacts, moment: MomentFacts, cancelled: bool) -> str:
    """A digest of time, place and status: SEQUENCE rises when it changes, and only then. A venue's
    new name is not another place."""
    place = event.place
    when = (
        (moment.starts_on, moment.ends_on)
        if moment.all_day
        else (moment.starts_at.timestamp(), moment.ends_at.timestamp())
    )
    told = (when, place.key, event.room, place.street, place.postcode, place.city, cancelled)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _when(instant: datetime, language: str, all_day: bool) -> str:
    wall, _fold = to_wall(instant)
    form = "d MMMM y" if all_day else "d MMMM y HH:mm"
    return str(dates.format_datetime(wall, form, locale=language))


def _description(event: EventFacts, moment: MomentFacts, language: str, cancelled: bool) -> str:
    parts = []
    if cancelled and event.cancel_reason:
        parts.append(event.cancel_reason)
    if not cancelled and moment.sold_out:
        parts.append(gettext(language, N_("Sold out")))
    if not cancelled and moment.previous_starts_at:
        was = _when(moment.previous_starts_at, language, moment.all_day)
        parts.append(gettext(language, N_("moved, it was %(when)s"), when=was))
    text = pick(language, event.description_nl, event.description_en)
    if text:
        parts.append(text)
    lead = gettext(language, "Organised by %(name)s", name=event.lead_name)
    web = _WEB.fullmatch(event.url)
    parts.append(f"{lead}\n{web[0]}" if web else lead)
    return "\n\n".join(parts)
