"""The pages of a venue, an institution and a theme in schema.org's words: public things only."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.actions import add_event
from calendar_app.events.rules import all_day_moment
from calendar_app.people.models import Institution
from tests.factories import draft, single
from tests.web.conftest import SignedIn

PAGES = ("/venues/korzo", "/institutions/korzo", "/themes/science-art")


def linked(client: FlaskClient, path: str) -> Any:
    page = client.get(path)
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.S)
    assert len(found) == 1, path
    assert len(page.data) < 100_000
    return json.loads(found[0])


def events_of(data: Any) -> list[Any]:
    items = [one["item"] for one in data.get("itemListElement", [])]
    return items or data.get("event", [])


def test_only_what_is_public_is_told_whoever_looks(
    app: Flask, client: FlaskClient, signed_in: SignedIn, sessions: sessionmaker[Session],
    now: datetime,
) -> None:  # fmt: skip
    day = date(2026, 12, 1)
    with sessions() as session, transaction(session):
        lead = session.scalars(select(Institution).where(Institution.slug == "korzo")).one()
        about = {"venue_id": lead.home_venue_id, "themes": ("science-art",)}
        hidden: tuple[dict[str, Any], ...] = (
            {"visibility": "sealed"}, {"visibility": "partners"}, {"visibility": "press"},
            {"planning": "option"}, {"public_at": now + timedelta(hours=1)},
        )  # fmt: skip
        for more in hidden:
            plan = draft(lead.id, f"{day}T20:00", title_nl="Kanarie", **about, **more)
            add_event(session, plan, None, now)
        plan = draft(lead.id, f"{day}T19:00", title_nl="Kanarie", **about)
        add_event(session, plan, None, now).moderation = "submitted"
        shown = {"title_nl": "Licht </script> & <b>lucht</b>", "kind": "dance"}
        add_event(session, draft(lead.id, f"{day}T20:15", **shown, **about), None, now)
        run = all_day_moment("run", now.date(), day + timedelta(days=1))
        add_event(
            session,
            draft(lead.id, kind="exhibition", title_nl="Zaal", moments=(run,), **about), None, now,
        )  # fmt: skip
        gone = draft(lead.id, f"{day}T21:00", title_nl="Gaat niet", planning="cancelled", **about)
        add_event(session, gone, None, now)
    own = signed_in("o@x.example", institutions=("korzo",))
    assert "Kanarie" in own.get("/institutions/korzo").text
    for path in PAGES:
        told = linked(client, path)
        # Those who see more of the page give no more away in what machines read.
        assert linked(own, path) == told, path
        events = {one["name"]: one for one in events_of(told)}
        assert set(events) == {"Licht </script> & <b>lucht</b>", "Zaal", "Gaat niet"}
        dance = events["Licht </script> & <b>lucht</b>"]
        assert dance["@type"] == "DanceEvent"
        assert dance["startDate"] == "2026-12-01T19:15:00+00:00"
        assert dance["url"].startswith("http://localhost/events/")
        assert events["Zaal"]["endDate"] == "2026-12-01"
        assert events["Gaat niet"]["eventStatus"] == "https://schema.org/EventCancelled"
        assert dance["eventStatus"] == "https://schema.org/EventScheduled"
        assert all(one["location"] for one in events.values())
    assert linked(client, "/en/venues/korzo")["url"] == "http://localhost/en/venues/korzo"


def test_each_page_says_what_it_is(client: FlaskClient) -> None:
    venue = linked(client, "/venues/korzo")
    assert (venue["@type"], venue["name"]) == ("Place", "Korzo")
    assert venue["address"]["addressLocality"] == "Den Haag"
    assert venue["geo"]["latitude"] == 52.0793
    assert "event" not in venue
    assert linked(client, "/institutions/korzo")["@type"] == "PerformingArtsTheater"
    assert linked(client, "/institutions/mauritshuis")["@type"] == "Museum"
    theme = linked(client, "/en/themes/science-art")
    assert (theme["@type"], theme["numberOfItems"]) == ("ItemList", 0)


def test_what_machines_read_is_bounded(
    client: FlaskClient, sessions: sessionmaker[Session], now: datetime, app: Flask
) -> None:
    with sessions() as session, transaction(session):
        lead = session.scalars(select(Institution).where(Institution.slug == "korzo")).one()
        when = tuple(single(f"2026-12-{1 + n % 28:02}T{10 + n // 28}:00") for n in range(60))
        plan = draft(
            lead.id, venue_id=lead.home_venue_id, themes=("science-art",), moments=when
        )  # fmt: skip
        add_event(session, plan, None, now)
    for path in PAGES:
        assert len(events_of(linked(client, path))) == 30
