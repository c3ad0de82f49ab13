"""No page breaks a rule that axe knows, in both languages, at 1280 and 375 pixels, light and
dark; none scrolls sideways; and the site works with the keyboard alone."""

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
WIDTHS = (1280, 375)

PUBLIC = (
    "/", "/agenda", "/agenda?view=month", "/agenda?view=week", "/agenda?view=timeline",
    "/agenda?view=year", "/agenda?view=map",
    "/agenda?kind=concert&region=rijnland&q=a",
    "/agenda?q=zzzzzz", "/agenda?kind=nothing", "/institutions", "/institutions/museum-de-lakenhal",
    "/institutions/mauritshuis", "/themes/science-art", "/login", "/accessibility", "/privacy",
    "/login/forgotten", "/login/forgotten?sent=1", "/login/code",
    "/subscribe", "/campaigns", "/no-such-page",
)  # fmt: skip
INSIDE = {
    "editor.museum-de-lakenhal": (
        "/", "/mine", "/mine?show=incomplete", "/agenda", "/institutions/museum-de-lakenhal",
        "/events/new", "/imports",
        "/conflicts", "/subscribe", "/events/bulk", "/account", "/account/code", "/account/erase",
        "/account/address", "/account/password", "/account/passkeys",
    ),
    "coordinator.haaglanden": (
        "/", "/agenda?view=month", "/agenda?view=timeline", "/conflicts", "/moderation",
    ),
    "admin": (
        "/", "/admin", "/admin/venues", "/admin/venues/korzo", "/admin/institutions/korzo",
        "/admin/users", "/admin/users/1", "/admin/taxonomy", "/admin/regions/rijnland",
        "/admin/audit", "/institutions/korzo/people", "/admin/venues/amare/merge?into=korzo",
        "/admin/venues/new", "/admin/institutions", "/admin/taxonomy/theme/new",
        "/admin/taxonomy/kind/concert", "/admin/regions", "/admin/sign-in", "/admin/users/new",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core; skips where the Node tools were not set up."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run make test")
    return AXE.read_text("utf-8")


def assert_sound(page, axe: str, address: str) -> None:
    """At both widths: no violation, no scrolling sideways; and it says it is a demonstration."""
    assert page.locator(".demo").count() == 1, address
    # Run through the debugger: the page's own policy allows no foreign script.
    page.evaluate(axe)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
            " 'best-practice'], resultTypes: ['violations']})"
        )
        told = [
            (one["id"], [(node["target"], node["failureSummary"]) for node in one["nodes"]][:3])
            for one in found["violations"]
        ]
        assert told == [], f"{address} at {width}"
        fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert fits, f"{address} at {width}"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_public_pages(new_page, axe: str, prefix: str) -> None:
    page = new_page()
    for path in PUBLIC:
        page.goto(prefix + path)
        # What folds out is looked at as well.
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert_sound(page, axe, prefix + path)


def in_both_languages(page, axe: str) -> None:
    """The page at hand, as it is and in the other language."""
    assert_sound(page, axe, page.url)
    page.goto(page.get_by_role("banner").locator("a[hreflang]").first.get_attribute("href"))
    assert_sound(page, axe, page.url)


@pytest.mark.parametrize(("scheme", "prefix"), [("light", "/en"), ("dark", "")])
def test_pages_of_events(new_page, axe: str, scheme: str, prefix: str) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{prefix}/agenda?kind=exhibition")
    links = page.locator(".slot__title a, .running a").evaluate_all("all => all.map(a => a.href)")
    page.goto(f"{prefix}/agenda")
    links += page.locator(".slot__title a").evaluate_all("all => all.map(a => a.href)")
    assert links
    chosen = list(dict.fromkeys(links))[:: max(len(links) // 4, 1)][:4]
    for address in chosen:
        page.goto(address)
        assert_sound(page, axe, address)
    venue = page.locator("aside a[href*='/venues/']")
    if venue.count():
        venue.first.click()
        page.wait_for_url("**/venues/**")
        assert_sound(page, axe, page.url)


@pytest.mark.parametrize("name", list(INSIDE))
def test_pages_inside(new_page, sign_in, axe: str, name: str) -> None:
    page = new_page()
    sign_in(page, name)
    for prefix in ("", "/en"):
        for path in INSIDE[name]:
            page.goto(prefix + path)
            page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert_sound(page, axe, prefix + path)
    page.goto("/conflicts")
    case = page.locator("main a[href*='/conflicts/']")
    if case.count():
        case.first.click()
        page.wait_for_url("**/conflicts/*")
        in_both_languages(page, axe)


def test_pages_about_an_own_event(new_page, sign_in, axe: str) -> None:
    page = new_page()
    sign_in(page, "editor.museum-de-lakenhal")
    page.goto("/institutions/museum-de-lakenhal")
    page.locator(".slot__title a, .running a").first.evaluate("link => link.click()")
    page.wait_for_url("**/events/**")
    assert_sound(page, axe, page.url)
    event = re.sub(r"(/events/[a-z2-7]{12}).*", r"\1", page.url)
    for part in ("/edit", "/cancel", "/history", "/together", "/picture", "/parts", "/promotes"):
        page.goto(event + part)
        assert_sound(page, axe, event + part)
    # Each way a date can be, with what folds out.
    page.goto("/events/new")
    for way in ("multiple", "periodic", "permanent", "fuzzy"):
        page.locator(f"input[name=date_type][value={way}]").check()
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert_sound(page, axe, f"/events/new {way}")


def test_the_page_of_an_import(new_page, sign_in, axe: str, tmp_path: Path) -> None:
    page = new_page()
    sign_in(page, "editor.korzo")
    content = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n"
        "BEGIN:VEVENT\r\nUID:a@x\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20270312T200000\r\n"
        "SUMMARY:Dansavond\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:b@x\r\nDTSTART:20270230T200000\r\nSUMMARY:Nee\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    (tmp_path / "season.ics").write_bytes(content.encode())
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(tmp_path / "season.ics")
    page.get_by_role("main").locator("form button").first.click()
    page.wait_for_url(re.compile(r"/imports/[a-z0-9]+$"))
    in_both_languages(page, axe)


def test_a_failed_sign_in_takes_the_reader_to_what_is_wrong(page, axe: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mailadres").fill("nobody@demo.example")
    page.get_by_label("Wachtwoord").fill("wrong")
    page.get_by_role("main").get_by_role("button", name="Inloggen").click()
    assert page.get_by_role("alert").evaluate("box => box === document.activeElement")
    assert_sound(page, axe, "/login refused")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_label("E-mailadres").evaluate("field => field === document.activeElement")


def test_keyboard_alone_reaches_the_agenda(page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator(".utrecht-skip-link")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#main").evaluate("main => main === document.activeElement")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/agenda")


def test_the_language_switch_keeps_the_page(page) -> None:
    page.goto("/agenda?view=month&region=rijnland")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/agenda?view=month&region=rijnland")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Nederlands").click()
    page.wait_for_url(re.compile(r"(?<!/en)/agenda\?view=month&region=rijnland$"))


def test_filters_answer_at_once_and_without_script_too(new_page) -> None:
    page = new_page()
    page.goto("/agenda")
    page.get_by_label("Leiden (Rijnland)").check()
    page.get_by_role("link", name="Filter weghalen: Leiden (Rijnland)").wait_for()
    assert "region=rijnland" in page.url
    assert page.locator("#results .slot").count() > 0
    # The other views keep what was chosen.
    page.get_by_role("link", name="Tijdlijn").click()
    page.locator("table.timeline").wait_for()
    assert "region=rijnland" in page.url and "view=timeline" in page.url
    assert page.get_by_label("Leiden (Rijnland)").is_checked()
    bare = new_page(java_script_enabled=False)
    bare.goto("/agenda")
    bare.get_by_label("Leiden (Rijnland)").check()
    bare.get_by_role("button", name="Toon").click()
    assert "region=rijnland" in bare.url
    assert bare.locator("#results .slot").count() > 0
