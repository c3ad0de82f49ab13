"""How the event form and its history name fields and show values."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from calendar_app.core.language import N_
from calendar_app.core.timespan import is_fold
from calendar_app.web import wording
from calendar_app.web.context import current
from calendar_app.web.forms.event import EventForm
from calendar_app.web.forms.event_content import LANGUAGES
from calendar_app.web.forms.fields import Choice, Choices
from calendar_app.web.templating import pick_text

_NAMES = {
    "kind": N_("Kind of event"), "lead_id": N_("Institution"), "institution": N_("Institution"),
    "title": N_("Working title"), "title_nl": N_("Working title"),
    "title_en": N_("Title in English"), "description": N_("Description"),
    "description_nl": N_("Description"), "description_en": N_("Description in English"),
    "venue": N_("Venue"), "venue_id": N_("Venue"), "room": N_("Room or hall"),
    "parent_id": N_("Part of"), "production": N_("Production"), "genre": N_("Genre"),
    "radius_km": N_("Radius agreement, km"), "radius_weeks": N_("Radius agreement, weeks"),
    "reach": N_("Where does the audience come from?"),
    "expected_visitors": N_("Expected visitors each time"), "date_type": N_("How does it run?"),
    "planning": N_("How sure is it?"), "visibility": N_("Who may see it today?"),
    "public_at": N_("Visible to everyone from"), "public_on": N_("Visible to everyone from"),
    "public_time": N_("at"), "cancel_reason": N_("Reason"), "url": N_("Web page"),
    "internal_note": N_("Internal note"), "discipline": N_("Disciplines"),
    "disciplines": N_("Disciplines"), "audience": N_("Audiences"), "audiences": N_("Audiences"),
    "theme": N_("Themes"), "themes": N_("Themes"), "moments": N_("Dates and times"),
    "starts_on": N_("Date"), "starts_time": N_("Start"), "ends_time": N_("End"),
    "ends_on": N_("Last day"), "role": N_("What moment is it?"), "fold": N_("Start"),
    "performances": N_("All dates, one a line"), "from_on": N_("First day"),
    "until_on": N_("Last day"), "opening_on": N_("Opening on"),
    "opening_time": N_("Start of the opening"), "opening_ends": N_("End of the opening"),
    "press_on": N_("Press moment on"), "press_time": N_("Start of the press moment"),
    "precision": N_("How exact is it by now?"), "fuzzy": N_("How exact is it by now?"),
    "fuzzy_on": N_("Any day in that week, month or season"),
    "opening_hours": N_("Opening hours"), "hours": N_("Open"),
    "closed_mondays": N_("Closed on Mondays and on public holidays"),
    "closed_days": N_("Closed on these days"), "adjusted_days": N_("Other hours on these days"),
    "more_moments": N_("More moments, one a line"), "price": N_("Lowest price"),
    "price_cents": N_("Lowest price"), "price_note": N_("About the price"),
    "price_note_nl": N_("About the price"), "price_note_en": N_("About the price, in English"),
    "ticket_url": N_("Address of the ticket sale"), "languages": N_("Spoken in"),
    "access": N_("Access"), "contact_email": N_("Contact for colleagues"),
    "channels": N_("Where a campaign runs"), "moderation": N_("Checked by the region"),
    "picture": N_("Picture"), "promotes": N_("What it promotes"),
    "moderation_reason": N_("Reason"), "moment": N_("Date and time"),
    "organisers": N_("Organisers"), "shares": N_("Shared with"),
}  # fmt: skip
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
ROLE_NAMES = {
    "regular": N_("an ordinary date"), "opening": N_("opening"), "premiere": N_("premiere"),
    "press": N_("press moment"), "preview": N_("preview"), "school": N_("for schools"),
    "run": N_("on show"), "last_day": N_("last day"), "announcement": N_("announcement"),
    "on_sale": N_("start of ticket sale"), "campaign": N_("campaign"),
}  # fmt: skip


def field_name(name: str) -> str:
    """What the form calls a field."""
    return current.text(_NAMES.get(name, name))


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None or value == "" or value == []:
        return "–"
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


def more_filled(form: EventForm) -> bool:
    """Whether anything under “more” has been filled in."""
    return bool(
        form.disciplines.data or form.audiences.data or form.themes.data or form.description.data
        or form.genre.data or form.production.data or form.expected_visitors.data
    )  # fmt: skip


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
    """The proposed dates with their times."""
    return list(zip(form.dated.data, form.dated_times.data, strict=False))


def other_hours(form: EventForm) -> bool:
    """Whether some days differ from the usual opening hours."""
    names = [*(f"hours_{weekday}" for weekday in range(7)), "closed_days", "adjusted_days"]
    return any(form[name].data or form[name].errors for name in names)
