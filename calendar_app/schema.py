"""Gathers all models, so that Alembic and the tests see one whole schema."""

from sqlalchemy import MetaData

import calendar_app.events.models
import calendar_app.feeds.models
import calendar_app.imports.models
import calendar_app.notify.models
import calendar_app.overlaps.models
import calendar_app.people.models
import calendar_app.places.models  # noqa: F401
from calendar_app.db.base import Base


def metadata() -> MetaData:
    """The tables of the whole application."""
    return Base.metadata
