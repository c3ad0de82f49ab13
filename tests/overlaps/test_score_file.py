"""The file of pairs: what is wrong is named, what may be left out is."""

from copy import deepcopy
from typing import Any

import pytest

from calendar_app.overlaps.score_file import score_pairs_file


def _side(institution: str, lat: float, lon: float) -> dict[str, Any]:
    return {
        "title": "Concert", "kind": "concert", "institution": institution, "region": "rijnland",
        "venue": {"name": institution, "room": None, "lat": lat, "lon": lon},
        "occurrence": {
            "role": "regular", "start": "2027-03-12T20:15", "end": "2027-03-12T22:15",
        },
        "disciplines": ["music"], "audiences": ["general"], "themes": [], "reach": "regional",
        "expectedVisitors": 800, "planning": "confirmed", "umbrella": None, "production": None,
        "genre": None, "performances": None, "radiusAgreement": None,
    }  # fmt: skip


@pytest.fixture
def pair() -> dict[str, Any]:
    return {"id": "x1", "a": _side("Amare", 52.077, 4.317), "b": _side("Nobel", 52.16, 4.49)}


def score(pair: dict[str, Any]) -> dict[str, Any]:
    (found,) = score_pairs_file([pair])
    return found


def test_a_result_has_the_agreed_shape(pair: dict[str, Any]) -> None:
    found = score(pair)
    assert list(found) == ["id", "score", "level", "lane", "reasons", "opportunity"]
    assert (found["id"], found["level"], found["lane"]) == ("x1", "strong", "programming")
    assert found["opportunity"] is None
    assert all(list(reason) == ["code", "points", "nl", "en"] for reason in found["reasons"])
    assert all(type(reason["points"]) is int for reason in found["reasons"])
    distance = next(reason for reason in found["reasons"] if reason["code"] == "distance")
    assert distance["nl"] == f"15 km uit elkaar: {distance['points']} punten"
    assert distance["en"] == f"15 km apart: {distance['points']} points"


def test_either_order_gives_the_same(pair: dict[str, Any]) -> None:
    there, back = score(pair), score({"id": "x1", "a": pair["b"], "b": pair["a"]})
    assert (there["score"], there["level"]) == (back["score"], back["level"])


def test_what_is_left_out_is_assumed(pair: dict[str, Any]) -> None:
    full = score(pair)
    for side in "ab":
        pair[side]["disciplines"], pair[side]["audiences"] = [], []
        pair[side]["occurrence"] = {"role": "regular", "start": "2027-03-12", "end": None}
        for field in ("expectedVisitors", "reach", "planning", "themes", "genre"):
            pair[side].pop(field)
    # A concert is music for everyone, in the evening; only the visitors are fewer.
    assert score(pair)["level"] == full["level"]


def test_one_institution_against_itself_counts_rooms_only(pair: dict[str, Any]) -> None:
    pair["b"]["institution"] = pair["a"]["institution"]
    assert score(pair)["level"] == "none"
    for side in "ab":
        pair[side]["venue"] = {"name": "Amare", "room": "Zaal", "lat": 52.077, "lon": 4.317}
    assert score(pair)["level"] == "hard"


def test_the_lanes_are_not_compared_and_cancelled_is_nothing(pair: dict[str, Any]) -> None:
    mixed = deepcopy(pair)
    mixed["a"]["occurrence"]["role"] = "on_sale"
    assert score(mixed)["score"] == 0
    pair["a"]["planning"] = "cancelled"
    assert (score(pair)["score"], score(pair)["reasons"]) == (0, [])


def test_a_night_in_which_the_clock_goes_back_can_end_before_it_began(pair: dict[str, Any]) -> None:
    pair["a"]["occurrence"] |= {"start": "2027-10-31T02:45", "end": "2027-10-31T02:30"}
    pair["b"]["occurrence"] |= {"start": "2027-10-31T01:00", "end": "2027-10-31T04:00"}
    assert score(pair)["level"] == "strong"


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("a",), None, "pair x1, a: must be an object"),
        (("b", "venue"), [], "b.venue: must be an object"),
        (("b", "venue", "lat"), "north", "b.venue.lat: must be a number"),
        (("b", "venue", "lon"), None, "b.venue.lon: is missing"),
        (("a", "venue", "lat"), 91, "a.venue.lat: must lie between"),
        (("a", "occurrence", "start"), "tomorrow", "a.occurrence.start: must look like"),
        (("a", "occurrence", "start"), "1899-01-01T10:00", "a.occurrence.start: must lie between"),
        (("a", "occurrence", "end"), "2027-03-12T20:15", "a.occurrence.end: must be after"),
        (("a", "occurrence", "role"), "party", "a.occurrence.role: must be one of"),
        (("b", "disciplines"), "music", "b.disciplines: must be a list"),
        (("b", "expectedVisitors"), True, "b.expectedVisitors: must be a number"),
        (("b", "expectedVisitors"), float("nan"), "b.expectedVisitors: must lie between"),
        (("b", "expectedVisitors"), -1, "b.expectedVisitors: must lie between"),
        (("b", "reach"), "world", "b.reach: must be one of"),
        (("b", "planning"), "perhaps", "b.planning: must be one of"),
        (("b", "radiusAgreement"), 25, "b.radiusAgreement: must be an object"),
        (("b", "genre"), 3, "b.genre: must be a text"),
    ],
)
def test_what_is_wrong_is_named(
    pair: dict[str, Any], path: tuple[str, ...], value: object, named: str
) -> None:
    inner = pair
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(ValueError, match="pair x1, ") as caught:
        score(pair)
    assert named in str(caught.value)


@pytest.mark.parametrize("told", [None, {}, "x", [1], [None]])
def test_what_is_no_list_of_pairs_is_refused(told: object) -> None:
    with pytest.raises(ValueError):
        list(score_pairs_file(told))
