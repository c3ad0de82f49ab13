"""One event of the season: how sure it is, who may see it, whether it goes ahead (pure)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from calendar_app.events.rules import EventDraft

_SECRET = ("exhibition", "concert", "theatre", "dance", "festival", "campaign")
_NOTES = (
    "Begroting nog niet rond; vraag uitstaan bij het fonds.", "Contract ligt bij de directie.",
    "Vrijwilligers vragen voor de garderobe.", "Tekst voor de brochure vóór de 15e.",
    "Wacht op bevestiging van de bruikleengever.", "Techniek vraagt een extra opbouwdag.",
    "Samen met de afdeling educatie.",
)  # fmt: skip
_CANCELLED = {
    "stage": ("Door ziekte in het gezelschap.", "De tournee is afgelast.",
              "De zaal is die avond niet beschikbaar."),
    "talk": ("De spreker is verhinderd.", "Te weinig aanmeldingen."),
    "house": ("De verbouwing van de zaal loopt uit.", "De bruikleen gaat niet door.",
              "Te weinig mensen om de zalen open te houden."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """An institution as it is stored."""

    id: int
    slug: str
    venue_id: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """One event of the season; ``parent`` is the position of its festival in the season."""

    draft: EventDraft
    created_at: datetime
    parent: int | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""


def sure(random: Random, draft: EventDraft, now: datetime) -> Planned:
    """The event with how sure it is and who may see it, by how far ahead it lies."""
    start = min(moment.starts_at for moment in draft.moments)
    ahead = (start - now).days
    odds = (100, 0, 0) if ahead < 45 else (72, 23, 5) if ahead < 150 else (42, 38, 20)
    planning = random.choices(("confirmed", "option", "idea"), odds)[0]
    visibility, public_at = _audience(random, draft.kind, planning, ahead), None
    # Confirmed, known to some, and for many of these the day of the announcement is set.
    if planning == "confirmed" and visibility != "public" and ahead > 60 and random.random() < 0.6:
        lift = now + timedelta(days=random.randint(5, min(ahead - 10, 120)))
        public_at = lift.astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    # Registered a month to a year before it happens, on a working morning some days ago.
    created = min(now - timedelta(days=random.randint(1, 120)),
                  start - timedelta(days=random.randint(30, 300)))  # fmt: skip
    created = created.replace(
        hour=random.randint(7, 11), minute=random.randint(0, 59), second=0, microsecond=0
    )
    created = min(created, now - timedelta(hours=2))
    cancelled = planning == "confirmed" and random.random() < 0.02
    told = created + (min(now, start) - created) * random.uniform(0.3, 0.9) if cancelled else None
    note = random.choice(_NOTES) if random.random() < 0.1 else ""
    return Planned(
        replace(draft, planning=planning, visibility=visibility, public_at=public_at,
                internal_note=note),
        created, cancelled_at=told.replace(microsecond=0) if told else None,
        cancel_reason=random.choice(_CANCELLED[_why(draft.kind)]) if cancelled else "",
    )  # fmt: skip


def _audience(random: Random, kind: str, planning: str, ahead: int) -> str:
    """Who may see it today; only some kinds are ever a secret, never a tour or a lesson."""
    tiers, sealed = ("coordinators", "partners", "sealed"), kind in _SECRET
    if planning == "idea":
        return random.choices(tiers, (75, 0, 25 * sealed))[0]
    if planning == "option":
        return random.choices(tiers, (60, 25, 15 * sealed))[0]
    if kind == "professional" or (kind == "conference" and random.random() < 0.4):
        return "partners"
    if ahead > 60 and random.random() < 0.25:
        return random.choices(tiers, (50, 30, 20 * sealed))[0]
    return "public"


def _why(kind: str) -> str:
    if kind in ("concert", "theatre", "dance", "film", "festival"):
        return "stage"
    return "house" if kind in ("exhibition", "market", "open-day", "campaign") else "talk"
