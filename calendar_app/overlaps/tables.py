"""The likeness between every two sets, genres and formats that occur, computed once (pure).

Each table is square and symmetric, with one row more than there are values: code -1 (unknown)
finds it at the end.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from calendar_app.overlaps.parameters import Parameters

Floats = npt.NDArray[np.float64]

CHILDREN = frozenset({"families", "primary-school"})


def table_of(values: Sequence[Any], like: Callable[[Any, Any], float], unknown: float) -> Floats:
    """The likeness of each value to each; ``unknown`` towards a value that nobody gave."""
    found = np.full((len(values) + 1, len(values) + 1), unknown, np.float64)
    for a, one in enumerate(values):
        for b in range(a, len(values)):
            found[a, b] = found[b, a] = like(one, values[b])
    return found


def set_table(sets: Sequence[tuple[str, ...]], table: str, parameters: Parameters) -> Floats:
    """The likeness of every two sets of disciplines or audiences."""
    return table_of(sets, lambda one, other: parameters.likeness(table, one, other), 0.0)


def shared_table(sets: Sequence[tuple[str, ...]]) -> Floats:
    """1 for two sets that share a member, else 0."""
    return table_of(sets, lambda one, other: float(not set(one).isdisjoint(other)), 0.0)


def genre_table(genres: Sequence[str], parameters: Parameters) -> Floats:
    """1 for one genre or an unknown one, less within a family, little across families."""
    told = parameters["genre"]
    families = [frozenset(names) for names in told["families"]]

    def like(one: str, other: str) -> float:
        if one == other:
            return 1.0
        related = any(one in family and other in family for family in families)
        return float(told["related"] if related else told["other"])

    return table_of(genres, like, 1.0)


def format_of(kind: str, audiences: Sequence[str], parameters: Parameters) -> str:
    """``talk``, ``kids``, ``show`` or nothing; what is for children alone is ``kids``."""
    if audiences and CHILDREN.issuperset(audiences):
        return "kids"
    return parameters.format_of(kind)
