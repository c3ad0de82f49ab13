"""The pure rules of registering: what an event is as plain values, and what makes it sound."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.core.timespan import (
    HOUSE_ZONE,
    FoldTime,
    GapTime,
    in_years,
    local_day,
    midnight,
    to_instant,
    to_wall,
)

FOR_COLLEAGUES = ("professional",)
"""Kinds that only institutions may see (``product.md``, What is asked)."""
MAX_MOMENTS = 1000
MAX_SPAN = timedelta(days=366 * 12)
DEFAULT_LENGTH = timedelta(hours=2)
"""How long a performance takes when nobody says (``product.md``, What is asked)."""

MARKETING_ROLES = ("announcement", "on_sale", "campaign")
_GAP = N_(
    "%(time)s does not exist: the clock goes forward that night. Pick an earlier or later time."
)
_FOLD = N_(
    "%(time)s happens twice that night, because the clock goes back. Say which one you mean."
)
_MAIN_ROLES = ("regular", "premiere", "opening", "school")
PRESS_ROLES = ("opening", "premiere", "press", "preview")


@dataclass(frozen=True, slots=True)
class Moment:
    """One dated moment as entered. ``key`` is the public id of the occurrence it continues;
    ``sold_out`` and ``access`` stay as they are where nobody says (``None``)."""

    role: str
    all_day: bool
    starts_at: datetime
    ends_at: datetime
    starts_wall: datetime | None = None
    ends_wall: datetime | None = None
    starts_fold: int = 0
    ends_fold: int = 0
    zone: str = HOUSE_ZONE
    starts_on: date | None = None
    ends_on: date | None = None
    status: str = "scheduled"
    sold_out: bool | None = None
    access: tuple[str, ...] | None = None
    key: str | None = None
    external_key: str | None = None


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event as somebody wants it stored; terms are slugs, texts already cleaned. The fields
    are those of :class:`calendar_app.events.models.Event`."""

    kind: str
    lead_id: int
    title_nl: str = ""
    title_en: str = ""
    description_nl: str = ""
    description_en: str = ""
    disciplines: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    venue_id: int | None = None
    room: str = ""
    parent_id: int | None = None
    production: str | None = None
    genre: str | None = None
    radius_km: int | None = None
    radius_weeks: int | None = None
    reach: str = "regional"
    expected_visitors: int | None = None
    date_type: str = "single"
    precision: str = "exact"
    opening_hours: dict[str, Any] | None = None
    details: dict[str, Any] | None = None
    planning: str = "option"
    visibility: str = "coordinators"
    public_at: datetime | None = None
    url: str = ""
    ticket_url: str = ""
    price_cents: int | None = None
    price_note_nl: str = ""
    price_note_en: str = ""
    languages: tuple[str, ...] = ()
    contact_email: str = ""
    channels: tuple[str, ...] = ()
    internal_note: str = ""
    moments: tuple[Moment, ...] = field(default_factory=tuple)


class MomentError(Exception):
    """A moment that cannot be; carries the :class:`FieldError` that says why."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error.message)
        self.error = error


def timed_moment(
    role: str,
    starts: datetime,
    ends: datetime | None = None,
    *,
    fold: int | None = None,
    zone: str = HOUSE_ZONE,
    where: str = "starts",
    key: str | None = None,
    external_key: str | None = None,
    status: str = "scheduled",
) -> Moment:
    """A moment from naive wall times; without an end it takes :data:`DEFAULT_LENGTH`.

    ``fold`` says which of two equal wall times is meant. Raises :class:`MomentError` naming the
    field ``where`` for a time in a gap or unanswered fold, an end before the start, or a year
    outside 1990–2099.
    """
    if not in_years(starts.date()) or (ends is not None and not in_years(ends.date())):
        raise MomentError(years_error(where))
    try:
        starts_at = to_instant(starts, fold, zone)
    except GapTime:
        raise MomentError(
            FieldError(
                where,
                _GAP,
                {"time": f"{starts:%H:%M}"},
            )
        ) from None
    except FoldTime:
        raise MomentError(
            FieldError(
                where,
                _FOLD,
                {"time": f"{starts:%H:%M}", "fold": True},
            )
        ) from None
    if ends is None:
        # The length is real time, so it is added on the clock that never jumps.
        ends, ends_fold = to_wall(starts_at + DEFAULT_LENGTH, zone)
        ends_at = starts_at + DEFAULT_LENGTH
    else:
        ends_at, ends_fold = _end_of(starts_at, ends, fold, zone, where)
    if ends_at <= starts_at:
        raise MomentError(
            FieldError(where, N_("The end is before the start. Change one of the two."))
        )
    if ends_at - starts_at > MAX_SPAN:
        raise MomentError(FieldError(where, N_("This lasts longer than 12 years. Check the end.")))
    return Moment(
        role=role, all_day=False, starts_at=starts_at, ends_at=ends_at, starts_wall=starts,
        ends_wall=ends, starts_fold=fold or 0, ends_fold=ends_fold, zone=zone, key=key,
        external_key=external_key, status=status,
    )  # fmt: skip


def _end_of(
    starts_at: datetime, ends: datetime, fold: int | None, zone: str, where: str
) -> tuple[datetime, int]:
    """The end's instant and fold: of two equal wall times the first that is after the start."""
    try:
        return to_instant(ends, None, zone), 0
    except GapTime:
        raise MomentError(
            FieldError(
                where,
                _GAP,
                {"time": f"{ends:%H:%M}"},
            )
        ) from None
    except FoldTime:
        first = to_instant(ends, 0, zone)
        if first > starts_at and not fold:
            return first, 0
        return to_instant(ends, 1, zone), 1


def all_day_moment(
    role: str,
    starts_on: date,
    ends_on: date,
    *,
    zone: str = HOUSE_ZONE,
    where: str = "starts",
    key: str | None = None,
    external_key: str | None = None,
    status: str = "scheduled",
    endless: bool = False,
) -> Moment:
    """A moment of whole days, ``ends_on`` exclusive; only an ``endless`` one lasts longer than
    :data:`MAX_SPAN`. Raises :class:`MomentError`."""
    if not in_years(starts_on) or not in_years(ends_on - timedelta(days=1)):
        raise MomentError(years_error(where))
    if ends_on <= starts_on:
        raise MomentError(
            FieldError(where, N_("The last day is before the first. Change one of the two."))
        )
    if ends_on - starts_on > MAX_SPAN and not endless:
        raise MomentError(FieldError(where, N_("This lasts longer than 12 years. Check the end.")))
    return Moment(
        role=role, all_day=True, starts_at=midnight(starts_on, zone),
        ends_at=midnight(ends_on, zone), starts_on=starts_on, ends_on=ends_on, zone=zone,
        key=key, external_key=external_key, status=status,
    )  # fmt: skip


def years_error(where: str) -> FieldError:
    """The error of a year that the calendar does not keep, at the field ``where``."""
    return FieldError(where, N_("The year must lie between 1990 and 2099."))


def match_moments(
    stored: Sequence[Moment], wanted: Sequence[Moment]
) -> tuple[list[Moment], list[Moment]]:
    """Which stored occurrence each wanted moment continues, so that ids live on.

    Returns the wanted moments with ``key`` set where they continue a stored one (``stored``
    all carry keys), and the stored ones that nobody continues: those are cancelled, not lost.
    In order: the key itself, the same moment of an import, the same role and start, the same
    role on the same day, the same times in another role (an evening that becomes the premiere),
    the same role in order of time, and a date that was not exact and now is, or the reverse.
    """
    free = {moment.key: moment for moment in stored}
    taken: dict[int, str] = {}

    def take(index: int, key: str | None) -> None:
        if key is not None and key in free and index not in taken:
            del free[key]
            taken[index] = key

    for index, moment in enumerate(wanted):
        take(index, moment.key)
    for same in (
        _same_external, _same_start, _same_day, _same_times, _same_role, _more_exact
    ):  # fmt: skip
        for index, moment in enumerate(wanted):
            if index not in taken:
                take(index, next((key for key, old in free.items() if same(old, moment)), None))
    matched = [replace(m, key=taken.get(i)) for i, m in enumerate(wanted)]
    return matched, list(free.values())


def _same_external(old: Moment, new: Moment) -> bool:
    return new.external_key is not None and old.external_key == new.external_key


def _same_start(old: Moment, new: Moment) -> bool:
    # Also a cancelled one: adding it again brings it back.
    return old.role == new.role and old.starts_at == new.starts_at


def _same_day(old: Moment, new: Moment) -> bool:
    return (
        _same_role(old, new)
        and old.starts_at.astimezone(UTC).date() == new.starts_at.astimezone(UTC).date()
    )


def _same_times(old: Moment, new: Moment) -> bool:
    same = (old.starts_at, old.ends_at, old.all_day) == (new.starts_at, new.ends_at, new.all_day)
    return same and _may_continue(old, new)


def _same_role(old: Moment, new: Moment) -> bool:
    return old.role == new.role and _may_continue(old, new)


def _more_exact(old: Moment, new: Moment) -> bool:
    roles = {old.role, new.role}
    return "run" in roles and bool(roles & set(_MAIN_ROLES)) and _may_continue(old, new)


def _may_continue(old: Moment, new: Moment) -> bool:
    # A moment of an import that carries its own key is never taken for another one.
    other_import = old.external_key and new.external_key and old.external_key != new.external_key
    other_lane = (old.role in MARKETING_ROLES) != (new.role in MARKETING_ROLES)
    return old.status == "scheduled" and not other_import and not other_lane


def has_moved(old: Moment, new: Moment) -> bool:
    """Whether people who knew the old date must be told from when it moved: it begins on another
    day, or both had a time and begin at another one. A date that becomes more or less exact has
    not moved."""
    if "run" in (old.role, new.role) and old.role != new.role:
        return False
    if old.all_day or new.all_day:
        return local_day(old.starts_at, old.zone) != local_day(new.starts_at, new.zone)
    return old.starts_at != new.starts_at
