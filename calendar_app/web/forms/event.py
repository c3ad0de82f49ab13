"""The event form: kind, working title, date and institution are enough."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from wtforms import HiddenField

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.core.timespan import FoldTime, GapTime, to_instant, to_wall
from calendar_app.events.models import PLANNING, REACH, VISIBILITY, Term
from calendar_app.events.rules import EventDraft
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue
from calendar_app.web.forms.event_content import LANGUAGES, ContentPart, content_values
from calendar_app.web.forms.event_dates import DatesPart, date_values
from calendar_app.web.forms.event_details import DetailsPart, details_values
from calendar_app.web.forms.fields import (
    BaseForm,
    Choice,
    Choices,
    Clock,
    Day,
    Number,
    line,
    text,
)


class EventForm(DatesPart, DetailsPart, ContentPart, BaseForm):
    """Every field of an event. Only what is named here exists."""

    version = HiddenField()
    # Made with the empty form: sending it twice registers once.
    draft = HiddenField()
    kind = Choice()
    title = line(200)
    title_en = line(200)
    institution = Choice()
    # where
    venue = Choice(default="")
    room = line(120)
    # what
    disciplines = Choices()
    audiences = Choices()
    themes = Choices()
    reach = Choice(default="regional")
    expected_visitors = Number(0, 1_000_000)
    genre = line(60)
    production = line(120)
    radius_km = Number(1, 500)
    radius_weeks = Number(1, 104)
    description = text(5000)
    description_en = text(5000)
    url = line(500)
    internal_note = text(5000)
    # how sure, and who may see it
    planning = Choice(default="option")
    visibility = Choice(default="coordinators")
    public_on = Day()
    public_time = Clock()

    def offer(
        self, terms: Sequence[Term], institutions: Sequence[Institution], venues: Sequence[Venue]
    ) -> None:
        """Sets what can be chosen."""
        by_scheme: dict[str, list[tuple[str, Term]]] = {}
        for term in terms:
            by_scheme.setdefault(term.scheme, []).append((term.slug, term))
        self.kind.choices = [("", ""), *by_scheme.get("kind", [])]
        self.disciplines.choices = by_scheme.get("discipline", [])
        self.audiences.choices = by_scheme.get("audience", [])
        self.themes.choices = by_scheme.get("theme", [])
        self.access.choices = by_scheme.get("access", [])
        self.languages.choices = [(tag, tag) for tag in LANGUAGES]
        self.institution.choices = [(i.slug, i.name) for i in institutions]
        self.venue.choices = [("", ""), *((v.slug, v.name) for v in venues)]
        self.offer_dates()
        self.reach.choices = [(reach, reach) for reach in REACH]
        self.planning.choices = [(value, value) for value in PLANNING if value != "cancelled"]
        self.visibility.choices = [(value, value) for value in VISIBILITY]

    def read(
        self,
        institutions: Sequence[Institution],
        venues: Sequence[Venue],
        now: datetime,
        before: EventDraft | None = None,
    ) -> EventDraft | None:
        """The draft that was typed, or ``None`` with the errors hung on their fields."""
        valid = self.validate()
        errors: list[FieldError] = []
        if not self.kind.data:
            errors.append(FieldError("kind", N_("Choose what kind of event it is.")))
        if not (self.title.data or self.title_en.data):
            errors.append(FieldError("title", N_("Give a working title; it can change later.")))
        content = self.read_content(errors)
        details = self.read_details(self.kind.data, errors) if valid else None
        if bool(self.radius_km.data) != bool(self.radius_weeks.data):
            errors.append(
                FieldError("radius_km", N_("A radius agreement needs both kilometres and weeks."))
            )
        # What is wrong with the dates is said at once, whatever else is wrong.
        dated = not self.errors.keys() & set(vars(DatesPart))
        moments = self.read_moments(now, errors) if dated else ()
        opening_hours = self.read_hours(now, errors) if dated else None
        public_at = self._public_at(errors) if valid else None
        if errors or not valid:
            self.add_errors(errors)
            return None
        leads = {i.slug: i.id for i in institutions}
        places = {v.slug: v.id for v in venues}
        return EventDraft(
            kind=self.kind.data,
            lead_id=leads[self.institution.data],
            title_nl=self.title.data,
            title_en=self.title_en.data,
            description_nl=self.description.data,
            description_en=self.description_en.data,
            disciplines=tuple(self.disciplines.data or ()),
            audiences=tuple(self.audiences.data or ()),
            themes=tuple(self.themes.data or ()),
            venue_id=places.get(self.venue.data),
            room=self.room.data,
            parent_id=before.parent_id if before else None,
            production=self.production.data or None,
            genre=self.genre.data.casefold() or None,
            radius_km=self.radius_km.data,
            radius_weeks=self.radius_weeks.data,
            reach=self.reach.data,
            expected_visitors=self.expected_visitors.data,
            date_type=self.stored_type,
            precision=self.stored_precision,
            opening_hours=opening_hours,
            details=details,
            # A cancelled event stays cancelled until somebody chooses otherwise.
            planning=self.planning.data,
            visibility=self.visibility.data,
            public_at=public_at,
            url=self.url.data,
            internal_note=self.internal_note.data,
            **content,
            moments=tuple(moments),
        )

    def read_loosely(
        self,
        institutions: Sequence[Institution],
        venues: Sequence[Venue],
        now: datetime,
        before: EventDraft | None = None,
    ) -> EventDraft | None:
        """The draft as far as it goes, for looking at its overlaps: the date is enough, the
        rest is assumed. ``None`` when kind, institution or date is missing or not right."""
        self.title.data = self.title.data or "…"
        for name in (
            "url",
            "ticket_url",
            "price",
            "contact_email",
            "description",
            "description_en",
            "internal_note",
            "title_en",
        ):
            self[name].data = ""
        draft = self.read(institutions, venues, now, before)
        return draft if draft and draft.moments else None

    def _public_at(self, errors: list[FieldError]) -> datetime | None:
        if self.public_on.data is None:
            if self.public_time.data is not None:
                errors.append(FieldError("public_on", N_("Give the date as well as the time.")))
            return None
        wall = datetime.combine(self.public_on.data, self.public_time.data or time())
        try:
            return to_instant(wall, fold=0)
        except (GapTime, FoldTime):
            errors.append(FieldError("public_time", N_("The clock skips this time. Pick another.")))
        except OverflowError:
            errors.append(FieldError("public_on", N_("The year must lie between 1990 and 2099.")))
        return None


def values_of(
    draft: EventDraft, institutions: Sequence[Institution], venues: Sequence[Venue]
) -> dict[str, Any]:
    """The form's starting values for a stored event."""
    leads = {i.id: i.slug for i in institutions}
    places = {v.id: v.slug for v in venues}
    public = to_wall(draft.public_at)[0] if draft.public_at else None
    values: dict[str, Any] = {
        "kind": draft.kind, "title": draft.title_nl, "title_en": draft.title_en,
        "institution": leads.get(draft.lead_id, ""),
        "venue": places.get(draft.venue_id or 0, ""), "room": draft.room,
        "disciplines": list(draft.disciplines), "audiences": list(draft.audiences),
        "themes": list(draft.themes), "reach": draft.reach,
        "expected_visitors": draft.expected_visitors, "genre": draft.genre or "",
        "production": draft.production or "", "radius_km": draft.radius_km,
        "radius_weeks": draft.radius_weeks, "description": draft.description_nl,
        "description_en": draft.description_en, "url": draft.url,
        "internal_note": draft.internal_note,
        "planning": "confirmed" if draft.planning == "cancelled" else draft.planning,
        "visibility": draft.visibility,
        "public_on": public.date() if public else None,
        "public_time": public.time() if public else None,
    }  # fmt: skip
    living = [moment for moment in draft.moments if moment.status == "scheduled"]
    values["date_type"] = draft.date_type
    return (
        values
        | content_values(draft)
        | details_values(draft)
        | date_values(draft.date_type, draft.precision, living, draft.opening_hours)
    )
