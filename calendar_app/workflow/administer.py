"""Administer: institutions, people, venues, terms and regions, by administrators only.

Each function: permission → save → a line in the audit log → re-flag and re-render what names it,
in the caller's transaction. A stale save is refused (:class:`Stale`) where a version is kept.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound, Stale
from calendar_app.core.language import N_
from calendar_app.core.names import slugify
from calendar_app.events.models import Event, Term
from calendar_app.feeds.actions import rerender, rerender_places
from calendar_app.people import actions
from calendar_app.people.models import (
    EDITOR,
    MANAGER,
    Coordination,
    Institution,
    Membership,
    User,
)
from calendar_app.people.queries import get_institution
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import require
from calendar_app.places.models import Region, Venue
from calendar_app.places.queries import get_region, get_venue, list_regions
from calendar_app.workflow.flag import flag_events

RIGHT = "site.administer"
_TAKEN = N_("This name is taken. Give another one.")
_STALE = N_("Somebody else changed this while you were working on it. Look at it again.")


def save_venue(
    session: Session, viewer: Viewer, slug: str | None, version: int, values: dict[str, Any],
    now: datetime, base_url: str,
) -> Venue:  # fmt: skip
    """A new venue (no ``slug``), or changes to one; its events are flagged and rendered anew."""
    require(viewer, RIGHT)
    if slug is None:
        venue = Venue(slug=_free_slug(session, Venue, values["name"]), **values)
        session.add(venue)
        session.flush()
        _note(session, viewer, "added", "venue", venue.slug, {}, now)
        return venue
    venue = get_venue(session, slug)
    changed = _set(venue, values, version)
    session.flush()
    if changed:
        _note(session, viewer, "changed", "venue", slug, changed, now)
        _follow_venues(session, {venue.id}, now, base_url)
    return venue


def merge_venues(
    session: Session, viewer: Viewer, slug: str, into: str, now: datetime, base_url: str
) -> Venue:
    """One venue becomes another: its events and whoever lives there move over, and its address
    leads to the one that stays."""
    require(viewer, RIGHT)
    gone, kept = get_venue(session, slug), get_venue(session, into)
    if gone.id == kept.id:
        raise Invalid(FieldError("into", N_("Choose another venue than this one.")))
    if gone.merged_into_id is not None or kept.merged_into_id is not None:
        raise Invalid(FieldError("into", N_("One of the two was merged already.")))
    moved = set(session.scalars(select(Event.id).where(Event.venue_id == gone.id)))
    session.execute(update(Event).where(Event.venue_id == gone.id).values(venue_id=kept.id))
    session.execute(
        update(Institution)
        .where(Institution.home_venue_id == gone.id)
        .values(home_venue_id=kept.id)
    )
    session.execute(
        update(Venue).where(Venue.merged_into_id == gone.id).values(merged_into_id=kept.id)
    )
    kept.institution_id = kept.institution_id or gone.institution_id
    gone.merged_into_id = kept.id
    session.flush()
    session.expire_all()
    _note(session, viewer, "merged", "venue", slug, {"into": [None, into]}, now)
    _follow(session, moved, now, base_url)
    return kept


def save_institution(
    session: Session, viewer: Viewer, slug: str | None, version: int, values: dict[str, Any],
    now: datetime, base_url: str,
) -> Institution:  # fmt: skip
    """A new institution (no ``slug``), or changes to one and what names it."""
    require(viewer, RIGHT)
    if slug is None:
        made = Institution(slug=_free_slug(session, Institution, values["name"]), **values)
        session.add(made)
        session.flush()
        _note(session, viewer, "added", "institution", made.slug, {}, now)
        return made
    institution = get_institution(session, slug)
    changed = _set(institution, values, version)
    session.flush()
    if changed:
        _note(session, viewer, "changed", "institution", slug, changed, now)
        events = set(session.scalars(select(Event.id).where(Event.lead_id == institution.id)))
        flag_events(session, events, now)
        rerender_places(session, now, base_url, institution_ids=[institution.id])
    return institution


def save_person(
    session: Session, viewer: Viewer, user_id: int, values: dict[str, Any],
    regions: Collection[str], memberships: dict[str, str], now: datetime,
) -> User:  # fmt: skip
    """What somebody may do: ``memberships`` maps an institution's slug to editor, manager or
    nothing. Their sessions end, so that it holds at once. The last administrator stays one."""
    require(viewer, RIGHT)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    loses = user.is_admin and not (values["is_admin"] and values["active"])
    others = select(User.id).where(User.is_admin, User.active, User.id != user.id).limit(1)
    if loses and session.scalar(others) is None:
        only = N_("This is the only administrator. Make somebody else one first.")
        raise Invalid(FieldError("is_admin", only))
    told = [
        f"{name}: {'yes' if value else 'no'}"
        for name, value in values.items()
        if getattr(user, name) != value
    ]
    for name, value in values.items():
        setattr(user, name, value)
    wanted = {get_region(session, slug).id: slug for slug in regions}
    slugs = {region.id: region.slug for region in list_regions(session)}
    for row in session.scalars(select(Coordination).where(Coordination.user_id == user.id)):
        if row.region_id in wanted:
            del wanted[row.region_id]
        else:
            told.append(f"{slugs[row.region_id]}: none")
            session.delete(row)
    session.add_all(Coordination(user_id=user.id, region_id=key) for key in wanted)
    told += [f"{slug}: coordinator" for slug in wanted.values()]
    stored = {
        row.institution_id: row
        for row in session.scalars(select(Membership).where(Membership.user_id == user.id))
    }
    for slug, role in memberships.items():
        key = get_institution(session, slug).id
        if role not in (EDITOR, MANAGER):
            if key in stored:
                told.append(f"{slug}: none")
                session.delete(stored[key])
            continue
        if key not in stored or stored[key].role != role:
            told.append(f"{slug}: {role}")
        if key in stored:
            stored[key].role = role
        else:
            session.add(Membership(user_id=user.id, institution_id=key, role=role))
    session.flush()
    actions.end_sign_ins(session, user)
    # What they may do is nobody's secret here: who gave whom which role is what a log is for.
    actions.add_audit(session, viewer.user_id, "roles", "user", user.id, now, fields=told)
    return user


def save_term(
    session: Session, viewer: Viewer, scheme: str, slug: str | None, values: dict[str, Any],
    now: datetime, base_url: str,
) -> Term:  # fmt: skip
    """A new entry of the taxonomy (no ``slug``), or other names for one; feeds that say them are
    rendered anew."""
    require(viewer, RIGHT)
    if slug is None:
        wanted = slugify(values["name_en"] or values["name_nl"])[:60]
        taken = select(Term.id).where(Term.scheme == scheme, Term.slug == wanted)
        if not wanted or session.scalar(taken):
            raise Invalid(FieldError("name_nl", _TAKEN))
        term = Term(scheme=scheme, slug=wanted, position=1000, **values)
        session.add(term)
        session.flush()
        _note(session, viewer, "added", "term", f"{scheme}/{wanted}", {}, now)
        return term
    found = session.scalar(select(Term).where(Term.scheme == scheme, Term.slug == slug))
    if found is None:
        raise NotFound
    changed = _set(found, values, None)
    session.flush()
    if changed:
        _note(session, viewer, "changed", "term", f"{scheme}/{slug}", changed, now)
        named = Event.kind == slug if scheme == "kind" else Event.terms.any(Term.id == found.id)
        rerender(session, session.scalars(select(Event.id).where(named)).all(), now, base_url)
    return found


def save_region(
    session: Session, viewer: Viewer, slug: str, values: dict[str, Any], now: datetime
) -> Region:
    """A region's names, profile, colour, and whether it checks first."""
    require(viewer, RIGHT)
    region = get_region(session, slug)
    changed = _set(region, values, None)
    session.flush()
    if changed:
        _note(session, viewer, "changed", "region", slug, changed, now)
    return region


def _set(row: Any, values: dict[str, Any], version: int | None) -> dict[str, list[Any]]:
    """Sets what differs; returns ``{field: [before, after]}``."""
    if version is not None and row.version != version:
        raise Stale(_STALE, row.version)
    changed = {
        name: [getattr(row, name), value]
        for name, value in values.items()
        if getattr(row, name) != value
    }
    for name, (_before, after) in changed.items():
        setattr(row, name, after)
    return changed


def _free_slug(session: Session, model: Any, name: str) -> str:
    base = slugify(name)[:70] or "x"
    taken = set(session.scalars(select(model.slug).where(model.slug.like(f"{base}%"))))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _follow_venues(session: Session, keys: set[int], now: datetime, base_url: str) -> None:
    events = set(session.scalars(select(Event.id).where(Event.venue_id.in_(keys))))
    _follow(session, events, now, base_url)


def _follow(session: Session, event_ids: set[int], now: datetime, base_url: str) -> None:
    if event_ids:
        flag_events(session, event_ids, now)
        rerender(session, sorted(event_ids), now, base_url)


def _note(
    session: Session, viewer: Viewer, action: str, subject: str, subject_id: str,
    changed: dict[str, list[Any]], now: datetime,
) -> None:  # fmt: skip
    """What changed, by name; values only where they are nobody's own."""
    actions.add_audit(
        session, viewer.user_id, action, subject, subject_id, now, fields=sorted(changed)
    )
