"""A sealed plan is in no answer to anyone else: not its words, not its count, not its order.

Non-interference: adding the sealed event changes nothing in what others are told, except the
agreed flag in their own clash check (``security.md``).
"""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event, Image, Promotion
from calendar_app.overlaps.case_actions import Move, move_case
from calendar_app.overlaps.models import Conflict
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.web.filters import VIEWS
from calendar_app.workflow import register
from tests.factories import draft, single
from tests.web.conftest import Clock, SignedIn, csrf_of

BASE = "http://localhost"
CANARY = "kanariegeel"
WHEN = "2027-03-12T20:15"
OTHERS: dict[str, dict[str, object] | None] = {
    "public": None,
    "neighbour": {"institutions": ("museum-de-lakenhal",)},
    "manager": {"institutions": ("museum-de-lakenhal",), "role": "manager"},
    "coordinator": {"regions": ("haaglanden", "rijnland")},
    "administrator": {"is_admin": True},
}
PAGES = (
    "/", "/agenda", "/agenda?from=2027-03-01",
    *(f"/agenda?view={view}&from=2027-03-08" for view in VIEWS),
    "/agenda?view=year&from=2027-03-01", "/agenda?view=map&from=2027-03-01",
    f"/agenda?q={CANARY}", "/agenda?institution=korzo&from=2027-03-01", "/institutions",
    "/institutions/korzo", "/venues/korzo", "/themes/science-art", "/conflicts",
    "/conflicts?tab=all", "/subscribe", "/feeds/all.ics", "/feeds/region/haaglanden.ics",
    "/feeds/institution/korzo.ics", "/feeds/venue/korzo.ics", "/feeds/kind/dance.ics",
    "/feeds/theme/science-art.ics", "/en/feeds/all.ics", "/en/agenda?from=2027-03-01",
    "/campaigns", "/moderation", "/events/bulk", "/admin", "/admin/audit", "/admin/venues",
)  # fmt: skip


def _register(sessions: sessionmaker[Session], slug: str, now: datetime, **more: object) -> str:
    with sessions() as session, transaction(session):
        lead = session.scalars(select(Institution.id).where(Institution.slug == slug)).one()
        viewer = Viewer(institution_ids=frozenset({lead}))
        event = register.register_event(session, viewer, draft(lead, **more), now, BASE)  # type: ignore[arg-type]
        return event.public_id


def _plain(client: FlaskClient, path: str) -> tuple[int, str, str | None]:
    answer = client.get(path)
    page = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", answer.text)
    page = re.sub(r'"csrf_token": "[^"]*"', "", page)
    return answer.status_code, page, answer.headers.get("ETag")


@pytest.fixture
def people(app: Flask, signed_in: SignedIn) -> dict[str, FlaskClient]:
    return {
        name: app.test_client() if more is None else signed_in(f"{name}@x.example", **more)
        for name, more in OTHERS.items()
    }


def test_a_sealed_plan_interferes_with_nothing(
    people: dict[str, FlaskClient], sessions: sessionmaker[Session], now: datetime, clock: Clock
) -> None:
    known = _register(
        sessions, "museum-de-lakenhal", now, when=WHEN, kind="dance", disciplines=("dance",),
        title_nl="Dans in het museum", planning="option", visibility="partners",
        expected_visitors=900, moments=(single(WHEN, "premiere"),),
    )  # fmt: skip
    pages = [*PAGES, f"/events/{known}-dans-in-het-museum"]
    before = {
        (name, path): _plain(client, path) for name, client in people.items() for path in pages
    }
    sealed = _register(
        sessions, "korzo", now, when=WHEN, kind="dance", disciplines=("dance",),
        title_nl=f"{CANARY} titel", title_en=f"{CANARY} title", description_nl=CANARY,
        description_en=CANARY, room=CANARY, genre=CANARY, production=CANARY,
        url=f"https://{CANARY}.example", internal_note=CANARY, visibility="sealed",
        planning="option", expected_visitors=900, moments=(single(WHEN, "premiere"),),
        themes=("science-art",),
    )  # fmt: skip
    told_only_to_the_owner = f"/events/{known}-dans-in-het-museum"
    for (name, path), (status, page, etag) in before.items():
        after = _plain(people[name], path)
        assert (
            CANARY
            not in after[1]
            .replace(f"q={CANARY}", "")
            .replace(f'value="{CANARY}"', "")
            .replace(f"“{CANARY}”", "")
            or path == f"/agenda?q={CANARY}"
        ), (name, path)
        agreed = name in ("neighbour", "manager", "coordinator")
        if agreed and (path == told_only_to_the_owner or path.startswith("/conflicts")):
            # The agreed flag: who is in it learns that something not shared with them clashes.
            assert "Korzo" not in after[1] and CANARY not in after[1]
            continue
        assert after == (status, page, etag), (name, path)
    for client in people.values():
        for path in (f"/events/{sealed}", f"/events/{sealed}-x", f"/events/{sealed}.ics"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize(("visibility", "told"), [("partners", True), ("sealed", False)])
def test_a_settled_case_does_not_say_that_a_plan_not_shared_opened_it_again(
    people: dict[str, FlaskClient], sessions: sessionmaker[Session], now: datetime,
    visibility: str, told: bool,
) -> None:  # fmt: skip
    plan = {"when": WHEN, "visibility": "partners", "planning": "option",
            "expected_visitors": 2000, "reach": "national"}  # fmt: skip
    _register(sessions, "amare", now, **plan)
    _register(sessions, "koninklijke-schouwburg", now, **plan)
    with sessions() as session, transaction(session):
        (case,) = session.scalars(select(Conflict)).all()
        move_case(session, case, Move("settle", "", "kept"), None, now, case.version)
        page = f"/conflicts/{case.public_id}"
    _register(sessions, "korzo", now + timedelta(days=1), **{**plan, "visibility": visibility})
    shown = people["coordinator"].get(page).text
    assert "heropend" in shown
    assert ("er kwam een activiteit bij" in shown) == told


def test_what_belongs_to_a_sealed_plan_does_not_give_it_away(
    people: dict[str, FlaskClient], sessions: sessionmaker[Session], now: datetime
) -> None:
    shown = {"visibility": "public", "planning": "confirmed", "production": "Zwerm"}
    festival = _register(sessions, "korzo", now, kind="festival", title_nl="Feest", **shown)
    campaign = _register(sessions, "korzo", now, kind="campaign", title_nl="Reclame", **shown)
    pages = [f"/events/{festival}-feest", f"/events/{campaign}-reclame", "/institutions/korzo"]
    before = {
        (name, path): _plain(client, path) for name, client in people.items() for path in pages
    }
    with sessions() as session, transaction(session):
        umbrella = session.scalars(select(Event).where(Event.public_id == festival)).one()
        lead = umbrella.lead_id
        plan = draft(
            lead, WHEN, kind="dance", title_nl=CANARY, visibility="sealed", production="Zwerm",
            parent_id=umbrella.id,
        )  # fmt: skip
        viewer = Viewer(institution_ids=frozenset({lead}))
        sealed = register.register_event(session, viewer, plan, now, BASE)
        promoting = session.scalars(select(Event.id).where(Event.public_id == campaign)).one()
        session.add(Promotion(campaign_id=promoting, event_id=sealed.id))
        session.add(Image(event_id=sealed.id, at=now, alt_nl=CANARY))
    for (name, path), told in before.items():
        assert _plain(people[name], path) == told, (name, path)


def test_the_clash_check_tells_level_and_part_of_the_day_and_nothing_else(
    people: dict[str, FlaskClient], sessions: sessionmaker[Session], now: datetime
) -> None:
    for number in range(3):  # several, so that a count would show
        _register(
            sessions, "korzo", now, when=WHEN, kind="dance", disciplines=("dance",),
            title_nl=f"{CANARY} {number}", visibility="sealed", planning="option",
            expected_visitors=900, moments=(single(WHEN, "premiere"),),
        )  # fmt: skip
    client = people["neighbour"]
    token = csrf_of(client.get("/events/new").text)
    answer = client.post(
        "/clash-check",
        data={
            "csrf_token": token, "institution": "museum-de-lakenhal", "kind": "dance",
            "title": "x", "date_type": "single", "starts_on": "2027-03-12",
            "starts_time": "20:00", "role": "premiere", "reach": "regional",
            "planning": "option", "visibility": "sealed", "expected_visitors": "800",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    assert "niet met u gedeeld" in answer.text
    assert answer.text.count("niet met u gedeeld") == 1
    for word in (CANARY, "Korzo", "20.15", "900", "3 "):
        assert word not in answer.text, word


def test_the_timeline_marks_overlaps_for_those_whom_they_concern(
    people: dict[str, FlaskClient], sessions: sessionmaker[Session], now: datetime
) -> None:
    shared = {
        "when": WHEN, "kind": "dance", "disciplines": ("dance",), "planning": "confirmed",
        "visibility": "public", "expected_visitors": 900, "moments": (single(WHEN, "premiere"),),
    }  # fmt: skip
    path = "/agenda?view=timeline&from=2027-03-08"
    _register(sessions, "museum-de-lakenhal", now, title_nl="Dans in het museum", **shared)
    _register(sessions, "korzo", now, title_nl=CANARY, **(shared | {"visibility": "sealed"}))
    for name, client in people.items():
        page = client.get(path).text
        assert "Dans in het museum" in page and "bar--clash" not in page, name
        assert CANARY not in page, name
    _register(sessions, "amare", now, title_nl="Dans in de stad", **shared)
    for name, client in people.items():
        page = client.get(path).text
        marked = re.findall(r"⚠ </span>(.*?)</span>", page)
        if name in ("public", "administrator"):
            assert marked == [], name
        else:
            assert len(marked) == 2 and page.count("bar--clash") == 2, name
            told = " ".join(marked)
            assert "Dans in het museum" in told and "Dans in de stad" in told, name
            # The sealed third one is not counted.
            assert "en nog" not in told, name
        assert CANARY not in page, name


def test_history_and_notes_stay_inside(
    people: dict[str, FlaskClient], sessions: sessionmaker[Session], now: datetime
) -> None:
    public_id = _register(
        sessions, "korzo", now, title_nl="Openbaar", internal_note=CANARY, when=WHEN
    )
    for name, client in people.items():
        assert CANARY not in client.get(f"/events/{public_id}-openbaar").text, name
        assert client.get(f"/events/{public_id}/history").status_code != 200, name
    assert CANARY not in people["public"].get(f"/events/{public_id}.ics").text
    assert CANARY not in people["public"].get("/feeds/all.ics").text


def test_an_embargo_lifts_by_itself(
    app: Flask, sessions: sessionmaker[Session], now: datetime, clock: Clock
) -> None:
    from datetime import timedelta

    lift = now + timedelta(hours=2)
    public_id = _register(
        sessions, "korzo", now, title_nl="Embargo", visibility="coordinators", public_at=lift,
        when=WHEN,
    )  # fmt: skip
    client = app.test_client()
    clock.now = lift - timedelta(seconds=1)
    etag = client.get("/feeds/all.ics").headers["ETag"]
    assert b"Embargo" not in client.get("/feeds/all.ics").data
    assert client.get(f"/events/{public_id}-embargo").status_code == 404
    clock.now = lift
    assert b"Embargo" in client.get("/feeds/all.ics").data
    assert client.get("/feeds/all.ics").headers["ETag"] != etag
    assert client.get(f"/events/{public_id}-embargo").status_code == 200
