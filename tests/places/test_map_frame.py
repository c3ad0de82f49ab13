"""Degrees become a drawing: what lies north is above, nothing covers anything."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.places.map_frame import Box, Frame, around, fit, label_place, spread

FRAME = Frame(52.1, 4.4, 10.0, 340, 300)


def test_the_centre_is_in_the_middle_and_north_is_up() -> None:
    assert FRAME.place(52.1, 4.4) == (170, 150)
    assert FRAME.place(52.2, 4.4)[1] < 150 < FRAME.place(52.0, 4.4)[1]
    assert FRAME.place(52.1, 4.3)[0] < 170 < FRAME.place(52.1, 4.5)[0]


def test_distances_are_right() -> None:
    # Mauritshuis to Museum De Lakenhal: 14.8 km by the great circle.
    one, other = FRAME.place(52.0805, 4.3143), FRAME.place(52.1629, 4.4872)
    assert hypot(one[0] - other[0], one[1] - other[1]) / 10 == pytest.approx(14.96, abs=0.1)


@given(
    st.lists(st.tuples(st.floats(51.9, 52.4), st.floats(4.1, 4.9)), min_size=1, max_size=20),
)
def test_everything_fits(points: list[tuple[float, float]]) -> None:
    frame = fit(points, 340, 300, 20, 120)
    for lat, lon in points:
        x, y = frame.place(lat, lon)
        # A flat earth is a hair wider in the south.
        assert 18 <= x <= 322 and 19.9 <= y <= 280.1
    assert frame.scale <= 120


@given(
    st.lists(
        st.tuples(st.floats(100, 240), st.floats(100, 240), st.floats(12, 16)),
        min_size=1, max_size=25,
    )
)  # fmt: skip
def test_dots_come_apart(dots: list[tuple[float, float, float]]) -> None:
    places = spread(tuple(dots), 340, 340)
    assert places == spread(tuple(dots), 340, 340)
    for n, (x, y) in enumerate(places):
        assert dots[n][2] <= x <= 340 - dots[n][2] and dots[n][2] <= y <= 340 - dots[n][2]
        for m in range(n):
            far = hypot(x - places[m][0], y - places[m][1])
            assert far > (dots[n][2] + dots[m][2]) * 0.9


def test_dots_apart_stay_where_they_are() -> None:
    far = spread(((50, 50, 12), (200, 200, 12)), 340, 340)
    assert far[0] == pytest.approx((50, 50), abs=0.02)
    assert far[1] == pytest.approx((200, 200), abs=0.02)


def test_a_label_covers_nothing() -> None:
    frame = Box(0, 0, 340, 300)
    taken = [around(100, 100, 12)]
    first = label_place(100, 100, 12, (50, 10), taken, frame)
    assert first and first.left > 112
    second = label_place(100, 100, 12, (50, 10), [*taken, first], frame)
    assert second and not second.meets(first) and not second.meets(taken[0])
    assert label_place(330, 100, 12, (50, 10), taken, frame).right < 330  # type: ignore[union-attr]
    assert label_place(100, 100, 12, (50, 10), [Box(0, 0, 340, 300)], frame) is None
