"""Moments as the score sees them: plain values, and many of them as arrays (pure).

What nobody filled in is assumed here and said: unknown disciplines are those of the
institution, else of the kind; the audience is general; a day without a time is the kind's usual
hours (``product.md``, The 30-second entry).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from calendar_app.core.names import fold_name
from calendar_app.core.timespan import DAY_STARTS, HOUSE_ZONE
from calendar_app.overlaps.parameters import Parameters
from calendar_app.overlaps.tables import format_of, genre_table, set_table, shared_table

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PRESS_ROLES = ("opening", "premiere", "press", "preview")
MARKETING_ROLES = ("announcement", "on_sale", "campaign")
NOT_COMPARED = ("education",)
"""Kinds that take no date from others: an offer for schools is booked when it suits them."""
REACHES = ("local", "regional", "national")
PARTS = ("morning", "afternoon", "evening", "night")
NONE = -1
_DAY = 86_400
LONGEST = 14 * _DAY
"""Seconds; what lasts longer is a period, shown and published but never compared."""
_CAMPAIGN_DAYS = 7
"""A campaign asks for attention in its first week; after that it runs."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One dated moment with what the score needs of its event. ``starts_at``/``ends_at`` are UTC
    seconds; keys are any hashable identity; ``None`` is unknown."""

    key: int
    event: int
    lead: int
    kind: str
    role: str
    starts_at: int
    ends_at: int
    lat: float
    lon: float
    disciplines: tuple[str, ...]
    audiences: tuple[str, ...]
    themes: tuple[str, ...] = ()
    reach: str = "regional"
    visitors: int | None = None
    performances: int = 1
    venue: int | str | None = None
    room: str = ""
    umbrella: int | str | None = None
    production: str | None = None
    genre: str | None = None
    radius_km: int | None = None
    radius_weeks: int | None = None
    access: frozenset[str] = field(default_factory=frozenset)
    time_assumed: bool = False

    @property
    def compared(self) -> bool:
        """Whether it takes part at all: no run, and short enough to be a moment."""
        long = self.ends_at - self.starts_at > LONGEST and self.role not in MARKETING_ROLES
        return self.role != "run" and not long


class Words(NamedTuple):
    """What the sentences about a moment name, as somebody filled it in."""

    role: str
    disciplines: tuple[str, ...]
    audiences: tuple[str, ...]
    room: str


@dataclass(frozen=True, slots=True)
class Moments:
    """Many moments as arrays of one length, with the sets they refer to. No objects of one
    moment: a hundred thousand of them would be walked by every garbage collection."""

    key: Ints
    event: Ints
    lead: Ints
    marketing: Bools
    role: Ints
    press: Bools
    starts: Ints
    ends: Ints
    first_day: Ints
    last_day: Ints
    first_slot: Ints
    last_slot: Ints
    lat: Floats
    lon: Floats
    visitors: Floats
    performances: Floats
    compared: Bools
    reach: Ints
    genre: Ints
    venue: Ints
    room: Ints
    umbrella: Ints
    production: Ints
    radius_km: Floats
    radius_days: Floats
    access: Ints
    discipline_set: Ints
    audience_set: Ints
    theme_set: Ints
    format: Ints
    wording: Ints
    formats: list[str]
    discipline_likeness: Floats
    audience_likeness: Floats
    genre_likeness: Floats
    shared_theme: Floats
    wordings: Sequence[Words]

    def __len__(self) -> int:
        return len(self.key)

    def words(self, at: int) -> Words:
        """The words of the moment at this place."""
        return self.wordings[int(self.wording[at])]


def _itself(value: Any) -> Any:
    return value


class _Codes:
    """Numbers for hashable values, in order of appearance; those that are normally alike are one.
    ``absent`` values have no number."""

    def __init__(
        self, normal: Callable[[Any], Any] = _itself, absent: tuple[Any, ...] = ()
    ) -> None:
        self.normal, self.absent = normal, absent
        self.known: dict[Any, int] = {}
        self._given: dict[Any, int] = {}
        self._made: tuple[int, Any] | None = None

    def __call__(self, value: Any) -> int:
        found = self._given.get(value)
        if found is None:
            normal = self.normal(value)
            found = NONE
            if normal not in self.absent:
                found = self.known.setdefault(normal, len(self.known))
            self._given[value] = found
        return found

    def table(self, make: Callable[[list[Any]], Any]) -> Any:
        """What is made of the values, each at the place of its number; anew when there are more."""
        if self._made is None or self._made[0] != len(self.known):
            self._made = (len(self.known), make(list(self.known)))
        return self._made[1]


_ACCESS = {"sign-language": 1, "audio-description": 2}


def _as_set(slugs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(slugs)))


class Codebook:
    """The numbers of all values that occur, and the likeness between them. Arrays that share a
    book can be joined; its tables grow with it."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.formats = _Codes(lambda told: format_of(told[0], told[1], parameters))
        self.genres, self.rooms, self.productions = (_Codes(fold_name, ("",)) for _ in range(3))
        self.venues, self.umbrellas = (_Codes(absent=(None, "")) for _ in range(2))
        self.disciplines, self.audiences, self.themes = (_Codes(_as_set) for _ in range(3))
        self.wordings = _Codes(lambda told: Words(*told))

    def tables(self) -> dict[str, Any]:
        """The tables for the numbers given out so far."""
        told = self.parameters
        return {
            "formats": self.formats.table(list),
            "discipline_likeness": self.disciplines.table(
                lambda sets: set_table(sets, "disciplines", told)
            ),
            "audience_likeness": self.audiences.table(
                lambda sets: set_table(sets, "audiences", told)
            ),
            "genre_likeness": self.genres.table(lambda names: genre_table(names, told)),
            "shared_theme": self.themes.table(shared_table),
            "wordings": self.wordings.table(list),
        }


def as_arrays(
    moments: Sequence[Moment], parameters: Parameters, book: Codebook | None = None
) -> Moments:
    """The moments as arrays, in the given order."""
    book = book or Codebook(parameters)
    starts = np.array([m.starts_at for m in moments], np.int64)
    ends = np.array([m.ends_at for m in moments], np.int64)
    marketing = np.array([m.role in MARKETING_ROLES for m in moments], bool)
    first_slot, last_slot = slots_of(starts, ends, parameters)
    weeks_end = first_slot + (_CAMPAIGN_DAYS - 1) * len(PARTS)
    last_slot = np.where(marketing, np.minimum(last_slot, weeks_end), last_slot)
    default_visitors = parameters["pull"]["default_visitors"]
    codes: dict[str, Any] = {
        "discipline_set": [book.disciplines(m.disciplines) for m in moments],
        "audience_set": [book.audiences(m.audiences) for m in moments],
        "theme_set": [book.themes(m.themes) for m in moments],
        "wording": [book.wordings((m.role, m.disciplines, m.audiences, m.room)) for m in moments],
        "format": [book.formats((m.kind, m.audiences)) for m in moments],
        "genre": [book.genres(m.genre) for m in moments],
        "venue": [book.venues(m.venue) for m in moments],
        "room": [book.rooms(m.room) for m in moments],
        "umbrella": [book.umbrellas(m.umbrella) for m in moments],
        "production": [book.productions(m.production) for m in moments],
    }
    numbers: dict[str, Any] = {name: np.array(one, np.int64) for name, one in codes.items()}

    def ints(values: list[int]) -> Ints:
        return np.array(values, np.int64)

    def floats(values: list[float]) -> Floats:
        return np.array(values, np.float64)

    return Moments(
        key=ints([m.key for m in moments]),
        event=ints([m.event for m in moments]),
        lead=ints([m.lead for m in moments]),
        marketing=marketing,
        role=ints([_ROLE_CODES.get(m.role, 0) for m in moments]),
        press=np.array([m.role in PRESS_ROLES for m in moments], bool),
        starts=starts,
        ends=ends,
        first_day=first_slot // len(PARTS),
        last_day=last_slot // len(PARTS),
        first_slot=first_slot,
        last_slot=last_slot,
        lat=floats([m.lat for m in moments]),
        lon=floats([m.lon for m in moments]),
        visitors=floats(
            [default_visitors[m.reach] if m.visitors is None else m.visitors for m in moments]
        ),
        performances=floats([max(1, m.performances) for m in moments]),
        compared=np.array([m.compared for m in moments], bool),
        reach=ints([REACHES.index(m.reach) for m in moments]),
        radius_km=floats([m.radius_km or 0 for m in moments]),
        radius_days=floats([7 * (m.radius_weeks or 0) for m in moments]),
        access=ints([sum(_ACCESS.get(fact, 0) for fact in m.access) for m in moments]),
        **numbers,
        **book.tables(),
    )


_TABLES = (
    "formats", "discipline_likeness", "audience_likeness", "genre_likeness", "shared_theme",
    "wordings",
)  # fmt: skip
_COLUMNS = tuple(one.name for one in fields(Moments) if one.name not in _TABLES)


def chosen_from(m: Moments, index: Ints) -> Moments:
    """The moments at these places."""
    columns: dict[str, Any] = {name: getattr(m, name)[index] for name in _COLUMNS}
    return Moments(**columns, **{name: getattr(m, name) for name in _TABLES})


def joined(parts: Sequence[Moments], book: Codebook) -> Moments:
    """Arrays of one book, one after the other."""
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(m, name) for m in parts]) for name in _COLUMNS
    }
    return Moments(**columns, **book.tables())


_ROLE_CODES = {
    role: number
    for number, role in enumerate(
        ("regular", "school", "last_day", *PRESS_ROLES, *MARKETING_ROLES, "run")
    )
}
SCHOOL, RUN = _ROLE_CODES["school"], _ROLE_CODES["run"]


def slots_of(starts: Ints, ends: Ints, parameters: Parameters) -> tuple[Ints, Ints]:
    """First and last day-part of each moment, as day × 4 + part.

    A cultural day is cut at 06:00 local time; a moment is in each part that it covers for an
    hour or for half of itself (``score-defaults.json``).
    """
    first_second = _local_seconds(starts)
    last_second = _local_seconds(ends - 1) + 1
    bounds = np.array([hours[0] - DAY_STARTS.hour for hours in parameters["day_parts"].values()])
    bounds = bounds * 3600

    def slot(second: Ints) -> Ints:
        day, rest = np.divmod(second, _DAY)
        part = np.searchsorted(bounds, rest, side="right") - 1
        return (day * len(PARTS) + part).astype(np.int64)

    first, last = slot(first_second), slot(last_second - 1)
    length = np.maximum(last_second - first_second, 1)
    needed = np.minimum(3600, length / 2)

    def edge(number: Ints) -> Ints:
        """The second at which a slot begins."""
        day, part = np.divmod(number, len(PARTS))
        found: Ints = (day * _DAY + bounds[part]).astype(np.int64)
        return found

    # Too little of the first or last part: it does not count.
    short = (first < last) & (edge(first + 1) - first_second < needed)
    first = first + short
    short = (first < last) & (last_second - edge(last) < needed)
    return first, last - short


def _local_seconds(instants: Ints) -> Ints:
    """Seconds of the local clock since the cultural day 1970-01-01, 06:00.

    The zone's offset is looked up once per hour that occurs: it never changes within one.
    """
    hours, where = np.unique(instants // 3600, return_inverse=True)
    zone = ZoneInfo(HOUSE_ZONE)
    offsets = np.array(
        [_offset(datetime.fromtimestamp(int(hour) * 3600, UTC).astimezone(zone)) for hour in hours],
        np.int64,
    )
    found: Ints = instants + offsets[where.reshape(-1)] - DAY_STARTS.hour * 3600
    return found


def _offset(there: datetime) -> int:
    offset = there.utcoffset()
    return int(offset.total_seconds()) if offset else 0


def day_of(slot: int) -> date:
    """The cultural day of a slot."""
    return date(1970, 1, 1) + timedelta(days=int(slot) // len(PARTS))


def part_of(slot: int) -> str:
    """The day-part of a slot."""
    return PARTS[int(slot) % len(PARTS)]


def assumed_disciplines(
    kind: str, given: Sequence[str], institution: Sequence[str], parameters: Parameters
) -> tuple[str, ...]:
    """The disciplines given, else the institution's, else the kind's.

    A kind that is a discipline by itself (a concert is music) goes before an institution's many.
    """
    if given:
        return tuple(given)
    of_kind = tuple(parameters["assumed"]["disciplines"].get(kind, ()))
    own = {"concert", "theatre", "dance", "film", "literary"}
    if kind in own or not institution:
        return of_kind
    return tuple(institution)


def assumed_audiences(kind: str, given: Sequence[str], parameters: Parameters) -> tuple[str, ...]:
    """The audiences given, else the kind's own, else the general public."""
    return tuple(given) or tuple(parameters["assumed"]["audiences"].get(kind, ("general",)))


def assumed_hours(
    kind: str, role: str, first: date, last: date, parameters: Parameters
) -> tuple[int, int]:
    """UTC seconds of the usual hours of a kind (or press moment) on a day without a time."""
    hours = parameters["assumed"]["press_hours"].get(role)
    hours = hours or parameters["assumed"]["hours"].get(kind, [14, 22])
    zone = ZoneInfo(HOUSE_ZONE)

    def at(day: date, hour: float) -> int:
        wall = datetime(day.year, day.month, day.day, int(hour), int(hour % 1 * 60), tzinfo=zone)
        return int(wall.timestamp())

    return at(first, hours[0]), at(last, hours[1])
