"""Links as they are mailed, without the mail."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.people.link_actions import make_link
from tests.factories.people import add_person
from tests.web.conftest import Clock


def links_for(app: Flask, sessions: sessionmaker[Session], clock: Clock) -> dict[str, str]:
    """A living token for each page behind a link, by the first part of its address."""
    key = app.extensions["calendar"].settings.secret_key
    offered = {
        "institutions": {"1": "editor"}, "regions": [], "admin": False, "press": False,
        "language": "nl", "by": None,
    }  # fmt: skip
    with sessions() as session, transaction(session):
        user = add_person(session, "linked@x.example")
        made = {
            "login": make_link(session, key, "reset", user.email, clock.now, user_id=user.id),
            "invitations": make_link(
                session, key, "invitation", "new@x.example", clock.now, data=offered
            ),
            "address": make_link(
                session, key, "address", user.email, clock.now, user_id=user.id,
                data={"side": "old", "new": "new@x.example"},
            ),
        }  # fmt: skip
    return {name: token for name, (token, _link) in made.items()}
