"""Pasted lists of performances."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.events.lines import read_lines, write_lines
from calendar_app.events.rules import MomentError, all_day_moment, timed_moment

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("line", "starts", "ends", "role"),
    [
        ("12-03-2027 20:15", "2027-03-12T19:15", "2027-03-12T21:15", "regular"),
        ("vr 12 maart 2027 20.15-22.30 uur", "2027-03-12T19:15", "2027-03-12T21:30", "regular"),
        ("Friday 12 March 2027, 20:15 - 22:30", "2027-03-12T19:15", "2027-03-12T21:30", "regular"),
        ("2027-03-12\t20:15\tpremière", "2027-03-12T19:15", "2027-03-12T21:15", "premiere"),
        ("12/3/2027 23:00 tot 05:00", "2027-03-12T22:00", "2027-03-13T04:00", "regular"),
        ("12 mrt 20u15", "2027-03-12T19:15", "2027-03-12T21:15", "regular"),
        ("za 25-10-2026 02:30 wintertijd", "2026-10-25T01:30", "2026-10-25T03:30", "regular"),
        ("25-10-2026 02:30 zomertijd", "2026-10-25T00:30", "2026-10-25T02:30", "regular"),
        ("12-03-2027", "2027-03-11T23:00", "2027-03-12T23:00", "regular"),
        ("12-03-2027 t/m 14-03-2027", "2027-03-11T23:00", "2027-03-14T23:00", "regular"),
    ],
)
def test_a_line_is_understood(line: str, starts: str, ends: str, role: str) -> None:
    moments, errors = read_lines(line, TODAY)
    assert not errors
    assert [(m.starts_at, m.ends_at, m.role) for m in moments] == [(_utc(starts), _utc(ends), role)]


@pytest.mark.parametrize(
    "line",
    ["morgen", "31-02-2027 20:00", "12-03-2027 25:00", "12-03-2027 20:15 en nog iets",
     "28-03-2027 02:30", "25-10-2026 02:30", "12-03-1899 20:00", "12-03-2027 t/m 11-03-2027"],
)  # fmt: skip
def test_what_cannot_be_is_named_by_line(line: str) -> None:
    moments, errors = read_lines(f"13-03-2027 20:00\n\n{line}", TODAY)
    assert len(moments) == 1
    assert [error.params["line"] for error in errors] == [3]


def test_the_same_moment_twice_is_one() -> None:
    moments, _ = read_lines("12-03-2027 20:15\n2027-03-12 20:15", TODAY)
    assert len(moments) == 1


def test_a_list_is_bounded() -> None:
    _, errors = read_lines(
        "\n".join(f"12-03-2027 {h:02}:{m:02}" for h in range(24) for m in range(60)), TODAY
    )
    assert errors and "most" in errors[0].params
    _, errors = read_lines("12-03-2027 20:15\n" * 10_000, TODAY)
    assert errors


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def _moments(draw: st.DrawFn):  # type: ignore[no-untyped-def]
    role = draw(
        st.sampled_from(
            ["regular", "premiere", "opening", "press", "preview", "school", "last_day"]
        )
    )
    day = draw(st.dates(date(1990, 1, 2), date(2099, 6, 1)))
    try:
        if draw(st.booleans()):
            return all_day_moment(
                role, day, date.fromordinal(day.toordinal() + draw(st.integers(1, 9)))
            )
        starts = datetime.combine(day, draw(st.times()).replace(second=0, microsecond=0))
        minutes = draw(st.integers(15, 4000))
        from datetime import timedelta

        return timed_moment(
            role, starts, starts + timedelta(minutes=minutes), fold=draw(st.sampled_from([0, 1]))
        )
    except MomentError:
        return None


@given(st.lists(_moments(), max_size=8))
def test_reading_what_was_written_gives_the_same_moments(found: list) -> None:  # type: ignore[type-arg]
    unique = {(m.role, m.starts_at, m.all_day): m for m in found if m is not None}
    moments = sorted(unique.values(), key=lambda m: (m.starts_at, m.role))
    again, errors = read_lines(write_lines(moments), TODAY)
    assert not errors
    assert [(m.role, m.starts_at, m.all_day) for m in again] == [
        (m.role, m.starts_at, m.all_day) for m in moments
    ]
    for one, other in zip(again, moments, strict=True):
        if one.ends_at != other.ends_at:
            # Only an end inside the hour that happens twice may come back as its first pass.
            assert abs((one.ends_at - other.ends_at).total_seconds()) == 3600


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    read_lines(text, TODAY)
