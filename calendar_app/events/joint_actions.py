"""What institutions do with an event together: organise it, share it, have it approved.

Flushes, never commits; each leaves a line in the event's history. The event comes loaded for
change, with organisers and shares.
"""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from calendar_app.core.errors import NotFound
from calendar_app.events.actions import record, set_fields
from calendar_app.events.models import Event, Occurrence, Organiser, Share
from calendar_app.people.models import Institution


def invite_organiser(
    session: Session,
    event: Event,
    institution: Institution,
    role: str,
    user_id: int | None,
    now: datetime,
) -> Organiser | None:
    """Asks an institution to organise with the lead; ``None`` where it leads or was asked."""
    if institution.id == event.lead_id:
        return None
    for one in event.organisers:
        if one.institution_id == institution.id:
            if one.state != "declined":
                return None
            # Asked again, perhaps for another role.
            one.role, one.state, one.at = role, "invited", now
            break
    else:
        one = Organiser(institution_id=institution.id, role=role, state="invited", at=now)
        event.organisers.append(one)
    session.flush()
    told = {"organisers": [None, f"{institution.name}: {role}"]}
    record(session, event, user_id, now, "invited", told)
    return one


def answer_invitation(
    session: Session,
    event: Event,
    institution: Institution,
    accept: bool,
    user_id: int | None,
    now: datetime,
) -> Organiser:
    """The institution takes part or does not; :class:`NotFound` where it was never asked."""
    one = find_organiser(event, institution.id)
    state = "accepted" if accept else "declined"
    if one.state != state:
        one.state, one.at = state, now
        session.flush()
        record(session, event, user_id, now, state, {"organisers": [None, institution.name]})
    return one


def remove_organiser(
    session: Session, event: Event, institution: Institution, user_id: int | None, now: datetime
) -> None:
    """The institution no longer organises the event."""
    one = find_organiser(event, institution.id)
    event.organisers.remove(one)
    session.delete(one)
    session.flush()
    record(session, event, user_id, now, "left", {"organisers": [institution.name, None]})


def find_organiser(event: Event, institution_id: int) -> Organiser:
    """The institution's place beside the lead; :class:`NotFound` where it has none."""
    for one in event.organisers:
        if one.institution_id == institution_id:
            return one
    raise NotFound


def share_with(
    session: Session, event: Event, institution: Institution, user_id: int | None, now: datetime
) -> None:
    """The institution may see the event from now on, whatever its visibility."""
    known = {one.institution_id for one in event.shares} | {event.lead_id}
    if institution.id in known:
        return
    event.shares.append(Share(institution_id=institution.id, at=now))
    session.flush()
    record(session, event, user_id, now, "shared", {"shares": [None, institution.name]})


def unshare(
    session: Session, event: Event, institution: Institution, user_id: int | None, now: datetime
) -> None:
    """The institution sees it again as others of its tier do; nothing where it did already."""
    for one in event.shares:
        if one.institution_id == institution.id:
            event.shares.remove(one)
            session.delete(one)
            session.flush()
            record(session, event, user_id, now, "shared", {"shares": [institution.name, None]})
            return


def moderate(
    session: Session, event: Event, state: str, reason: str, user_id: int | None, now: datetime
) -> bool:
    """Draft, submitted, approved or rejected (with a reason); whether anything changed. What is
    approved is the event as it stands now."""
    approved = event.version + 1 if state == "approved" else event.approved_version
    if event.moderation == state and state != "approved":
        return False
    return set_fields(
        session, event, user_id, now, state, moderation=state, moderation_reason=reason,
        approved_version=approved,
    )  # fmt: skip


def mark_moment(
    session: Session,
    event: Event,
    occurrence_id: str,
    mark: str,
    user_id: int | None,
    now: datetime,
) -> bool:
    """What became of one moment: ``sold_out`` or ``available``, ``cancelled`` or ``scheduled``."""
    occurrence = next((one for one in event.occurrences if one.public_id == occurrence_id), None)
    if occurrence is None:
        raise NotFound
    before = _realisation(occurrence)
    if mark in ("cancelled", "scheduled"):
        occurrence.status = mark
    else:
        occurrence.sold_out = mark == "sold_out"
    if _realisation(occurrence) == before:
        return False
    event.updated_at = now
    # Within a second of the last save it still is a new version.
    flag_modified(event, "updated_at")
    session.flush()
    told = {"moment": [before, _realisation(occurrence)]}
    record(session, event, user_id, now, "marked", told)
    return True


def _realisation(occurrence: Occurrence) -> str:
    sold_out = ", sold out" if occurrence.sold_out else ""
    return f"{occurrence.starts_at:%Y-%m-%d %H:%M} {occurrence.status}{sold_out}"
