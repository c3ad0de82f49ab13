"""Translations are complete, and the check that says so sees what it should."""

from pathlib import Path

import pytest

from scripts.translations import ROOT, find_problems

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: nl\\n"\n'
GOOD = """
msgid "Save"
msgstr "Bewaren"

msgid "Hello %(name)s"
msgstr "Dag %(name)s"

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "één dag"
msgstr[1] "%(num)s dagen"

msgid "Not allowed, because of this."
msgstr "Mag niet."

msgid "by name"
msgstr "op naam"
"""
CODE = """
from calendar_app.core.language import N_, gettext
WHY = N_(
    "Not allowed, "
    "because of this."
)
def told(language: str) -> str:
    return gettext(language, "by name") + gettext(language, WHY)
"""
TEMPLATE = """
<a title="{{ _("Save") }}">{{ _("Hello %(name)s", name=who) }}</a>
{{ ngettext("%(num)s day", "%(num)s days", 3) }}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small, complete project."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "calendar_app/locale/nl").mkdir(parents=True)
    (tmp_path / "calendar_app/code.py").write_text(CODE, "utf-8")
    (tmp_path / "templates/page.html").write_text(TEMPLATE, "utf-8")
    (tmp_path / "calendar_app/locale/nl/core.po").write_text(HEADER + GOOD, "utf-8")
    return tmp_path


def test_ours_are_complete() -> None:
    assert list(find_problems(ROOT)) == []


def test_a_complete_project_has_no_problem(tree: Path) -> None:
    assert list(find_problems(tree)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('msgid "Save"\nmsgstr "Bewaren"', "", "page.html:2: no Dutch: “Save”"),
        ('msgstr "Bewaren"', 'msgstr ""', "empty: “Save”"),
        ('msgid "Save"', '#, fuzzy\nmsgid "Save"', "marked fuzzy: “Save”"),
        ('msgid "by name"', 'msgid "by nobody"', "used nowhere: “by nobody”"),
        ('msgid "by name"', 'msgid "by nobody"', "code.py:8: no Dutch: “by name”"),
        ("Dag %(name)s", "Dag %(naam)s", "not the same placeholders (naam, name)"),
        ("Dag %(name)s", "Dag", "not the same placeholders (name)"),
        ("%(num)s dagen", "dagen", "not the same placeholders (num)"),
        ("Bewaren", "100% bewaren", "must be doubled"),
        ("%(num)s days", "%(num)s or so", "with another plural"),
        ('msgid "by name"', '#~ msgid "old"\n#~ msgstr "oud"\n\nmsgid "by name"', "commented out"),
        ('msgid "by name"', 'msgid "Save"\nmsgstr "Opslaan"\n\nmsgid "by name"', "stands twice"),
    ],
)
def test_a_fault_is_named(tree: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    file = tree / "calendar_app/locale/nl/core.po"
    file.write_text(HEADER + GOOD.replace(old, new), "utf-8")
    assert any(told in problem for problem in find_problems(tree))


def test_a_message_belongs_to_one_area(tree: Path) -> None:
    text = HEADER + '\nmsgid "Save"\nmsgstr "Bewaar"\n'
    (tree / "calendar_app/locale/nl/layout.po").write_text(text, "utf-8")
    assert list(find_problems(tree)) == ["layout.po: stands in core.po too: “Save”"]
