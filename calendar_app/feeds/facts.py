"""What is known of an event when it is published, as plain values: no note, nobody's name."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a venue, or the institution itself. ``key`` tells places apart, renamed or not."""

    key: str
    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """An entry of the taxonomy with its names."""

    scheme: str
    slug: str
    name_nl: str
    name_en: str


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event. ``scopes`` are the feeds it belongs to, as (scheme, slug); ``institutions`` the
    keys of those whose feeds it is in (lead, accepted co-organisers and hosts, the venue's). A
    date that is not ``precise`` (a month, a season) is in no calendar; of what is ``endless``
    only its moments are."""

    id: int
    public_id: str
    title_nl: str
    title_en: str
    description_nl: str
    description_en: str
    planning: str
    visibility: str
    public_at: datetime | None
    cancel_reason: str
    url: str
    room: str
    lead_name: str
    place: Place
    terms: tuple[Named, ...]
    scopes: frozenset[tuple[str, str]]
    institutions: frozenset[int]
    lead_id: int
    approved: bool = True
    precise: bool = True
    endless: bool = False


@dataclass(frozen=True, slots=True)
class MomentFacts:
    """One occurrence. ``revised_at`` is set once it has been seen by subscribers,
    ``previous_starts_at`` when it was moved."""

    id: int
    event_id: int
    uid: str
    role: str
    all_day: bool
    starts_at: datetime
    ends_at: datetime
    starts_on: date | None
    ends_on: date | None
    status: str
    sequence: int
    revised_at: datetime | None
    previous_starts_at: datetime | None = None
    sold_out: bool = False
