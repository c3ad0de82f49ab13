"""Stored moments kept as arrays in this process, for checks while somebody types.

Reading what a moment is made of (event, terms, institution, venue) takes most of a check. Here
it is kept under the versions of all three, and every check reads those versions anew: no process
ever serves what another has changed. For reading transactions only: what a writing one sees may
be rolled back.
"""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from calendar_app.events.models import Event, Occurrence
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
from calendar_app.overlaps.queries import Window, load_moments, spellings, touches
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue

MOST = 300_000
"""Moments kept, older versions among them; beyond it the store begins anew."""
_FEW = 4000
_AT_ONCE = 500
_WEEK = 7
_SPARE = timedelta(hours=2)
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
        self._places: dict[str, tuple[Stamp, int]] = {}
        # New moments come into a small array first: joining the large one takes time.
        self._old = as_arrays([], self.parameters, self._book)
        self._new = as_arrays([], self.parameters, self._book)

    def around(self, session: Session, own: Sequence[Moment]) -> Moments:
        """The given moments, then, in order of key, every stored one of other events that could
        compete with any of them (two queries, and two more for what is new here)."""
        houses = _houses(session)
        found = list(_stamps(session, own, self.parameters))
        with self._lock:
            full = len(self._old) + len(self._new) + len(found) > MOST
            if full or houses != self._houses:
                self._begin()
                self._houses = houses
            missing = [row for row in found if self._places.get(row[1], _NOWHERE)[0] != row]
            if missing:
                self._add(session, missing)
            at = np.array(
                sorted(self._places[row[1]][1] for row in found if row[1] in self._places), np.int64
            )
            size = len(self._old)
            others = joined(
                [
                    chosen_from(self._old, at[at < size]),
                    chosen_from(self._new, at[at >= size] - size),
                ],
                self._book,
            )
            others = chosen_from(others, np.argsort(others.key, kind="stable"))
            return joined([as_arrays(own, self.parameters, self._book), others], self._book)

    def _add(self, session: Session, rows: list[Stamp]) -> None:
        fresh: list[Moment] = []
        for begin in range(0, len(rows), _AT_ONCE):
            keys = [row[0] for row in rows[begin : begin + _AT_ONCE]]
            fresh += load_moments(session, self.parameters, Occurrence.id.in_(keys))
        if len(self._new) > _FEW:
            self._old = joined([self._old, self._new], self._book)
            self._new = as_arrays([], self.parameters, self._book)
        names = {row[0]: row for row in rows}
        first = len(self._old) + len(self._new)
        self._new = joined([self._new, as_arrays(fresh, self.parameters, self._book)], self._book)
        for number, moment in enumerate(fresh):
            row = names[moment.key]
            self._places[row[1]] = (row, first + number)


def _houses(session: Session) -> Stamp:
    """What changes when any institution or venue does: there are few, and they rarely change."""
    return tuple(
        value
        for table in (Institution, Venue)
        for value in session.connection()
        .execute(select(func.count(), func.sum(table.version), func.max(table.id)))
        .one()
    )


def _stamps(session: Session, own: Sequence[Moment], parameters: Parameters) -> set[Stamp]:
    """Key, public id, start and version of what could compete with these moments."""
    conditions = _conditions(as_arrays(own, parameters))
    productions = {one.production for one in own if one.production}
    if productions:
        conditions.append(Event.production.in_(spellings(session, productions)))
    query = (
        select(
            Occurrence.id, Occurrence.public_id,
            type_coerce(Occurrence.starts_at, BigInteger), Event.version,
        )
        .join(Event, Event.id == Occurrence.event_id)
        .where(
            Occurrence.role != "run", Occurrence.status == "scheduled",
            Event.planning != "cancelled", Event.id.not_in({one.event for one in own}),
        )
    )  # fmt: skip
    # One query a condition: each has its index; an OR over all of them would have none. Plain
    # rows of the connection: thousands come by, and none is an object.
    found: set[Stamp] = set()
    for condition in conditions:
        found.update(map(tuple, session.connection().execute(query.where(condition)).all()))
    return found


def _conditions(m: Moments) -> list[ColumnElement[bool]]:
    """Where partners can be: in the same cultural days; of press moments also a day before and
    after; of marketing moments within a week (``pairs``). Days that meet are one stretch."""
    roles = Occurrence.role
    found: list[ColumnElement[bool]] = []
    for mask, margin, wanted in (
        (~m.marketing, 0, roles.not_in(MARKETING_ROLES)),
        (~m.marketing & m.press, 1, roles.in_(PRESS_ROLES)),
        (m.marketing, _WEEK, roles.in_(MARKETING_ROLES)),
    ):
        at = np.flatnonzero(mask)
        days = sorted(
            (int(m.first_day[k]) - margin, int(m.last_day[k]) + margin) for k in at.tolist()
        )
        stretches: list[list[int]] = []
        for first, last in days:
            if stretches and first <= stretches[-1][1] + 1:
                stretches[-1][1] = max(stretches[-1][1], last)
            else:
                stretches.append([first, last])
        # Whole days with room to spare: a cultural day ends in the next morning.
        hours = _hours(m.starts[at], m.ends[at], m.first_slot[at], m.last_slot[at])
        within = wanted if margin or hours is None else and_(wanted, hours)
        found += [
            and_(touches(Window(_dawn(first) - _SPARE, _dawn(last + 1) + _SPARE)), within)
            for first, last in stretches
        ]
    return found


def _hours(starts: Ints, ends: Ints, first: Ints, last: Ints) -> ColumnElement[bool] | None:
    """Moments in the same hours of any day, roughly: an hour more for summer time. ``None`` where
    that would leave nothing out. A day of a season is a fifth of what it is without this."""
    if not len(starts):
        return None
    bounds = [*(3600 * (hours[0] - 6) for hours in defaults()["day_parts"].values()), _DAY]
    begins = (starts - _WINTER_DAWN) % _DAY
    low = min([bounds[slot % 4] for slot in first.tolist()] + begins.tolist())
    high = max(
        [bounds[slot % 4 + 1] for slot in last.tolist()] + (begins + ends - starts + 3600).tolist()
    )
    if high >= _DAY or (last - first).max() >= 4:
        return None
    begin = (type_coerce(Occurrence.starts_at, BigInteger) - _WINTER_DAWN) % _DAY
    end = (
        begin
        + type_coerce(Occurrence.ends_at, BigInteger)
        - type_coerce(Occurrence.starts_at, BigInteger)
    )
    # A night can last into the hours of the next day.
    return or_(and_(begin < high, end > low - 3600), end > _DAY + low - 3600)


def _dawn(day: int) -> datetime:
    """About when a cultural day begins."""
    return datetime(1970, 1, 1, 5, tzinfo=UTC) + timedelta(days=day)


@cache
def moment_store() -> MomentStore:
    """The store of this process."""
    return MomentStore(defaults())
