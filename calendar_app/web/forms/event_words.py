"""How the event form and its history show values."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from calendar_app.core.language import N_
from calendar_app.core.timespan import is_fold
from calendar_app.web import wording
from calendar_app.web.context import current
from calendar_app.web.field_names import field_name
from calendar_app.web.forms.event import EventForm
from calendar_app.web.forms.event_content import LANGUAGES
from calendar_app.web.forms.event_details import OF_ALL, OF_KIND
from calendar_app.web.forms.fields import Choice, Choices
from calendar_app.web.templating import pick_text

_VALUES = {
    "idea": N_("idea"), "option": N_("option (not certain yet)"), "confirmed": N_("confirmed"),
    "cancelled": N_("cancelled"), "sealed": N_("only us"),
    "coordinators": N_("we and the coordinators of both regions"),
    "partners": N_("every institution with an account"), "public": N_("everyone"),
    "local": N_("the area"), "regional": N_("the region"), "national": N_("the whole country"),
    "single": N_("on one date"), "multiple": N_("several performances"),
    "periodic": N_("from … until, such as an exhibition"),
    "permanent": N_("always, such as a permanent collection"),
    "fuzzy": N_("the date is not exact yet"), "exact": N_("exact"), "day": N_("the day"),
    "week": N_("the week is known"), "month": N_("the month is known"),
    "season": N_("the season is known"), "press": N_("press and tourist boards as well"),
}  # fmt: skip
KNOWN_DETAILS = {*OF_ALL, *(name for names in OF_KIND.values() for name in names)}
ROLE_NAMES = {
    "regular": N_("an ordinary date"), "opening": N_("opening"), "premiere": N_("premiere"),
    "press": N_("press moment"), "preview": N_("preview"), "school": N_("for schools"),
    "run": N_("on show"), "last_day": N_("last day"), "announcement": N_("announcement"),
    "on_sale": N_("start of ticket sale"), "campaign": N_("campaign"),
}  # fmt: skip


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, dict) and not value.keys() - KNOWN_DETAILS:
        return ", ".join(f"{field_name(name)}: {shown(one)}" for name, one in value.items())
    if isinstance(value, dict):
        return current.text(N_("set"))
    if isinstance(value, bool):
        return current.text(N_("yes") if value else N_("no"))
    if isinstance(value, list | tuple):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, time):
        return wording.clock_text(datetime.combine(date.min, value), current.language)
    if isinstance(value, date):
        return wording.day_text(value, current.language, "long")
    return current.text(_VALUES[value]) if value in _VALUES else str(value)


def moments_changed(pair: Sequence[Sequence[dict[str, Any]]]) -> str:
    """How many dates were added, moved or cancelled."""
    before = {moment["id"]: moment for moment in pair[0]}
    after = {moment["id"]: moment for moment in pair[1]}
    added = len(after.keys() - before.keys())
    gone = sum(
        before[key]["status"] != "cancelled" and after[key]["status"] == "cancelled"
        for key in before.keys() & after.keys()
    )
    moved = sum(
        (before[key]["starts_at"], before[key]["ends_at"])
        != (after[key]["starts_at"], after[key]["ends_at"])
        for key in before.keys() & after.keys()
    )
    return current.text(
        N_("%(added)s added, %(moved)s moved, %(gone)s cancelled"),
        added=added, moved=moved, gone=gone,
    )  # fmt: skip


def term_choices(field: Choice | Choices) -> list[tuple[str, str]]:
    """The terms a field offers, in the language of the page."""
    return [(slug, pick_text(term, "name")) for slug, term in field.choices if slug]


def role_choices(field: Choice) -> list[tuple[str, str]]:
    """The roles a moment can have."""
    return [(role, current.text(ROLE_NAMES[role])) for role, _ in field.choices]


def venue_choices(offered: Any) -> list[tuple[str, Any]]:
    """One's own venues first, then all others."""
    own = offered.own_venues
    rest = [venue for venue in offered.venues if venue not in own]
    groups: list[tuple[str, Any]] = []
    for label, venues in ((N_("Our own"), own), (N_("All venues"), rest)):
        if venues:
            groups.append((current.text(label), [(v.slug, _place(v)) for v in venues]))
    return groups


def _place(venue: Any) -> str:
    return f"{venue.name}, {venue.city}" if venue.city else venue.name


def needs_fold(form: EventForm) -> bool:
    """Whether the start falls in the hour that happens twice, so that it must be asked which."""
    day, start = form.starts_on.data, form.starts_time.data
    return day is not None and start is not None and is_fold(datetime.combine(day, start))


_MORE = (
    "disciplines", "audiences", "themes", "expected_visitors", "genre", "production", "radius_km",
    "radius_weeks", "description", "title_en", "description_en", "price", "price_note",
    "price_note_en", "ticket_url", "languages", "access", "url", "contact_email", "channels",
    "internal_note",
)  # fmt: skip
_REPEAT = (
    "dated", "repeat", "repeat_first", "repeat_days", "repeat_number", "repeat_starts",
    "repeat_ends", "repeat_until", "repeat_count",
)  # fmt: skip
_CHOSEN_ALREADY = ("repeat", "repeat_number")
"""Of these a choice stands before anybody made one."""


def more_filled(form: EventForm) -> bool:
    """Whether anything under “more” has been filled in, or is not right."""
    return any(form[name].data or form[name].errors for name in _MORE) or bool(form.reach.errors)


def repeats(form: EventForm) -> bool:
    """Whether the repetition has been filled in, or is not right."""
    return any(
        form[name].errors or (form[name].data and name not in _CHOSEN_ALREADY) for name in _REPEAT
    )


def language_choices() -> list[tuple[str, str]]:
    """The languages an event can be in."""
    return [(tag, current.text(wording.LANGUAGE_NAMES[tag])) for tag in LANGUAGES]


def weekday_name(weekday: int) -> str:
    """The name of a weekday (Monday is 0)."""
    return wording.weekday_text(weekday, current.language)


def weekday_choices() -> list[tuple[str, str]]:
    """The days of the week, Monday first."""
    return [(str(weekday), weekday_name(weekday)) for weekday in range(7)]


def ticked_dates(form: EventForm) -> list[tuple[str, str]]:
    """The proposed dates with their times; what no page of ours sends is no date."""
    rows = zip(form.dated.data, form.dated_times.data, strict=False)
    return [(day, clocks) for day, clocks in rows if _is_date(day)]


def _is_date(given: str) -> bool:
    try:
        return bool(date.fromisoformat(given))
    except ValueError:
        return False


def other_hours(form: EventForm) -> bool:
    """Whether some days differ from the usual opening hours."""
    names = [*(f"hours_{weekday}" for weekday in range(7)), "closed_days", "adjusted_days"]
    return any(form[name].data or form[name].errors for name in names)
