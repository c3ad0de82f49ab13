"""feeds.md, HTTP: strong ETag per encoding, If-None-Match, If-Modified-Since, max-age."""

from datetime import UTC, datetime, timedelta

import pytest

from calendar_app.feeds.validators import (
    cache_control,
    etag,
    http_date,
    matches,
    not_modified,
    settled,
    wants_gzip,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TAG = etag("identity", 1, "x")


def test_etags_are_strong_and_differ_by_encoding_and_every_part() -> None:
    assert TAG.startswith('"') and TAG.endswith('"')
    assert len({TAG, etag("gzip", 1, "x"), etag("identity", 2, "x"), etag("identity", 1, "y")}) == 4
    assert etag("identity", 1, "x") == TAG


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ("*", True), (" * ", True), (TAG, True), (f"W/{TAG}", True), (f'"a", W/"b", {TAG}', True),
        (f'"a,b",{TAG}', True), ('"a"', False), ("", False), (TAG.strip('"'), False),
        ('W/"', False), (etag("gzip", 1, "x"), False),
    ],
)  # fmt: skip
def test_if_none_match_compares_weakly_with_lists_and_star(header: str, same: bool) -> None:
    assert matches(header, TAG) is same


def test_if_none_match_goes_before_if_modified_since() -> None:
    later = http_date(NOW + timedelta(days=1))
    assert not not_modified(TAG, NOW, '"other"', later)
    assert not_modified(TAG, NOW, TAG, http_date(NOW - timedelta(days=1)))
    assert not_modified(TAG, NOW, None, later)
    assert not_modified(TAG, NOW, None, http_date(NOW))
    assert not not_modified(TAG, NOW, None, http_date(NOW - timedelta(seconds=1)))


@pytest.mark.parametrize("header", ["", "yesterday", "2026-11-23", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_is_ignored(header: str) -> None:
    assert not not_modified(TAG, NOW, None, header)


def test_max_age_ends_at_the_next_known_boundary() -> None:
    assert "public, max-age=300," in cache_control(NOW, None)
    assert "max-age=300," in cache_control(NOW, NOW + timedelta(hours=1))
    assert "max-age=17," in cache_control(NOW, NOW + timedelta(seconds=17))
    assert "stale-while-revalidate=60" in cache_control(NOW, None)
    assert "stale-if-error=" in cache_control(NOW, None)


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("", False), ("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False),
        ("identity", False), ("x-gzip", True), ("gzip;q=x", False), ("*", False),
    ],
)  # fmt: skip
def test_gzip_only_if_asked(header: str, asked: bool) -> None:
    assert wants_gzip(header) is asked


def test_last_modified_is_told_once_its_second_has_settled() -> None:
    assert settled(NOW, NOW) is None
    assert settled(NOW, NOW + timedelta(seconds=60)) == NOW
