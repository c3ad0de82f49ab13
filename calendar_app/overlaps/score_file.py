"""Scores a file of pairs, shaped as judges write them (``interface.md``, overlaps score; pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from calendar_app.core.errors import AppError
from calendar_app.core.timespan import at_wall
from calendar_app.overlaps.moments import (
    MARKETING_ROLES,
    REACHES,
    Moment,
    as_arrays,
    assumed_audiences,
    assumed_disciplines,
)
from calendar_app.overlaps.parameters import Parameters, defaults
from calendar_app.overlaps.reasons import as_json, explain
from calendar_app.overlaps.scoring import LEVELS, score_pairs

_ROLES = ("run", "regular", "opening", "premiere", "press", "preview", "last_day", "school",
          *MARKETING_ROLES)  # fmt: skip


def score_pairs_file(pairs: Any, parameters: Parameters | None = None) -> Iterator[dict[str, Any]]:
    """One result a pair, in order. Raises ``ValueError`` naming the pair and the field."""
    parameters = parameters or defaults()
    if not isinstance(pairs, list):
        raise ValueError("the file must hold a list of pairs")
    for number, pair in enumerate(pairs, start=1):
        if not isinstance(pair, dict):
            raise ValueError(f"pair {number} is not an object")
        name = str(pair.get("id", number))
        sides = [
            _moment(pair.get(side), name, side, key, parameters) for key, side in enumerate("ab")
        ]
        if pair["a"].get("institution") == pair["b"].get("institution"):
            sides[1] = replace(sides[1], lead=sides[0].lead)
        yield {"id": pair.get("id", number), **_result(sides, pair, parameters)}


def _result(sides: list[Moment], pair: Mapping[str, Any], parameters: Parameters) -> dict[str, Any]:
    moments = as_arrays(sides, parameters)
    i, j = np.array([0]), np.array([1])
    scores = score_pairs(moments, i, j, parameters)
    cancelled = any(pair[side].get("planning") == "cancelled" for side in "ab")
    reasons = [] if cancelled else explain(moments, 0, 1, scores, 0)
    lanes = {side.role in MARKETING_ROLES for side in sides}
    return {
        "score": 0 if cancelled else int(scores.score[0]),
        "level": "none" if cancelled else LEVELS[int(scores.level[0])],
        "lane": "marketing" if lanes == {True} else "programming",
        "reasons": [as_json(reason) for reason in reasons],
        "opportunity": None,
    }


def _moment(told: Any, pair: str, side: str, key: int, parameters: Parameters) -> Moment:
    def fail(what: str) -> ValueError:
        return ValueError(f"pair {pair}, {side}: {what}")

    if not isinstance(told, dict):
        raise fail("is missing")
    occurrence, venue = told.get("occurrence"), told.get("venue")
    if not isinstance(occurrence, dict) or not isinstance(venue, dict):
        raise fail("occurrence or venue is missing")

    def words(name: str) -> tuple[str, ...]:
        found = told.get(name) or []
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise fail(f"{name} must be a list of slugs")
        return tuple(found)

    def whole(name: str, source: Mapping[str, Any] = told) -> int | None:
        found = source.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            raise fail(f"{name} must be a whole number or null")
        return found

    try:
        start, end = (
            int(at_wall(datetime.fromisoformat(occurrence[name]), 0).timestamp())
            for name in ("start", "end")
        )
        lat, lon = float(venue["lat"]), float(venue["lon"])
    except (KeyError, TypeError, ValueError, OverflowError, AppError) as error:
        raise fail(f"start, end, lat or lon is not right ({error})") from None
    if end <= start:
        raise fail("end must be after start")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise fail("lat or lon is not on the map")
    role, reach = occurrence.get("role", "regular"), told.get("reach") or "regional"
    if role not in _ROLES:
        raise fail(f"role {role!r} is not known")
    if reach not in REACHES:
        raise fail(f"reach {reach!r} is not known")
    radius = told.get("radiusAgreement")
    if radius is not None and not isinstance(radius, dict):
        raise fail("radiusAgreement must be an object or null")
    kind = str(told.get("kind", ""))
    return Moment(
        key=key, event=key, lead=key, kind=kind, role=role,
        starts_at=start, ends_at=end, lat=lat, lon=lon,
        disciplines=assumed_disciplines(kind, words("disciplines"), (), parameters),
        audiences=assumed_audiences(kind, words("audiences"), parameters),
        themes=words("themes"), reach=reach, visitors=whole("expectedVisitors"),
        performances=whole("performances") or 1, venue=str(venue.get("name") or f"{lat},{lon}"),
        room=str(venue.get("room") or ""), umbrella=told.get("umbrella"),
        production=told.get("production"), genre=told.get("genre"),
        radius_km=whole("km", radius) if radius else None,
        radius_weeks=whole("weeks", radius) if radius else None,
        access=frozenset(words("access")),
    )  # fmt: skip
