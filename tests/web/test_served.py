"""The application as a server process runs it."""

import gc
from pathlib import Path

import pytest

from calendar_app.web import create_served


def test_a_garbage_collection_in_a_server_walks_nothing_that_was_there_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("INSTANCE_DIR", str(tmp_path)), ("SECRET_KEY", "test"), ("BASE_URL", "http://localhost"),
        ("DATABASE_URL", f"sqlite:///{tmp_path}/own.sqlite3"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    try:
        app = create_served()
        assert not any(one is app for one in gc.get_objects())
        assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()
