"""The invented programme: which houses there are, and what lines of programme they have (pure).

It stands in ``data/*.toml``, for everybody to read and add to: titles are
``"Dutch | English"``, with a theme behind where they belong to one. A pattern times a subject makes
a title; only when all are used do the patterns of ``with`` make more of them ("with a talk
afterwards"), so that no title ever needs a number.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import gcd
from typing import Any

_LINES = ("exhibitions", "museums", "learning", "stages")
_STRIDE = 0.618
"""Two titles after each other should have neither pattern nor subject in common."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title in both languages, and the slug of the theme it belongs to, if any."""

    nl: str
    en: str
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What a festival is made of."""

    kind: str
    titles: tuple[Title, ...]
    hours: tuple[str, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Series:
    """A line of programme: what a house does again and again, each time with another title.

    ``at`` maps houses to the rooms it is in; ``share`` is how often beside the house's other lines,
    ``most`` how many a year of 1,200 events has of it in one house. ``audiences`` and
    ``disciplines`` are alternatives, each one slug or several joined by ``+``.
    """

    kind: str
    at: Mapping[str, tuple[str, ...]]
    titles: tuple[Title, ...]
    more: tuple[Title, ...]
    text: tuple[Title, ...]
    share: float = 1.0
    most: int | None = None
    disciplines: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ("general",)
    genre: str | None = None
    days: str = "museum"
    between: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    minutes: int = 120
    matinee: str = ""
    role: str = "regular"
    run: tuple[int, int] = (1, 1)
    run_chance: float = 1.0
    every: int = 1
    visitors: tuple[int, int] = (30, 60)
    fill: tuple[float, float] | None = None
    reach: str = "house"
    price: tuple[int, ...] = ()
    whole_house: bool = False
    parts: Part | None = None

    def title(self, number: int, start: int) -> Title:
        """Title ``number`` of a walk through all of them that begins at ``start``."""
        size = len(self.titles)
        step = max(1, round(_STRIDE * size))
        while gcd(step, size) > 1:
            step += 1
        level, at = divmod(number, size)
        base = self.titles[(start + at * step) % size]
        level %= len(self.more) + 1
        return _filled(self.more[level - 1], base) if level else base


@dataclass(frozen=True, slots=True)
class Place:
    """An institution as the season knows it: about how many of 1,200 ``events`` it registers, how
    many people come to a talk beside a middling museum (``size``), and its rooms with their seats.
    """

    slug: str
    events: int
    reach: str
    size: float
    groups: frozenset[str]
    rooms: Mapping[str, int]
    series: tuple[int, ...]
    """Positions in :attr:`Programme.series`."""


@dataclass(frozen=True, slots=True)
class Programme:
    """All places and all lines of programme, in a fixed order."""

    places: Mapping[str, Place]
    series: tuple[Series, ...]


@cache
def programme() -> Programme:
    """The programme as it stands in the files."""
    houses, kinds = _read("houses"), _read("kinds")
    series: list[Series] = []
    for name in _LINES:
        for row in _read(name)["series"]:
            series += _series({**kinds[row["kind"]], **row}, houses)
    places = {
        slug: Place(
            slug=slug, events=row["events"], reach=row["reach"], size=row.get("size", 1.0),
            groups=frozenset(row["groups"]), rooms=row.get("rooms", {}),
            series=tuple(at for at, one in enumerate(series) if slug in one.at),
        )
        for slug, row in houses.items()
    }  # fmt: skip
    return Programme(places, tuple(series))


def _read(name: str) -> dict[str, Any]:
    file = files("calendar_app.workflow.demo").joinpath("data", f"{name}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _series(row: dict[str, Any], houses: Mapping[str, Any]) -> list[Series]:
    """One line for all its houses, or one for each where every house has its own subjects."""
    patterns = [_title(one) for one in row.pop("titles", ["{} | {}"])]
    subjects, at = row.pop("of"), row.pop("at", ())
    parts = row.pop("parts", None)
    values: dict[str, Any] = {
        key: tuple(one) if isinstance(one, list) else one for key, one in row.items()
    }
    values["more"] = tuple(_title(one) for one in values.pop("with", ()))
    values["text"] = tuple(_title(one) for one in values["text"])
    values["parts"] = parts and Part(
        parts["kind"], tuple(_title(one) for one in parts["of"]), tuple(parts["hours"]),
        parts["minutes"],
    )  # fmt: skip

    def made(names: Sequence[str], subjects: Sequence[str]) -> Series:
        titles = [_filled(one, _title(subject)) for subject in subjects for one in patterns]
        if values["kind"] == "exhibition" and "most" in values:
            # Nobody has more exhibitions than ideas.
            values["most"] = min(values["most"], len(titles))
        return Series(
            **values, at=_places(names, houses, whole=values.get("whole_house", False)),
            titles=tuple(titles),
        )  # fmt: skip

    if isinstance(subjects, dict):
        return [made([slug], own) for slug, own in subjects.items()]
    return [made(at, subjects)]


def _places(
    names: Sequence[str], houses: Mapping[str, Any], *, whole: bool
) -> dict[str, tuple[str, ...]]:
    """Houses with rooms from ``house``, ``house/room`` and ``@group``."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        if name.startswith("@"):
            slugs = [slug for slug, row in houses.items() if name[1:] in row["groups"]]
            room = ""
        else:
            slug, _, room = name.partition("/")
            slugs = [slug]
        for slug in slugs:
            rooms = (room,) if room else tuple(houses[slug].get("rooms", ()))
            found[slug] = found.get(slug, ()) + (() if whole else rooms)
    return found


def _title(text: str) -> Title:
    """``"Dutch | English | theme"``; without English the Dutch is a name."""
    nl, en, theme = (*(part.strip() for part in text.split(" | ")), "", "")[:3]
    return Title(nl, en or nl, theme)


def _filled(pattern: Title, subject: Title) -> Title:
    nl, en = pattern.nl.format(subject.nl), pattern.en.format(subject.en)
    return Title(_written(nl), _written(en), subject.theme)


def _written(text: str) -> str:
    """With a capital, and no comma behind a question mark."""
    return (text[:1].upper() + text[1:]).replace("?,", "?").replace("!,", "!")
