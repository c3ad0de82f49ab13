"""Which venues are likely one and the same: by name and by distance. Pure; a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from rapidfuzz import fuzz, process

from calendar_app.core.names import fold

NEAR_KM, FAR_KM = 0.3, 3.0
ALIKE, VERY_ALIKE = 62, 92
"""Likeness of names (0–100): enough for neighbours, and for places apart or without a point."""
MOST = 3000


@dataclass(frozen=True, slots=True)
class Spot:
    """A venue as far as it can be compared; degrees (WGS 84) where they are known. Two houses of
    two institutions (their keys) are never one."""

    key: int
    name: str
    city: str
    lat: float | None
    lon: float | None
    institution: int | None = None


def likely_same(spots: Sequence[Spot]) -> list[tuple[Spot, Spot, int]]:
    """Pairs that are likely one venue, with the likeness of their names, likeliest first. At most
    :data:`MOST` spots are compared; the order they come in does not matter."""
    ordered = sorted(spots, key=lambda spot: spot.key)[:MOST]
    names = [fold(spot.name) for spot in ordered]
    scores = process.cdist(names, names, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE)
    found = [
        (one, ordered[j], int(scores[i][j]))
        for i, one in enumerate(ordered)
        for j in (scores[i] > 0).nonzero()[0].tolist()
        if j > i and _close(one, ordered[j], int(scores[i][j]))
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair[0].key, pair[1].key))


def _close(one: Spot, other: Spot, likeness: int) -> bool:
    if one.institution and other.institution and one.institution != other.institution:
        return False
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return likeness >= VERY_ALIKE and fold(one.city) == fold(other.city)
    # Flat, which is right to a metre over the few kilometres that matter here.
    east = (one.lon - other.lon) * cos(radians(one.lat))
    km = 111.2 * hypot(one.lat - other.lat, east)
    return km <= NEAR_KM or (km <= FAR_KM and likeness >= VERY_ALIKE)
