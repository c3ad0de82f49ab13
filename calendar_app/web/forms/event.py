"""The event form: kind, working title, date and institution are enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from wtforms import HiddenField

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.core.timespan import FoldTime, GapTime, local_day, to_instant, to_wall
from calendar_app.events.lines import MAX_TEXT, read_lines, write_lines
from calendar_app.events.models import PLANNING, REACH, VISIBILITY, Term
from calendar_app.events.rules import (
    EventDraft,
    Moment,
    MomentError,
    all_day_moment,
    timed_moment,
)
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue
from calendar_app.web.forms.fields import (
    BaseForm,
    Choice,
    Choices,
    Clock,
    Day,
    Number,
    line,
    needed,
    text,
)

SHAPES = ("single", "multiple", "periodic")
MOMENT_ROLES = ("regular", "opening", "premiere", "press", "preview", "school")
MARKETING_ROLES = ("announcement", "on_sale", "campaign")
_URL = N_("A web address starts with https:// or http://.")


class EventForm(BaseForm):
    """Every field of an event. Only what is named here exists."""

    version = HiddenField()
    # Made with the empty form: sending it twice registers once.
    draft = HiddenField()
    kind = Choice()
    title = line(200)
    title_en = line(200)
    institution = Choice()
    date_type = Choice(default="single")
    # one date
    starts_on = Day()
    starts_time = Clock()
    ends_time = Clock()
    ends_on = Day()
    fold = Choice(default="")
    role = Choice(default="regular")
    # several performances
    performances = text(MAX_TEXT)
    # from … until
    from_on = Day()
    until_on = Day()
    opening_on = Day()
    opening_time = Clock()
    opening_ends = Clock()
    press_on = Day()
    press_time = Clock()
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
        self.institution.choices = [(i.slug, i.name) for i in institutions]
        self.venue.choices = [("", ""), *((v.slug, v.name) for v in venues)]
        self.date_type.choices = [(shape, shape) for shape in SHAPES]
        self.role.choices = [(role, role) for role in (*MOMENT_ROLES, *MARKETING_ROLES)]
        self.fold.choices = [("", ""), ("0", "0"), ("1", "1")]
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
        if self.url.data and not self.url.data.lower().startswith(("http://", "https://")):
            errors.append(FieldError("url", _URL))
        if bool(self.radius_km.data) != bool(self.radius_weeks.data):
            errors.append(
                FieldError("radius_km", N_("A radius agreement needs both kilometres and weeks."))
            )
        moments = self._moments(now, errors) if valid else ()
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
            date_type=self.date_type.data,
            # A cancelled event stays cancelled until somebody chooses otherwise.
            planning=self.planning.data,
            visibility=self.visibility.data,
            public_at=public_at,
            url=self.url.data,
            internal_note=self.internal_note.data,
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
        for name in ("url", "description", "description_en", "internal_note", "title_en"):
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

    def _moments(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        shape = {"single": self._single, "multiple": self._multiple, "periodic": self._periodic}
        try:
            return shape[self.date_type.data](now, errors)
        except MomentError as problem:
            errors.append(problem.error)
            return ()

    def _single(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        first, last = self.starts_on.data, self.ends_on.data
        if first is None:
            errors.append(FieldError("starts_on", N_("Give the date; the time may follow later.")))
            return ()
        role = self.role.data or "regular"
        if self.starts_time.data is None:
            if self.ends_time.data is not None:
                errors.append(FieldError("starts_time", N_("Give the start as well as the end.")))
                return ()
            ends_on = (last or first) + timedelta(days=1)
            return [all_day_moment(role, first, ends_on, where="starts_on")]
        fold = int(self.fold.data) if self.fold.data else None
        return [
            self._timed(role, first, self.starts_time.data, self.ends_time.data, fold, last,
                        where="starts_time")
        ]  # fmt: skip

    @staticmethod
    def _timed(
        role: str,
        day: date,
        start: time,
        end: time | None,
        fold: int | None = None,
        last: date | None = None,
        where: str = "starts_time",
    ) -> Moment:
        ends = None
        if end is not None:
            ends = datetime.combine(last or day, end)
            if last is None and end <= start:
                ends += timedelta(days=1)  # until two at night
        elif last is not None and last != day:
            ends = datetime.combine(last, time(23, 59))
        return timed_moment(role, datetime.combine(day, start), ends, fold=fold, where=where)

    def _multiple(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        moments, found = read_lines(self.performances.data, local_day(now))
        errors.extend(found)
        if not moments and not found:
            errors.append(FieldError("performances", N_("Give at least one date, one a line.")))
        return moments

    def _periodic(self, now: datetime, errors: list[FieldError]) -> Sequence[Moment]:
        first, last = self.from_on.data, self.until_on.data
        if first is None or last is None:
            name = "from_on" if first is None else "until_on"
            errors.append(FieldError(name, N_("Give the first and the last day.")))
            return ()
        moments = [all_day_moment("run", first, last + timedelta(days=1), where="until_on")]
        for role, day, start, end, where in (
            ("opening", self.opening_on.data, self.opening_time.data, self.opening_ends.data,
             "opening_time"),
            ("press", self.press_on.data, self.press_time.data, None, "press_time"),
        ):  # fmt: skip
            if day is None:
                continue
            if start is None:
                moments.append(all_day_moment(role, day, day + timedelta(days=1), where=where))
            else:
                moments.append(self._timed(role, day, start, end, where=where))
        return moments


def values_of(
    draft: EventDraft, institutions: Sequence[Institution], venues: Sequence[Venue]
) -> dict[str, Any]:
    """The form's starting values for a stored event."""
    leads = {i.id: i.slug for i in institutions}
    places = {v.id: v.slug for v in venues}
    public = to_wall(draft.public_at)[0] if draft.public_at else None
    values: dict[str, Any] = {
        "kind": draft.kind, "title": draft.title_nl, "title_en": draft.title_en,
        "institution": leads.get(draft.lead_id, ""), "date_type": draft.date_type,
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
    return values | _date_values(draft.date_type, living)


def _date_values(date_type: str, moments: Sequence[Moment]) -> dict[str, Any]:
    if date_type == "periodic":
        return _periodic_values(moments)
    if date_type == "multiple" or len(moments) != 1:
        return {"date_type": "multiple", "performances": write_lines(moments)}
    (moment,) = moments
    if moment.all_day and moment.starts_on and moment.ends_on:
        last = moment.ends_on - timedelta(days=1)
        return {
            "role": moment.role,
            "starts_on": moment.starts_on,
            "ends_on": last if last != moment.starts_on else None,
        }
    start, fold = to_wall(moment.starts_at)
    end, _ = to_wall(moment.ends_at)
    overnight = end.date() == start.date() + timedelta(days=1) and end.time() <= start.time()
    same = end.date() == start.date() and end.time() > start.time()
    return {
        "role": moment.role, "starts_on": start.date(), "starts_time": start.time(),
        "ends_time": end.time(), "ends_on": None if overnight or same else end.date(),
        "fold": str(fold),
    }  # fmt: skip


def _periodic_values(moments: Sequence[Moment]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for moment in moments:
        if moment.role == "run" and moment.starts_on and moment.ends_on:
            values |= {"from_on": moment.starts_on, "until_on": moment.ends_on - timedelta(days=1)}
        elif moment.role in ("opening", "press"):
            start, end = to_wall(moment.starts_at)[0], to_wall(moment.ends_at)[0]
            values[f"{moment.role}_on"] = start.date()
            if not moment.all_day:
                values[f"{moment.role}_time"] = start.time()
                values["opening_ends" if moment.role == "opening" else "_"] = end.time()
    values.pop("_", None)
    return values


def keep_other_moments(draft: EventDraft, before: EventDraft) -> EventDraft:
    """The moments of an exhibition that the form does not show (a last day, further openings)
    stay as they are."""
    if draft.date_type != "periodic" or before.date_type != "periodic":
        return draft
    shown: set[str] = set()
    kept = []
    for moment in before.moments:
        if moment.status == "scheduled" and (
            moment.role not in ("run", "opening", "press") or moment.role in shown
        ):
            kept.append(moment)
        shown.add(moment.role)
    return replace(draft, moments=(*draft.moments, *kept))


__all__ = ["EventForm", "keep_other_moments", "needed", "values_of"]
