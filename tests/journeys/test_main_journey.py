"""The main road, walked by people: an opening in Leiden against one in Den Haag, warned of while
the date is picked, kept, settled by the coordinator, and published in the merged feed."""

import re
from datetime import date, timedelta
from urllib.request import urlopen

import pytest

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]


def a_quiet_friday() -> date:
    """A Friday far ahead, where the demonstration season has nothing."""
    start = date.today() + timedelta(days=430)
    return start + timedelta(days=(4 - start.weekday()) % 7)


def fill_exhibition(page, title: str, opening: date, *, sure: bool) -> None:
    """Fills in an exhibition with an opening at five."""
    page.goto("/events/new")
    page.get_by_label("Soort activiteit").select_option("exhibition")
    page.get_by_label("Werktitel").fill(title)
    page.get_by_label("van … tot en met, zoals een tentoonstelling").check()
    page.get_by_label("Eerste dag").fill((opening + timedelta(days=1)).isoformat())
    page.locator("#f-until_on").fill((opening + timedelta(days=90)).isoformat())
    page.get_by_label("Opening op").fill(opening.isoformat())
    page.get_by_label("Begin van de opening").fill("17:00")
    if sure:
        page.locator("input[name=planning][value=confirmed]").check()
        page.locator("input[name=visibility][value=public]").check()
    page.locator("summary", has_text="Meer erover").click()
    page.locator("input[name=disciplines][value='visual-arts']").check()
    page.locator("input[name=reach][value=national]").check()
    page.get_by_label("Verwachte bezoekers per keer").fill("500")
    page.get_by_label("Verwachte bezoekers per keer").blur()


def save(page) -> None:
    """Saves, and waits for the event's own page."""
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("Opgeslagen.").wait_for()


def test_from_a_clash_to_a_settled_case_and_the_merged_feed(new_page, sign_in, base_url) -> None:
    day = a_quiet_friday()
    hague, leiden, coordinator = new_page(), new_page(), new_page()
    sign_in(hague, "editor.mauritshuis")
    fill_exhibition(hague, "Het verborgen atelier", day, sure=True)
    save(hague)

    # In Leiden: warned while the date is being picked, with the reason; saving is not blocked.
    sign_in(leiden, "editor.museum-de-lakenhal")
    fill_exhibition(leiden, "De verzamelaar", day, sure=False)
    panel = leiden.locator("#clashes")
    panel.get_by_text("Het verborgen atelier").wait_for()
    warned = panel.inner_text()
    assert "Grote overlap" in warned
    assert "twee openingen: dezelfde pers en gasten" in warned
    save(leiden)
    assert leiden.get_by_role("heading", name="De verzamelaar").first.is_visible()

    # The coordinator sees the case with its reasons and settles it.
    sign_in(coordinator, "coordinator.rijnland")
    coordinator.goto("/conflicts?tab=new")
    coordinator.get_by_role("link", name=re.compile("Het verborgen atelier")).click()
    reason = re.compile(r"twee openingen: dezelfde pers en gasten: \d+ punten")
    coordinator.get_by_text(reason).wait_for()
    coordinator.get_by_label("Toelichting of reden").fill("Leiden opent een uur later.")
    coordinator.get_by_label("Hoe is het opgelost?").select_option("staggered")
    coordinator.get_by_role("button", name="Oplossen").click()
    coordinator.get_by_text("Gedaan.").wait_for()
    assert coordinator.get_by_text("opgelost").first.is_visible()
    assert coordinator.get_by_text("Leiden opent een uur later.").is_visible()

    # Leiden makes it sure and public; both stand in the merged feeds.
    leiden.get_by_role("link", name="Wijzigen").click()
    leiden.get_by_label("Begin van de opening").fill("18:30")
    leiden.locator("#f-opening_ends").fill("20:30")
    leiden.locator("input[name=planning][value=confirmed]").check()
    leiden.locator("input[name=visibility][value=public]").check()
    save(leiden)
    for path in ("/feeds/all.ics", "/feeds/discipline/visual-arts.ics"):
        with urlopen(base_url + path) as answer:
            feed = answer.read().decode()
        assert "Het verborgen atelier" in feed and "De verzamelaar" in feed, path
    with urlopen(f"{base_url}/feeds/region/rijnland.ics") as answer:
        feed = answer.read().decode()
    assert "De verzamelaar" in feed and "Het verborgen atelier" not in feed


def test_without_javascript_the_date_is_checked_by_a_button(new_page, sign_in) -> None:
    day = a_quiet_friday() + timedelta(days=14)
    page = new_page(java_script_enabled=False)
    sign_in(page, "editor.korzo")
    for title in ("Eerste dansavond", "Tweede dansavond"):
        page.goto("/events/new")
        page.get_by_label("Soort activiteit").select_option("dance")
        page.get_by_label("Werktitel").fill(title)
        page.locator("#f-starts_on").fill(day.isoformat())
        page.locator("#f-starts_time").fill("20:00")
        page.get_by_role("button", name="Controleer deze datum").click()
        assert page.get_by_label("Werktitel").input_value() == title
        page.get_by_role("button", name="Opslaan").click()
        page.get_by_text("Opgeslagen.").wait_for()


def test_thirty_seconds_are_enough(new_page, sign_in) -> None:
    """Kind, title, date and (one's own) institution; everything else is assumed."""
    page = new_page(375)
    sign_in(page, "editor.nobel")
    page.goto("/events/new")
    page.get_by_label("Soort activiteit").select_option("concert")
    page.get_by_label("Werktitel").fill("Nog zonder naam")
    page.locator("#f-starts_on").fill((a_quiet_friday() + timedelta(days=28)).isoformat())
    save(page)


def test_the_form_by_keyboard_alone(new_page, sign_in) -> None:
    page = new_page()
    sign_in(page, "editor.nobel")
    page.goto("/events/new")
    page.get_by_label("Soort activiteit").focus()
    page.keyboard.type("Concert")
    page.keyboard.press("Tab")
    page.keyboard.type("Met het toetsenbord")
    page.locator("#f-starts_on").fill((a_quiet_friday() + timedelta(days=35)).isoformat())
    page.get_by_role("button", name="Opslaan").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Opgeslagen.").wait_for()


def test_a_stale_save_shows_both_versions(new_page, sign_in) -> None:
    one, other = new_page(), new_page()
    for page in (one, other):
        sign_in(page, "editor.paard")
    one.goto("/events/new")
    one.get_by_label("Soort activiteit").select_option("concert")
    one.get_by_label("Werktitel").fill("Tegelijk bewerkt")
    one.locator("#f-starts_on").fill((a_quiet_friday() + timedelta(days=42)).isoformat())
    save(one)
    address = one.get_by_role("link", name="Wijzigen").get_attribute("href")
    for page in (one, other):
        page.goto(address)
    one.get_by_label("Werktitel").fill("Eerst opgeslagen")
    save(one)
    other.get_by_label("Werktitel").fill("Later getypt")
    other.get_by_role("button", name="Opslaan").click()
    other.get_by_text("Iemand anders heeft deze activiteit opgeslagen").wait_for()
    table = other.get_by_role("table").inner_text()
    assert "Eerst opgeslagen" in table and "Later getypt" in table
    save(other)
    assert other.get_by_role("heading", name="Later getypt").first.is_visible()
