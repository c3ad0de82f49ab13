"""Dates in words."""

from datetime import date, datetime, timedelta

import pytest

from calendar_app.core.timespan import midnight, to_instant
from calendar_app.events.models import Occurrence
from calendar_app.web.wording import first_day, hours_text, last_day, period_text, when_text


def timed(starts: str, ends: str, fold: int | None = None) -> Occurrence:
    first, last = datetime.fromisoformat(starts), datetime.fromisoformat(ends)
    return Occurrence(
        all_day=False, starts_at=to_instant(first, fold), ends_at=to_instant(last, fold),
        starts_wall=first, ends_wall=last,
    )  # fmt: skip


def whole(first: date, last: date) -> Occurrence:
    end = last + timedelta(days=1)
    return Occurrence(
        all_day=True, starts_on=first, ends_on=end, starts_at=midnight(first), ends_at=midnight(end)
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "vrijdag 12 maart 2027, 20.15–22.15 uur"),
        ("en", "Friday 12 March 2027, 20:15–22:15"),
    ],
)
def test_evening(language: str, text: str) -> None:
    assert when_text(timed("2027-03-12T20:15", "2027-03-12T22:15"), language) == text


def test_past_midnight_stays_one_evening() -> None:
    night = timed("2027-03-12T23:00", "2027-03-13T02:00")
    assert when_text(night, "nl") == "vrijdag 12 maart 2027, 23.00–02.00 uur"


def test_until_midnight_ends_the_same_day() -> None:
    assert last_day(timed("2027-03-12T20:00", "2027-03-13T00:00")) == date(2027, 3, 12)


def test_several_days_with_times() -> None:
    weekend = timed("2027-03-12T10:00", "2027-03-14T17:00")
    assert when_text(weekend, "en") == "Friday 12 March 2027 10:00 to Sunday 14 March 2027 17:00"


def test_the_hour_that_comes_twice_is_named() -> None:
    for fold, words in ((0, "zomertijd"), (1, "wintertijd")):
        assert words in hours_text(timed("2026-10-25T02:30", "2026-10-25T04:00", fold), "nl")


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2027, 3, 12), date(2027, 3, 12), "vrijdag 12 maart 2027"),
        (date(2027, 3, 12), date(2027, 3, 14), "12 tot en met 14 maart 2027"),
        (date(2027, 2, 3), date(2027, 3, 12), "3 februari tot en met 12 maart 2027"),
        (date(2026, 12, 3), date(2027, 3, 12), "3 december 2026 tot en met 12 maart 2027"),
    ],
)
def test_periods_say_nothing_twice(first: date, last: date, text: str) -> None:
    assert period_text(first, last, "nl") == text
    run = whole(first, last)
    assert (first_day(run), last_day(run)) == (first, last)
    assert when_text(run, "nl") == text
