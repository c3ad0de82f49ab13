"""Every command and option with what does not belong there: one line on stderr that says what to
do, exit 2 for wrong use and 1 for failure, nothing half saved, no traceback."""

import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import click
import pytest
from sqlalchemy import func, inspect, select, table

from calendar_app.cli import cli, main
from calendar_app.db.engine import make_engine

Run = Callable[..., tuple[int, str, str]]
LONG = "x" * 10_000
NUMBERS = ("x", "-1", "1.5", "99999999999999999999999", "NaN", "\x07")
WORDS = ("nowhere", "\x07\x1b[31m", "../../etc/passwd", "'; drop table event;--", "😀", LONG)
ENDLESS = ("serve", "worker")
"""They would not come back: only what they refuse at once is tried."""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store, and files that are not what a command hopes for."""
    folder = tmp_path_factory.mktemp("instance")
    with pytest.MonkeyPatch.context() as patch:
        _at(patch, folder)
        patch.setattr(sys, "argv", ["calendar-app", "migrate"])
        main()
    (folder / "garbage").write_bytes(bytes(range(256)) * 40)
    (folder / "list.json").write_text("[1, {}]", "utf-8")
    (folder / "empty").write_bytes(b"")
    (folder / "full").mkdir()
    (folder / "full/something").write_text("x", "utf-8")
    return folder


def _at(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name, value in {"INSTANCE_DIR": str(folder), "DATABASE_URL": "", "BASE_URL": ""}.items():
        patch.setenv(name, value)


@pytest.fixture
def run(instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; exit code, stdout, stderr."""
    _at(monkeypatch, instance)
    monkeypatch.setattr(sys, "stdin", StringIO())
    monkeypatch.setattr("click.termui.hidden_prompt_func", _nobody_types)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["calendar-app", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def _nobody_types(_prompt: str) -> str:
    raise EOFError


def counts(folder: Path) -> dict[str, int]:
    engine = make_engine(f"sqlite:///{folder / 'calendar.sqlite3'}")
    with engine.connect() as connection:
        found = {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in inspect(connection).get_table_names()
            if name != "attempt"
        }
    engine.dispose()
    return found


def commands(
    group: click.Group = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path of words."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def _bad(param: click.Parameter, instance: Path) -> tuple[str, ...]:
    if isinstance(param.type, click.IntRange):
        return NUMBERS
    if isinstance(param.type, click.types.IntParamType):
        return ("x", "1.5", "NaN", "\x07")  # any whole number is a seed
    if isinstance(param.type, click.Path) or param.name in ("file", "folder", "directory"):
        return tuple(str(instance / name) for name in ("absent", "garbage", "empty", "full"))
    return WORDS


def _good(param: click.Parameter, instance: Path) -> str:
    """Something that lets the command come as far as the bad value."""
    if isinstance(param.type, click.Path):
        return str(instance / "garbage")
    return {"email": "somebody@x.example", "slug": "korzo", "institution": "korzo"}.get(
        param.name or "", "x"
    )


def _assert_told(code: int, out: str, err: str, what: object) -> None:
    assert code in (1, 2), what
    assert "Traceback" not in err + out, what
    lines = [line for line in err.splitlines() if line.strip()]
    assert lines and lines[-1].startswith("calendar-app: "), (what, err[-300:])


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_option_of(path: tuple[str, ...], run: Run, instance: Path) -> None:
    command = dict(commands())[path]
    before = counts(instance)
    needed = [one for one in command.params if isinstance(one, click.Argument) and one.required]
    options = [one for one in command.params if isinstance(one, click.Option) and not one.is_flag]
    if needed:
        _assert_told(*run(*path), (path, "without its arguments"))
    _assert_told(*run(*path, "--no-such-option"), (path, "an unknown option"))
    _assert_told(*run(*path, *[_good(one, instance) for one in needed], "more", "and more"), path)
    for one in options:
        if path[0] in ENDLESS and not isinstance(one.type, click.types.IntParamType):
            continue
        for value in _bad(one, instance):
            arguments = [_good(each, instance) for each in needed]
            _assert_told(*run(*path, *arguments, one.opts[0], value), (path, one.name, value[:40]))
    for at, one in enumerate(needed):
        for value in _bad(one, instance):
            arguments = [_good(each, instance) for each in needed]
            arguments[at] = value
            required = [
                word
                for each in options
                if each.required
                for word in (each.opts[0], _good(each, instance))
            ]
            if path == ("import", "ics") or path[0] not in ("backup",):
                code, out, err = run(*path, *arguments, *required)
                if code or out == "":
                    _assert_told(code, out, err, (path, one.name, value[:40]))
    assert counts(instance) == before
    assert not (instance / "absent").exists() or path == ("backup",)


def test_a_word_that_is_no_command(run: Run) -> None:
    for word in ("", "sevre", LONG, "\x07", "😀"):
        _assert_told(*run(word), word[:20])
