"""Small things to test with: an institution, a viewer, an event."""

from calendar_app.db.transaction import transaction
from calendar_app.people.models import Institution
from calendar_app.workflow.manage import load_reference

from .events import draft, single
from .people import add_person, viewer_for

__all__ = [
    "Institution",
    "add_person",
    "draft",
    "load_reference",
    "single",
    "transaction",
    "viewer_for",
]
