"""Are the translations complete? Prints what is wrong and exits 1.

Every message id that templates and code use must stand, translated, in exactly one file of
``calendar_app/locale/nl/``, and nothing else may stand there. Nothing is generated: people keep
the files by hand, one for each area of the site.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import PoFileError, read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parents[1]

# Which argument is the message: in code the language comes first, in templates it is known.
IN_CODE: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": (2,),
    "ngettext": (2, 3),
}
IN_TEMPLATES: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
}

Key = str | tuple[str, str]
"""A message id, or its singular and plural."""


@dataclass
class Use:
    """Where a message id stands in templates and code."""

    places: list[str] = field(default_factory=list)
    formatted: bool = False
    """Whether it is always filled, as templates do, so that a bare % would fail."""


def main() -> int:
    problems = list(find_problems(ROOT))
    for problem in problems:
        print(problem)
    if problems:
        print(f"Translations: {len(problems)} problems.")
        return 1
    print("Translations: complete.")
    return 0


def find_problems(root: Path) -> Iterator[str]:
    """What is wrong, a line each; ``root`` holds ``calendar_app/`` and ``templates/``."""
    used = find_used(root)
    found: dict[str, tuple[Key, str]] = {}
    for area in sorted((root / "calendar_app/locale/nl").glob("*.po")):
        name = area.name
        try:
            catalog = read(area)
        except PoFileError as error:
            yield f"{name}: cannot be read: {error}"
            continue
        yield from (f"{name}: stands twice: “{text}”" for text in repeated(area))
        yield from (f"{name}: commented out: “{_text(key)}”" for key in catalog.obsolete)
        for message in catalog:
            key = _key(message)
            if not _text(key):
                continue
            elsewhere = found.setdefault(_text(key), (key, name))
            if elsewhere[1] != name:
                yield f"{name}: stands in {elsewhere[1]} too: “{_text(key)}”"
            yield from (f"{name}: {told}: “{_text(key)}”" for told in judge(message, used.get(key)))
    for key, use in sorted(used.items(), key=lambda pair: pair[1].places):
        known = found.get(_text(key))
        if known is None:
            yield f"{use.places[0]}: no Dutch: “{_text(key)}”"
        elif known[0] != key:
            yield f"{use.places[0]}: {known[1]} has it with another plural: “{_text(key)}”"


def judge(message: Message, use: Use | None) -> Iterator[str]:
    """What is wrong with one translation."""
    if use is None:
        yield "used nowhere"
    if message.fuzzy:
        yield "marked fuzzy"
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(text and text.strip() for text in strings) or len(strings) < len(ids):
        yield "empty"
        return
    # A singular may do without its number; the last form has them all.
    for source, text in zip(ids, strings, strict=False):
        extra = _holes(text) ^ _holes(source) if source is ids[-1] else _holes(text) - _all(ids)
        if extra:
            yield f"not the same placeholders ({', '.join(sorted(extra))})"
    if (use and use.formatted) or _all(ids):
        for text in (*ids, *strings):
            try:
                text % defaultdict(int)
            except (TypeError, ValueError):
                yield f"a % that is no placeholder must be doubled in “{text}”"


def find_used(root: Path) -> dict[Key, Use]:
    """Every message id of templates and code."""
    used: defaultdict[Key, Use] = defaultdict(Use)
    for file in sorted((root / "calendar_app").rglob("*.py")):
        with file.open("rb") as stream:
            found = extract_python(stream, list(IN_CODE), [], {"encoding": "utf-8"})
            _note(used, file.relative_to(root), found, IN_CODE)
    options = {"silent": "false", "trimmed": "false", "encoding": "utf-8"}
    for file in sorted((root / "templates").rglob("*.*")):
        with file.open("rb") as stream:
            found = babel_extract(stream, list(IN_TEMPLATES), [], options)
            _note(used, file.relative_to(root), found, IN_TEMPLATES, formatted=True)
    return dict(used)


def _note(
    used: defaultdict[Key, Use],
    file: Path,
    found: Iterable[tuple[int, str | None, object, list[str]]],
    keywords: dict[str, tuple[int, ...] | None],
    *,
    formatted: bool = False,
) -> None:
    for line, function, arguments, _comments in found:
        given = arguments if isinstance(arguments, tuple) else (arguments,)
        positions = keywords[function or "_"] or (1,)
        picked = [given[at - 1] if at <= len(given) else None for at in positions]
        texts = [text for text in picked if isinstance(text, str) and text]
        if len(texts) < len(positions):
            continue  # a variable: its text is marked where it comes from
        use = used[texts[0] if len(texts) == 1 else (texts[0], texts[1])]
        use.places.append(f"{file}:{line}")
        use.formatted |= formatted


def read(area: Path) -> Catalog:
    """The messages of one file."""
    with area.open("rb") as stream:
        return read_po(stream, locale="nl", abort_invalid=True)


def repeated(area: Path) -> list[str]:
    """Message ids that stand more than once in a file; the reader would merge them silently."""
    entries = re.findall(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)', area.read_text("utf-8"), re.M)
    texts = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', entry)) for entry in entries]
    return sorted({text for text in texts if texts.count(text) > 1})


def _key(message: Message) -> Key:
    if isinstance(message.id, str):
        return message.id
    one, many = message.id
    return one, many


def _text(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def _holes(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


def _all(ids: Iterable[str]) -> set[str]:
    return set().union(*map(_holes, ids))


if __name__ == "__main__":
    sys.exit(main())
