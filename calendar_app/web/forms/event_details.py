"""The part of the event form that only some kinds ask (``product.md``, What is asked): a course,
an offer for schools; and how long a room is taken before."""

from datetime import date
from typing import Any

from wtforms import BooleanField

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.web.forms.fields import Day, Number, line

OF_KIND = {
    "course": ("term", "places", "enrol_from", "enrol_until"),
    "education": ("levels", "group_size", "on_request"),
}
OF_ALL = ("setup_minutes",)


class DetailsPart:
    """Fields and reading; mixed into the event form."""

    term = line(60)
    places = Number(1, 10_000)
    enrol_from = Day()
    enrol_until = Day()
    levels = line(120)
    group_size = Number(1, 1000)
    on_request = BooleanField()
    setup_minutes = Number(1, 2880)

    def read_details(self, kind: str, errors: list[FieldError]) -> dict[str, Any] | None:
        """What was filled in of what this kind asks, as it is stored; ``None`` for nothing."""
        first, last = self.enrol_from.data, self.enrol_until.data
        if kind == "course" and first and last and last < first:
            wrong = N_("The last day is before the first. Change one of the two.")
            errors.append(FieldError("enrol_until", wrong))
        found: dict[str, Any] = {}
        for name in (*OF_KIND.get(kind, ()), *OF_ALL):
            value = self[name].data  # type: ignore[index]
            if value:
                found[name] = value.isoformat() if name.startswith("enrol_") else value
        return found or None


def details_values(draft: Any) -> dict[str, Any]:
    """The starting values of the fields for a stored event."""
    return {
        name: date.fromisoformat(value) if name.startswith("enrol_") else value
        for name, value in (draft.details or {}).items()
    }
