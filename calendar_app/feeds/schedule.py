"""When a row of a public feed holds (``feeds.md``: Time, Identity and revision, Speed)."""

from datetime import UTC, datetime, timedelta

from calendar_app.core.timespan import HOUSE_ZONE, midnight, to_wall
from calendar_app.feeds.facts import EventFacts, MomentFacts

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""The start of a row that begins at no known instant."""
WINDOW = timedelta(days=365)
CANCELLED_STAYS = timedelta(days=90)


def is_cancelled(event: EventFacts, moment: MomentFacts) -> bool:
    """Whether the moment does not go ahead, by itself or with its event."""
    return moment.status == "cancelled" or event.planning == "cancelled"


def public_row(
    event: EventFacts, moment: MomentFacts, *, seen: bool
) -> tuple[datetime, datetime] | None:
    """The half-open span in which the public's feeds hold the moment, or ``None``.

    It starts at the lift of an embargo, and ends at the local midnight after which the moment
    ended 365 days ago, or was to take place 90 days ago when cancelled. An idea or option never
    shows, nor what moderation has not approved, nor a date that is not exact yet or without an
    end. A date that was dropped before anybody could see it (``seen``) is no news either.
    """
    if event.planning not in ("confirmed", "cancelled") or not event.approved:
        return None
    if not event.precise or (event.endless and moment.role == "run"):
        return None
    if event.public_at is None and event.visibility != "public":
        return None
    cancelled = is_cancelled(event, moment)
    if cancelled and event.planning != "cancelled" and not seen:
        return None
    starts = event.public_at or ALWAYS
    ends = leaves_at(moment.ends_at, CANCELLED_STAYS if cancelled else WINDOW)
    return (starts, ends) if starts < ends else None


def leaves_at(ends_at: datetime, after: timedelta) -> datetime:
    """The first local midnight at which the end lies ``after`` (whole days) in the past."""
    wall, _fold = to_wall(ends_at, HOUSE_ZONE)
    day = wall.date() if wall.time() == wall.time().min else wall.date() + timedelta(days=1)
    return midnight(day + after)


def revised_at(
    now: datetime, starts: datetime, *, previous: datetime | None, changed: bool
) -> datetime:
    """LAST-MODIFIED of a row that starts to hold at ``starts``.

    A row still to come carries its start (the lift). ``previous`` is the newest that subscribers
    may have seen: what changes is at least a second younger, also when the clock went back.
    """
    floor = previous + timedelta(seconds=1) if previous is not None else None
    if starts > now:
        return max(starts, floor) if floor is not None else starts
    if previous is not None and not changed:
        return previous
    return max(floor, now) if floor is not None else now
