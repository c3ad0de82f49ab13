"""Each kind of event and each way a date can be, typed by a person in a browser: what was typed
is what the event's page, the agenda and the form to change it show."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, islice

import pytest

from calendar_app.events.recurrence import Monthly
from calendar_app.places.special_days import is_school_holiday
from calendar_app.web.forms.event_dates import fuzzy_span
from calendar_app.web.wording import day_text, period_text

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]

EDITOR = "editor.korzo"
MONDAY = date.today() + timedelta(days=420 - date.today().weekday())
"""Far ahead, where the demonstration season has nothing."""
_week = count()

TYPED = """form => Object.fromEntries([...new Set([...new FormData(form).keys()])].sort()
  .filter(name => !/^(csrf_token|draft|version|repeat|dated)/.test(name))
  .map(name => [name, new FormData(form).getAll(name).map(one => one.replaceAll('\\r\\n', '\\n'))])
  .filter(([, values]) => values.some(Boolean)))"""
"""The form as it would be sent, but for what only leads to dates."""

LISTED = """title => [...document.querySelectorAll('#results .day')]
  .filter(day => [...day.querySelectorAll('.slot__title a')].some(a => a.textContent === title))
  .map(day => day.querySelector('.day__name').textContent.replace('Vandaag', '')
    .trim().replace(/\\s+/g, ' '))"""
"""The names of the days under which the agenda has an event."""


def week() -> list[date]:
    """The seven days of a week of one's own, so that no two journeys meet."""
    monday = MONDAY + timedelta(weeks=next(_week))
    return [monday + timedelta(days=n) for n in range(7)]


def dmy(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def full(day: date, language: str = "nl") -> str:
    return day_text(day, language, "full")


@dataclass
class Case:
    """What is typed (by the names of the form's fields) and where it must come back."""

    typed: dict[str, str | bool | list[str]]
    says: list[str] = field(default_factory=list)  # on the event's page
    listed: list[date] = field(default_factory=list)  # the agenda's days
    running: date | None = None  # a day on which it stands among what is going on
    became: dict[str, list[str]] = field(default_factory=dict)  # in the form, where not as typed
    width: int = 1280
    language: str = "nl"


def exhibition() -> Case:
    first, last = week()[2], week()[6] + timedelta(weeks=6)
    opening, closed, adjusted = first - timedelta(1), first + timedelta(9), first + timedelta(10)
    return Case(
        {
            "date_type": "periodic", "from_on": str(first), "until_on": str(last),
            "opening_on": str(opening), "opening_time": "17:00", "opening_ends": "19:30",
            "press_on": str(opening), "press_time": "11:00", "hours": "10:00-17:00",
            "closed_mondays": True, "hours_3": "10:00-21:00", "closed_days": dmy(closed),
            "adjusted_days": f"{dmy(adjusted)} 10:00-15:00",
            "more_moments": f"{dmy(last)} slotdag", "disciplines": ["visual-arts"],
            "reach": "national", "expected_visitors": "400", "price": "12,50",
            "access": ["wheelchair"],
        },
        [f"Loopt van {period_text(first, last, 'nl')}", "17.00–19.30 uur", "opening",
         "11.00–13.00 uur", "persmoment", "€ 12,50"],
        [opening, first], first + timedelta(20),
    )  # fmt: skip


def concert() -> Case:
    day = week()[4]
    return Case(
        {"date_type": "single", "starts_on": str(day), "starts_time": "20:15",
         "ends_time": "22:30", "room": "Grote zaal", "genre": "kamermuziek",
         "disciplines": ["music"], "planning": "confirmed", "visibility": "public"},
        [full(day), "20.15–22.30 uur", "Grote zaal", "Muziek"], [day],
    )  # fmt: skip


def theatre() -> Case:
    days = week()[3:6]
    lines = [f"{dmy(days[0])} 20:15-22:15 try-out", f"{dmy(days[1])} 20:15-22:15 premiere",
             f"{dmy(days[2])} 14:00-16:00"]  # fmt: skip
    pasted = f"{dmy(days[0])} 20.15 uur try-out\nvr {dmy(days[1])} 20:15 premiere\n" + lines[2]
    return Case(
        {"date_type": "multiple", "performances": pasted, "production": "De storm",
         "radius_km": "40", "radius_weeks": "4"},
        [full(days[0]), "voorbezichtiging", full(days[1]), "première", full(days[2]),
         "14.00–16.00 uur"],
        days, became={"performances": ["\n".join(lines)]},
    )  # fmt: skip


def dance() -> Case:
    day = week()[4]
    sale, told, campaign = (day - timedelta(weeks=n) for n in (6, 8, 2))
    more = [f"{dmy(told)} 10:00-12:00 aankondiging", f"{dmy(sale)} 10:00-12:00 kaartverkoop",
            f"{dmy(campaign)} campagne", f"{dmy(day)} 11:00-13:00 pers",
            f"{dmy(day)} 14:00-16:00 school"]  # fmt: skip
    return Case(
        {"date_type": "single", "starts_on": str(day), "starts_time": "20:15",
         "ends_time": "22:00", "role": "premiere", "more_moments": "\n".join(more)},
        [full(day), "première", "aankondiging", "start kaartverkoop", "campagne", "persmoment",
         "voor scholen"], [day],
    )  # fmt: skip


def film() -> Case:
    days = week()[5:7]
    lines = [f"{dmy(day)} 19:30-21:30" for day in days]
    return Case({"date_type": "multiple", "performances": "\n".join(lines),
                 "languages": ["en"], "genre": "documentaire"},
                [*map(full, days), "Engels"], days)  # fmt: skip


def festival() -> Case:
    days = week()
    return Case({"date_type": "single", "starts_on": str(days[3]), "ends_on": str(days[6]),
                 "themes": ["science-art"]},
                [period_text(days[3], days[6], "nl"), "Wetenschap & Kunst"], [days[3]])  # fmt: skip


def lecture() -> Case:
    day = week()[1]
    return Case(
        {"date_type": "single", "starts_on": str(day), "starts_time": "19:30",
         "ends_time": "21:00", "languages": ["nl", "en"], "price": "free",
         "description": "Over **licht**.", "description_en": "About *light*."},
        [full(day, "en"), "Dutch, English", "About light.", "free"], [day], language="en",
    )  # fmt: skip


def conference() -> Case:
    days = week()[2:4]
    return Case({"date_type": "single", "starts_on": str(days[0]), "starts_time": "09:30",
                 "ends_on": str(days[1]), "ends_time": "17:00", "expected_visitors": "250",
                 "reach": "national", "ticket_url": "https://korzo.example/congres"},
                [full(days[0]), "Kaarten", "250"], [days[0]])  # fmt: skip


def professional() -> Case:
    day = week()[1]
    return Case({"date_type": "single", "starts_on": str(day), "starts_time": "13:00",
                 "ends_time": "17:00", "visibility": "partners",
                 "contact_email": "kantoor@korzo.example"},
                [full(day), "kantoor@korzo.example"], [day])  # fmt: skip


def education() -> Case:
    day = week()[3]
    return Case({"date_type": "single", "starts_on": str(day), "starts_time": "10:00",
                 "ends_time": "11:30", "role": "school", "audiences": ["primary-school"],
                 "levels": "groep 5 tot en met 8", "group_size": "30", "on_request": True},
                [full(day), "voor scholen", "Basisschool", "groep 5 tot en met 8", "30"],
                [day])  # fmt: skip


def fuzzy(precision: str, width: int = 1280) -> Case:
    day = week()[3]
    first, last = fuzzy_span(precision, day)
    return Case({"date_type": "fuzzy", "fuzzy": precision, "fuzzy_on": str(day)},
                [f"Nog niet precies: ergens van {period_text(first, last, 'nl')}"],
                became={"fuzzy_on": [str(first)]}, running=first + timedelta(2),
                width=width)  # fmt: skip


def open_day() -> Case:
    day = week()[6]
    return Case({"date_type": "single", "starts_on": str(day), "price": "gratis"},
                [full(day), "gratis"], [day])  # fmt: skip


def permanent() -> Case:
    first = week()[0]
    return Case({"date_type": "permanent", "from_on": str(first), "hours": "11:00-16:00",
                 "hours_2": "dicht"},
                [f"Altijd te zien, sinds {day_text(first, 'nl', 'long')}"],
                running=first + timedelta(40))  # fmt: skip


def market() -> Case:
    days = week()[5:7]
    return Case({"date_type": "single", "starts_on": str(days[0]), "starts_time": "22:00",
                 "ends_time": "02:00", "visibility": "sealed", "internal_note": "Vergunning?"},
                [full(days[0]), "22.00–02.00 uur", "Vergunning?"], [days[0]])  # fmt: skip


CASES = {
    "exhibition": exhibition, "concert": concert, "theatre": theatre, "dance": dance,
    "film": film, "festival": festival, "lecture": lecture, "conference": conference,
    "professional": professional, "education": education, "open-day": open_day,
    "market": market, "tour": permanent, "family": lambda: fuzzy("week", 375),
    "family in a month": lambda: fuzzy("month"), "workshop": lambda: fuzzy("season"),
}  # fmt: skip
"""By kind. Literary evening, course and campaign have journeys of their own below."""


@pytest.fixture(scope="module")
def signed_in(browser, base_url, sign_in) -> dict:
    """The cookies of an editor, who signs in once for all of these."""
    context = browser.new_context(base_url=base_url, locale="nl-NL")
    sign_in(context.new_page(), EDITOR)
    state = context.storage_state()
    context.close()
    return state


def fill(page, typed: dict[str, str | bool | list[str]]) -> None:
    """Types, chooses and ticks, by the names of the fields."""
    page.locator("form.register details").evaluate_all("all => all.forEach(one => one.open = true)")
    for name, value in typed.items():
        control = page.locator(f"form.register [name={name}]")
        if value is True:
            control.check()
        elif isinstance(value, list):
            for one in value:
                page.locator(f"form.register [name={name}][value='{one}']").check()
        elif control.first.get_attribute("type") == "radio":
            page.locator(f"form.register [name={name}][value={value}]").check()
        elif control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def typed_in(page) -> dict[str, list[str]]:
    return page.locator("form.register").evaluate(TYPED)


def save(page) -> None:
    """Saves, and waits for the event's page."""
    page.locator("button[name=do][value=save]").click()
    page.wait_for_url(re.compile(r"/events/[a-z2-7]{12}-"))


def comes_back(page, case: Case, title: str, typed: dict[str, list[str]]) -> None:
    """On the event's page, in the agenda, and in the form to change it."""
    shown = " ".join(page.locator("article").text_content().split())
    assert title in shown
    for text in case.says:
        assert text in shown
    change = page.locator("a[href$='/edit']").get_attribute("href")
    prefix = "" if case.language == "nl" else f"/{case.language}"
    if case.listed:
        page.goto(f"{prefix}/agenda?institution=korzo&q={title}&from={min(case.listed)}")
        days = page.evaluate(LISTED, title)
        assert days[: len(case.listed)] == [full(day, case.language) for day in case.listed]
    if case.running:
        page.goto(f"/agenda?institution=korzo&q={title}&from={case.running}")
        assert title in page.locator("#results .running").text_content()
    page.goto(change)
    assert typed_in(page) == typed | case.became


@pytest.mark.parametrize("name", CASES)
def test_each_kind_comes_back_as_it_was_typed(new_page, signed_in, name: str) -> None:
    case, title = CASES[name](), f"Reis {name}"
    page = new_page(case.width, storage_state=signed_in)
    page.goto("/events/new" if case.language == "nl" else f"/{case.language}/events/new")
    fill(page, {"kind": name.split()[0], "title": title, **case.typed})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    typed = typed_in(page)
    save(page)
    comes_back(page, case, title, typed)


def test_a_course_every_tuesday_without_javascript(new_page, signed_in) -> None:
    tuesdays = [week()[1] for _ in range(4)]
    page = new_page(storage_state=signed_in, java_script_enabled=False)
    page.goto("/events/new")
    page.get_by_label("Soort activiteit").select_option("course")
    page.get_by_label("Werktitel").fill("Reis langs dinsdagen")
    page.locator("[name=date_type][value=multiple]").check()
    page.locator("details.repeat > summary").click()
    page.locator("[name=repeat_days][value='1']").check()
    page.locator("#f-repeat_first").fill(str(tuesdays[0]))
    page.locator("#f-repeat_starts").fill("19:30")
    page.locator("#f-repeat_ends").fill("21:00")
    page.locator("#f-repeat_count").fill("4")
    page.get_by_role("button", name="Toon de datums").click()
    page.locator(f"[name=dated_on][value='{tuesdays[1]}']").uncheck()
    page.locator("[name=dated_times]").nth(2).fill("20:00-22:00")
    more = page.locator("details.register__more")
    if more.get_attribute("open") is None:
        more.locator("> summary").click()
    page.locator("#f-places").fill("20")
    page.locator("#f-term").fill("blok 2")
    page.locator("#f-enrol_until").fill(str(tuesdays[0] - timedelta(14)))
    save(page)
    hours = ("19:30-21:00", None, "20:00-22:00", "19:30-21:00")
    lines = [f"{dmy(day)} {at}" for day, at in zip(tuesdays, hours, strict=True) if at]
    left = [tuesdays[0], *tuesdays[2:]]
    enrolment = day_text(tuesdays[0] - timedelta(14), "nl", "long")
    case = Case({}, [*map(full, left), "20.00–22.00 uur", "blok 2", enrolment], left)
    shown = " ".join(page.locator("article").text_content().split())
    assert all(text in shown for text in case.says)
    assert full(tuesdays[1]) not in shown
    change = page.locator("a[href$='/edit']").get_attribute("href")
    page.goto(f"/agenda?institution=korzo&q=langs dinsdagen&from={left[0]}")
    named = [" ".join(day.split()) for day in page.locator(".day__name").all_inner_texts()]
    assert named == [full(day) for day in left]
    page.goto(change)
    assert page.locator("#f-performances").input_value() == "\n".join(lines)
    assert page.locator("#f-places").input_value() == "20"


def test_every_first_friday_outside_the_school_holidays(new_page, signed_in) -> None:
    first = date(MONDAY.year, 1, 1)
    fridays = [day for day in islice(Monthly(4, 1).dates(first), 12) if day.year == first.year]
    expected = [day for day in fridays if not is_school_holiday(day)]
    page = new_page(storage_state=signed_in)
    page.goto("/events/new")
    fill(page, {
        "kind": "literary", "title": "Reis langs vrijdagen", "date_type": "multiple",
        "repeat": "monthly", "repeat_days": ["4"], "repeat_number": "1", "repeat_outside": True,
        "repeat_first": str(first), "repeat_until": f"{first.year}-12-31",
        "repeat_starts": "20:00", "repeat_ends": "22:00",
    })  # fmt: skip
    page.get_by_role("button", name="Toon de datums").click()
    page.locator("[name=dated_on]").first.wait_for()
    offered = page.locator("[name=dated_on]").evaluate_all("all => all.map(one => one.value)")
    assert offered == [str(day) for day in expected]
    save(page)
    page.locator("a[href$='/edit']").click()
    lines = [f"{dmy(day)} 20:00-22:00" for day in expected]
    assert page.locator("#f-performances").input_value() == "\n".join(lines)


def test_a_campaign_is_linked_to_what_it_promotes_and_stands_in_its_lane(
    new_page, signed_in
) -> None:
    # The lane shows the weeks to come.
    monday = date.today() + timedelta(days=21 - date.today().weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    page = new_page(storage_state=signed_in)
    page.goto("/events/new")
    fill(page, {"kind": "theatre", "title": "Reis met affiches", "starts_on": str(days[5]),
                "starts_time": "20:15", "ends_time": "22:15", "role": "premiere"})  # fmt: skip
    save(page)
    page.goto("/campaigns")
    page.get_by_role("link", name="Nieuwe campagne").click()
    fill(page, {
        "title": "Reis campagne", "date_type": "periodic", "from_on": str(days[1]),
        "until_on": str(days[4]), "channels": "affiche, radio",
        "more_moments": f"{dmy(days[0])} 10:00-12:00 aankondiging\n"
        f"{dmy(days[2])} 10:00-12:00 kaartverkoop",
    })  # fmt: skip
    typed = typed_in(page)
    assert typed["kind"] == ["campaign"]
    save(page)
    campaign = page.url
    page.get_by_role("link", name="Wat het promoot").click()
    page.get_by_label(re.compile("Reis met affiches")).check()
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_role("link", name="Reis met affiches").wait_for()
    page.goto(campaign)
    case = Case({}, [f"Loopt van {period_text(days[1], days[4], 'nl')}", "affiche, radio",
                     "aankondiging", "start kaartverkoop", "Reis met affiches"])  # fmt: skip
    comes_back(page, case, "Reis campagne", typed)
    page.goto("/campaigns")
    row = page.locator("tr", has_text="Reis met affiches")
    assert row.locator("td").first.inner_text().count("Reis campagne") == 3
    assert "première" in row.locator("td").last.inner_text()


def test_the_whole_form_by_keyboard(new_page, signed_in) -> None:
    # The same whichever of day and month the browser's field asks first.
    day = date(MONDAY.year + 1, 6, 6)
    page = new_page(storage_state=signed_in)
    page.goto("/events/new")

    def tab_to(name: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == name:
                return
        pytest.fail(f"Tab does not reach {name}")

    tab_to("kind")
    page.keyboard.type("Concert")
    tab_to("title")
    page.keyboard.type("Reis met toetsen")
    tab_to("date_type")
    tab_to("starts_on")
    page.keyboard.type(f"{day:%d%m%Y}")
    assert page.locator("#f-starts_on").input_value() == str(day)
    tab_to("starts_time")
    page.keyboard.type("1015A")  # where the field asks for it: AM
    tab_to("ends_time")
    page.keyboard.type("1145A")
    tab_to("planning")
    page.keyboard.press("ArrowDown")
    tab_to("visibility")
    page.keyboard.press("ArrowDown")
    typed = typed_in(page)
    assert (typed["planning"], typed["visibility"]) == (["confirmed"], ["partners"])
    tab_to("do")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/events/[a-z2-7]{12}-"))
    case = Case({}, [full(day), "10.15–11.45 uur"], [day])
    comes_back(page, case, "Reis met toetsen", typed)
