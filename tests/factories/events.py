"""Drafts of events."""

from datetime import datetime
from typing import Any

from calendar_app.events.rules import EventDraft, Moment, timed_moment


def single(when: str, role: str = "regular", **more: Any) -> Moment:
    """A moment at a wall time such as ``2027-03-12T20:15``."""
    return timed_moment(role, datetime.fromisoformat(when), **more)


def draft(lead_id: int, when: str = "2027-03-12T20:15", **more: Any) -> EventDraft:
    """A confirmed public concert, unless told otherwise."""
    values: dict[str, Any] = {
        "kind": "concert", "lead_id": lead_id, "title_nl": "Strijkkwartet", "planning": "confirmed",
        "visibility": "public", "disciplines": ("music",), "audiences": ("general",),
        "moments": (single(when),),
    }  # fmt: skip
    return EventDraft(**(values | more))
