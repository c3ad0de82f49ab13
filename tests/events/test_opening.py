"""Opening hours: closed wins, then adjusted, then the week."""

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.events.opening import OpeningHours

DAY = ((time(10), time(17)),)
LATE = ((time(10), time(21)),)
MUSEUM = OpeningHours(
    weekly=((), *(DAY,) * 6),
    closed=frozenset({date(2027, 3, 3)}),
    adjusted={date(2027, 3, 3): LATE, date(2027, 3, 8): DAY, date(2027, 4, 27): LATE},
    closed_on_holidays=True,
)


def test_closed_wins_over_adjusted() -> None:
    assert MUSEUM.on(date(2027, 3, 3)) == ()


def test_an_adjusted_monday_is_open_and_another_is_not() -> None:
    assert MUSEUM.on(date(2027, 3, 8)) == DAY
    assert MUSEUM.on(date(2027, 3, 15)) == ()


def test_closed_on_public_holidays_unless_adjusted() -> None:
    assert MUSEUM.on(date(2027, 12, 25)) == ()
    assert MUSEUM.on(date(2027, 4, 27)) == LATE
    assert list(MUSEUM.open_days(date(2027, 3, 1), date(2027, 3, 7))) == [
        date(2027, 3, day) for day in (2, 4, 5, 6, 7)
    ]


hours = st.tuples(st.times().map(lambda t: t.replace(second=0, microsecond=0)),
                  st.times().map(lambda t: t.replace(second=0, microsecond=0)))  # fmt: skip
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
some_hours = st.lists(hours, max_size=2).map(tuple)


@given(
    st.tuples(*[some_hours] * 7),
    st.frozensets(days, max_size=5),
    st.dictionaries(days, some_hours, max_size=5),
    st.booleans(),
    days,
)
def test_what_is_stored_is_read_back_and_says_the_same(week, closed, adjusted, off, day) -> None:  # type: ignore[no-untyped-def]
    given_hours = OpeningHours(week, closed, adjusted, off)
    again = OpeningHours.from_json(given_hours.to_json())
    assert again == given_hours
    assert again is not None
    for shift in range(8):
        assert again.on(day + timedelta(days=shift)) == given_hours.on(day + timedelta(days=shift))
    assert all(given_hours.on(one) == () for one in closed)


def test_nothing_stays_nothing() -> None:
    assert OpeningHours.from_json(None) is None
