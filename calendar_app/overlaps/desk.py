"""What deciding about cases needs, read once and then asked in memory: a season has thousands of
overlaps that may open a case, and a save only a few; both go the same way."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from calendar_app.events.models import Event, EventTerm, Organiser, Term
from calendar_app.overlaps import cases
from calendar_app.overlaps.models import Conflict, ConflictPair, Overlap
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue

_AT_ONCE = 5000


class Desk:
    """The cases that overlaps could join, oldest first, with disciplines and regions of their
    events, and which events overlap now. Closed ones too, as long as their overlap exists."""

    def __init__(
        self, session: Session, found: Collection[cases.Found], more: Collection[Conflict]
    ) -> None:
        events = {key for one in found for key in (one.one.event_id, one.other.event_id)}
        self.cases: list[Conflict] = []
        self._events: list[set[int]] = []
        self._of_event: dict[int, set[int]] = {}
        self._of_day: dict[tuple[str, date], set[int]] = {}
        for conflict in _living_cases(session, {one.local_on for one in found}, events):
            self.add(conflict, conflict.event_ids)
        inside = events.union(*self._events, *(conflict.event_ids for conflict in more))
        self.disciplines = disciplines_of(session, inside)
        self.regions = _regions(session, inside)
        self._overlapping = _overlapping(session, inside)

    def add(self, conflict: Conflict, event_ids: Iterable[int]) -> None:
        """One more case."""
        number = len(self.cases)
        self.cases.append(conflict)
        self._events.append(set())
        self._of_day.setdefault((conflict.lane, conflict.local_on), set()).add(number)
        self.extend(number, event_ids)

    def extend(self, number: int, event_ids: Iterable[int]) -> None:
        """A case has (more) events."""
        for key in event_ids:
            self._events[number].add(key)
            self._of_event.setdefault(key, set()).add(number)

    def case_for(self, found: cases.Found) -> int | None:
        """The number of the case that an overlap joins, if any (:func:`cases.case_to_join`)."""
        one, other = found.one.event_id, found.other.event_id
        both = self._of_event.get(one, set()) & self._of_event.get(other, set())
        numbers = sorted(both | self._of_day.get((found.lane, found.local_on), set()))
        known = [self._known(number) for number in numbers]
        return cases.case_to_join(found, known, self._overlapping)

    def has_events(self, number: int, event_ids: Collection[int]) -> bool:
        """Whether these are in the case already."""
        return self._events[number].issuperset(event_ids)

    def _known(self, number: int) -> cases.Known:
        conflict, events = self.cases[number], self._events[number]
        return cases.Known(
            number, conflict.lane, conflict.local_on, conflict.day_part, frozenset(events),
            frozenset().union(*(self.disciplines.get(key, set()) for key in events)),
            conflict.state not in cases.CLOSED,  # what is new has no state before it is stored
            conflict.state == "not_a_conflict" or conflict.outcome == "kept",
        )  # fmt: skip


def _living_cases(
    session: Session, days: Collection[date], event_ids: Collection[int]
) -> Iterator[Conflict]:
    query = (
        select(Conflict)
        .where(Conflict.state.in_((*cases.OPEN, *cases.CLOSED)))
        .options(selectinload(Conflict.pairs), selectinload(Conflict.regions))
        .order_by(Conflict.id)
    )
    # A bulk run asks for nearly all of them anyway.
    if len(event_ids) < _AT_ONCE:
        holding = select(ConflictPair.conflict_id).where(
            or_(ConflictPair.event_a_id.in_(event_ids), ConflictPair.event_b_id.in_(event_ids))
        )
        query = query.where(or_(Conflict.local_on.in_(days), Conflict.id.in_(holding)))
    for conflict in session.scalars(query):
        if conflict.open or conflict.event_ids:
            yield conflict


def _blocks(event_ids: Collection[int]) -> Iterator[Sequence[int]]:
    keys = sorted(event_ids)
    for begin in range(0, len(keys), _AT_ONCE):
        yield keys[begin : begin + _AT_ONCE]


def disciplines_of(session: Session, event_ids: Collection[int]) -> dict[int, set[str]]:
    """The disciplines of each event that has any."""
    found: dict[int, set[str]] = {}
    for keys in _blocks(event_ids):
        for event_id, slug in session.execute(
            select(EventTerm.event_id, Term.slug)
            .join(Term, Term.id == EventTerm.term_id)
            .where(Term.scheme == "discipline", EventTerm.event_id.in_(keys))
        ):
            found.setdefault(event_id, set()).add(slug)
    return found


def _regions(session: Session, event_ids: Collection[int]) -> dict[int, set[int]]:
    """The regions of an event: of its lead, of its accepted co-organisers and of its venue
    (``product.md``, The model)."""
    found: dict[int, set[int]] = {}
    for keys in _blocks(event_ids):
        for event_id, lead, venue in session.execute(
            select(Event.id, Institution.region_id, Venue.region_id)
            .join(Institution, Institution.id == Event.lead_id)
            .outerjoin(Venue, Venue.id == Event.venue_id)
            .where(Event.id.in_(keys))
        ):
            found[event_id] = {key for key in (lead, venue) if key is not None}
        for event_id, region in session.execute(
            select(Organiser.event_id, Institution.region_id)
            .join(Institution, Institution.id == Organiser.institution_id)
            .where(Organiser.event_id.in_(keys))
            .where(Organiser.state == "accepted", Organiser.role == "co")
        ):
            found[event_id].add(region)
    return found


def _overlapping(session: Session, event_ids: Collection[int]) -> set[frozenset[int]]:
    """The pairs of these events that overlap at all."""
    found: set[frozenset[int]] = set()
    inside = set(event_ids)
    for keys in _blocks(event_ids):
        for one, other in session.execute(
            select(Overlap.event_a_id, Overlap.event_b_id).where(Overlap.event_a_id.in_(keys))
        ):
            if other in inside:
                found.add(frozenset((one, other)))
    return found
