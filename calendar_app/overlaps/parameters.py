"""The numbers of the score: data, not code, so that they can be tuned (pure)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

RULES_VERSION = 1
"""Stored with each overlap; rises when the rules give other rows."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of ``defaults.json``; tables are symmetric, absent entries are 0."""

    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def likeness(self, table: str, one: Sequence[str], other: Sequence[str]) -> float:
        """How much two sets of slugs share, 0–1: each one's best match, both ways, averaged."""
        if not one or not other:
            return 0.0
        rows: Mapping[str, Mapping[str, float]] = self.values[table]

        def best(a: str, others: Sequence[str]) -> float:
            return max(1.0 if a == b else rows.get(a, {}).get(b, 0.0) for b in others)

        there = sum(best(a, other) for a in one) / len(one)
        back = sum(best(b, one) for b in other) / len(other)
        return (there + back) / 2

    def format_of(self, kind: str) -> str:
        """``talk``, ``kids``, ``show`` or nothing."""
        formats: Mapping[str, Mapping[str, Any]] = self.values["formats"]
        return next((name for name, told in formats.items() if kind in told["kinds"]), "")


@cache
def defaults() -> Parameters:
    """The parameters that the project ships."""
    text = files("calendar_app.overlaps").joinpath("defaults.json").read_text("utf-8")
    return Parameters(json.loads(text))
