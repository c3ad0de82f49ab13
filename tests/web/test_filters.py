"""The query keys of the agenda."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from calendar_app.core.errors import AppError
from calendar_app.web.filters import SELECTIONS, read_query, single

KNOWN = {key: {"a", "b"} for key in SELECTIONS}


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("kind=zzz", "kind"), ("region=a&region=zzz", "region"), ("venue=%00", "venue"),
        ("from=tomorrow", "from"), ("from=2027-W10-5", "from"), ("from=1989-12-31", "from"),
        ("until=2100-01-01", "until"), ("from=2027-02-30", "from"), ("from=20270301", "from"),
        ("view=decade", "view"), ("skip=-1", "skip"), ("skip=5001", "skip"), ("skip=²", "skip"),
        ("q=" + "x" * 101, "q"),
        ("from=2027-03-02&until=2027-03-01", None),
        ("&".join(f"kind={n}" for n in range(41)), "kind"),
    ],
)  # fmt: skip
def test_bad_values_are_refused_by_name(query: str, key: str | None) -> None:
    from urllib.parse import parse_qsl

    with pytest.raises(AppError) as caught:
        read_query(MultiDict(parse_qsl(query, keep_blank_values=True)), KNOWN)
    assert caught.value.status == 400
    assert key is None or caught.value.params["key"] == key


def test_empty_and_foreign_keys_are_ignored() -> None:
    asked = read_query(MultiDict([("q", " "), ("kind", ""), ("from", ""), ("utm", "x")]), KNOWN)
    assert asked.count == 0
    assert asked.link() == {}


@given(
    st.dictionaries(st.sampled_from(list(SELECTIONS)), st.lists(st.sampled_from("ab"), min_size=1)),
    st.text(st.characters(categories=["L"]), max_size=20),
)
def test_a_link_says_the_same_again(picked: dict[str, list[str]], q: str) -> None:
    asked = read_query(MultiDict([*((k, v) for k in picked for v in picked[k]), ("q", q)]), KNOWN)
    again = MultiDict(
        (key, one)
        for key, value in asked.link().items()
        for one in (value if isinstance(value, list) else [value])
    )
    assert read_query(again, KNOWN) == asked


def test_without_takes_one_value_away() -> None:
    asked = read_query(
        MultiDict([("kind", "a"), ("kind", "b"), ("q", "x"), ("from", "2027-03-01")]), KNOWN
    )
    assert asked.without("kind", "a")["kind"] == ["b"]
    assert "q" not in asked.without("q")
    assert "from" not in asked.without("from")


def test_one_value_alone_has_a_feed() -> None:
    def feed(query: list[tuple[str, str]]) -> tuple[str, str] | None:
        return single(read_query(MultiDict(query), KNOWN).wanted)

    assert feed([("region", "a")]) == ("region", "a")
    assert feed([("region", "a"), ("kind", "b")]) is None
    assert feed([("region", "a"), ("q", "x")]) is None
    assert feed([]) is None
