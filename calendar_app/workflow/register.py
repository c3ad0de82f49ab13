"""Register: what an institution does with its own events.

Each function: permission → save → re-flag → re-render, in the caller's transaction.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound, too_long
from calendar_app.core.language import N_
from calendar_app.core.timespan import FIRST_YEAR, LAST_YEAR
from calendar_app.events import actions
from calendar_app.events.joint_actions import share_with
from calendar_app.events.models import Event
from calendar_app.events.queries import find_event, get_event, list_terms, visible
from calendar_app.events.rules import FOR_COLLEAGUES, EventDraft
from calendar_app.feeds.actions import rerender
from calendar_app.people.models import Institution
from calendar_app.people.queries import find_active_user
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import About, require
from calendar_app.places.models import Region, Venue
from calendar_app.workflow.flag import flag_events

WIDER = ("press", "public")
"""What goes further than the institutions."""


def register_event(
    session: Session,
    viewer: Viewer,
    draft: EventDraft,
    now: datetime,
    base_url: str,
    public_id: str | None = None,
    *,
    as_draft: bool = False,
) -> Event:
    """Stores a new event, flags its overlaps and publishes what may be published.

    ``public_id`` comes with the form: what is sent twice is registered once. ``as_draft`` keeps
    it to its institution; where the region approves first, it is submitted.
    """
    require(viewer, "event.register", About(institution_id=draft.lead_id))
    if public_id is not None:
        twin = find_event(session, public_id)
        if twin is not None and twin.lead_id == draft.lead_id:
            return twin
        public_id = None if twin is not None else public_id
    check_draft(session, draft)
    _check_contact(session, viewer, draft)
    event = actions.add_event(
        session, draft, viewer.user_id, now, public_id=public_id,
        moderation="draft" if as_draft else first_state(session, draft.lead_id),
    )  # fmt: skip
    _show_to_umbrella(session, viewer, event, now)
    follow(session, event, now, base_url)
    return event


def _show_to_umbrella(session: Session, viewer: Viewer, event: Event, now: datetime) -> None:
    """Whoever leads a festival sees the parts that others add to it."""
    umbrella = session.get(Event, event.parent_id) if event.parent_id else None
    if umbrella is None or umbrella.lead_id == event.lead_id:
        return
    lead = session.get(Institution, umbrella.lead_id)
    if lead is not None:
        share_with(session, event, lead, viewer.user_id, now)


def change_event(
    session: Session,
    viewer: Viewer,
    public_id: str,
    draft: EventDraft,
    version: int,
    now: datetime,
    base_url: str,
) -> Event:
    """Changes an event; raises ``Stale`` when somebody else saved since ``version``."""
    event = own_event(session, viewer, public_id, "event.change", now)
    # Moving an event to another institution is registering it there.
    if draft.lead_id != event.lead_id:
        require(viewer, "event.register", About(institution_id=draft.lead_id))
    if event.lead_id not in viewer.institution_ids:
        # What is written for the lead alone is neither shown to a co-organiser nor lost.
        draft = replace(draft, internal_note=event.internal_note)
    check_draft(session, draft)
    if draft.contact_email != event.contact_email:
        _check_contact(session, viewer, draft)
    if actions.change_event(session, event, draft, viewer.user_id, now, version=version):
        follow(session, event, now, base_url)
    return event


def cancel_event(
    session: Session, viewer: Viewer, public_id: str, reason: str, now: datetime, base_url: str
) -> Event:
    """The event does not go ahead: it stays, marked, and subscribers are told. Raises
    :class:`Invalid` for a reason of more than 300 characters."""
    event = own_event(session, viewer, public_id, "event.cancel", now)
    if errors := too_long("reason", reason, 300):
        raise Invalid(*errors)
    actions.cancel_event(session, event, reason, viewer.user_id, now)
    follow(session, event, now, base_url)
    return event


def own_event(
    session: Session, viewer: Viewer, public_id: str, right: str | None, now: datetime
) -> Event:
    """The event, loaded for change. Who may not see it gets ``NotFound``, who may see but not
    touch it ``Forbidden``. Without a ``right`` the caller decides by more than the event."""
    event = actions.load_for_change(session, public_id)
    if not visible(event, viewer, now):
        raise NotFound
    if right is not None:
        require(viewer, right, about(event))
    return event


def see_own_event(
    session: Session, viewer: Viewer, public_id: str, right: str, now: datetime
) -> Event:
    """As :func:`own_event`, for reading (the edit form, the history)."""
    event = get_event(session, public_id, viewer, now)
    require(viewer, right, about(event))
    return event


def check_draft(session: Session, draft: EventDraft) -> None:
    """Refuses what no form can mean: unknown terms or venue, no title, no date.

    Raises :class:`Invalid` with all errors at once.
    """
    errors = []
    if not (draft.title_nl or draft.title_en):
        errors.append(FieldError("title", N_("Give a working title.")))
    if not draft.moments:
        errors.append(FieldError("starts_on", N_("Give at least one date.")))
    known = {(term.scheme, term.slug) for term in list_terms(session)}
    for name, scheme, slugs in (
        ("kind", "kind", (draft.kind,)),
        ("disciplines", "discipline", draft.disciplines),
        ("audiences", "audience", draft.audiences),
        ("themes", "theme", draft.themes),
        ("access", "access", draft.access),
    ):
        if any((scheme, slug) not in known for slug in slugs):
            errors.append(FieldError(name, N_("This choice does not exist. Pick one of the list.")))
    if draft.venue_id is not None and session.get(Venue, draft.venue_id) is None:
        errors.append(FieldError("venue", N_("This choice does not exist. Pick one of the list.")))
    if draft.kind in FOR_COLLEAGUES and (draft.visibility in WIDER or draft.public_at):
        name = "visibility" if draft.visibility in WIDER else "public_at"
        errors.append(
            FieldError(
                name,
                N_("A professional meeting is for institutions only. Choose again who sees it."),
            )
        )
    if draft.public_at and not FIRST_YEAR <= draft.public_at.year <= LAST_YEAR:
        errors.append(FieldError("public_at", N_("The year must lie between 1990 and 2099.")))
    if errors:
        raise Invalid(*errors)


def _check_contact(session: Session, viewer: Viewer, draft: EventDraft) -> None:
    """The contact is a shared mailbox: raises :class:`Invalid` for the person's own address."""
    if not draft.contact_email or viewer.user_id is None:
        return
    user = find_active_user(session, viewer.user_id)
    if user is not None and user.email == draft.contact_email:
        own = N_("This is your own address. Give one that colleagues read as well, or none.")
        raise Invalid(FieldError("contact_email", own))


def refresh_times(session: Session, now: datetime, base_url: str) -> int:
    """After the rules of a time zone changed: the wall times stay, the instants, overlaps and
    feeds follow. Returns how many events moved."""
    moved = actions.refresh_instants(session)
    if moved:
        session.expire_all()
        flag_events(session, moved, now)
        rerender(session, sorted(moved), now, base_url)
    return len(moved)


def first_state(session: Session, lead_id: int) -> str:
    """What a new event of an institution is: approved at once, or submitted where its region
    checks first."""
    way = session.scalar(
        select(Region.moderation)
        .join(Institution, Institution.region_id == Region.id)
        .where(Institution.id == lead_id)
    )
    return "submitted" if way == "review" else "approved"


def about(event: Event) -> About:
    """What rights on a loaded event hang on: its lead, who accepted to co-organise, the region
    of its lead."""
    return About(
        institution_id=event.lead_id,
        institution_ids=frozenset(
            one.institution_id
            for one in event.organisers
            if one.state == "accepted" and one.role == "co"
        ),
        region_ids={event.lead.region_id},
    )


def follow(session: Session, event: Event, now: datetime, base_url: str) -> None:
    """What follows from every change of an event: its overlaps, its cases, its feeds."""
    flag_events(session, [event.id], now)
    rerender(session, [event.id], now, base_url)
