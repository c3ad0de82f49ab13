"""What an import would change: found events against what the source gave before (pure).

A field is the source's as long as its value is what the source last gave; one that a person
has edited since is kept, and the difference is shown (``imports.md``, Identity).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from calendar_app.imports.ics import FoundEvent

GONE_AFTER = 3
"""An event that was missing this often in a row is cancelled."""
SHRUNKEN = 0.7
"""A file with a smaller share of last time's events changes nothing."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an event of this source: what the source gave, what stands there now."""

    given: Values
    current: Values
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """What happens to one event: ``action`` is new, changed, unchanged, cancelled, gone or
    missing; ``fields`` maps a field to ``[before, after]``, ``kept`` to ``[ours, theirs]``."""

    uid: str
    action: str
    title: str
    fields: dict[str, list[Any]] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)
    found: FoundEvent | None = None


def values_of(found: FoundEvent) -> dict[str, Any]:
    """The fields that a source gives, as JSON can hold them."""
    return {
        "title": found.title,
        "language": found.language,
        "description": found.description,
        "location": found.location,
        "url": found.url,
        "planning": found.planning,
        "moments": [
            [m.key, m.all_day, m.starts, m.ends, m.zone, m.starts_fold, m.ends_fold, m.cancelled]
            for m in sorted(found.moments, key=lambda m: (m.starts, m.key))
        ],
    }


def plan_changes(found: Sequence[FoundEvent], stored: Mapping[str, Stored]) -> list[Planned]:
    """One line for each event of the file and each stored one that is not in it.

    Planning what was just applied gives ``unchanged`` throughout.
    """
    planned = [_plan(event, stored.get(event.uid)) for event in found]
    seen = {event.uid for event in found}
    for uid, known in stored.items():
        if uid in seen:
            continue
        over = known.current.get("planning") == "cancelled"
        action = "unchanged" if over else "gone" if known.missing + 1 >= GONE_AFTER else "missing"
        planned.append(Planned(uid, action, str(known.current.get("title", ""))))
    return planned


def _plan(event: FoundEvent, known: Stored | None) -> Planned:
    values = values_of(event)
    if known is None:
        return Planned(event.uid, "new", event.title, found=event)
    fields: dict[str, list[Any]] = {}
    kept: dict[str, list[Any]] = {}
    for name, value in values.items():
        if value == known.given.get(name):
            continue
        ours = known.current.get(name)
        if ours == value:
            continue
        if ours == known.given.get(name):
            fields[name] = [ours, value]
        else:
            kept[name] = [ours, value]
    action = "changed" if fields else "unchanged"
    if fields.get("planning", ["", ""])[1] == "cancelled":
        action = "cancelled"
    return Planned(event.uid, action, event.title, fields, kept, event)


def is_shrunken(found: int, before: int) -> bool:
    """Whether a file has so few of last time's events that a person must look."""
    return before >= 10 and found < SHRUNKEN * before
