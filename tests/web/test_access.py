"""Role × route × another institution's object, exhaustively; an unclassified route fails."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.actions import add_event
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.permissions import RIGHTS, About, may
from calendar_app.web.access import ROUTES
from tests.factories import draft
from tests.web.conftest import SignedIn, csrf_of

ROLES: dict[str, dict[str, object] | None] = {
    "public": None,
    "stranger": {},  # an account that belongs to nothing
    "other": {"institutions": ("museum-de-lakenhal",)},
    "editor": {"institutions": ("korzo",)},
    "manager": {"institutions": ("korzo",), "role": "manager"},
    "coordinator": {"regions": ("rijnland",)},
    "administrator": {"is_admin": True},
}
INSIDE = ("editor", "manager")
SEES = {
    # Korzo's event, by visibility, is seen by …
    "sealed": INSIDE,
    "coordinators": (*INSIDE, "coordinator", "administrator"),
    "partners": (*INSIDE, "other", "stranger", "coordinator", "administrator"),
    "public": tuple(ROLES),
}
ALLOWED = {
    "outside": tuple(ROLES),
    "public": tuple(ROLES),
    "signed in": tuple(role for role in ROLES if role != "public"),
    "member": ("other", "editor", "manager"),
    "member or coordinator": ("other", "editor", "manager", "coordinator"),
    "coordinator": ("coordinator",),
    "administrator": ("administrator",),
}


@pytest.fixture
def clients(app: Flask, signed_in: SignedIn) -> dict[str, FlaskClient]:
    made = {}
    for role, more in ROLES.items():
        made[role] = app.test_client() if more is None else signed_in(f"{role}@x.example", **more)
    return made


@pytest.fixture
def korzo(app: Flask, sessions: sessionmaker[Session], now: datetime) -> dict[str, str]:
    """An event of Korzo for each visibility."""
    with sessions() as session, transaction(session):
        lead = session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()
        return {
            visibility: add_event(session, draft(lead, visibility=visibility), None, now).public_id
            for visibility in SEES
        }


def test_every_route_is_classified_and_every_class_is_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints == set(ROUTES)


def test_an_unclassified_route_answers_500(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_pages_open_for_exactly_their_roles(clients: dict[str, FlaskClient], app: Flask) -> None:
    plain = [
        rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and "GET" in (rule.methods or ()) and rule.endpoint != "static"
    ]
    assert len(plain) > 8
    for rule in plain:
        for role, client in clients.items():
            answer = client.get(rule.rule)
            allowed = role in ALLOWED[ROUTES[rule.endpoint]]
            if allowed and rule.endpoint == "account.login" and role != "public":
                assert answer.status_code == 303
            elif allowed:
                assert answer.status_code in (200, 503 if rule.endpoint == "ops.readyz" else 200), (
                    rule.rule, role)  # fmt: skip
            elif role == "public":
                assert answer.status_code == 303 and "/login" in answer.location, (rule.rule, role)
            else:
                assert answer.status_code == 403, (rule.rule, role)


@pytest.mark.parametrize("visibility", SEES)
def test_an_events_page_by_role(
    clients: dict[str, FlaskClient], korzo: dict[str, str], visibility: str
) -> None:
    public_id = korzo[visibility]
    for role, client in clients.items():
        sees = role in SEES[visibility]
        # Visibility is checked before any redirect to the canonical address.
        short = client.get(f"/events/{public_id}")
        assert short.status_code in ((200, 301, 302, 303, 308) if sees else (404,)), role
        assert client.get(f"/events/{public_id}-x", follow_redirects=True).status_code == (
            200 if sees else 404
        ), role


@pytest.mark.parametrize("visibility", SEES)
@pytest.mark.parametrize("page", ["edit", "cancel", "history", "together"])
def test_only_ones_own_events_can_be_changed(
    clients: dict[str, FlaskClient], korzo: dict[str, str], visibility: str, page: str
) -> None:
    for role, client in clients.items():
        answer = client.get(f"/events/{korzo[visibility]}/{page}")
        if role in INSIDE:
            expected = 200
        elif role == "public":
            expected = 303
        elif role != "other":
            expected = 403  # belongs to no institution: not even at the door
        else:
            expected = 403 if role in SEES[visibility] else 404
        assert answer.status_code == expected, (role, visibility, page)


def test_posting_to_anothers_event_changes_nothing(
    clients: dict[str, FlaskClient], korzo: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    for role, client in clients.items():
        if role in INSIDE:
            continue
        token = csrf_of(client.get("/login" if role == "public" else "/").text)
        for page in ("edit", "cancel", "together", "planning", "submit", "moments/aaaaaaaaaaaa"):
            for do in ("invite", "accept", "leave", "share", "save"):
                answer = client.post(
                    f"/events/{korzo['public']}/{page}",
                    data={
                        "csrf_token": token, "version": "1", "reason": "x", "title": "taken over",
                        "do": do, "institution": "museum-de-lakenhal", "planning": "idea",
                        "role": "co", "mark": "cancelled",
                    },
                )  # fmt: skip
                assert answer.status_code in (303, 400, 403, 404), (role, page)
                assert answer.status_code != 303 or role == "public", (role, page, do)
    with sessions() as session:
        from calendar_app.events.models import Event

        event = session.scalars(select(Event).where(Event.public_id == korzo["public"])).one()
        assert (event.version, event.planning, event.title_nl) == (1, "confirmed", "Strijkkwartet")


def test_one_cannot_register_for_another_institution(
    clients: dict[str, FlaskClient], sessions: sessionmaker[Session]
) -> None:
    client = clients["other"]
    page = client.get("/events/new").text
    answer = client.post(
        "/events/new",
        data={
            "csrf_token": csrf_of(page), "institution": "korzo", "kind": "concert",
            "title": "Niet van ons", "date_type": "single", "starts_on": "2027-03-12",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    with sessions() as session:
        from calendar_app.events.models import Event

        assert not session.scalars(select(Event)).all()


PEOPLE = {
    "public": Viewer.public(),
    "editor": Viewer(user_id=1, institution_ids=frozenset({1})),
    "manager": Viewer(user_id=2, institution_ids=frozenset({1}), managed_ids=frozenset({1})),
    "other": Viewer(user_id=3, institution_ids=frozenset({2})),
    "coordinator": Viewer(user_id=4, region_ids=frozenset({1})),
    "elsewhere": Viewer(user_id=5, region_ids=frozenset({2})),
    "administrator": Viewer(user_id=6, is_admin=True),
}
INSIDERS = {"editor", "manager"}
TABLE: dict[str, set[str]] = {
    "event.register": INSIDERS,
    "event.change": INSIDERS,
    "event.cancel": INSIDERS,
    "event.history": INSIDERS,
    "event.invite": INSIDERS,
    "event.answer": INSIDERS,
    "event.share": INSIDERS,
    "event.submit": INSIDERS,
    "event.moderate": {"coordinator"},
    "event.import": INSIDERS,
    "clash.check": INSIDERS,
    "conflict.list": {*INSIDERS, "other", "coordinator", "elsewhere"},
    "conflict.see": {*INSIDERS, "coordinator"},
    "conflict.settle": {"coordinator"},
    "feed.read": set(PEOPLE),
    "institution.check": INSIDERS,
    "account.own": set(PEOPLE) - {"public"},
    "colleague.manage": {"manager", "administrator"},
    "user.manage": {"administrator"},
    "site.administer": {"administrator"},
}


@pytest.mark.parametrize("right", RIGHTS)
def test_the_permission_table(right: str) -> None:
    about = About(institution_id=1, institution_ids={1}, region_ids={1})
    assert {name for name, viewer in PEOPLE.items() if may(viewer, right, about)} == TABLE[right]
