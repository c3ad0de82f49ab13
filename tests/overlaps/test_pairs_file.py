"""The pairs judged by hand: every clash flagged at its level, none of the others."""

import json
from pathlib import Path

import pytest

from calendar_app.overlaps.score_file import score_pairs_file

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "pairs-dev.json"


@pytest.mark.skipif(not FILE.is_file(), reason="the judged pairs are not on this machine")
def test_the_score_separates_the_judged_pairs() -> None:
    pairs = json.loads(FILE.read_text())
    wrong = []
    for pair, result in zip(pairs, score_pairs_file(pairs), strict=True):
        wanted = pair["level"] if pair["label"] == "clash" else "none"
        if result["level"] != wanted:
            wrong.append((pair["id"], pair["why"], wanted, result["level"], result["score"]))
        assert sum(reason["points"] for reason in result["reasons"]) == result["score"]
        assert result["opportunity"] is None
    assert not wrong
