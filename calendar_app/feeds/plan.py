"""What is to be written when an event is published anew: decided here, done in ``actions``."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calendar_app.core.language import LANGUAGES
from calendar_app.feeds.content import feed_event, signature
from calendar_app.feeds.facts import EventFacts, MomentFacts
from calendar_app.feeds.ical import vevent, vevent_body
from calendar_app.feeds.schedule import ALWAYS, is_cancelled, public_row, revised_at

WITHDRAWN = (ALWAYS, ALWAYS)
"""The span of a row that holds at no time."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as it stands."""

    id: int
    occurrence_id: int
    language: str
    valid_from: datetime
    valid_until: datetime
    sequence: int
    modified_at: datetime
    signature: str
    text_hash: str

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When it holds."""
        return self.valid_from, self.valid_until

    def shown_by(self, now: datetime) -> bool:
        """Whether subscribers may have seen it."""
        return self.span != WITHDRAWN and self.valid_from <= now

    def told(self) -> tuple[object, ...]:
        """What subscribers read: equal exactly when the text is."""
        return self.occurrence_id, self.language, self.text_hash, self.sequence, self.modified_at


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is to be; ``id`` is that of the stored one it replaces."""

    id: int | None
    moment: MomentFacts
    language: str
    span: tuple[datetime, datetime]
    sequence: int
    modified_at: datetime
    signature: str
    text_hash: str
    text: str

    def told(self) -> tuple[object, ...]:
        """As :meth:`StoredRow.told`."""
        return self.moment.id, self.language, self.text_hash, self.sequence, self.modified_at


@dataclass(slots=True)
class Plan:
    """The writes for one event: ``rows``, and ``revised`` (occurrence → its SEQUENCE and the
    LAST-MODIFIED that subscribers saw).

    ``shown``: what can be read now changes. ``read``: something can be read now, or could.
    ``live``: some row holds at some time.
    """

    rows: list[Row] = field(default_factory=list)
    revised: dict[int, tuple[int, datetime | None]] = field(default_factory=dict)
    shown: bool = False
    read: bool = False
    live: bool = False


def plan_event(
    event: EventFacts,
    moments: Iterable[MomentFacts],
    stored: Sequence[StoredRow],
    now: datetime,
    base_url: str,
) -> Plan:
    """Compares what the public may read of an event with what is stored for it."""
    plan = Plan()
    before = {row.told() for row in stored if row.valid_from <= now < row.valid_until}
    after: set[tuple[object, ...]] = set()
    for moment in moments:
        own = {row.language: row for row in stored if row.occurrence_id == moment.id}
        after |= _plan_moment(plan, event, moment, own, now, base_url)
    plan.shown, plan.read = before != after, bool(before or after)
    return plan


def _plan_moment(
    plan: Plan,
    event: EventFacts,
    moment: MomentFacts,
    own: dict[str, StoredRow],
    now: datetime,
    base_url: str,
) -> set[tuple[object, ...]]:
    """Adds the writes of one moment; returns what subscribers read of it at ``now``."""
    seen_at = [row.modified_at for row in own.values() if row.shown_by(now)]
    if moment.revised_at is not None:
        seen_at.append(moment.revised_at)
    newest = max(seen_at, default=None)
    span = public_row(event, moment, seen=newest is not None)
    if span is None:
        plan.rows += [_withdrawn(moment, row) for row in own.values() if row.span != WITHDRAWN]
        _note(plan, moment, moment.sequence, newest)
        return set()
    plan.live = True
    cancelled = is_cancelled(event, moment)
    mark = signature(event, moment, cancelled)
    moved = newest is not None and any(row.signature != mark for row in own.values())
    sequence = moment.sequence + moved
    read: set[tuple[object, ...]] = set()
    latest = newest
    for language in LANGUAGES:
        body = vevent_body(feed_event(event, moment, language, base_url, cancelled))
        digest = hashlib.sha256(body.encode()).hexdigest()[:32]
        old = own.get(language)
        same = old is not None and (old.text_hash, old.sequence) == (digest, sequence)
        if (
            old is not None
            and same
            and old.span != WITHDRAWN
            and (old.span == span or (old.shown_by(now) and span[0] <= now))
        ):
            modified = old.modified_at
        else:
            modified = revised_at(now, span[0], previous=newest, changed=True)
        row = Row(
            old.id if old else None, moment, language, span, sequence, modified, mark, digest,
            vevent(body, sequence, modified),
        )  # fmt: skip
        if old is None or (old.span, old.told(), old.signature) != (span, row.told(), mark):
            plan.rows.append(row)
        if span[0] <= now:
            latest = modified if latest is None else max(latest, modified)
            if now < span[1]:
                read.add(row.told())
    _note(plan, moment, sequence, latest)
    return read


def _note(plan: Plan, moment: MomentFacts, sequence: int, seen_at: datetime | None) -> None:
    if (sequence, seen_at) != (moment.sequence, moment.revised_at):
        plan.revised[moment.id] = (sequence, seen_at)


def _withdrawn(moment: MomentFacts, row: StoredRow) -> Row:
    """The row emptied; what it said of time and place stays, to compare with."""
    return Row(
        row.id, moment, row.language, WITHDRAWN, row.sequence, row.modified_at, row.signature, "",
        "",
    )  # fmt: skip
