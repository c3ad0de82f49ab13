"""What an import would change: found events against what the source gave before (pure).

A field is the source's as long as its value is what the source last gave; one that a person
has edited since is kept, and the difference is shown each time (``imports.md``, Identity).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from calendar_app.events.rules import FOR_COLLEAGUES
from calendar_app.imports.ics import FoundEvent

GONE_AFTER = 3
"""An event that was missing this often in a row is cancelled."""
SHRUNKEN = 0.7
"""A file with a smaller share of last time's events changes nothing."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an event of this source: its kind, what the source gave, what stands there
    now, how often in a row it was missing, and whether its last moment is past."""

    kind: str
    given: Values
    current: Values
    missing: int = 0
    past: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What happens to one event: ``action`` is new, changed, unchanged, cancelled, gone, missing,
    or over (not in the file, and nothing to do about it); ``fields`` maps a field to
    ``[before, after]``, ``kept`` to ``[ours, theirs]``."""

    uid: str
    action: str
    title: str
    fields: dict[str, list[Any]] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)
    found: FoundEvent | None = None


def values_of(found: FoundEvent, kind: str, given: Values | None = None) -> dict[str, Any]:
    """The fields that a source gives to an event of this kind, as JSON can hold them; ``given`` is
    what it gave before."""
    return {
        "title": found.title,
        "language": found.language,
        "description": found.description,
        "location": found.location,
        "url": found.url,
        "planning": found.planning,
        "visibility": _visibility(found, kind, given or {}),
        "moments": [
            [m.key, m.all_day, m.starts, m.ends, m.zone, m.starts_fold, m.ends_fold, m.cancelled]
            for m in sorted(found.moments, key=lambda m: (m.starts, m.key))
        ],
    }


def _visibility(found: FoundEvent, kind: str, given: Values) -> str:
    """What the source keeps private is sealed, an option is for coordinators, and what is for
    colleagues does not reach the public."""
    if found.secret:
        return "sealed"
    if found.planning == "cancelled" and "visibility" in given:
        # Who could not see the plan need not learn that it is off.
        return str(given["visibility"])
    if found.planning == "option":
        return "coordinators"
    return "partners" if kind in FOR_COLLEAGUES else "public"


def plan_changes(found: Sequence[FoundEvent], stored: Mapping[str, Stored]) -> list[Planned]:
    """One line for each event of the file and each stored one that is not in it.

    Planning what was just applied gives ``unchanged`` throughout.
    """
    planned = [_plan(event, stored.get(event.uid)) for event in found]
    seen = {event.uid for event in found}
    for uid, known in stored.items():
        if uid in seen:
            continue
        planned.append(Planned(uid, _unseen(known), str(known.current.get("title", ""))))
    return planned


def _unseen(known: Stored) -> str:
    planning = known.current.get("planning")
    # Many programs export what is still to come: that something has been does not cancel it.
    if planning == "cancelled" or known.past:
        return "over"
    # Of an event that a person decided about, the file decides no more.
    if known.missing + 1 < GONE_AFTER or planning != known.given.get("planning"):
        return "missing"
    return "gone"


def _plan(event: FoundEvent, known: Stored | None) -> Planned:
    if known is None:
        return Planned(event.uid, "new", event.title, found=event)
    fields: dict[str, list[Any]] = {}
    kept: dict[str, list[Any]] = {}
    for name, theirs in values_of(event, known.kind, known.given).items():
        ours = known.current.get(name)
        if ours == theirs:
            continue
        if ours == known.given.get(name):
            fields[name] = [ours, theirs]
        else:
            kept[name] = [ours, theirs]
    action = "changed" if fields else "unchanged"
    if fields.get("planning", ["", ""])[1] == "cancelled":
        action = "cancelled"
    return Planned(event.uid, action, event.title, fields, kept, event)


def is_shrunken(found: int, before: int) -> bool:
    """Whether a file has so few of last time's events that a person must look."""
    return before >= 10 and found < SHRUNKEN * before
