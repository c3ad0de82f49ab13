"""The command line (``interface.md``). Errors go to stderr, one line, with what to do: exit 2
for wrong use, 1 for failure."""

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from calendar_app.core import paths
from calendar_app.core.clock import utc_now
from calendar_app.core.errors import AppError, Invalid, NotFound
from calendar_app.core.language import LANGUAGES, N_, gettext
from calendar_app.core.settings import INLINE, Settings, load_settings
from calendar_app.db import backup as backups
from calendar_app.db import migrate as migrations
from calendar_app.db.engine import WAL_SAFE, make_engine, session_factory, sqlite_module
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.queries import count_events
from calendar_app.notify.queries import count_mails
from calendar_app.notify.send import NotSent, open_outlet
from calendar_app.overlaps.score_file import score_pairs_file
from calendar_app.worker import beside, until_told, work
from calendar_app.workflow import accounts, flag, import_, manage, publish, register, second_step
from calendar_app.workflow.demo.load import load_demo


def main() -> None:
    """Runs the command; every expected error is one line and an exit code."""
    try:
        cli.main(prog_name="calendar-app", standalone_mode=False)
    except click.exceptions.Abort:
        _fail("Stopped.", 1)
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except AppError as error:
        _fail(_text_of(error), 2 if isinstance(error, Invalid | NotFound) else 1)
    except DBAPIError as error:
        told = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        _fail(f"The database does not answer as it should ({told}). Run calendar-app check.", 1)
    except BrokenPipeError:
        sys.stderr.close()


def _fail(message: str, status: int) -> None:
    click.echo(f"calendar-app: {message}", err=True)
    sys.exit(status)


def _text_of(error: AppError) -> str:
    if isinstance(error, Invalid):
        return "; ".join(
            f"{one.field}: {gettext('en', one.message, **one.params)}" for one in error.errors
        )
    text = gettext("en", error.message, **error.params) if error.message else ""
    return text or "There is no such thing. Check the name."


@contextmanager
def _store() -> Iterator[tuple[Settings, Engine]]:
    settings = load_settings()
    engine = make_engine(settings.database_url)
    try:
        yield settings, engine
    finally:
        engine.dispose()


@contextmanager
def _session() -> Iterator[tuple[Settings, Session]]:
    with _store() as (settings, engine):
        with engine.connect() as connection:
            if migrations.current(connection) != migrations.head(paths.migrations()):
                raise AppError(
                    N_("The database is not up to date. Run calendar-app migrate first.")
                )
        with session_factory(engine)() as session:
            yield settings, session


def _progress(label: str) -> Callable[[int, int], None]:
    """A progress line on stderr, where there is somebody to see it."""
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // total if total else 100
        if percent != shown and sys.stderr.isatty():
            shown = percent
            end = "\n" if done >= total else ""
            click.echo(f"\r{label} {percent:3d} %", nl=False, err=True)
            click.echo(end, nl=False, err=True)

    return show


@click.group()
def cli() -> None:
    """The shared calendar: register, flag, publish."""


@cli.command()
@click.option("--host", help="Where to listen; HOST otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="PORT otherwise.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
def serve(host: str | None, port: int | None, workers: int) -> None:
    """Serve the site."""
    from granian import Granian
    from granian.constants import Interfaces

    # The worker processes read the same settings from the environment.
    if host is not None:
        os.environ["HOST"] = host
    if port is not None:
        os.environ["PORT"] = str(port)
    with _session() as (settings, session):
        publish.ensure_rendered(session, utc_now(), settings.base_url)
    server = Granian(
        "calendar_app.web:create_served",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=workers,
        blocking_threads=8,
        backlog=512,
        log_access=False,
    )
    with beside() if settings.jobs == INLINE else nullcontext():
        server.serve()


@cli.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this process is no more.")
def worker(parent: int | None) -> None:
    """Do the work in the background: send mail. Stops at SIGTERM, after the mail in hand."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("calendar_app").setLevel(logging.INFO)
    enough = until_told(parent)
    with _session() as (settings, _own):
        work(settings, enough)


@cli.command()
def migrate() -> None:
    """Bring the database to this release, with regions, institutions and taxonomy."""
    with _store() as (settings, engine):
        migrations.upgrade(engine, paths.migrations())
        with session_factory(engine)() as session:
            with transaction(session):
                manage.load_reference(session)
                register.refresh_times(session, utc_now(), settings.base_url)
            publish.ensure_rendered(session, utc_now(), settings.base_url)


@cli.command()
@click.option("--events", type=click.IntRange(1, 1_000_000), default=1200, show_default=True)
@click.option("--seed", type=int, default=1574, show_default=True)
@click.option("--year", type=click.IntRange(1990, 2098), help="The season's first year.")
@click.option("--if-empty", is_flag=True, help="Do nothing when there are events already.")
@click.option("--json", "as_json", is_flag=True)
def demo(events: int, seed: int, year: int | None, if_empty: bool, as_json: bool) -> None:
    """Load the demonstration season with its accounts into an empty database."""
    with _session() as (settings, session):
        with reading(session):
            filled = count_events(session) > 0
        if filled:
            if not if_empty:
                raise AppError(
                    N_("There are events already. The demonstration goes into an empty database "
                       "only: set INSTANCE_DIR or DATABASE_URL to a new place.")
                )  # fmt: skip
            summary: dict[str, Any] = {"loaded": False}
        else:
            with transaction(session):
                summary = load_demo(
                    session, events=events, seed=seed, year=year, now=utc_now(),
                    base_url=settings.base_url, progress=_progress("demonstration"),
                )  # fmt: skip
    if as_json:
        click.echo(json.dumps(summary))
    elif not filled:
        click.echo(f"Loaded {events} invented events.")


@cli.group(name="import")
def import_group() -> None:
    """Bring an institution's own calendar in."""


@import_group.command(name="ics")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--institution", required=True, help="The institution's slug.")
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@click.option("--even-if-shrunken", is_flag=True, help="Also with far fewer events than last time.")
@click.option("--json", "as_json", is_flag=True)
def import_ics(
    file: Path, institution: str, dry_run: bool, even_if_shrunken: bool, as_json: bool
) -> None:
    """Import an .ics file; doing it twice changes nothing."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise AppError(
            N_("%(file)s cannot be read (%(why)s). Check the name."),
            file=file, why=error.strerror,
        ) from None  # fmt: skip
    with _session() as (settings, session):
        report = import_.import_file(
            session, institution, content, file.name, utc_now(), settings.base_url,
            dry_run=dry_run, even_if_shrunken=even_if_shrunken,
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    elif report["held"]:
        _fail(import_.summary(report), 1)
    else:
        click.echo(import_.summary(report))
    if report["held"]:
        sys.exit(1)


@cli.command()
@click.argument("path")
def feed(path: str) -> None:
    """Print the bytes that the feed URL serves, e.g. region/rijnland.ics."""
    with _session() as (settings, session):
        with reading(session):
            body = publish.feed_bytes(session, path, utc_now(), settings.base_url)
    sys.stdout.buffer.write(body)


@cli.group()
def overlaps() -> None:
    """Score pairs, recompute what is stored."""


@overlaps.command(name="score")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def overlaps_score(file: Path) -> None:
    """Score a list of pairs; one JSON object a line."""
    try:
        pairs = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise AppError(
            N_("%(file)s cannot be read as JSON (%(why)s)."), file=file, why=str(error)[:200]
        ) from None
    try:
        for result in score_pairs_file(pairs):
            click.echo(json.dumps(result, ensure_ascii=False))
    except ValueError as error:
        raise AppError(N_("%(file)s: %(why)s"), file=file, why=str(error)[:300]) from None


@overlaps.command(name="recompute")
@click.option("--json", "as_json", is_flag=True)
def overlaps_recompute(as_json: bool) -> None:
    """Compute all overlaps anew; gives exactly what is stored when nothing was wrong."""
    with _session() as (_settings, session):
        with transaction(session):
            found = flag.recompute(session, utc_now(), _progress("overlaps"))
    click.echo(json.dumps(found) if as_json else ", ".join(f"{k}: {v}" for k, v in found.items()))


@cli.group()
def user() -> None:
    """Accounts."""


@user.command(name="add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--institution", "institutions", multiple=True, help="Slug; repeatable.")
@click.option("--role", type=click.Choice(["editor", "manager"]), default="editor")
@click.option("--region", "regions", multiple=True, help="Coordinates this region; repeatable.")
@click.option("--admin", is_flag=True)
@click.password_option()
def user_add(
    email: str, name: str, institutions: tuple[str, ...], role: str, regions: tuple[str, ...],
    admin: bool, password: str,
) -> None:  # fmt: skip
    """Make an account; asks for the password."""
    with _session() as (_settings, session), transaction(session):
        manage.add_user(
            session, email, name, password, utc_now(), institutions=institutions, role=role,
            regions=regions, is_admin=admin,
        )  # fmt: skip
    click.echo(f"Added {email}.")


@user.command(name="invite")
@click.argument("email")
@click.option("--institution", "institutions", multiple=True, help="Slug; repeatable.")
@click.option("--role", type=click.Choice(["editor", "manager"]), default="editor")
@click.option("--region", "regions", multiple=True, help="Coordinates this region; repeatable.")
@click.option("--admin", is_flag=True)
@click.option("--press", is_flag=True, help="Press or tourist board.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def user_invite(
    email: str, institutions: tuple[str, ...], role: str, regions: tuple[str, ...], admin: bool,
    press: bool, language: str,
) -> None:  # fmt: skip
    """Mail an invitation; the person makes the account themselves."""
    invitation = accounts.Invitation(
        email, dict.fromkeys(institutions, role), regions, admin, press, language
    )
    with _session() as (settings, session), transaction(session):
        accounts.invite(session, accounts.OPERATOR, settings, invitation, utc_now())
    click.echo(f"The invitation for {email} is in the outbox.")


@user.command(name="password")
@click.argument("email")
@click.password_option()
def user_password(email: str, password: str) -> None:
    """Set a new password; every session of the account ends."""
    with _session() as (_settings, session), transaction(session):
        manage.set_password(session, email, password)
    click.echo(f"New password for {email}.")


@user.command(name="drop-second-step")
@click.argument("email")
def user_drop_second_step(email: str) -> None:
    """Let somebody who lost phone and key sign in with the password alone."""
    with _session() as (settings, session), transaction(session):
        user = manage.get_account(session, email)
        second_step.drop(session, accounts.OPERATOR, settings, user.id, utc_now())
    click.echo(f"{email} signs in with the password alone. Make sure that it was them who asked.")


@user.command(name="list")
@click.option("--json", "as_json", is_flag=True)
def user_list(as_json: bool) -> None:
    """List the accounts with what they may do."""
    with _session() as (_settings, session), reading(session):
        rows = manage.list_accounts(session)
    for row in rows:
        click.echo(
            json.dumps(row, ensure_ascii=False) if as_json else f"{row['email']}\t{row['does']}"
        )


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def backup(folder: Path) -> None:
    """Write everything into an empty folder, verified, while others work."""
    with _store() as (_settings, engine):
        told = backups.write_backup(engine, folder)
    rows = sum(table["rows"] for table in told["tables"].values())
    click.echo(f"Backed up and verified: {rows} rows of {len(told['tables'])} tables in {folder}.")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def restore(folder: Path) -> None:
    """Restore a backup into an empty database (either kind), verified."""
    with _store() as (settings, engine):
        told = backups.read_backup(engine, paths.migrations(), folder)
        with session_factory(engine)() as session:
            publish.ensure_rendered(session, utc_now(), settings.base_url)
    rows = sum(table["rows"] for table in told["tables"].values())
    click.echo(f"Restored and verified: {rows} rows of {len(told['tables'])} tables.")


@cli.command()
def check() -> None:
    """Check configuration, database, migrations, mail and disk; exit 1 with what to do."""
    problems: list[str] = []
    with _store() as (settings, engine):
        try:
            with engine.connect() as connection:
                at, newest = migrations.current(connection), migrations.head(paths.migrations())
                tables = inspect(connection).get_table_names()
        except DBAPIError as error:
            problems.append(f"database: not reachable ({error.orig}); check DATABASE_URL")
        else:
            if at != newest:
                problems.append(f"migrations: at {at}, not {newest}; run calendar-app migrate")
            click.echo(f"database: {engine.dialect.name}, {len(tables)} tables, migration {at}")
            if at == newest:
                problems += _check_mail(settings, engine)
        version = sqlite_module().sqlite_version_info
        if engine.dialect.name == "sqlite":
            safe = "WAL" if version >= WAL_SAFE else "journal mode DELETE, the safe path"
            click.echo(f"SQLite {'.'.join(map(str, version))}: {safe}")
        click.echo(f"address: {settings.base_url}{'' if settings.secure else ' (no https)'}")
        free = _free_megabytes(settings.instance_dir)
        click.echo(f"disk: {free} MB free at {settings.instance_dir}")
        if free < 200:
            problems.append("disk: less than 200 MB free; make room")
    for problem in problems:
        click.echo(f"calendar-app: {problem}", err=True)
    sys.exit(1 if problems else 0)


def _check_mail(settings: Settings, engine: Engine) -> list[str]:
    """Says where mail goes and how much waits; returns what is wrong with it."""
    problems = []
    outlet = open_outlet(settings)
    try:
        click.echo(f"mail: {outlet.check()}")
    except NotSent as error:
        problems.append(f"mail: {error}; check MAIL_URL")
    finally:
        outlet.close()
    with session_factory(engine)() as session, reading(session):
        mails = count_mails(session)
    click.echo(f"mail: {mails['waiting']} waiting, {mails['failed']} given up")
    return problems


def _free_megabytes(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 1_000_000
