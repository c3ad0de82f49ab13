"""What is installed is exactly what is locked, and the locks belong to what is asked for."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def locked(name: str) -> dict[str, set[str]]:
    """The versions of each distribution in a locked file."""
    found: dict[str, set[str]] = {}
    for pin in re.findall(r"^(\S+==\S+)", (ROOT / f"requirements/{name}.txt").read_text(), re.M):
        distribution, _, version = pin.partition("==")
        found.setdefault(canonicalize_name(distribution), set()).add(version)
    return found


def asked_for(group: str) -> list[Requirement]:
    """The requirements of a group of pyproject.toml, with those of the groups inside it."""
    found = []
    for entry in PROJECT["dependency-groups"][group]:
        found += (
            asked_for(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
        )
    return found


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.name)
def test_each_pin_has_hashes_and_no_address(file: Path) -> None:
    text = file.read_text()
    assert "://" not in text
    entries = re.split(r"^(?=\S)", text, flags=re.M)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_locks_satisfy_what_is_asked_for() -> None:
    own = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    for name, wanted in {
        "runtime": own,
        "setup": own + asked_for("setup"),
        "dev": own + asked_for("dev"),
        "peers": asked_for("peers"),
    }.items():
        versions = locked(name)
        for requirement in wanted:
            found = versions[canonicalize_name(requirement.name)]
            assert all(requirement.specifier.contains(version) for version in found), requirement


def test_the_smaller_locks_are_part_of_the_largest() -> None:
    largest = locked("dev")
    for name in ("runtime", "setup"):
        assert locked(name).items() <= largest.items()


def test_front_end_packages_are_pinned_and_locked_without_addresses() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    entries = {name: entry for name, entry in lock["packages"].items() if name}
    assert {f"node_modules/{name}": version for name, version in wanted.items()}.items() <= {
        name: entry["version"] for name, entry in entries.items()
    }.items()
    assert all("integrity" in entry and "resolved" not in entry for entry in entries.values())


def test_each_import_is_a_declared_dependency() -> None:
    """Not one that happens to come along with another, and none too many."""
    imported: set[str] = set()
    for folder in ("calendar_app", "migrations"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported.add(node.module.partition(".")[0])
    imported -= {*sys.stdlib_module_names, "calendar_app", "_typeshed"}
    distributions = packages_distributions()
    used = {canonicalize_name(distributions[module][0]) for module in imported}
    declared = {
        canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]
    }
    # Flask and its own parts are one release; drivers and zones are found by name at run time.
    assert used - declared <= {"werkzeug", "jinja2", "markupsafe", "itsdangerous", "wtforms"}
    assert declared - used <= {"psycopg", "pysqlite3", "tzdata"}


def test_each_component_that_is_served_is_used() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    pages = "".join(file.read_text("utf-8") for file in (ROOT / "templates").rglob("*.html"))
    components = [name for name in package["dependencies"] if name.endswith("-css")]
    names = [re.sub(r"@(.+)/(.+)-css", r"\1-\2", name) for name in components]
    assert components
    assert [name for name in names if not re.search(rf"\b{name}\b(?!-\w)", pages)] == []
