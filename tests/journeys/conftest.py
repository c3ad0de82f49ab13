"""A served site with a demonstration season, and a real browser in front of it.

The server is the one people run: `calendar-app serve` on granian, in a process of its own, with
its own SQLite database. Without a Chromium the journeys are skipped, with a clear line.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from scripts.browser import find_browser

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo-demo-demo"
EVENTS = 300
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

SignIn = Callable[..., None]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; skips where there is none."""
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium found: apt-get install chromium, or set CHROMIUM to its path")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Waits until the site answers; the deadline is generous because machines may be busy."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server ended with code {server.returncode}")
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server did not answer within a minute")


@pytest.fixture(scope="session")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served site keeps its things."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def base_url(chromium: str, site_dir: Path) -> Iterator[str]:
    """The address of the served site."""
    port = _free_port()
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "INSTANCE_DIR": str(site_dir),
        "DATABASE_URL": "",
        "BASE_URL": "",
    }
    command = [sys.executable, "-m", "calendar_app"]
    for step in (["migrate"], ["demo", "--events", str(EVENTS)]):
        subprocess.run([*command, *step], cwd=ROOT, env=environment, check=True)
    server = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _answers(f"{url}/healthz", server)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["object"]:
    """One Chromium for all journeys; each test gets a context of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def new_page(browser, base_url) -> Iterator[Callable]:
    """Makes pages, each as a person of its own: ``new_page(width=375)``. Fails the test when a
    page has an error in its console or asks anything of another site."""
    contexts, trouble = [], []

    def make(width: int = 1280, height: int = 800, **more):
        context = browser.new_context(
            base_url=base_url, viewport={"width": width, "height": height}, locale="nl-NL",
            timezone_id="Europe/Amsterdam", **more,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((base_url, "data:"))
                else trouble.append(f"third party: {asked.url}")
            ),
        )
        page.on(
            "console",
            lambda said: (
                trouble.append(f"console: {said.text}")
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def page(new_page):
    """A page of somebody who is not signed in."""
    return new_page()


@pytest.fixture(scope="session")
def sign_in() -> SignIn:
    """``sign_in(page, "editor.korzo")``: signs in with a demonstration account."""

    def enter(page, name: str) -> None:
        page.goto("/login")
        page.get_by_label("E-mailadres").fill(f"{name}@demo.example")
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Inloggen").click()
        page.get_by_role("button", name="Uitloggen").wait_for()

    return enter
