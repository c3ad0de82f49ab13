"""What an institution still has to do, pure: what an event lacks (``product.md``, completeness in
words), and which of its events are due, not certain yet, or incomplete."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

TOTAL = 10
"""Of every kind ten things are asked."""
NEAR = timedelta(weeks=6)
"""An idea or option whose date is this near has to be decided."""
FUZZY_NEAR = timedelta(weeks=13)
"""A date that is not exact yet has to become so."""
SOON = timedelta(days=14)
"""What happens by itself, or has to be done on a day: an embargo that lifts, a ticket sale."""
FUZZY = ("week", "month", "season")

_USUAL = (
    "date", "venue", "disciplines", "audiences", "expected_visitors", "description", "english",
    "picture", "price", "url",
)  # fmt: skip
_ASKED = {
    "exhibition": (
        "date", "opening", "opening_hours", "disciplines", "audiences", "description", "english",
        "picture", "price", "url",
    ),
    "education": (
        "date", "venue", "disciplines", "audiences", "expected_visitors", "description",
        "contact_email", "picture", "price", "url",
    ),
    "professional": (
        "date", "venue", "disciplines", "audiences", "expected_visitors", "description",
        "english", "languages", "price", "contact_email",
    ),
    "course": (
        "date", "venue", "disciplines", "audiences", "expected_visitors", "description",
        "english", "languages", "price", "url",
    ),
    "campaign": (
        "date", "channels", "promotes", "moments", "disciplines", "audiences", "description",
        "english", "url", "contact_email",
    ),
}  # fmt: skip
"""What is asked of a kind where it is not the usual (``product.md``, What is asked depends on the
kind)."""
_WHOLE_DAYS = ("exhibition", "festival", "market", "open-day", "campaign", "education")
"""Kinds that may last whole days, without a time."""


class OwnEvent(NamedTuple):
    """An event in brief, as those who organise it see it: enough to tell what it lacks. ``next_at``
    is the start of its first moment that is not over; the flags say what has been filled in."""

    public_id: str
    title_nl: str
    title_en: str
    kind: str
    lead_id: int
    date_type: str
    precision: str
    planning: str
    moderation: str
    moderation_reason: str
    public_at: datetime | None
    next_at: datetime
    timed: bool
    opening: bool
    moments: bool
    opening_hours: bool
    venue: bool
    disciplines: bool
    audiences: bool
    expected_visitors: bool
    description: bool
    description_en: bool
    picture: bool
    price: bool
    url: bool
    languages: bool
    contact_email: bool
    channels: bool
    promotes: bool

    @property
    def fuzzy(self) -> bool:
        """Whether the date is not exact yet."""
        return self.precision in FUZZY

    @property
    def english(self) -> bool:
        """Whether title and text are there in English."""
        return bool(self.title_en) and self.description_en

    @property
    def date(self) -> bool:
        """Whether it is known when, to the hour where the kind asks for it."""
        whole = self.kind in _WHOLE_DAYS or self.date_type in ("periodic", "permanent")
        return not self.fuzzy and (whole or self.timed)


def missing(event: OwnEvent) -> tuple[str, ...]:
    """What an event lacks of the :data:`TOTAL` things asked of its kind, in the order of the form.
    A permanent collection opens once and for all: instead of its opening, its place is asked."""
    asked: Sequence[str] = _ASKED.get(event.kind, _USUAL)
    if event.kind == "exhibition" and event.date_type not in ("periodic", "permanent"):
        asked = _USUAL
    if event.date_type == "permanent":
        asked = ["venue" if name == "opening" else name for name in asked]
    return tuple(name for name in asked if not getattr(event, name))


class Marketing(NamedTuple):
    """A campaign's begin, an announcement or a start of ticket sale to come."""

    public_id: str
    title_nl: str
    title_en: str
    role: str
    at: datetime


class Invitation(NamedTuple):
    """An event that one is asked to organise with its lead."""

    public_id: str
    title_nl: str
    title_en: str
    lead: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Something that waits for the institution: ``why`` is ``rejected``, ``invited``, ``draft``,
    ``option``, ``fuzzy``, ``lifts``, or the role of a marketing moment; ``at`` is when it matters;
    ``note`` the reason it was sent back with, or who asks."""

    why: str
    public_id: str
    title_nl: str
    title_en: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """The three groups; an event is unsure or incomplete, not both."""

    due: list[Due] = field(default_factory=list)
    unsure: list[OwnEvent] = field(default_factory=list)
    incomplete: list[tuple[OwnEvent, tuple[str, ...]]] = field(default_factory=list)


_WAITING = ("rejected", "invited")
"""What others wait for comes first."""


def sort_out(
    events: Collection[OwnEvent],
    invitations: Collection[Invitation],
    marketing: Collection[Marketing],
    now: datetime,
) -> Todo:
    """Into groups, each in the order in which it matters. What is due is not said again under
    unsure; what is not certain yet need not be complete."""
    todo = Todo()
    for asked in invitations:
        todo.due.append(Due("invited", *asked[:3], asked.at, asked.lead))
    for moment in marketing:
        todo.due.append(Due(moment.role, *moment[:3], moment.at))
    for event in events:
        due = list(_due(event, now))
        todo.due.extend(due)
        if any(one.why in ("option", "fuzzy", "draft", "rejected") for one in due):
            continue
        if event.planning in ("idea", "option") or event.fuzzy:
            todo.unsure.append(event)
        elif lacks := missing(event):
            todo.incomplete.append((event, lacks))
    todo.due.sort(key=lambda one: (one.why not in _WAITING, one.at, one.public_id))
    return todo


def _due(event: OwnEvent, now: datetime) -> list[Due]:
    about = event.public_id, event.title_nl, event.title_en
    found = []
    if event.moderation == "rejected":
        found.append(Due("rejected", *about, event.next_at, event.moderation_reason))
    elif event.moderation == "draft":
        found.append(Due("draft", *about, event.next_at))
    elif event.planning in ("idea", "option") and event.next_at <= now + NEAR:
        found.append(Due("option", *about, event.next_at))
    elif event.fuzzy and event.next_at <= now + FUZZY_NEAR:
        found.append(Due("fuzzy", *about, event.next_at))
    if event.public_at is not None and now < event.public_at <= now + SOON:
        found.append(Due("lifts", *about, event.public_at))
    return found
