"""Scores a file of pairs, shaped as judges write them (``interface.md``, overlaps score; pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import numpy as np

from calendar_app.core.timespan import HOUSE_ZONE, in_years
from calendar_app.overlaps.moments import (
    MARKETING_ROLES,
    PRESS_ROLES,
    REACHES,
    Moment,
    as_arrays,
    assumed_audiences,
    assumed_disciplines,
    assumed_hours,
)
from calendar_app.overlaps.parameters import Parameters, defaults
from calendar_app.overlaps.reasons import as_json, explain
from calendar_app.overlaps.scoring import LEVELS, score_pairs

_ROLES = ("run", "regular", "last_day", "school", *PRESS_ROLES, *MARKETING_ROLES)
_PLANNING = ("idea", "option", "confirmed", "cancelled")
_USUAL_LENGTH = timedelta(hours=2)
_MOST = 10**9


def score_pairs_file(pairs: Any, parameters: Parameters | None = None) -> Iterator[dict[str, Any]]:
    """One result a pair, in order; times are Europe/Amsterdam. Raises ``ValueError`` naming the
    pair and the field."""
    parameters = parameters or defaults()
    if not isinstance(pairs, list):
        raise ValueError("the file must hold a list of pairs")
    for number, pair in enumerate(pairs, start=1):
        if not isinstance(pair, dict):
            raise ValueError(f"pair {number} is not an object")
        name = pair.get("id", number)
        readers = [_Reader(f"pair {name}, ", pair).inside(side) for side in "ab"]
        sides = [_moment(reader, key, parameters) for key, reader in enumerate(readers)]
        institutions = [reader.text("institution") for reader in readers]
        if institutions[0] and institutions[0] == institutions[1]:
            sides[1] = replace(sides[1], lead=sides[0].lead)
        planning = [reader.one_of("planning", _PLANNING, "confirmed") for reader in readers]
        yield {"id": name, **_result(sides, "cancelled" in planning, parameters)}


def _result(sides: list[Moment], cancelled: bool, parameters: Parameters) -> dict[str, Any]:
    moments = as_arrays(sides, parameters)
    scores = score_pairs(moments, np.array([0]), np.array([1]), parameters)
    reasons = [] if cancelled else explain(moments, 0, 1, scores, 0)
    lanes = {side.role in MARKETING_ROLES for side in sides}
    return {
        "score": 0 if cancelled else int(scores.score[0]),
        "level": "none" if cancelled else LEVELS[int(scores.level[0])],
        "lane": "marketing" if lanes == {True} else "programming",
        "reasons": [as_json(reason) for reason in reasons],
        "opportunity": None,
    }


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the fields of an object and names the one that is wrong."""

    where: str
    values: Mapping[str, Any]

    def fail(self, field: str, why: str) -> NoReturn:
        raise ValueError(f"{self.where}{field}: {why}")

    def inside(self, field: str) -> "_Reader":
        found = self.values.get(field)
        if not isinstance(found, dict):
            self.fail(field, "must be an object")
        return _Reader(f"{self.where}{field}.", found)

    def optional(self, field: str) -> "_Reader | None":
        return None if self.values.get(field) is None else self.inside(field)

    def text(self, field: str) -> str:
        found = self.values.get(field)
        if found is None:
            return ""
        if not isinstance(found, str):
            self.fail(field, "must be a text or null")
        return found

    def one_of(self, field: str, values: tuple[str, ...], default: str) -> str:
        found = self.text(field) or default
        if found not in values:
            self.fail(field, f"must be one of {', '.join(values)}")
        return found

    def texts(self, field: str) -> tuple[str, ...]:
        found = self.values.get(field)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.fail(field, "must be a list of slugs")
        return tuple(found)

    def number(self, field: str, low: float, high: float) -> float | None:
        found = self.values.get(field)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.fail(field, "must be a number or null")
        if not low <= found <= high:
            self.fail(field, f"must lie between {low:g} and {high:g}")
        return float(found)

    def whole(self, field: str) -> int | None:
        found = self.number(field, 0, _MOST)
        return None if found is None else round(found)

    def degrees(self, field: str, most: float) -> float:
        found = self.number(field, -most, most)
        return self.fail(field, "is missing") if found is None else found

    def time(self, field: str) -> tuple[datetime, bool] | None:
        """The wall time, and whether an hour was given."""
        given = self.text(field)
        if not given:
            return None
        try:
            timed = len(given) > len("2027-03-12")
            found = (
                datetime.fromisoformat(given)
                if timed
                else datetime.combine(date.fromisoformat(given), datetime.min.time())
            )
        except ValueError:
            self.fail(field, "must look like 2027-03-12T20:15")
        if found.tzinfo is not None:
            found = found.astimezone(ZoneInfo(HOUSE_ZONE)).replace(tzinfo=None)
        if not in_years(found.date()):
            self.fail(field, "must lie between 1990 and 2099")
        return found, timed


def _moment(told: _Reader, key: int, parameters: Parameters) -> Moment:
    venue, occurrence = told.inside("venue"), told.inside("occurrence")
    radius = told.optional("radiusAgreement")
    kind, role = told.text("kind"), occurrence.one_of("role", _ROLES, "regular")
    starts, ends = _span(occurrence, kind, role, parameters)
    lat, lon = venue.degrees("lat", 90), venue.degrees("lon", 180)
    return Moment(
        key=key, event=key, lead=key, kind=kind, role=role,
        starts_at=starts, ends_at=ends, lat=lat, lon=lon,
        disciplines=assumed_disciplines(kind, told.texts("disciplines"), (), parameters),
        audiences=assumed_audiences(kind, told.texts("audiences"), parameters),
        themes=told.texts("themes"), reach=told.one_of("reach", REACHES, "regional"),
        visitors=told.whole("expectedVisitors"), performances=told.whole("performances") or 1,
        venue=venue.text("name") or f"{lat},{lon}", room=venue.text("room"),
        umbrella=told.text("umbrella") or None, production=told.text("production") or None,
        genre=told.text("genre") or None,
        radius_km=radius.whole("km") if radius else None,
        radius_weeks=radius.whole("weeks") if radius else None,
        access=frozenset(told.texts("access")),
    )  # fmt: skip


def _span(when: _Reader, kind: str, role: str, parameters: Parameters) -> tuple[int, int]:
    """UTC seconds. A day without an hour takes the kind's usual hours (its last day is named,
    so inclusive); without an end it takes two hours."""
    starts, ends = when.time("start"), when.time("end")
    if starts is None:
        when.fail("start", "is missing")
    if not starts[1]:
        first = starts[0].date()
        last = max(first, ends[0].date()) if ends else first
        return assumed_hours(kind, role, first, last, parameters)
    until = ends[0] if ends and ends[1] else starts[0] + _USUAL_LENGTH
    zone = ZoneInfo(HOUSE_ZONE)
    begin, end = (int(at.replace(tzinfo=zone).timestamp()) for at in (starts[0], until))
    if end <= begin:
        # The night the clock goes back: the second of the two hours is meant.
        end = int(until.replace(tzinfo=zone, fold=1).timestamp())
    if end <= begin:
        when.fail("end", "must be after the start")
    return begin, end
