"""Random moments for property tests."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from calendar_app.overlaps.moments import Moment

START = int(datetime(2027, 3, 1, 6, tzinfo=UTC).timestamp())
KINDS = ["concert", "theatre", "dance", "lecture", "family", "exhibition", "workshop", "campaign"]
ROLES = ["regular"] * 5 + [
    "opening",
    "premiere",
    "press",
    "preview",
    "school",
    "on_sale",
    "announcement",
]
DISCIPLINES = ["music", "theatre", "dance", "visual-arts", "science", "debate", "heritage"]
AUDIENCES = ["general", "families", "youth", "students", "seniors", "professionals"]


@st.composite
def moments(draw: st.DrawFn, key: int = 0, **fixed: Any) -> Moment:
    """One moment in a fortnight; ``fixed`` values are taken as they are."""
    start = START + 900 * draw(st.integers(0, 4 * 24 * 14))
    values: dict[str, Any] = {
        "key": key,
        "event": draw(st.integers(1, 20)),
        "lead": draw(st.integers(1, 6)),
        "kind": draw(st.sampled_from(KINDS)),
        "role": draw(st.sampled_from(ROLES)),
        "starts_at": start,
        "ends_at": start + 900 * draw(st.integers(1, 200)),
        "lat": draw(st.sampled_from([52.08, 52.16, 52.01, 52.25])),
        "lon": draw(st.sampled_from([4.31, 4.49, 4.36, 4.66])),
        "disciplines": tuple(draw(st.sets(st.sampled_from(DISCIPLINES), min_size=1, max_size=3))),
        "audiences": tuple(draw(st.sets(st.sampled_from(AUDIENCES), min_size=1, max_size=2))),
        "themes": tuple(draw(st.sets(st.sampled_from(["a", "b"]), max_size=1))),
        "reach": draw(st.sampled_from(["local", "regional", "national"])),
        "visitors": draw(st.none() | st.integers(0, 5000)),
        "performances": draw(st.integers(1, 40)),
        "venue": draw(st.none() | st.integers(1, 3)),
        "room": draw(st.sampled_from(["", "Grote zaal", "grote zaal ", "Foyer"])),
        "umbrella": draw(st.none() | st.integers(1, 5)),
        "production": draw(st.none() | st.sampled_from(["lear", "swan"])),
        "genre": draw(st.none() | st.sampled_from(["pop", "classical"])),
        "radius_km": draw(st.none() | st.integers(1, 60)),
        "radius_weeks": draw(st.none() | st.integers(1, 4)),
        "access": draw(st.sampled_from([frozenset(), frozenset({"sign-language"})])),
    }
    return Moment(**(values | fixed))


@st.composite
def seasons(draw: st.DrawFn, most: int = 30) -> list[Moment]:
    """A season of up to ``most`` moments with keys in order; one event has one lead."""
    size = draw(st.integers(2, most))
    found = [draw(moments(key=key)) for key in range(size)]
    leads: dict[int, int] = {}
    from dataclasses import replace

    return [replace(m, lead=leads.setdefault(m.event, m.lead)) for m in found]
