"""How moments become bars in lanes, pure: a row for each institution, a column for each day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendar_app.events.models import Event, Occurrence
from calendar_app.web.wording import first_day, last_day

WEEKS, MOST_WEEKS = 2, 4
MOST_BARS = 12
"""At most so many bars in a row."""
_FIRST_ROLES = ("opening", "premiere", "press", "preview", "last_day")
_DAY = timedelta(days=1)

Span = tuple[int, int]
"""First and last day of a bar, counted from the first day that is shown; both included."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One or more moments of an event with one role, on days that follow each other.

    ``span`` is cut to the days shown; ``before`` and ``after`` say whether it goes on there.
    """

    moments: tuple[Occurrence, ...]
    span: Span
    before: bool = False
    after: bool = False
    lane: int = 0

    @property
    def event(self) -> Event:
        """What it is of."""
        return self.moments[0].event

    @property
    def role(self) -> str:
        """The role that all its moments have."""
        return self.moments[0].role


def days_from(day: date, until: date | None) -> list[date]:
    """The days of a timeline: two weeks from the Monday of ``day``, or as many as reach
    ``until``, four at most."""
    monday = day - timedelta(days=day.weekday())
    weeks = WEEKS if until is None else max(1, min((until - monday).days // 7 + 1, MOST_WEEKS))
    return [monday + n * _DAY for n in range(7 * weeks)]


def covered(moment: Occurrence) -> tuple[date, date]:
    """The first and last day of a moment; one that ends in the night is of one day."""
    begins = first_day(moment)
    if not moment.all_day and moment.ends_at - moment.starts_at < _DAY:
        return begins, begins
    return begins, last_day(moment)


def bars_of(moments: Iterable[Occurrence], first: date, last: date) -> list[Bar]:
    """The moments as bars within ``first``–``last``, in order of their days. What lies outside is
    left out; nothing else is."""
    series: dict[tuple[int, str], list[tuple[date, date, Occurrence]]] = {}
    for moment in moments:
        begins, ends = covered(moment)
        if begins <= last and ends >= first:
            key = (moment.event_id, moment.role)
            series.setdefault(key, []).append((begins, ends, moment))
    bars: list[Bar] = []
    for several in series.values():
        several.sort(key=lambda one: (one[0], one[1], one[2].id))
        together: list[Occurrence] = []
        begins, ends = several[0][:2]
        for begun, ended, moment in several:
            if together and begun > ends + _DAY:
                bars.append(_bar(together, begins, ends, first, last))
                together, begins, ends = [], begun, ended
            together.append(moment)
            ends = max(ends, ended)
        bars.append(_bar(together, begins, ends, first, last))
    return sorted(bars, key=_order)


def _bar(moments: Sequence[Occurrence], begins: date, ends: date, first: date, last: date) -> Bar:
    span = (max(begins, first) - first).days, (min(ends, last) - first).days
    return Bar(tuple(moments), span, begins < first, ends > last)


def _order(bar: Bar) -> tuple[int, int, int]:
    return bar.span[0], -bar.span[1], bar.moments[0].id


def choose(bars: Sequence[Bar], flagged: Collection[int], most: int = MOST_BARS) -> list[Bar]:
    """The bars that fit in a row: those with a flagged moment (by key) first, then openings and
    the like, then the rest as they come."""

    def rank(bar: Bar) -> tuple[bool, bool, tuple[int, int, int]]:
        clashes = any(moment.id in flagged for moment in bar.moments)
        return not clashes, bar.role not in _FIRST_ROLES, _order(bar)

    return sorted(sorted(bars, key=rank)[:most], key=_order)


def pack(spans: Sequence[Span]) -> list[int]:
    """A lane for each span, so that no two in one lane share a day; as few lanes as can be (each
    takes the first that is free, in order of beginning)."""
    ends: list[int] = []
    lanes = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda one: (spans[one][0], -spans[one][1])):
        begins, last = spans[index]
        lane = next((one for one, end in enumerate(ends) if end < begins), len(ends))
        if lane == len(ends):
            ends.append(last)
        ends[lane] = last
        lanes[index] = lane
    return lanes
