"""Venues that are likely one: the same house under two names, and not two houses in one street."""

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.places.duplicates import Spot, likely_same

HOUSE = Spot(1, "Koninklijke Schouwburg", "Den Haag", 52.0829, 4.3155)


def pairs(*others: Spot) -> set[tuple[int, int]]:
    return {(one.key, other.key) for one, other, _ in likely_same([HOUSE, *others])}


def test_another_spelling_next_door_is_the_same() -> None:
    assert pairs(Spot(2, "Kon. Schouwburg Den Haag", "Den Haag", 52.0830, 4.3156)) == {(1, 2)}
    assert pairs(Spot(2, "De Koninklijke Schouwburg", "", None, None)) == set()
    assert pairs(Spot(2, "koninklijke schouwburg", "Den Haag", None, None)) == {(1, 2)}


def test_the_same_name_in_another_city_is_another_house() -> None:
    assert pairs(Spot(2, "Koninklijke Schouwburg", "Leiden", 52.16, 4.49)) == set()


def test_two_institutions_have_two_houses() -> None:
    one = Spot(1, "Kunstmuseum Den Haag", "Den Haag", 52.0892, 4.2799, institution=1)
    other = Spot(2, "Fotomuseum Den Haag", "Den Haag", 52.0893, 4.2798, institution=2)
    assert likely_same([one, other]) == []


def test_neighbours_are_not_the_same() -> None:
    assert pairs(Spot(2, "Mauritshuis", "Den Haag", 52.0829, 4.3155)) == set()


spots = st.builds(
    Spot, st.integers(1, 50), st.text("abc é", max_size=12), st.sampled_from(["Leiden", ""]),
    st.one_of(st.none(), st.floats(52, 52.2)), st.one_of(st.none(), st.floats(4.2, 4.6)),
)  # fmt: skip


@given(st.lists(spots, max_size=12, unique_by=lambda spot: spot.key), st.randoms())
def test_the_order_does_not_matter_and_nobody_is_its_own_duplicate(found, chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    chance.shuffle(shuffled)
    one, other = likely_same(found), likely_same(shuffled)
    assert one == other
    assert all(a.key < b.key for a, b, _ in one)
