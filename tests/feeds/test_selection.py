"""The paths of interface.md, Feeds."""

import pytest

from calendar_app.feeds.selection import SCHEMES, Selection, parse, parse_file

BASE = "https://x.example"


def test_every_scheme_has_its_feeds() -> None:
    assert parse("all") == Selection()
    for scheme in SCHEMES:
        assert parse(f"{scheme}/a-b-1") == Selection(scheme, "a-b-1")


@pytest.mark.parametrize(
    "path",
    ["", "all/", "all/x", "region", "region/", "region/A", "region/a/b", "region/../x", "private/x",
     "saved/x", "region/" + "a" * 81, "region/a.b", "Region/a", "region/é", "region/a\n", "-/a"],
)  # fmt: skip
def test_nothing_else_is_a_feed(path: str) -> None:
    assert parse(path) is None


def test_a_path_ends_in_ics() -> None:
    assert parse_file("region/rijnland.ics") == Selection("region", "rijnland")
    assert parse_file("region/rijnland") is None


def test_addresses_in_both_languages_stay_short() -> None:
    one = Selection("region", "rijnland")
    assert one.address(BASE, "nl") == f"{BASE}/feeds/region/rijnland.ics"
    assert one.address(BASE, "en") == f"{BASE}/en/feeds/region/rijnland.ics"
    assert len(Selection("discipline", "a" * 80).address(BASE, "en")) <= 200


def test_the_calendars_own_uid_is_stable_and_its_own() -> None:
    found = {Selection(s, "x").uid(language) for s in SCHEMES for language in ("nl", "en")}
    assert len(found) == 2 * len(SCHEMES)
    assert Selection().uid("nl") == "86dc7230-38a8-5c6b-a344-a6f24b922fcd"
