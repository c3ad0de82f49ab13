"""A backup of either store as plain lines, and back into an empty one of either kind.

One snapshot is read while others write; the tables are taken from the store itself, so any
release's backup can be read. Both directions verify what they wrote: counts and a digest a
table (``faults.md``, F47).
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

from calendar_app.core.errors import AppError
from calendar_app.core.language import N_
from calendar_app.db import migrate
from calendar_app.db.engine import IMMEDIATE

DATA, MANIFEST = "data.jsonl.gz", "manifest.json"
_FORMAT = 1
_BLOCK = 1000
_OWN = "alembic_version"

Progress = Callable[[str], None]


class BackupError(AppError):
    """The backup or restore cannot be done or does not verify; nothing was replaced."""


def write_backup(
    engine: Engine, folder: Path, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Writes the whole store into an empty folder and reads it back; returns the manifest."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(N_("The folder %(folder)s is not empty. Name a new one."), folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = (
        {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    )
    with engine.connect().execution_options(**options) as connection, connection.begin():
        revision = migrate.current(connection)
        if revision is None:
            raise BackupError(N_("There is nothing to back up: the database is empty."))
        tables = _reflected(connection)
        digests: dict[str, dict[str, Any]] = {}
        with gzip.open(folder / DATA, "wt", encoding="utf-8", compresslevel=6) as stream:
            for table in tables:
                progress(table.name)
                digest, count = hashlib.sha256(), 0
                for row in _rows(connection, table):
                    line = json.dumps([table.name, row], ensure_ascii=False, separators=(",", ":"))
                    digest.update(line.encode())
                    count += 1
                    stream.write(line + "\n")
                columns = [column.name for column in table.columns]
                digests[table.name] = {
                    "rows": count, "sha256": digest.hexdigest(), "columns": columns,
                }  # fmt: skip
    manifest = {"format": _FORMAT, "revision": revision, "tables": digests}
    _verify_file(folder, manifest)
    # Written last: a folder without it is no backup.
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return manifest


def read_backup(
    engine: Engine, migrations: Path, folder: Path, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Restores a backup into an empty database, whole or not at all, then migrates to the
    newest release; returns the manifest."""
    manifest = _manifest(folder)
    _verify_file(folder, manifest)
    with engine.connect() as connection:
        if inspect(connection).get_table_names():
            raise BackupError(
                N_("The database is not empty. Restore into a new one: set DATABASE_URL or "
                   "INSTANCE_DIR to a place where nothing is yet.")
            )  # fmt: skip
    with engine.connect().execution_options(**{IMMEDIATE: True}) as connection:
        with migrate.rebuilding(connection), connection.begin():
            config = migrate.config_for(migrations, connection)
            command.upgrade(config, manifest["revision"])
            tables = {table.name: table for table in _reflected(connection)}
            _insert(connection, tables, folder, progress)
            _verify_store(connection, tables, manifest)
            command.upgrade(config, "head")
            migrate.check_keys(connection)
    return manifest


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise BackupError(
            N_("%(folder)s holds no complete backup: manifest.json is missing or damaged."),
            folder=folder,
        ) from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise BackupError(
            N_("%(folder)s was written by another release. Use that release to restore it."),
            folder=folder,
        )
    return found


def _reflected(connection: Connection) -> list[Table]:
    """The tables of the store, each after those it cannot do without."""
    metadata = MetaData()
    metadata.reflect(connection)
    needs = {
        table.name: {
            element.column.table.name
            for element in table.foreign_keys
            if not element.parent.nullable and element.column.table.name != table.name
        }
        for table in metadata.tables.values()
        if table.name != _OWN
    }
    return [metadata.tables[name] for name in TopologicalSorter(needs).static_order()]


def _rows(connection: Connection, table: Table) -> Iterator[list[Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    result = connection.execution_options(yield_per=_BLOCK).execute(query)
    for row in result:
        yield [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _typed(table: Table) -> list[Callable[[Any], Any]]:
    readers: list[Callable[[Any], Any]] = []
    for column in table.columns:
        if isinstance(column.type, DateTime):
            readers.append(datetime.fromisoformat)
        elif isinstance(column.type, Date):
            readers.append(date.fromisoformat)
        elif isinstance(column.type, LargeBinary):
            readers.append(base64.b64decode)
        else:
            readers.append(lambda value: value)
    return readers


def _lines(folder: Path) -> Iterator[str]:
    try:
        with gzip.open(folder / DATA, "rt", encoding="utf-8") as stream:
            for line in stream:
                yield line.rstrip("\n")
    except (OSError, EOFError, UnicodeDecodeError):
        raise BackupError(
            N_("%(file)s is damaged. Take an older backup."), file=folder / DATA
        ) from None


def _verify_file(folder: Path, manifest: dict[str, Any]) -> None:
    """Reads the file again and compares counts and digests."""
    digests = {name: hashlib.sha256() for name in manifest["tables"]}
    counts = dict.fromkeys(manifest["tables"], 0)
    for line in _lines(folder):
        name = line[2 : line.index('"', 2)]
        if name not in digests:
            break
        digests[name].update(line.encode())
        counts[name] += 1
    for name, told in manifest["tables"].items():
        if counts[name] != told["rows"] or digests[name].hexdigest() != told["sha256"]:
            raise BackupError(N_("%(file)s is damaged. Take an older backup."), file=folder / DATA)


def _circular(table: Table, done: set[str]) -> set[str]:
    """Columns that may point at rows not stored yet: to oneself, or to a later table."""
    return {
        element.parent.name
        for element in table.foreign_keys
        if element.parent.nullable and element.column.table.name not in done
    }


def _insert(
    connection: Connection, tables: dict[str, Table], folder: Path, progress: Progress
) -> None:
    done: set[str] = set()
    later: dict[str, set[str]] = {}
    block: list[dict[str, Any]] = []
    at: Table | None = None

    def put() -> None:
        if at is not None and block:
            hidden = later[at.name]
            rows = [{k: None if k in hidden else v for k, v in row.items()} for row in block]
            connection.execute(at.insert(), rows)
            block.clear()

    pending: list[tuple[Table, dict[str, Any]]] = []
    for line in _lines(folder):
        name, values = json.loads(line)
        if at is None or at.name != name:
            put()
            if at is not None:
                done.add(at.name)
            at = tables[name]
            later[name] = _circular(at, done)
            readers = _typed(at)
            progress(name)
        row = {
            column.name: None if value is None else read(value)
            for column, value, read in zip(at.columns, values, readers, strict=True)
        }
        block.append(row)
        if any(row[column] is not None for column in later[name]):
            keys = {column.name for column in at.primary_key.columns} | later[name]
            pending.append((at, {key: row[key] for key in keys}))
        if len(block) >= _BLOCK:
            put()
    put()
    for table, row in pending:
        where = [column == row[column.name] for column in table.primary_key.columns]
        values = {key: row[key] for key in later[table.name]}
        connection.execute(table.update().where(*where).values(values))
    if connection.dialect.name == "postgresql":
        _continue_numbering(connection, tables)


def _continue_numbering(connection: Connection, tables: dict[str, Table]) -> None:
    """PostgreSQL's sequences go on after the highest key."""
    for table in tables.values():
        keys = list(table.primary_key.columns)
        sequence = connection.execute(
            text("select pg_get_serial_sequence(:name, :key)"),
            {"name": table.name, "key": keys[0].name},
        ).scalar()
        highest = connection.execute(select(func.max(keys[0]))).scalar()
        if sequence and highest is not None:
            connection.execute(text("select setval(:name, :at)"), {"name": sequence, "at": highest})


def _verify_store(
    connection: Connection, tables: dict[str, Table], manifest: dict[str, Any]
) -> None:
    """Reads the store again and compares every row with the manifest's digests."""
    for name, told in manifest["tables"].items():
        digest, count = hashlib.sha256(), 0
        for row in _rows(connection, tables[name]):
            line = json.dumps([name, row], ensure_ascii=False, separators=(",", ":"))
            digest.update(line.encode())
            count += 1
        if count != told["rows"] or digest.hexdigest() != told["sha256"]:
            raise BackupError(
                N_("The restored table %(table)s differs from the backup."), table=name
            )
