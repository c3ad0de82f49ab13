"""Descriptions: Markdown to safe HTML, whatever is typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.web.rich_text import plain_text, rich_text


def test_what_people_type() -> None:
    made = rich_text(
        "# Zwerm\n\nEen **avond** met\n- dans\n- muziek\n\n[Kaarten](https://korzo.nl)"
    )
    assert "<h3>Zwerm</h3>" in made
    assert "<strong>avond</strong>" in made and "<li>dans</li>" in made
    assert '<a href="https://korzo.nl" rel="noopener nofollow">Kaarten</a>' in made


def test_lines_and_paragraphs_stay() -> None:
    assert rich_text("een\ntwee\n\ndrie") == "<p>een<br>\ntwee</p>\n<p>drie</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](//evil.example)",
        "[x](data:text/html,<script>alert(1)</script>)", "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
        "![x](https://evil.example/pixel.gif)", "<javascript:alert(1)>", "[x](/logout)",
        "<style>*{display:none}</style>", "<iframe src=https://evil.example></iframe>",
    ],
)  # fmt: skip
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    made = str(rich_text(text))
    assert not re.search(r"<(script|img|iframe|style)|<[^>]+ on\w+=", made)
    for href in re.findall(r'href="([^"]*)"', made):
        assert href.startswith(("https://", "http://", "mailto:"))


@given(st.text(max_size=300))
def test_any_text_ends_in_known_tags(text: str) -> None:
    tags = set(re.findall(r"</?([a-z0-9]+)", str(rich_text(text))))
    assert tags <= {
        "p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote",
    }  # fmt: skip


def test_without_markup_the_words_remain() -> None:
    assert plain_text("# Kop\n**Vet** en [hier](https://korzo.nl)") == (
        "Kop\nVet en hier (https://korzo.nl)"
    )
    assert plain_text("2 * 3 * 4 en snake_case") == "2 * 3 * 4 en snake_case"
