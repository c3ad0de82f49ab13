"""Moments and periods in words, pure: for pages and for whatever else needs a readable date.

Everything is told on the clock of the house (``core/timespan.py``), whatever zone a moment came
from.
"""

from datetime import date, datetime, time, timedelta

from babel import dates, numbers

from calendar_app.core.language import N_, gettext
from calendar_app.core.timespan import is_fold, local_day, to_wall
from calendar_app.events.models import Occurrence

LOCALES = {"nl": "nl_NL", "en": "en_GB"}
PATTERNS = {
    "full": "EEEE d MMMM y",
    "long": "d MMMM y",
    "medium": "d MMM y",
    "short": "EEE d MMM",
}
_SUMMER, _WINTER = N_("summer time"), N_("winter time")
_ALL_DAY, _FROM_TO = N_("all day"), N_("%(first)s to %(last)s")


LANGUAGE_NAMES = {
    "nl": N_("Dutch"), "en": N_("English"), "de": N_("German"), "fr": N_("French"),
    "es": N_("Spanish"), "it": N_("Italian"), "pl": N_("Polish"), "uk": N_("Ukrainian"),
    "tr": N_("Turkish"), "ar": N_("Arabic"), "dse": N_("Dutch sign language"),
    "zxx": N_("no language needed"),
}  # fmt: skip
"""The languages an event can be in (BCP 47)."""


LICENSE_NAMES = {
    "all-rights-reserved": N_("all rights reserved"),
    "press-use": N_("free to use when announcing this event"),
    "cc-by": N_("CC BY: free to use, naming the holder"),
    "cc-by-sa": N_("CC BY-SA: the same, shared alike"),
    "cc-by-nc": N_("CC BY-NC: not for commerce"),
    "cc0": N_("CC0: free to use"),
}
"""How a picture may be used."""


def euros_text(cents: int, language: str) -> str:
    """An amount without the sign: 12,50 in Dutch, 12.50 in English."""
    return str(numbers.format_decimal(cents / 100, format="#,##0.00", locale=LOCALES[language]))


def day_text(day: date, language: str, form: str = "full") -> str:
    """A date in words: ``full`` “vrijdag 12 maart 2027”, ``medium`` “12 mrt 2027”, or a CLDR
    pattern."""
    return str(dates.format_date(day, PATTERNS.get(form, form), locale=LOCALES[language]))


def weekday_text(weekday: int, language: str) -> str:
    """The name of a weekday; Monday is 0."""
    return str(dates.get_day_names(locale=LOCALES[language])[weekday])


def clock_text(wall: datetime, language: str) -> str:
    """A time of day: 20.15 in Dutch, 20:15 in English."""
    return f"{wall:%H.%M}" if language == "nl" else f"{wall:%H:%M}"


def first_day(moment: Occurrence) -> date:
    """The local day on which a moment begins."""
    return moment.starts_on if moment.starts_on else local_day(moment.starts_at)


def last_day(moment: Occurrence) -> date:
    """The last local day of a moment; one that ends at midnight ends on the day before."""
    if moment.ends_on:
        return moment.ends_on - timedelta(days=1)
    return local_day(moment.ends_at - timedelta(microseconds=1))


def hours_text(moment: Occurrence, language: str) -> str:
    """“20.15–22.15 uur”, “20:15–22:15”, or “all day”; says which of two equal times it is in
    the night the clock goes back."""
    if moment.all_day:
        return gettext(language, _ALL_DAY)
    starts, fold = to_wall(moment.starts_at)
    ends, _ = to_wall(moment.ends_at)
    text = f"{clock_text(starts, language)}–{clock_text(ends, language)}"
    if language == "nl":
        text += " uur"
    if is_fold(starts):
        text += f" ({gettext(language, _WINTER if fold else _SUMMER)})"
    return text


def period_text(first: date, last: date, language: str) -> str:
    """“3 februari tot en met 12 maart 2027”: both days included, nothing said twice."""
    if first == last:
        return day_text(first, language)
    form = "long" if first.year != last.year else "d MMMM" if first.month != last.month else "d"
    return gettext(
        language,
        _FROM_TO,
        first=day_text(first, language, form),
        last=day_text(last, language, "long"),
    )


def moved_from_text(moment: Occurrence, language: str) -> str:
    """When a moved moment was before: “12 maart 2027, 20.15”, or the day alone where it had no
    time (a midnight is never a time that somebody chose)."""
    assert moment.previous_starts_at is not None
    wall, _ = to_wall(moment.previous_starts_at)
    day = day_text(wall.date(), language, "long")
    return day if wall.time() == time() else f"{day}, {clock_text(wall, language)}"


def when_text(moment: Occurrence, language: str) -> str:
    """The whole of it: “vrijdag 12 maart 2027, 20.15–22.15 uur”, or for whole days the period."""
    first, last = first_day(moment), last_day(moment)
    if moment.all_day:
        return period_text(first, last, language)
    if last - first > timedelta(days=1):
        starts, ends = to_wall(moment.starts_at)[0], to_wall(moment.ends_at)[0]
        return gettext(
            language,
            _FROM_TO,
            first=f"{day_text(first, language)} {clock_text(starts, language)}",
            last=f"{day_text(last, language)} {clock_text(ends, language)}",
        )
    return f"{day_text(first, language)}, {hours_text(moment, language)}"
