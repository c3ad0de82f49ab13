"""What people call each field: in the summary of errors, in the history, in what others saved."""

import re
from collections.abc import Mapping

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.web import wording
from calendar_app.web.context import current

NAMES = {
    # an event
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
    "public_time": N_("Visible to everyone from"), "cancel_reason": N_("Reason"),
    "url": N_("Web page"), "internal_note": N_("Internal note"), "discipline": N_("Disciplines"),
    "disciplines": N_("Disciplines"), "audience": N_("Audiences"), "audiences": N_("Audiences"),
    "theme": N_("Themes"), "themes": N_("Themes"), "price": N_("Lowest price"),
    "price_cents": N_("Lowest price"), "price_note": N_("About the price"),
    "price_note_nl": N_("About the price"), "price_note_en": N_("About the price, in English"),
    "ticket_url": N_("Address of the ticket sale"), "languages": N_("Spoken in"),
    "access": N_("Access"), "contact_email": N_("Contact for colleagues"),
    "channels": N_("Where a campaign runs"),
    "details": N_("More about it"), "term": N_("Term"), "places": N_("Places"),
    "enrol_from": N_("Enrolment from"), "enrol_until": N_("Enrolment until"),
    "levels": N_("For which classes?"), "group_size": N_("Pupils in a group, at most"),
    "on_request": N_("On request, any day within this period"),
    "setup_minutes": N_("Set-up of the room, minutes before"),
    # its dates
    "moments": N_("Dates and times"), "moment": N_("Date and time"), "mark": N_("Date and time"),
    "starts_on": N_("Date"), "starts_time": N_("Start"), "ends_time": N_("End"),
    "ends_on": N_("Last day"), "role": N_("What moment is it?"), "fold": N_("Start"),
    "performances": N_("All dates, one a line"), "repeat": N_("How often?"),
    "repeat_first": N_("First date"), "repeat_days": N_("On which days?"),
    "repeat_number": N_("Every month: which one of the month?"), "repeat_starts": N_("Start"),
    "repeat_ends": N_("End"), "repeat_until": N_("Until and including"),
    "repeat_count": N_("or this many times"), "dated": N_("Dates and times"),
    "from_on": N_("First day"), "until_on": N_("Last day"), "opening_on": N_("Opening on"),
    "opening_time": N_("Start of the opening"), "opening_ends": N_("End of the opening"),
    "press_on": N_("Press moment on"), "press_time": N_("Start of the press moment"),
    "precision": N_("How exact is it by now?"), "fuzzy": N_("How exact is it by now?"),
    "fuzzy_on": N_("Any day in that week, month or season"),
    "opening_hours": N_("Opening hours"), "hours": N_("Open"),
    "closed_mondays": N_("Closed on Mondays and on public holidays"),
    "closed_days": N_("Closed on these days"), "adjusted_days": N_("Other hours on these days"),
    "more_moments": N_("More moments, one a line"),
    # what is done with it
    "moderation": N_("Checked by the region"), "moderation_reason": N_("Reason"),
    "picture": N_("Picture"), "alt_nl": N_("What can be seen?"),
    "alt_en": N_("What can be seen, in English"), "holder": N_("Who holds the rights?"),
    "license": N_("How may it be used?"), "promotes": N_("What it promotes"),
    "organisers": N_("Organisers"), "shares": N_("Shared with"),
    "other": N_("Let an institution see it already"), "events": N_("Your events"),
    "change": N_("What should change?"), "reason": N_("What has to change?"),
    "table": N_("One a line: date and time; title; hall"),
    "file": N_("Calendar file (.ics, at most 20 MB)"),
    # a case
    "note": N_("Note or reason"), "outcome": N_("How was it settled?"),
    "waiting_for": N_("Institution"), "due_on": N_("Answer before"),
    # people
    "email": N_("E-mail address"), "password": N_("Password"), "name": N_("Your name"),
    "code": N_("Code from your app"), "credential": N_("Passkey"),
    "language": N_("Language of mails to you"), "sure": N_("Yes, remove my account for good"),
}  # fmt: skip


def field_name(name: str) -> str:
    """What a field is called, in the language of the page."""
    if weekday := re.fullmatch(r"hours_([0-6])", name):
        return wording.weekday_text(int(weekday[1]), current.language).capitalize()
    return current.text(NAMES.get(name, name))


def named(error: FieldError, names: Mapping[str, str] | None = None) -> str:
    """What is wrong, after the name of the field unless the message says it already. ``names`` are
    those of a page that calls its fields otherwise."""
    said = current.text(error.message, **error.params)
    name = (names or {}).get(error.field) or field_name(error.field)
    if name.casefold() in said.casefold():
        return said
    return f"{name}{' ' if name.endswith('?') else ': '}{said}"
