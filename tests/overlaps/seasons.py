"""Random moments for property tests. One drawn seed makes a whole moment or season: drawing each
field by itself took a hundred times as long."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from calendar_app.overlaps.moments import Moment

START = int(datetime(2027, 3, 1, 6, tzinfo=UTC).timestamp())
KINDS = ("concert", "theatre", "dance", "lecture", "family", "exhibition", "workshop", "campaign")
ROLES = (*["regular"] * 5, "opening", "premiere", "press", "preview", "school", "last_day",
         "on_sale", "announcement", "campaign", "run")  # fmt: skip
DISCIPLINES = ("music", "theatre", "dance", "visual-arts", "science", "debate", "heritage")
AUDIENCES = ("general", "families", "youth", "students", "seniors", "professionals")
PLACES = ((52.08, 4.31), (52.16, 4.49), (52.01, 4.36), (52.25, 4.66))


def moment(r: Random, key: int = 0, **fixed: Any) -> Moment:
    """One moment in a fortnight around a clock change; ``fixed`` values are taken as they are."""
    start = START + 21 * 86_400 + 900 * r.randrange(4 * 24 * 14)
    lat, lon = r.choice(PLACES)
    long = r.random() < 0.05
    values: dict[str, Any] = {
        "key": key,
        "event": r.randint(1, 20),
        "lead": r.randint(1, 6),
        "kind": r.choice(KINDS),
        "role": r.choice(ROLES),
        "starts_at": start,
        "ends_at": start + 900 * (r.randint(1, 2000) if long else r.randint(1, 40)),
        "lat": lat,
        "lon": lon,
        "disciplines": tuple(r.sample(DISCIPLINES, r.randint(1, 3))),
        "audiences": tuple(r.sample(AUDIENCES, r.randint(1, 2))),
        "themes": tuple(r.sample(("a", "b"), r.randint(0, 1))),
        "reach": r.choice(("local", "regional", "national")),
        "visitors": r.choice((None, r.randrange(5000), r.randrange(300))),
        "performances": r.choice((1, 1, r.randint(1, 40))),
        "venue": r.choice((None, 1, 2, 3)),
        "room": r.choice(("", "Grote zaal", "grote  zaal ", "Foyer")),
        "umbrella": r.choice((None, None, 1, 2)),
        "production": r.choice((None, None, None, "Lear", "lear ", "swan")),
        "genre": r.choice((None, None, "pop", "Classical", "baroque")),
        "radius_km": r.choice((None, None, r.randint(1, 60))),
        "radius_weeks": r.choice((None, r.randint(1, 4))),
        "access": r.choice((frozenset(), frozenset({"sign-language"}))),
    }
    return Moment(**(values | fixed))


def season_of(r: Random, most: int = 30) -> list[Moment]:
    """Up to ``most`` moments with keys in order; an event has one lead, place and production."""
    found = [moment(r, key) for key in range(r.randint(2, most))]
    firsts: dict[int, Moment] = {}
    shared = ("lead", "lat", "lon", "venue", "production", "umbrella")
    return [
        replace(m, **{name: getattr(firsts.setdefault(m.event, m), name) for name in shared})
        for m in found
    ]


_SEEDS = st.integers(0, 2**32)


def moments(key: int = 0, **fixed: Any) -> st.SearchStrategy[Moment]:
    """Any moment, but for the fixed values."""
    return _SEEDS.map(lambda seed: moment(Random(seed), key, **fixed))


def seasons(most: int = 30) -> st.SearchStrategy[list[Moment]]:
    """Any season."""
    return _SEEDS.map(lambda seed: season_of(Random(seed), most))
