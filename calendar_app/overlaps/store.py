"""Stored moments kept as arrays in this process, for checks while somebody types.

Reading what a moment is made of (event, terms, institution, venue) takes most of a check. Here
it is kept under the versions of all three, and every check reads those versions anew: no process
ever serves what another has changed. For reading transactions only: what a writing one sees may
be rolled back.
"""

import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    BindParameter,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from calendar_app.events.models import Event, Occurrence
from calendar_app.events.queries import spellings
from calendar_app.overlaps.moments import (
    MARKETING_ROLES,
    PRESS_ROLES,
    Codebook,
    Ints,
    Moment,
    Moments,
    as_arrays,
    chosen_from,
    joined,
)
from calendar_app.overlaps.parameters import Parameters, defaults
from calendar_app.overlaps.queries import competing, load_moments, within
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue

MOST = 300_000
"""Moments kept, older versions among them; beyond it the store begins anew."""
_FEW = 4000
_AT_ONCE = 2000
_WEEK = 7
_NEAR = 2
_SPARE = 2 * 3600
_DAY = 86_400
_WINTER_DAWN = 5 * 3600
"""06:00 in winter, as seconds of the UTC day."""

Stamp = tuple[Any, ...]
_NOWHERE: tuple[Stamp, int] = ((), -1)


class MomentStore:
    """The moments of one process; safe to use from several threads."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._book = Codebook(self.parameters)
        self._houses: Stamp = ()
        self._places: dict[Stamp, int] = {}
        # New moments come into a small array first: joining the large one takes time.
        self._old = as_arrays([], self.parameters, self._book)
        self._new = as_arrays([], self.parameters, self._book)

    def around(self, session: Session, own: Sequence[Moment]) -> Moments:
        """The given moments, then, in order of key, every stored one of other events that could
        compete with any of them (a query, one for each stretch of days, and three more for what is
        new here)."""
        houses = _houses(session)
        found = _stamps(session, own, self.parameters)
        with self._lock:
            full = len(self._old) + len(self._new) + len(found) > MOST
            if full or houses != self._houses:
                self._begin()
                self._houses = houses
            missing = {row for row in found if row not in self._places}
            if missing:
                self._add(session, missing)
            # One can be gone since its stamp was read.
            places = [at for at in map(self._places.get, found) if at is not None]
            others = self._chosen(np.array(places, np.int64), {one.event for one in own})
            return joined([as_arrays(own, self.parameters, self._book), others], self._book)

    def _chosen(self, places: Ints, without: set[int]) -> Moments:
        """The moments at these places in order of key, but those of some events."""
        size = len(self._old)
        found = joined(
            [
                chosen_from(self._old, places[places < size]),
                chosen_from(self._new, places[places >= size] - size),
            ],
            self._book,
        )
        order = np.argsort(found.key, kind="stable")
        return chosen_from(found, order[~np.isin(found.event[order], list(without))])

    def _add(self, session: Session, stamps: set[Stamp]) -> None:
        named = {row[0]: row for row in stamps}
        wanted = list(named)
        fresh: list[Moment] = []
        for begin in range(0, len(wanted), _AT_ONCE):
            keys = wanted[begin : begin + _AT_ONCE]
            fresh += load_moments(session, self.parameters, Occurrence.id.in_(keys))
        if len(self._new) > _FEW:
            self._old = joined([self._old, self._new], self._book)
            self._new = as_arrays([], self.parameters, self._book)
        first = len(self._old) + len(self._new)
        self._new = joined([self._new, as_arrays(fresh, self.parameters, self._book)], self._book)
        for number, moment in enumerate(fresh):
            self._places[named[moment.key]] = first + number


@cache
def _houses_query() -> CompoundSelect[int, int, int]:
    return union_all(
        *(
            select(func.count(), func.sum(table.version), func.max(table.id))
            for table in (Institution, Venue)
        )
    )


def _houses(session: Session) -> Stamp:
    """What changes when any institution or venue does: there are few, and they rarely change."""
    return tuple(map(tuple, session.connection().execute(_houses_query()).all()))


_ROLES = {
    "programming": Occurrence.role.not_in((*MARKETING_ROLES, "run")),
    "press": Occurrence.role.in_(PRESS_ROLES),
    "marketing": Occurrence.role.in_(MARKETING_ROLES),
}


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


@cache
def _stamps_query(roles: str = "", *, by_hour: bool = False) -> Select[int, str, int, int]:
    """Key, public id, start and version of moments that can compete. Made once: making it takes
    longer than running it."""
    starts = type_coerce(Occurrence.starts_at, BigInteger)
    query = (
        select(Occurrence.id, Occurrence.public_id, starts, Event.version)
        .join(Event, Event.id == Occurrence.event_id)
        .where(competing())
    )
    if not roles:
        names: BindParameter[str] = bindparam("productions", expanding=True)
        return query.where(Occurrence.role != "run", Event.production.in_(names))
    query = query.where(_ROLES[roles], within(_number("since"), _number("until")))
    if by_hour:
        begin = (starts - _WINTER_DAWN) % _DAY
        end = begin + type_coerce(Occurrence.ends_at, BigInteger) - starts
        low, high = _number("low"), _number("high")
        # A night can last into the hours of the next day.
        query = query.where(or_(and_(begin < high, end > low), end > low + _DAY))
    return query


def _stamps(session: Session, own: Sequence[Moment], parameters: Parameters) -> set[Stamp]:
    """Key, public id, start and version of what could compete with these moments. One query for
    each stretch: each has its index; an OR over all of them would have none. Plain rows of the
    connection: thousands come by, and none is an object."""
    connection = session.connection()
    found: set[Stamp] = set()
    productions = {one.production for one in own if one.production}
    if productions:
        names = {"productions": spellings(session, productions)}
        found.update(map(tuple, connection.execute(_stamps_query(), names).all()))
    for roles, hours, since, until in _stretches(as_arrays(own, parameters)):
        query = _stamps_query(roles, by_hour=hours is not None)
        values = {"since": since, "until": until, **(hours or {})}
        found.update(map(tuple, connection.execute(query, values).all()))
    return found


def _stretches(m: Moments) -> Iterator[tuple[str, dict[str, int] | None, int, int]]:
    """Where partners can be: in the same cultural days and about the same hours; of press moments
    also a day before and after; of marketing moments within a week (``pairs``). Days that
    meet, or nearly, are one stretch: each begins far back (``within``). Roles, hours, from and
    until in UTC seconds."""
    for roles, mask, margin in (
        ("programming", ~m.marketing, 0),
        ("press", ~m.marketing & m.press, 1),
        ("marketing", m.marketing, _WEEK),
    ):
        at = np.flatnonzero(mask)
        stretches: list[list[int]] = []
        for first, last in sorted(
            zip(m.first_day[at].tolist(), m.last_day[at].tolist(), strict=True)
        ):
            if stretches and first - margin <= stretches[-1][1] + _NEAR:
                stretches[-1][1] = max(stretches[-1][1], last + margin)
            else:
                stretches.append([first - margin, last + margin])
        hours = None if margin else _hours(m, at)
        for first, last in stretches:
            # Whole days with room to spare: a cultural day ends in the next morning.
            yield roles, hours, _dawn(first) - _SPARE, _dawn(last + 1) + _SPARE


def _hours(m: Moments, at: Ints) -> dict[str, int] | None:
    """The hours of the day in which moments share a day-part with these, roughly: an hour more
    for summer time. ``None`` where that would leave nothing out. A day of a season is a fifth of
    what it is without this."""
    if not len(at):
        return None
    first, last = m.first_slot[at], m.last_slot[at]
    bounds = [*(3600 * (hours[0] - 6) for hours in defaults()["day_parts"].values()), _DAY]
    begins = (m.starts[at] - _WINTER_DAWN) % _DAY
    ends = begins + m.ends[at] - m.starts[at]
    low = min([bounds[slot % 4] for slot in first.tolist()] + begins.tolist())
    high = max([bounds[slot % 4 + 1] for slot in last.tolist()] + (ends + 3600).tolist())
    if high >= _DAY or (last - first).max() >= 4:
        return None
    return {"low": low - 3600, "high": high}


def _dawn(day: int) -> int:
    """About when a cultural day begins, in UTC seconds."""
    return day * _DAY + _WINTER_DAWN


@cache
def moment_store() -> MomentStore:
    """The store of this process."""
    return MomentStore(defaults())
