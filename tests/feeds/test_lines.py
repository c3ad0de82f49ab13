"""feeds.md, Bytes: CRLF, 75 octets, whole UTF-8 sequences, TEXT escaped, nothing injected."""

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.names import clean_text
from calendar_app.feeds.lines import escape, escape_line, fold, line, quoted

# Everything a person or an import can put in a field, surrogates and controls included.
anything = st.text(st.characters(codec=None), max_size=300)
nasty = st.sampled_from(
    ["\r\nATTENDEE:x", "\nEND:VEVENT", "\rX:1", "\x00", "\x0b", "\x85", "\u2028", "\\N", "\\", '"',
     "é" * 60, "👩‍👩‍👧", "a;b,c:d", "\ud800", "\x1b[0m"]
)  # fmt: skip
typed = st.lists(anything | nasty, max_size=6).map("".join)


@given(typed)
def test_lines_are_at_most_75_octets_and_never_cut_a_utf_8_sequence(text: str) -> None:
    octets = line("SUMMARY", escape(text)).encode()
    assert octets.endswith(b"\r\n")
    for piece in octets[:-2].split(b"\r\n"):
        assert len(piece) <= 75
        piece.decode()  # strictly: a cut sequence raises


@given(typed)
def test_cr_and_lf_can_never_make_a_property(text: str) -> None:
    for made in (
        line("SUMMARY", escape(text)),
        line("URL", text),
        line(f"X-APPLE-STRUCTURED-LOCATION;X-TITLE={quoted(text)}", "geo:1,2"),
    ):
        unfolded = made.replace("\r\n ", "")
        assert unfolded.count("\r\n") == 1 and unfolded.endswith("\r\n")
        assert not set(unfolded[:-2]) & {"\r", "\n", "\x00", "\x0b", "\x85", "\u2028", "\t"}


@given(typed)
def test_unfolding_gives_back_what_was_folded(text: str) -> None:
    whole = line("X", text).removesuffix("\r\n").replace("\r\n ", "")
    assert fold(whole).replace("\r\n ", "") == whole


@given(typed)
def test_text_is_escaped_as_icalendar_reads_it(text: str) -> None:
    wanted = clean_text(text)
    made = "BEGIN:VEVENT\r\n" + line("DESCRIPTION", escape(text)) + "END:VEVENT\r\n"
    read = str(icalendar.Event.from_ical(made)["DESCRIPTION"])
    assert read == wanted


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Bach; Händel, e.a.", "Bach\\; Händel\\, e.a."),
        ("a\\Nb", "a\\\\Nb"),
        ("een\r\ntwee\rdrie\nvier", "een\\ntwee\\ndrie\\nvier"),
        ("tab\there\x00\x7f", "tab here"),
    ],
)
def test_escaping_by_example(typed: str, written: str) -> None:
    assert escape(typed) == written


def test_a_line_of_exactly_75_octets_is_not_folded() -> None:
    assert fold("X" * 75) == "X" * 75
    assert fold("X" * 76) == "X" * 75 + "\r\n X"
    assert fold("X" * 74 + "é") == "X" * 74 + "\r\n é"


def test_a_title_of_several_lines_becomes_one() -> None:
    assert escape_line("een\r\ntwee") == "een twee"
