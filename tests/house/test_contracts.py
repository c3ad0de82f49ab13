"""The import ladder holds, and each contract breaks when it should."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
LADDER = "Imports only go down the ladder"
SIBLINGS = "Feeds, overlaps and imports do not know each other"
INSIDE = "Inside a package: actions, queries, models"
FLASK = "Only the web and the command line know Flask"
JINJA = "Only pages and mails are written with jinja2"
FLASK_LOGIN = "Only web/auth.py knows Flask-Login"
PURE = "Pure modules know no store, no web and no clock"

# Contract, file, and the line that must not stand there.
PLANTS = [
    (LADDER, "core/names.py", "import calendar_app.events.rules"),
    (LADDER, "workflow/register.py", "import calendar_app.web.access"),
    (LADDER, "permissions.py", "import calendar_app.schema"),
    (LADDER, "somewhere/__init__.py", ""),
    (LADDER, "helpers.py", ""),
    (INSIDE, "events/models.py", "import calendar_app.events.queries"),
    (SIBLINGS, "feeds/models.py", "import calendar_app.overlaps.models"),
    (SIBLINGS, "imports/models.py", "import calendar_app.feeds.models"),
    ("Nothing goes round", "people/models.py", "import calendar_app.people.actions"),
    (FLASK, "workflow/register.py", "import flask"),
    (FLASK, "core/errors.py", "import werkzeug.exceptions"),
    (LADDER, "worker.py", "import calendar_app.web.access"),
    (JINJA, "workflow/register.py", "import jinja2"),
    (FLASK_LOGIN, "web/errors.py", "import flask_login"),
    (FLASK_LOGIN, "people/models.py", "import flask_login"),
    (PURE, "events/rules.py", "import sqlalchemy"),
    (PURE, "events/rules.py", "import calendar_app.core.clock"),
    (PURE, "events/visibility.py", "import calendar_app.events.models"),
]  # fmt: skip


def broken(folder: Path) -> set[str]:
    """The contracts that import-linter finds broken in a copy of the package."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    told = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = set(re.findall(r"^(.+?) BROKEN", told.stdout, re.M))
    assert (told.returncode == 0) == (not found), told.stdout + told.stderr
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, to plant something in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "calendar_app",
        tmp_path / "calendar_app",
        ignore=lambda _folder, names: (
            [name for name in names if "." in name and not name.endswith(".py")]
            + ["__pycache__", "static"]
        ),
    )
    return tmp_path


def test_the_ladder_holds(copy: Path) -> None:
    assert broken(copy) == set()


def test_every_contract_has_a_plant() -> None:
    assert {contract["name"] for contract in SETTINGS["contracts"]} == {
        contract for contract, _file, _line in PLANTS
    }


@pytest.mark.parametrize(("contract", "file", "line"), PLANTS)
def test_a_planted_violation_breaks(copy: Path, contract: str, file: str, line: str) -> None:
    planted = copy / "calendar_app" / file
    planted.parent.mkdir(exist_ok=True)
    with planted.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")
    assert contract in broken(copy)


def test_every_pure_module_is_named() -> None:
    """What is pure today stays so: a new module of a job that needs no store joins the list."""
    named = next(c for c in SETTINGS["contracts"] if c["name"] == PURE)
    graph = grimp.build_graph("calendar_app", include_external_packages=True, cache_dir=None)
    unnamed = {
        module
        for job in ("people", "events", "overlaps", "feeds", "imports")
        for module in graph.find_descendants(f"calendar_app.{job}")
        if graph.find_upstream_modules(module).isdisjoint(named["forbidden_modules"])
    }
    for module in named["source_modules"]:
        unnamed -= {module, *graph.find_descendants(module)}
    assert unnamed == set()
