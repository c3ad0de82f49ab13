"""Descriptions are Markdown: easy to type, readable as it stands in a calendar, safe on a page.

Two fences: the parser makes no HTML of the text's own, and what it makes is cleaned again
(``security.md``: only http, https and mailto links, nothing relative).
"""

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
_PARSER = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["emphasis", "link", "list", "heading", "newline", "blockquote", "escape", "autolink"]
)
_MARKS = re.compile(r"^#{1,6}\s+|\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\((\S{1,500}?)\)")


def rich_text(text: str) -> Markup:
    """The text as safe HTML; its headings come below those of the page."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag in ("h1", "h2", "h3") else "h4"
    made = RendererHTML().render(tokens, _PARSER.options, {})
    return Markup(  # noqa: S704 - cleaned in this very line
        nh3.clean(
            made, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"},
            url_relative="deny", link_rel="noopener nofollow",
        )
    )  # fmt: skip


def plain_text(text: str) -> str:
    """The text without its marks, for where there is no markup."""
    return _MARKS.sub("", _LINK.sub(r"\1 (\2)", text))
