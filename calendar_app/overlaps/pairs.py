"""Which pairs could compete at all: found by sorting, without missing one (pure).

Unrestricted overlap is quadratic; here candidates come by class: a shared day-part, press moments
on one or the next day, marketing moments within a week, the same production within six weeks, one
room. Tested against brute force.
"""

from collections.abc import Iterator

import numpy as np

from calendar_app.overlaps.moments import NONE, Bools, Ints, Moments
from calendar_app.overlaps.parameters import Parameters

BLOCK = 400_000
"""Pairs scored at once: bounds the memory."""
_WEEK = 6


def candidate_pairs(m: Moments, parameters: Parameters) -> Iterator[tuple[Ints, Ints]]:
    """Blocks of candidate pairs ``i < j``; each pair comes once."""
    everyone = np.ones(len(m), bool)
    yield from _candidates(m, everyone, parameters)


def candidates_with(
    m: Moments, chosen: Bools, parameters: Parameters
) -> Iterator[tuple[Ints, Ints]]:
    """Blocks of candidate pairs of which at least one side is chosen."""
    for i, j in _candidates(m, chosen, parameters):
        touched = chosen[i] | chosen[j]
        if touched.any():
            yield i[touched], j[touched]


def _candidates(m: Moments, chosen: Bools, parameters: Parameters) -> Iterator[tuple[Ints, Ints]]:
    programming = ~m.marketing & m.compared
    press = programming & m.press
    # The classes overlap; a pair belongs to the first that has it.
    for i, j in _touching(np.flatnonzero(programming), m.first_slot, m.last_slot, chosen):
        yield i, j
    for i, j in _touching(np.flatnonzero(press), m.first_day, m.last_day + 1, chosen):
        new = ~_share_slot(m, i, j)
        yield i[new], j[new]
    for i, j in _touching(
        np.flatnonzero(m.marketing & m.compared), m.first_day, m.last_day + _WEEK, chosen
    ):
        yield i, j
    longest = max([parameters["production"]["light_days"], *m.radius_days.tolist()])
    both = programming & (m.production != NONE)
    days = m.last_day + int(longest)
    for i, j in _grouped(np.flatnonzero(both), m.production, m.first_day, days, chosen):
        pressed = m.press[i] & m.press[j] & (np.abs(m.first_day[i] - m.first_day[j]) <= 1)
        new = ~_share_slot(m, i, j) & ~(pressed | _press_near(m, i, j))
        yield i[new], j[new]
    # One room with clocks that touch for too little to share a day-part.
    housed = programming & (m.venue != NONE) & (m.room != NONE)
    for i, j in _grouped(np.flatnonzero(housed), m.venue, m.starts, m.ends, chosen):
        new = (m.room[i] == m.room[j]) & ~_share_slot(m, i, j) & ~_press_near(m, i, j)
        same = (m.production[i] != NONE) & (m.production[i] == m.production[j])
        new &= ~same
        yield i[new], j[new]


def _share_slot(m: Moments, i: Ints, j: Ints) -> Bools:
    found: Bools = (m.first_slot[i] <= m.last_slot[j]) & (m.first_slot[j] <= m.last_slot[i])
    return found


def _press_near(m: Moments, i: Ints, j: Ints) -> Bools:
    near = (m.first_day[i] <= m.last_day[j] + 1) & (m.first_day[j] <= m.last_day[i] + 1)
    found: Bools = m.press[i] & m.press[j] & near
    return found


def _grouped(
    where: Ints, group: Ints, low: Ints, high: Ints, chosen: Bools
) -> Iterator[tuple[Ints, Ints]]:
    """Touching pairs within each group of equal value that has a chosen one."""
    where = where[np.isin(group[where], group[where[chosen[where]]])]
    if len(where) == 0:
        return
    order = where[np.argsort(group[where], kind="stable")]
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    for members in np.split(order, cuts):
        if len(members) > 1:
            yield from _touching(members, low, high, chosen)


def _touching(where: Ints, low: Ints, high: Ints, chosen: Bools) -> Iterator[tuple[Ints, Ints]]:
    """Pairs among ``where`` whose closed ranges ``[low, high]`` meet, once each, ``i < j``.

    Sorted by ``low``, the partners of each are the run up to the last that begins before it ends.
    """
    if len(where) < 2:
        return
    order = where[np.lexsort((where, low[where]))]
    begins = low[order]
    until = np.searchsorted(begins, high[order], side="right")
    counts = np.maximum(until - np.arange(len(order)) - 1, 0)
    if not chosen.all():
        # An unchosen moment needs partners only where a chosen one is among them.
        ahead = np.concatenate(([0], np.cumsum(chosen[order])))
        some = ahead[np.minimum(until, len(order))] - ahead[np.arange(len(order)) + 1] > 0
        counts = np.where(chosen[order] | some, counts, 0)
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(order):
        done = ends[begin - 1] if begin else 0
        stop = max(begin + 1, int(np.searchsorted(ends, done + BLOCK, side="right")))
        part = counts[begin:stop]
        total = int(part.sum())
        if total:
            first = np.repeat(np.arange(begin, stop), part)
            offset = np.arange(total) - np.repeat(np.cumsum(part) - part, part)
            one, other = order[first], order[first + 1 + offset]
            yield np.minimum(one, other), np.maximum(one, other)
        begin = stop


def one_production_each(m: Moments, i: Ints, j: Ints, rule: Ints, score: Ints) -> Bools:
    """Which flagged pairs to keep: of each two events with one production only the pair on the
    nearest dates (``overlaps.md``); all others stay."""
    keep = np.ones(len(i), bool)
    chosen = np.flatnonzero((rule >= 2) & (rule <= 4))
    days = np.maximum(m.first_day[i] - m.last_day[j], np.maximum(m.first_day[j] - m.last_day[i], 0))
    best: dict[tuple[int, int], tuple[tuple[int, int, int, int], int]] = {}
    for at in chosen.tolist():
        events = (int(m.event[i[at]]), int(m.event[j[at]]))
        pair = (min(events), max(events))
        keys = sorted((int(m.key[i[at]]), int(m.key[j[at]])))
        rank = (int(days[at]), -int(score[at]), keys[0], keys[1])
        keep[at] = False
        if pair not in best or rank < best[pair][0]:
            best[pair] = (rank, at)
    for _rank, at in best.values():
        keep[at] = True
    return keep
