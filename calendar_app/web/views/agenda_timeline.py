"""The agenda as a timeline: institutions as rows, two weeks of days, what overlaps is said."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from calendar_app.core.timespan import midnight
from calendar_app.events.agenda_queries import list_chosen, list_keys_by_lead
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.web import timeline_view as shapes
from calendar_app.web.context import current
from calendar_app.web.filters import AgendaQuery
from calendar_app.workflow.flag import known_overlaps

PER_PAGE = 10
"""Institutions on a page: with everything around them under 100 KB of HTML."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """An institution with its bars in lanes; ``more`` bars found no place, ``whole`` is the link
    to all of it as a list."""

    institution: Institution
    bars: list[shapes.Bar]
    more: int
    whole: dict[str, Any]


def timeline(asked: AgendaQuery, viewer: Viewer, today: date) -> dict[str, Any]:
    """The weeks from the day asked for, inside a transaction, for one page of the institutions
    that have something in them."""
    session, now = current.session, current.now
    days = shapes.days_from(asked.since or today, asked.until)
    first, last = days[0], min(days[-1], asked.until or days[-1])
    window: dict[str, Any] = {"since": midnight(first), "before": midnight(last + _DAY)}
    keys: dict[int, list[int]] = {}
    if first <= last:
        keys = list_keys_by_lead(session, viewer, now, wanted=asked.wanted, **window)
    busy = list(keys)
    shown = busy[asked.skip : asked.skip + PER_PAGE]
    moments = list_chosen(session, viewer, now, [key for lead in shown for key in keys[lead]])
    overlaps = known_overlaps(session, viewer, moments, now)
    rows = []
    for lead_id in shown:
        own = [moment for moment in moments if moment.event.lead_id == lead_id]
        bars = shapes.bars_of(own, first, last)
        if not bars:
            continue
        chosen = shapes.choose(bars, overlaps)
        lanes = shapes.pack([bar.span for bar in chosen])
        packed = [replace(bar, lane=lane) for bar, lane in zip(chosen, lanes, strict=True)]
        lead = bars[0].event.lead
        only = replace(asked.wanted, institutions=(lead.slug,))
        whole = asked.link(view="list", since=first, until=last, wanted=only)
        rows.append(Row(lead, packed, len(bars) - len(chosen), whole))
    step = len(days) * _DAY
    before = replace(asked, until=asked.until - step if asked.until else None)
    return {
        "days": days,
        "rows_shown": rows,
        "overlaps": overlaps,
        "total": len(busy),
        "from_row": asked.skip + 1,
        "earlier": before.turn(first - step),
        "later": asked.turn(first + step),
        "here": replace(asked, until=None).turn(today) if today not in days else None,
        "page_before": asked.link(skip=max(asked.skip - PER_PAGE, 0)) if asked.skip else None,
        "page_after": asked.link(skip=asked.skip + PER_PAGE)
        if len(busy) > asked.skip + PER_PAGE
        else None,
    }
