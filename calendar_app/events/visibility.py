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
    "public": TIERS,
}
PUBLISHED_PLANNING = ("confirmed", "cancelled")
"""What the public and the press may see; an option or idea is for partners and above."""


@dataclass(frozen=True, slots=True)
class Access:
    """The facts of an event on which its visibility hangs."""

    lead_id: int
    planning: str
    visibility: str
    public_at: datetime | None


def effective_visibility(access: Access, now: datetime) -> str:
    """The widest audience at ``now``.

    An event turns public at ``public_at`` by itself; one set to public with an instant still to
    come counts as ``coordinators`` until then.
    """
    if access.public_at is None:
        return access.visibility
    if access.public_at <= now:
        return "public"
    return "coordinators" if access.visibility == "public" else access.visibility


def tier_sees(tier: str, access: Access, now: datetime) -> bool:
    """Whether a tier sees the event at ``now``."""
    if tier in ("public", "press") and access.planning not in PUBLISHED_PLANNING:
        return False
    return tier in _REACHED[effective_visibility(access, now)]


def tier_for(viewer: Viewer, lead_id: int) -> str:
    """The viewer's tier towards an event of this lead institution."""
    return "institution" if lead_id in viewer.institution_ids else viewer.tier


def may_see(viewer: Viewer, access: Access, now: datetime) -> bool:
    """Whether this viewer sees the event at ``now``."""
    return tier_sees(tier_for(viewer, access.lead_id), access, now)


def sees_inside(viewer: Viewer, access: Access) -> bool:
    """Whether the viewer may read what never leaves the institution: notes and history."""
    return access.lead_id in viewer.institution_ids
