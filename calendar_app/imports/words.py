"""Why something was refused, in words that say what to do next (pure)."""

from collections.abc import Mapping
from typing import Any

from calendar_app.core.language import N_, gettext, ngettext

SHRUNKEN = "shrunken"
"""The one problem that a person may decide about: far fewer events than last time."""
PROBLEMS: dict[str, str] = {
    "empty": N_("The file is empty. Export the calendar again."),
    "html": N_(
        "This is a web page, not a calendar; perhaps a sign-in page. Download the .ics file itself."
    ),
    "not_calendar": N_("This is not an iCalendar file. It must begin with BEGIN:VCALENDAR."),
    "truncated": N_("The file breaks off. Export or download it again."),
    "too_large": N_("The file is too large. Split it, at most 20 MB each."),
    "too_deep": N_("The file is built in an impossible way. Export it again from another program."),
    "too_slow": N_("Reading this file takes too long. Leave out repetitions that never end."),
    "too_heavy": N_("Reading this file takes too much memory. Split it."),
    "too_many": N_("The file has more than %(most)s events. Split it."),
    "no_events": N_("There is no event in this file. Export another calendar."),
}  # fmt: skip
REFUSALS: dict[str, str] = {
    "unclosed": N_("the event has no end in the file"),
    "no_start": N_("it has no start"),
    "year": N_("the year %(year)s lies outside 1990–2099"),
    "too_long": N_("it lasts longer than the calendar keeps"),
    "bad_time": N_("%(name)s is not a time: %(value)s"),
    "zone": N_("the time zone “%(zone)s” is not known; use Europe/Amsterdam"),
    "duplicate": N_("an event with the same UID follows later in the file"),
    "too_many_moments": N_("there are more than %(most)s dates in the file already"),
    "no_moments": N_("no date is left after the exceptions"),
    "rule_many": N_("it repeats more than %(most)s times"),
    "rule_empty": N_("the repetition is empty"),
    "rule_calendar": N_(
        "the repetition counts in the calendar %(calendar)s, which is not supported"
    ),
    "rule_interval": N_("the repetition has an interval of 0"),
    "rule_sub_daily": N_("it repeats within a day (%(frequency)s); give the dates one by one"),
    "rule_unreadable": N_("the repetition is not understood: %(part)s"),
    "rule_never": N_("the repetition gives no date"),
    "rule_slow": N_("working out its repetition takes too long; give the dates one by one"),
    "rule_past": N_("the last repetition is past (%(last)s)"),
}  # fmt: skip
_OTHER = N_("it cannot be read; look at this event in the program it came from")
NOTES: dict[str, str] = {
    "no_uid": N_("no UID in the file; recognised by its content"),
    "end_assumed": N_("no end in the file; two hours assumed"),
    "overnight": N_("the end was before the start; taken as the next day"),
    "end_before_start": N_("the end was before the start and was left out"),
    "dates_skipped": N_("some extra dates could not be read"),
    "no_title": N_("no title in the file"),
    "override_title": N_("some dates have another title in the file"),
    "mixed": N_("start and end were of different kinds"),
    "all_day": N_("from midnight to midnight; taken as whole days"),
}  # fmt: skip


def problem_text(language: str, code: str, params: Mapping[str, Any]) -> str:
    """Why a file as a whole was refused or held."""
    if code == SHRUNKEN:
        return ngettext(
            language,
            "This file has %(n)s event; last time there were %(before)s.",
            "This file has %(n)s events; last time there were %(before)s.",
            params["found"], **params,
        )  # fmt: skip
    return gettext(language, PROBLEMS.get(code, _OTHER), **params)


def refusal_text(language: str, code: str, params: Mapping[str, Any]) -> str:
    """Why one event was refused."""
    return gettext(language, REFUSALS.get(code, _OTHER), **params if code in REFUSALS else {})


def note_text(language: str, code: str) -> str:
    """What was assumed of an event."""
    return gettext(language, NOTES[code]) if code in NOTES else ""
