"""Every page asks the store a few bounded questions, however much it shows."""

import io

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event
from calendar_app.overlaps.models import Conflict
from calendar_app.people.models import Institution, User
from calendar_app.web.filters import VIEWS
from calendar_app.workflow.demo.load import load_demo
from tests.web.account_links import links_for
from tests.web.conftest import Clock, SignedIn, counted, csrf_of

MOST = 15
"""Queries of a page (``performance.md``), the viewer's own sign-in included."""


def _calendar(events: int) -> bytes:
    blocks = (
        f"BEGIN:VEVENT\r\nUID:{n}@x\r\nDTSTART:20270{1 + n % 9}12T{10 + n % 10}0000\r\n"
        f"SUMMARY:Avond {n}\r\nEND:VEVENT\r\n"
        for n in range(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(blocks)}END:VCALENDAR\r\n".encode()


def test_every_page_has_few_queries(
    app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn, clock: Clock
) -> None:
    with sessions() as session:
        with transaction(session):
            load_demo(session, events=150, now=clock.now, base_url="http://localhost")
        own = session.scalars(
            select(Event.public_id).join(Institution, Institution.id == Event.lead_id)
            .where(Institution.slug == "korzo", Event.planning == "confirmed")
        ).first()  # fmt: skip
        somebody = session.scalars(select(User.id).order_by(User.id)).first()
        case = session.scalars(select(Conflict.public_id).order_by(Conflict.id)).first()
    assert own and case
    client = signed_in(
        "all@korzo.example", institutions=("korzo",), regions=("haaglanden", "rijnland"),
        is_admin=True,
    )  # fmt: skip
    sent = {
        "csrf_token": csrf_of(client.get("/imports").text), "institution": "korzo",
        "file": (io.BytesIO(_calendar(40)), "season.ics"),
    }  # fmt: skip
    run = client.post("/imports", data=sent).location.rpartition("/")[2]
    many = {
        "csrf_token": sent["csrf_token"], "events": own, "change": "planning=idea", "do": "apply",
    }  # fmt: skip
    bulk = client.post("/events/bulk", data=many).location.rpartition("/")[2]
    tokens = links_for(app, sessions, clock)
    values = {
        "token": tokens,
        "public_id": {"events": own, "moderation": own, "conflicts": case, "imports": run},
        "user_id": {"admin": str(somebody)},
        "scheme": {"admin": "theme"},
        "bulk_id": {"events": bulk},
        "admin": {
            "venues": "korzo",
            "institutions": "korzo",
            "taxonomy": "science-art",
            "regions": "rijnland",
        },
        "slug": {
            "admin": "",
            "events": "x",
            "institutions": "korzo",
            "venues": "korzo",
            "themes": "science-art",
        },
    }
    for address in _pages(app, values):
        if address.endswith("/merge"):
            address += "?into=museum-de-lakenhal"
        address = client.get(address).location or address
        with counted(sessions) as statements:
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(statements) <= MOST, (address, statements)
    views = [f"/agenda?view={view}&from=2027-01-04" for view in VIEWS]
    for address in (*views, "/agenda?q=a&kind=concert"):
        with counted(sessions) as statements:
            assert client.get(address).status_code == 200
        assert 0 < len(statements) <= MOST, (address, len(statements))


def _pages(app: Flask, values: dict[str, dict[str, str]]) -> list[str]:
    """An address of each page that can be asked for; a new kind of page must be given values."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(
            ("feeds.", "ops.", "pictures.show", "static")
        ):
            continue
        first = rule.rule.split("/")[1]
        arguments = {name: values[name][first] for name in rule.arguments}
        if first == "admin" and "slug" in arguments:
            arguments["slug"] = values["admin"][rule.rule.split("/")[2]]
        found.append(app.url_map.bind("localhost").build(rule.endpoint, arguments))
    assert len(found) > 10
    return found
