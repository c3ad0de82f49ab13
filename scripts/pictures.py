"""Makes the pictures in docs/pictures from a served demonstration site.

``python scripts/pictures.py http://127.0.0.1:8000`` needs a Chromium and Playwright.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.browser import find_browser

VIEWS = ("month", "week", "timeline", "year", "map")
"""The views of the agenda beside its list."""

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def _sign_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.fill("[name=email]", f"{name}@demo.example")
    page.fill("[name=password]", "demo-demo-demo")
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


def _shoot(page: Page, name: str, path: str | None = None, full: bool = False) -> None:
    if path:
        page.goto(path)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=full)


def main(address: str) -> None:
    """Takes every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    friday = datetime.now(UTC).date() + timedelta(days=60)
    friday += timedelta(days=(4 - friday.weekday()) % 7)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )

        def page(width: int, height: int) -> Page:
            return browser.new_context(
                base_url=address, viewport={"width": width, "height": height}, locale="nl-NL"
            ).new_page()

        wide, phone = page(1280, 900), page(375, 800)
        _shoot(wide, "home", "/")
        _shoot(wide, "agenda", "/agenda")
        for view in VIEWS:
            # A year is best seen whole; below the filters, which all views share.
            wide.goto(f"/agenda?view={view}" + (f"&from={friday.year}-01-01" * (view == "year")))
            wide.locator("#results").evaluate("results => results.scrollIntoView()")
            _shoot(wide, view)
        _shoot(wide, "subscribe", "/subscribe")
        _shoot(wide, "institution", "/institutions/amare")
        _shoot(phone, "agenda-phone", "/agenda")
        _shoot(phone, "week-phone", "/agenda?view=week")
        wide.goto("/agenda?kind=exhibition")
        link = wide.locator("main a[href*='/events/']").first.get_attribute("href")
        _shoot(wide, "event", link)
        editor = page(1280, 1250)
        _sign_in(editor, "editor.museum-de-lakenhal")
        editor.goto("/events/new")
        editor.select_option("[name=kind]", "concert")
        editor.fill("[name=title]", "Zomernacht in de Lakenhal")
        editor.fill("#f-starts_on", friday.isoformat())
        editor.fill("#f-starts_time", "20:15")
        editor.locator("#f-title").focus()
        editor.locator("#clashes .hint").first.wait_for()
        editor.wait_for_timeout(1500)
        _shoot(editor, "register")
        coordinator = page(1280, 900)
        _sign_in(coordinator, "coordinator.rijnland")
        _shoot(coordinator, "conflicts", "/conflicts")
        coordinator.locator("table a").first.click()
        coordinator.wait_for_load_state()
        _shoot(coordinator, "conflict", full=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
