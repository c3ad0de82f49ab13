"""Writes what becomes of a folder of sample files into the tables of docs/imports.md.

``python scripts/import_outcomes.py FOLDER``: one folder for each origin; the files of
``pathological`` are told one by one. ``tests/imports/test_files.py`` checks the tables.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePath

from calendar_app.imports.ics import Found, parse

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "imports.md"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""The files are read as on this day, so that the outcomes stay the same."""
_BEGIN, _END = "<!-- by scripts/import_outcomes.py -->\n", "<!-- end -->\n"

Outcomes = Mapping[PurePath, Found]


def read_folder(folder: Path) -> Outcomes:
    """What each .ics file of a folder gives, by its path within the folder."""
    files = sorted(folder.rglob("*.ics"))
    return {path.relative_to(folder): parse(path.read_bytes(), NOW) for path in files}


def with_tables(document: str, outcomes: Outcomes) -> str:
    """The document with the tables of these outcomes in it."""
    before, _, rest = document.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    tables = "\n".join(
        "".join(f"{line}\n" for line in table(outcomes)) for table in (_folders, _reasons, _hostile)
    )
    return f"{before}{_BEGIN}{tables}{_END}{after}"


def _folders(outcomes: Outcomes) -> Iterator[str]:
    yield "| folder | files | with events | events | refused events | refused files |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name in sorted({path.parts[0] for path in outcomes}):
        yield _line(name, [found for path, found in outcomes.items() if path.parts[0] == name])
    yield _line("all", outcomes.values())


def _line(name: str, some: Iterable[Found]) -> str:
    found = list(some)
    numbers = (
        len(found), sum(bool(one.events) for one in found), sum(len(one.events) for one in found),
        sum(len(one.refusals) for one in found), sum(bool(one.problem) for one in found),
    )  # fmt: skip
    return f"| {name} | {' | '.join(map(str, numbers))} |"


def _reasons(outcomes: Outcomes) -> Iterator[str]:
    times = Counter(reason for found in outcomes.values() for reason in _reasons_of(found))
    yield "| reason | times |"
    yield "|---|---:|"
    for reason, count in sorted(times.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"| {reason} | {count} |"


def _reasons_of(found: Found) -> list[str]:
    whole = [f"file: `{found.problem}`"] if found.problem else []
    return [f"`{refusal.code}`" for refusal in found.refusals] + whole


def _hostile(outcomes: Outcomes) -> Iterator[str]:
    yield "| file | events | moments | refused | notes |"
    yield "|---|---:|---:|---|---|"
    for path, found in outcomes.items():
        if path.parts[0] == "pathological":
            moments = sum(len(event.moments) for event in found.events)
            notes = dict.fromkeys(f"`{note}`" for event in found.events for note in event.notes)
            refused = ", ".join(_reasons_of(found))
            yield (
                f"| {path.name} | {len(found.events)} | {moments} | {refused} "
                f"| {', '.join(sorted(notes))} |"
            )


def main(folder: str) -> int:
    outcomes = read_folder(Path(folder))
    if not outcomes:
        print(f"There is no .ics file in {folder}.", file=sys.stderr)
        return 2
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8"), outcomes), "utf-8")
    print(f"{DOCUMENT.name}: {len(outcomes)} files.")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python scripts/import_outcomes.py FOLDER")
    sys.exit(main(sys.argv[1]))
