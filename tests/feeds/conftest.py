"""A season to publish, and helpers that read feeds as bytes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.actions import add_event
from calendar_app.events.models import Event
from calendar_app.feeds.actions import rerender
from calendar_app.people.models import Institution
from tests.factories import draft
from tests.web.conftest import Clock, app, client, clock  # noqa: F401

BASE_URL = "http://localhost"

Publish = Callable[..., Event]


@pytest.fixture
def publish(app: Flask, sessions: sessionmaker[Session], now: datetime) -> Publish:  # noqa: F811
    """Stores and publishes an event of an institution (by slug), as a draft would say it."""

    def make(lead: str = "korzo", when: str = "2027-03-12T20:15", **more: Any) -> Event:
        at = more.pop("at", now)
        with sessions() as session, transaction(session):
            key = session.scalars(select(Institution.id).where(Institution.slug == lead)).one()
            event = add_event(session, draft(key, when, **more), None, at)
            rerender(session, [event.id], at, BASE_URL)
            return event

    return make
