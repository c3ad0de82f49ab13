"""Who may see an event: one pure rule, one SQL twin of it (``product.md``, Tiers nest).

The twins are compared row by row in ``tests/events/test_visibility.py``. Whatever is refused
here must look unknown everywhere: the answer is 404, never 403.
"""

from dataclasses import dataclass
from datetime import datetime

from calendar_app.people.viewer import Viewer

TIERS = ("public", "press", "partner", "coordinator", "institution")
_REACHED = {
    "sealed": ("institution",),
    "coordinators": ("institution", "coordinator"),
    "partners": ("institution", "coordinator", "partner"),
    "press": ("institution", "coordinator", "partner", "press"),
    "public": TIERS,
}
PUBLISHED_PLANNING = ("confirmed", "cancelled")
"""What the public and the press may see; an option or idea is for partners and above."""


@dataclass(frozen=True, slots=True)
class Access:
    """The facts of an event on which its visibility hangs. ``organiser_ids`` are the institutions
    that accepted to organise it with its lead, ``shared_ids`` those it is shared with."""

    lead_id: int
    planning: str
    visibility: str
    public_at: datetime | None
    moderation: str = "approved"
    organiser_ids: frozenset[int] = frozenset()
    shared_ids: frozenset[int] = frozenset()


def effective_visibility(access: Access, now: datetime) -> str:
    """The widest audience at ``now``.

    An event turns public at ``public_at`` by itself; one set to public with an instant still to
    come counts as ``coordinators`` until then. A draft is its organisers' own; what is submitted
    or was rejected goes no further than the coordinators, who judge it.
    """
    if access.moderation == "draft":
        return "sealed"
    if access.public_at is None:
        widest = access.visibility
    elif access.public_at <= now:
        widest = "public"
    else:
        widest = "coordinators" if access.visibility == "public" else access.visibility
    if access.moderation != "approved" and widest != "sealed":
        return "coordinators"
    return widest


def tier_sees(tier: str, access: Access, now: datetime) -> bool:
    """Whether a tier sees the event at ``now``."""
    if tier in ("public", "press") and access.planning not in PUBLISHED_PLANNING:
        return False
    return tier in _REACHED[effective_visibility(access, now)]


def tier_for(viewer: Viewer, access: Access) -> str:
    """The viewer's tier towards an event: an insider's, or their own."""
    return "institution" if sees_inside(viewer, access) else viewer.tier


def may_see(viewer: Viewer, access: Access, now: datetime) -> bool:
    """Whether this viewer sees the event at ``now``: by their tier, or because it was shared with
    an institution of theirs."""
    shared = access.moderation != "draft" and not viewer.institution_ids.isdisjoint(
        access.shared_ids
    )
    return shared or tier_sees(tier_for(viewer, access), access, now)


def sees_inside(viewer: Viewer, access: Access) -> bool:
    """Whether the viewer is of the lead or of an institution that accepted to organise with it."""
    return access.lead_id in viewer.institution_ids or not viewer.institution_ids.isdisjoint(
        access.organiser_ids
    )
