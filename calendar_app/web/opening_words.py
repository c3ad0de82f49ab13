"""Opening hours in words, for the page of an event."""

from datetime import date, datetime
from itertools import groupby

from calendar_app.core.language import N_
from calendar_app.events.models import Event
from calendar_app.events.opening import Hours, OpeningHours
from calendar_app.web import wording
from calendar_app.web.context import current

MOST = 20
"""How many days that differ are told."""


def hours_in_words(event: Event, today: date) -> list[tuple[str, str]]:
    """Days and their hours: the week, days that are alike together, then the days to come that
    differ. Empty where nobody said."""
    opening = OpeningHours.from_json(event.opening_hours)
    if opening is None:
        return []
    language, rows = current.language, []
    if any(opening.weekly):
        for hours, group in groupby(range(7), key=lambda weekday: opening.weekly[weekday]):
            days = list(group)
            names = [wording.weekday_text(day, language) for day in (days[0], days[-1])]
            told = names[0] if len(days) == 1 else current.text(
                N_("%(first)s to %(last)s"), first=names[0], last=names[1]
            )  # fmt: skip
            rows.append((told.capitalize(), _told(hours)))
    if opening.closed_on_holidays:
        rows.append((current.text(N_("Public holidays")), _told(())))
    last = max((wording.last_day(one) for one in event.occurrences), default=today)
    differ = sorted(day for day in {*opening.closed, *opening.adjusted} if today <= day <= last)
    return rows + [
        (wording.day_text(day, language, "long"), _told(opening.on(day))) for day in differ[:MOST]
    ]


def _told(hours: tuple[Hours, ...]) -> str:
    if not hours:
        return current.text(N_("closed"))
    return ", ".join(
        "–".join(
            wording.clock_text(datetime.combine(date.min, moment), current.language)
            for moment in pair
        )
        for pair in hours
    )
