"""From degrees to a drawing: a frame, dots that stay apart, labels that do not cover them. Pure.

The region is 45 km across, so the earth is taken as flat there: a degree of longitude is shorter
by the cosine of the latitude, and that is all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, radians, sin

KM_A_DEGREE = 111.2
"""Of latitude."""
COAST = (
    (51.93, 4.06), (51.98, 4.11), (52.04, 4.18), (52.105, 4.262), (52.165, 4.345),
    (52.205, 4.388), (52.245, 4.422), (52.3, 4.468), (52.4, 4.525),
)  # fmt: skip
"""The sea side of the region in degrees, from Hoek van Holland to beyond Noordwijk, roughly."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing of ``width`` by ``height`` units around a centre in WGS 84 degrees; ``scale`` is
    units a kilometre."""

    lat: float
    lon: float
    scale: float
    width: float
    height: float

    def place(self, lat: float, lon: float) -> Point:
        """Where a point lies in the drawing: x to the east, y to the south, from the top left."""
        east = (lon - self.lon) * cos(radians(self.lat)) * KM_A_DEGREE
        north = (lat - self.lat) * KM_A_DEGREE
        return self.width / 2 + east * self.scale, self.height / 2 - north * self.scale


def fit(points: Sequence[Point], width: float, height: float, edge: float, most: float) -> Frame:
    """The frame in which all points (degrees) lie at least ``edge`` units from the border, drawn
    no larger than ``most`` units a kilometre. Raises ``ValueError`` without points."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    north = (max(lats) - min(lats)) * KM_A_DEGREE
    east = (max(lons) - min(lons)) * KM_A_DEGREE * cos(radians(lat))
    scales = [most]
    if east:
        scales.append((width - 2 * edge) / east)
    if north:
        scales.append((height - 2 * edge) / north)
    return Frame(lat, lon, min(scales), width, height)


@lru_cache(maxsize=64)
def spread(
    dots: tuple[tuple[float, float, float], ...], width: float, height: float, rounds: int = 120
) -> tuple[Point, ...]:
    """Moves dots (x, y, radius) apart until none covers another, as little as that takes, inside
    the drawing; the new places in the same order. Gives up after so many rounds."""
    places = [
        # Dots on one spot start in different directions, always the same ones.
        [x + 0.01 * cos(2.4 * n), y + 0.01 * sin(2.4 * n)]
        for n, (x, y, _) in enumerate(dots)
    ]
    for _ in range(rounds):
        moved = False
        for n, one in enumerate(places):
            for m in range(n):
                other, least = places[m], dots[n][2] + dots[m][2]
                east, south = one[0] - other[0], one[1] - other[1]
                far = hypot(east, south) or 1e-6
                if far < least - 0.01:
                    step = (least - far) / 2 / far
                    one[0] += east * step
                    one[1] += south * step
                    other[0] -= east * step
                    other[1] -= south * step
                    moved = True
        for place, (_, _, radius) in zip(places, dots, strict=True):
            place[0] = min(max(place[0], radius), width - radius)
            place[1] = min(max(place[1], radius), height - radius)
        if not moved:
            break
    return tuple((x, y) for x, y in places)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two cover each other."""
        return (
            self.left < other.right and other.left < self.right
            and self.top < other.bottom and other.top < self.bottom
        )  # fmt: skip


def around(x: float, y: float, radius: float) -> Box:
    """The box of a dot."""
    return Box(x - radius, y - radius, x + radius, y + radius)


def label_place(
    x: float, y: float, radius: float, size: Point, taken: Sequence[Box], frame: Box
) -> Box | None:
    """Where the label of a dot stands: right of it, left, below or above, else somewhat further
    off; the first place in the frame that covers nothing taken. None when there is none."""
    wide, high = size
    for far in (3.0, 9.0, 16.0, 24.0):
        near = radius + far
        slant = near * 0.7
        for left, top in (
            (x + near, y - high / 2), (x - near - wide, y - high / 2),
            (x - wide / 2, y + near), (x - wide / 2, y - near - high),
            (x + slant, y + slant - high / 2), (x + slant, y - slant - high / 2),
            (x - slant - wide, y + slant - high / 2), (x - slant - wide, y - slant - high / 2),
        ):  # fmt: skip
            box = Box(left, top, left + wide, top + high)
            inside = frame.left <= left and box.right <= frame.right
            inside = inside and frame.top <= top and box.bottom <= frame.bottom
            if inside and not any(box.meets(other) for other in taken):
                return box
    return None
