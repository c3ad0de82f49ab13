"""Passkeys in a real browser with a device of its own making; and all else without JavaScript."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from calendar_app.core.clock import utc_now
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.schema import metadata
from calendar_app.web import create_app
from calendar_app.workflow.manage import load_reference
from tests.factories.people import PASSWORD, add_person

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]
KEYS, CODES = "keys@x.example", "codes@x.example"


@pytest.fixture(scope="module")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site under a name: browsers make passkeys for https and for localhost, and the site of the
    other journeys has an IP address."""
    folder = tmp_path_factory.mktemp("named")
    engine = make_engine(f"sqlite:///{folder}/calendar.sqlite3")
    metadata().create_all(engine)
    sessions: sessionmaker[Session] = session_factory(engine)
    with sessions() as session, transaction(session):
        load_reference(session)
        for email in (KEYS, CODES):
            add_person(session, email, institutions=("korzo",))
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    address = f"http://localhost:{server.port}"
    server.app = create_app(
        {"BASE_URL": address, "INSTANCE_DIR": Path(folder), "SECRET_KEY": "test"},
        sessions=sessions,
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        engine.dispose()


@pytest.fixture
def person(browser, site: str) -> Iterator["object"]:
    """A browser whose computer can make passkeys."""
    context = browser.new_context(base_url=site, locale="nl-NL")
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    yield page
    context.close()


def by_password(page, email: str) -> None:
    """Gives address and password."""
    page.goto("/login")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Inloggen", exact=True).click()


def test_a_passkey_is_made_used_and_removed(person) -> None:
    page = person
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    by_password(page, KEYS)
    page.goto("/account/passkeys")
    page.get_by_label("Hoe noemt u hem?").fill("Proefapparaat")
    page.get_by_role("button", name="Voeg een passkey toe").click()
    page.get_by_text("De passkey is toegevoegd").wait_for()
    page.get_by_role("button", name="Uitloggen").click()
    page.goto("/login?next=/account")
    page.get_by_role("button", name="Inloggen met een passkey").click()
    page.get_by_role("heading", name="Mijn account").wait_for()
    assert page.get_by_text("Proefapparaat").is_visible()
    page.get_by_role("button", name="Uitloggen").click()
    by_password(page, KEYS)
    page.get_by_role("heading", name="Tweede stap").wait_for()
    page.get_by_role("button", name="Inloggen met een passkey").click()
    page.get_by_role("button", name="Uitloggen").wait_for()
    page.goto("/account/passkeys")
    page.get_by_role("button", name="Verwijderen").click()
    page.get_by_text("De passkey is verwijderd").wait_for()
    # The device still offers what the site knows no more: told in words, nothing breaks.
    page.get_by_role("button", name="Uitloggen").click()
    page.goto("/login")
    page.get_by_role("button", name="Inloggen met een passkey").click()
    page.get_by_role("alert").get_by_text("niet geaccepteerd").wait_for()
    trouble = [line for line in trouble if "422" not in line]
    assert trouble == []


def test_codes_need_no_javascript_and_passkeys_say_what_they_need(browser, site: str) -> None:
    context = browser.new_context(base_url=site, locale="nl-NL", java_script_enabled=False)
    page = context.new_page()
    by_password(page, CODES)
    page.goto("/account/passkeys")
    assert page.get_by_text("met JavaScript aan").is_visible()
    assert not page.get_by_role("button", name="Voeg een passkey toe").is_visible()
    page.goto("/account/code")
    key = re.sub(r"\s", "", page.locator("code").text_content() or "")
    now = utc_now()
    page.get_by_label("Code uit uw app").fill(pyotp.TOTP(key).at(now))
    page.get_by_role("button", name="Zet aan").click()
    assert page.get_by_text("aan: gevraagd na uw wachtwoord").is_visible()
    page.get_by_role("button", name="Uitloggen").click()
    by_password(page, CODES)
    # The next step's code: this one was used up when it was turned on.
    page.get_by_label("Code uit uw app").fill(pyotp.TOTP(key).at(now, counter_offset=1))
    page.get_by_role("main").get_by_role("button", name="Inloggen", exact=True).click()
    assert page.get_by_role("button", name="Uitloggen").is_visible()
    context.close()
