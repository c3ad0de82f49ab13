"""How counts of venues become a map and its list, pure: no clock, no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from calendar_app.events.overview_queries import VenueCount
from calendar_app.places.map_frame import COAST, Box, Frame, Point, around, fit, label_place, spread
from calendar_app.places.models import Municipality

SIDE, TALL = 340, 300
"""Width of a drawing in units, and height of the region's. On the narrowest phone a unit is one
pixel, so that dots of 24 units are large enough to touch (WCAG 2.5.8)."""
LEAST, MOST, TOWN = 12, 20, 15
"""Radius of the smallest and the largest dot of a venue, and of a town that is drawn apart."""
CROWD = 4
"""From so many venues on, a municipality has a drawing of its own."""
NAME = 26
"""Letters of a venue's name that a drawing has room for."""
_EDGE, _LARGEST_SCALE, _LETTER, _LINE = 26, 120.0, 5.9, 11


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality with its venues, the busiest first; ``id`` None gathers the others."""

    id: int | None
    name: str
    region_id: int | None
    venues: Sequence[VenueCount]

    @property
    def events(self) -> int:
        """The sum over its venues."""
        return sum(venue.events for venue in self.venues)

    @property
    def crowded(self) -> bool:
        """Whether its venues are drawn apart."""
        return self.id is not None and len(placed(self.venues)) >= CROWD


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle in a drawing: of a venue, or of a whole ``town`` that is drawn apart."""

    x: float
    y: float
    radius: float
    events: int
    region_id: int | None
    venue: VenueCount | None = None
    town: Town | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A name, where its text begins."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """One map: of the region (``town`` None), or of a town. ``points`` are the municipalities."""

    town: Town | None
    height: int
    dots: Sequence[Dot]
    labels: Sequence[Label]
    points: Sequence[Point] = ()
    coast: Sequence[Point] = ()


def placed(venues: Iterable[VenueCount]) -> list[VenueCount]:
    """Those of the venues whose place is known."""
    return [venue for venue in venues if venue.lat is not None and venue.lon is not None]


def towns_of(
    counts: Sequence[VenueCount], municipalities: Mapping[int, Municipality]
) -> list[Town]:
    """The venues by municipality, the busiest first; those of none at the end."""
    found: dict[int | None, list[VenueCount]] = {}
    for venue in counts:
        key = venue.municipality_id if venue.municipality_id in municipalities else None
        found.setdefault(key, []).append(venue)
    towns = [
        Town(key, municipalities[key].name, municipalities[key].region_id, venues)
        if key is not None
        else Town(None, "", None, venues)
        for key, venues in found.items()
    ]
    return sorted(towns, key=lambda town: (town.id is None, -town.events, town.name))


def radius_of(events: int, most: int) -> float:
    """By area: a venue with four times the events has twice the radius, between the bounds."""
    return round(max(LEAST, MOST * sqrt(events / most)), 1)


def draw_town(town: Town, most: int) -> Drawing:
    """The map of one town; venues are named where there is room, the busiest first."""
    venues = placed(town.venues)
    frame = fit([(v.lat or 0, v.lon or 0) for v in venues], SIDE, SIDE, _EDGE, _LARGEST_SCALE)
    dots = _apart(frame, [(venue, None) for venue in venues], most)
    named = [(_short(dot.venue.name or ""), dot) for dot in dots if dot.venue]
    labels = _labels([(name, dot.x, dot.y, dot.radius) for name, dot in named], dots, SIDE, 4)
    return Drawing(town, SIDE, dots, labels)


def draw_region(
    towns: Sequence[Town], municipalities: Mapping[int, Municipality], most: int
) -> Drawing:
    """The map of the whole region: every municipality by name, the coast, and a dot for each
    venue; one dot stands for a town that is drawn apart. What lies far outside stays at the
    border."""
    things: list[tuple[VenueCount | None, Town | None]] = []
    for town in towns:
        if town.crowded:
            things.append((None, town))
        else:
            things += [(venue, None) for venue in placed(town.venues)]
    whole = [(one.lat, one.lon) for one in municipalities.values()]
    frame = fit(whole, SIDE, TALL, _EDGE - 6, _LARGEST_SCALE)
    dots = _apart(frame, things, most, municipalities)
    points = {key: frame.place(one.lat, one.lon) for key, one in municipalities.items()}
    of_town = {dot.town.id: dot for dot in dots if dot.town}
    busy = {town.id: town.events for town in towns}
    wanted = []
    # Where it is narrow, the names of large towns stand best.
    for one in sorted(municipalities.values(), key=lambda m: (-busy.get(m.id, 0), m.name)):
        dot = of_town.get(one.id)
        x, y = points[one.id]
        wanted.append((one.name, dot.x, dot.y, dot.radius) if dot else (one.name, x, y, 2.0))
    return Drawing(
        None, TALL, dots, _labels(wanted, dots, TALL, None),
        [_rounded(point) for point in points.values()],
        [_rounded(frame.place(lat, lon)) for lat, lon in COAST],
    )  # fmt: skip


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)


def _short(name: str) -> str:
    return name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"


def _labels(
    wanted: Iterable[tuple[str, float, float, float]],
    dots: Sequence[Dot],
    height: int,
    most: int | None,
) -> list[Label]:
    """The names that find a free place beside their dots, no more than ``most``."""
    taken = [around(dot.x, dot.y, dot.radius) for dot in dots]
    labels: list[Label] = []
    for name, x, y, radius in wanted:
        if most is not None and len(labels) == most:
            break
        size = (len(name) * _LETTER, float(_LINE))
        box = label_place(x, y, radius, size, taken, Box(0, 0, SIDE, height))
        if box is not None:
            taken.append(box)
            labels.append(Label(name, *_rounded((box.left, box.bottom - 2.5))))
    return labels


def _apart(
    frame: Frame,
    things: Sequence[tuple[VenueCount | None, Town | None]],
    most: int,
    municipalities: Mapping[int, Municipality] | None = None,
) -> list[Dot]:
    wanted = []
    for venue, town in things:
        if town is not None:
            middle = (municipalities or {})[town.id or 0]
            wanted.append((*frame.place(middle.lat, middle.lon), float(TOWN)))
        elif venue is not None:
            x, y = frame.place(venue.lat or 0, venue.lon or 0)
            wanted.append((x, y, radius_of(venue.events, most)))
    places = spread(tuple(wanted), frame.width, frame.height)
    return [
        Dot(
            round(x, 1), round(y, 1), dot[2], (venue or town).events,  # type: ignore[union-attr]
            venue.region_id if venue else town.region_id if town else None, venue, town,
        )
        for (x, y), dot, (venue, town) in zip(places, wanted, things, strict=True)
    ]  # fmt: skip
