"""Writing overlaps: a save recomputes only what it touches; a bulk run gives the same rows."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import BigInteger, delete, insert, or_, select, text, type_coerce
from sqlalchemy.orm import Session

from calendar_app.overlaps.models import Overlap
from calendar_app.overlaps.moments import Bools, Moments, as_arrays
from calendar_app.overlaps.pairs import candidate_pairs, candidates_with, one_production_each
from calendar_app.overlaps.parameters import RULES_VERSION, Parameters, defaults
from calendar_app.overlaps.queries import (
    load_around,
    load_moments,
    productions_of,
    spans_of,
    utc,
    windows_around,
)
from calendar_app.overlaps.scoring import NO_LEVEL, score_pairs

_LOCK = 7_203_114_002
_BLOCK = 5000

Progress = Callable[[int, int], None]
Row = tuple[int, int, int, int, str, int, int, int]
"""(a, b, event a, event b, lane, score, level, starts at)"""


@dataclass(frozen=True, slots=True)
class Flagged:
    """What a recompute changed, as pairs of occurrence keys."""

    added: frozenset[tuple[int, int]]
    changed: frozenset[tuple[int, int]]
    removed: frozenset[tuple[int, int]]


def reflag(session: Session, event_ids: Collection[int], now: datetime) -> Flagged:
    """Recomputes the overlaps of these events inside the caller's transaction.

    On PostgreSQL the flagging of two writers is one after the other: each sees the other's
    moments, so that no overlap is lost or doubled (SQLite has one writer anyway).
    """
    hold(session)
    session.flush()
    parameters = defaults()
    wanted = set(event_ids)
    windows = windows_around(spans_of(session, wanted))
    # Its own moments stand in their windows.
    around = load_around(session, windows, productions_of(session, wanted), parameters)
    moments = as_arrays(around, parameters)
    chosen = np.isin(moments.event, list(wanted))
    rows = {(row[0], row[1]): row for row in flagged_rows(moments, parameters, chosen)}
    touched = or_(Overlap.event_a_id.in_(wanted), Overlap.event_b_id.in_(wanted))
    return _store(session, rows, _stored(session, touched))


def recompute(
    session: Session, now: datetime, progress: Progress = lambda _done, _total: None
) -> Flagged:
    """Recomputes everything; the rows are those that saving one by one would have given."""
    hold(session)
    session.flush()
    parameters = defaults()
    moments = as_arrays(load_moments(session, parameters), parameters)
    progress(1, 4)
    rows = {(row[0], row[1]): row for row in flagged_rows(moments, parameters)}
    progress(3, 4)
    found = _store(session, rows, _stored(session))
    progress(4, 4)
    return found


def hold(session: Session) -> None:
    """Waits until no other transaction is flagging, until this one ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def flagged_rows(
    moments: Moments, parameters: Parameters, chosen: Bools | None = None
) -> Iterator[Row]:
    """The flagged pairs of the moments (those with a chosen side), one row each."""
    if len(moments) < 2:
        return
    blocks = (
        candidate_pairs(moments, parameters)
        if chosen is None
        else candidates_with(moments, chosen, parameters)
    )
    first, second, scores, levels, rules = [], [], [], [], []
    for i, j in blocks:
        if not len(i):
            continue
        found = score_pairs(moments, i, j, parameters)
        flagged = found.level > NO_LEVEL
        first.append(i[flagged])
        second.append(j[flagged])
        scores.append(found.score[flagged])
        levels.append(found.level[flagged])
        rules.append(found.rule[flagged])
    if not first:
        return
    i, j = np.concatenate(first), np.concatenate(second)
    score, level, rule = np.concatenate(scores), np.concatenate(levels), np.concatenate(rules)
    keep = one_production_each(moments, i, j, rule, score)
    i, j, score, level = i[keep], j[keep], score[keep], level[keep]
    # Moments come in order of key, so i < j holds for the keys as well.
    starts = np.minimum(moments.starts[i], moments.starts[j])
    lane = np.where(moments.marketing[i], "marketing", "programming")
    yield from zip(
        moments.key[i].tolist(), moments.key[j].tolist(), moments.event[i].tolist(),
        moments.event[j].tolist(), lane.tolist(), score.tolist(), level.tolist(), starts.tolist(),
        strict=True,
    )  # fmt: skip


def _stored(session: Session, *where: object) -> dict[tuple[int, int], Row]:
    rows = session.execute(
        select(
            Overlap.a_id, Overlap.b_id, Overlap.event_a_id, Overlap.event_b_id, Overlap.lane,
            Overlap.score, Overlap.level, type_coerce(Overlap.starts_at, BigInteger),
            Overlap.rules_version,
        ).where(*where)  # type: ignore[arg-type]
    )  # fmt: skip
    # A row of older rules counts as different.
    return {(row[0], row[1]): tuple(row[:8]) if row[8] == RULES_VERSION else () for row in rows}  # type: ignore[misc]


def _store(
    session: Session, rows: dict[tuple[int, int], Row], stored: dict[tuple[int, int], Row]
) -> Flagged:
    removed = [key for key in stored if key not in rows]
    changed = [key for key, row in rows.items() if key in stored and stored[key] != row]
    added = [key for key in rows if key not in stored]
    gone = removed + changed
    for begin in range(0, len(gone), 500):
        block = gone[begin : begin + 500]
        session.execute(
            delete(Overlap)
            .where(Overlap.a_id.in_([a for a, _ in block]))
            .where(or_(*((Overlap.a_id == a) & (Overlap.b_id == b) for a, b in block)))
            .execution_options(synchronize_session=False)
        )
    fresh = added + changed
    for begin in range(0, len(fresh), _BLOCK):
        session.execute(
            insert(Overlap), [_values(rows[key]) for key in fresh[begin : begin + _BLOCK]]
        )
    return Flagged(frozenset(added), frozenset(changed), frozenset(removed))


def _values(row: Row) -> dict[str, object]:
    return {
        "a_id": row[0], "b_id": row[1], "event_a_id": row[2], "event_b_id": row[3],
        "lane": row[4], "score": row[5], "level": row[6], "starts_at": utc(row[7]),
        "rules_version": RULES_VERSION,
    }  # fmt: skip
