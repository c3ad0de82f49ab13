"""What an event lacks, by kind; which group it stands in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calendar_app.events.todo import TOTAL, OwnEvent, missing, sort_out

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FLAGS = (
    "timed", "opening", "moments", "opening_hours", "venue", "disciplines", "audiences",
    "expected_visitors", "description", "description_en", "picture", "price", "url", "languages",
    "contact_email", "channels", "promotes",
)  # fmt: skip


def own(given: bool = False, **more: Any) -> OwnEvent:
    """A confirmed concert in half a year with everything or nothing filled in."""
    values: dict[str, Any] = {
        "public_id": "a", "title_nl": "Zwerm", "title_en": "Swarm" if given else "",
        "kind": "concert", "lead_id": 1, "date_type": "single", "precision": "exact",
        "planning": "confirmed", "moderation": "approved", "moderation_reason": "",
        "public_at": None, "next_at": NOW + timedelta(days=180),
    }  # fmt: skip
    return OwnEvent(**(values | dict.fromkeys(FLAGS, given) | more))


KINDS = (
    "exhibition", "concert", "festival", "education", "professional", "course", "campaign",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("date_type", ["single", "periodic", "permanent"])
def test_ten_things_are_asked_of_every_kind(kind: str, date_type: str) -> None:
    nothing = own(kind=kind, date_type=date_type, precision="month")
    assert len(missing(nothing)) == len(set(missing(nothing))) == TOTAL
    assert missing(own(given=True, kind=kind, date_type=date_type)) == ()


def test_what_is_asked_fits_the_kind() -> None:
    assert "opening_hours" in missing(own(kind="exhibition", date_type="periodic"))
    assert "opening" not in missing(own(kind="exhibition", date_type="permanent"))
    assert "price" not in missing(own(kind="campaign"))
    assert {"channels", "promotes", "moments"} <= set(missing(own(kind="campaign")))
    assert "picture" not in missing(own(kind="professional"))


def test_a_date_is_there_when_it_is_exact_and_has_its_time() -> None:
    assert "date" in missing(own(given=True, timed=False))
    assert "date" not in missing(own(given=True, timed=False, kind="festival"))
    assert "date" in missing(own(given=True, precision="season"))


def test_english_is_title_and_text() -> None:
    assert missing(own(given=True, title_en="")) == ("english",)
    assert missing(own(given=True, description_en=False)) == ("english",)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"planning": "option", "next_at": NOW + timedelta(weeks=6)}, ["option"]),
        ({"planning": "option", "next_at": NOW + timedelta(weeks=6, seconds=1)}, []),
        ({"planning": "idea", "next_at": NOW - timedelta(days=1)}, ["option"]),
        ({"precision": "season", "next_at": NOW + timedelta(weeks=13)}, ["fuzzy"]),
        ({"public_at": NOW + timedelta(days=14)}, ["lifts"]),
        ({"public_at": NOW}, []),
        ({"moderation": "draft", "planning": "option", "next_at": NOW}, ["draft"]),
        ({"moderation": "rejected", "moderation_reason": "Te vroeg"}, ["rejected"]),
    ],
)
def test_what_is_due(more: dict[str, Any], why: list[str]) -> None:
    todo = sort_out([own(given=True, **more)], [], [], NOW)
    assert [one.why for one in todo.due] == why
    assert not todo.incomplete
