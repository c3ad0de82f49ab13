"""Engines for SQLite (WAL, foreign keys, explicit BEGIN) and PostgreSQL."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

IMMEDIATE = "calendar_immediate"
WAL_SAFE = (3, 51, 3)
"""The first SQLite without the WAL-reset bug (``house.md``, Facts)."""
BUSY_MS = 5000


def sqlite_module() -> ModuleType:
    """``pysqlite3`` where its wheel is installed (a newer SQLite), else Python's own."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlite3.dbapi2")


def journal_mode(version: tuple[int, ...]) -> str:
    """WAL where the library is free of the WAL-reset bug, else the safe DELETE."""
    return "WAL" if version >= WAL_SAFE else "DELETE"


def make_engine(url: str, busy_ms: int = BUSY_MS) -> Engine:
    """An engine for ``DATABASE_URL``. On SQLite the folder of the file is made when absent."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, parsed.database, busy_ms)
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(
        parsed,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        # A lock held from outside is an error after a while, as on SQLite; not a page that hangs.
        connect_args={"options": f"-c lock_timeout={busy_ms}"},
    )


def _sqlite_engine(url: str, database: str | None, busy_ms: int) -> Engine:
    module = sqlite_module()
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=module, connect_args={"timeout": busy_ms / 1000})
    mode = journal_mode(module.sqlite_version_info)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # We emit BEGIN ourselves: the driver's own would come too late for savepoints.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_ms}")
        cursor.execute(f"PRAGMA journal_mode = {mode}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # 16 MB instead of 2: a check of three weeks reads more pages than that.
        cursor.execute("PRAGMA cache_size = -16384")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Writers take the lock at once, readers never: a deferred writer fails with
        # "database is locked" in spite of the timeout (security.md).
        immediate = connection.get_execution_options().get(IMMEDIATE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep what they loaded after a commit."""
    return sessionmaker(engine, expire_on_commit=False)
