"""The query keys of the agenda and of lists: read strictly, clear when wrong (``interface.md``,
Pages)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from calendar_app.core.errors import AppError
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line
from calendar_app.core.timespan import in_years
from calendar_app.events.queries import EventFilter

SELECTIONS = {
    "region": "regions",
    "institution": "institutions",
    "venue": "venues",
    "kind": "kinds",
    "discipline": "disciplines",
    "audience": "audiences",
    "theme": "themes",
}
"""The repeatable keys and the fields of :class:`EventFilter` they fill."""
VIEWS = ("list", "month", "week", "timeline", "year", "map")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
"""What a slug may look like; anything else is not worth a question to the database."""
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_VALUES, LONGEST_Q, MOST_SKIPPED = 40, 100, 5000

_UNKNOWN = N_("The filter “%(key)s” does not know “%(value)s”. Choose another value.")
_MANY = N_("The filter “%(key)s” has too many values; %(most)s is the most.")
_LONG = N_("The filter “%(key)s” is too long; %(most)s characters is the most.")
_DATE = N_("The filter “%(key)s” must be a date like 2027-03-12, between 1990 and 2099.")
_ORDER = N_("The filter “until” lies before “from”. Change one of the two.")
_NUMBER = N_("The filter “%(key)s” must be a whole number from %(least)s to %(most)s.")


@dataclass(frozen=True, slots=True)
class AgendaQuery:
    """What somebody asks of the agenda. ``skip`` moments of the first day were shown before."""

    wanted: EventFilter
    view: str = "list"
    since: date | None = None
    until: date | None = None
    skip: int = 0

    def chosen(self, key: str) -> tuple[str, ...]:
        """The values of a repeatable key."""
        values: tuple[str, ...] = getattr(self.wanted, SELECTIONS[key])
        return values

    @property
    def count(self) -> int:
        """How many filters are set, dates included; only in a list is the first day a filter, other
        views merely open there."""
        picked = sum(len(self.chosen(key)) for key in SELECTIONS)
        since = self.view == "list" and self.since is not None
        return picked + bool(self.wanted.q) + since + bool(self.until)

    def link(self, **changes: Any) -> dict[str, Any]:
        """The query keys of this selection with changes, for ``url_for``; ``since`` and ``until``
        are dates, None leaves a key out. Any change begins at the first page again."""
        asked = replace(self, **{"skip": 0, **changes})
        keys: dict[str, Any] = {key: list(asked.chosen(key)) for key in SELECTIONS}
        keys |= {
            "q": asked.wanted.q,
            "from": asked.since.isoformat() if asked.since else None,
            "until": asked.until.isoformat() if asked.until else None,
            "view": asked.view if asked.view != "list" else None,
            "skip": asked.skip or None,
        }
        return {key: value for key, value in keys.items() if value}

    def turn(self, since: date) -> dict[str, Any] | None:
        """The link to the same view from another day on; ``until`` stays where it still lies
        after it. None outside the years of the calendar."""
        if not in_years(since):
            return None
        until = None if self.until and self.until < since else self.until
        return self.link(since=since, until=until)

    def without(self, key: str, value: str = "") -> dict[str, Any]:
        """The link without one value of a key, or without ``q``, ``from`` or ``until``."""
        if key in SELECTIONS:
            kept = tuple(slug for slug in self.chosen(key) if slug != value)
            changes: dict[str, Any] = {SELECTIONS[key]: kept}
            return self.link(wanted=replace(self.wanted, **changes))
        if key == "q":
            return self.link(wanted=replace(self.wanted, q=""))
        return self.link(**{{"from": "since", "until": "until"}[key]: None})


def asked_for(args: MultiDict[str, str], key: str) -> list[str]:
    """The values given for a repeatable key, empty ones left out; raises :class:`AppError`."""
    values = list(dict.fromkeys(value for value in args.getlist(key) if value))
    if len(values) > MOST_VALUES:
        raise AppError(_MANY, key=key, most=MOST_VALUES)
    return values


def read_query(
    args: MultiDict[str, str], known: Mapping[str, Collection[str]], view: str = "list"
) -> AgendaQuery:
    """Reads the keys. ``known`` holds the slugs there are, by key. Raises :class:`AppError`
    (400) naming the first key that is not right; other keys are not ours and are ignored."""
    picked: dict[str, Any] = {}
    for key, field in SELECTIONS.items():
        values = asked_for(args, key)
        for value in values:
            if value not in known[key]:
                raise AppError(_UNKNOWN, key=key, value=clean_line(value)[:60])
        picked[field] = tuple(values)
    q = read_search(args)
    since, until = read_period(args)
    shown = read_choice(args, "view", VIEWS, view)
    return AgendaQuery(
        EventFilter(**picked, q=q), shown, since, until, read_number(args, "skip", 0, MOST_SKIPPED)
    )


def read_search(args: MultiDict[str, str]) -> str:
    """The words of ``q``, cleaned; raises :class:`AppError`."""
    q = clean_line(args.get("q", ""))
    if len(q) > LONGEST_Q:
        raise AppError(_LONG, key="q", most=LONGEST_Q)
    return q


def read_period(args: MultiDict[str, str]) -> tuple[date | None, date | None]:
    """The days ``from`` and ``until``, both inclusive; raises :class:`AppError`."""
    since, until = _read_date(args, "from"), _read_date(args, "until")
    if since and until and until < since:
        raise AppError(_ORDER)
    return since, until


def read_choice(args: MultiDict[str, str], key: str, known: Collection[str], usual: str) -> str:
    """One of the ``known`` values, ``usual`` when nothing is asked; raises :class:`AppError`."""
    value = args.get(key) or usual
    if value and value not in known:
        raise AppError(_UNKNOWN, key=key, value=clean_line(value)[:60])
    return value


def _read_date(args: MultiDict[str, str], key: str) -> date | None:
    text = args.get(key, "")
    if not text:
        return None
    try:
        # fromisoformat alone also reads week dates and basic formats.
        found = date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not in_years(found):
        raise AppError(_DATE, key=key)
    return found


def read_number(args: MultiDict[str, str], key: str, least: int, most: int) -> int:
    """A whole number from ``least``, which is usual, to ``most``; raises :class:`AppError`."""
    text = args.get(key) or str(least)
    if not (text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most):
        raise AppError(_NUMBER, key=key, least=least, most=most)
    return int(text)


def single(wanted: EventFilter) -> tuple[str, str] | None:
    """The key and slug when exactly one value is chosen and nothing else: such a selection has a
    feed of its own."""
    found: Sequence[tuple[str, str]] = [
        (key, slug) for key, field in SELECTIONS.items() for slug in getattr(wanted, field)
    ]
    return found[0] if len(found) == 1 and not wanted.q else None
