"""The settings of ``config.py`` as one checked value."""

import os
import runpy
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from calendar_app.core import paths
from calendar_app.core.errors import AppError
from calendar_app.core.language import N_
from calendar_app.core.names import clean_address

MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""How a mail server can be spoken to, with the port that is usual for it."""
INLINE, WORKER = "inline", "worker"


class BadSetting(AppError):
    """A setting that cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that mail goes out through; ``scheme`` is a key of :data:`MAIL_PORTS`."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the application is started with; see ``config.py`` for each meaning."""

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    host: str
    port: int
    base_url: str
    site_name: str
    instance_dir: Path
    mail_server: MailServer | None
    mail_from: str
    jobs: str

    @property
    def secure(self) -> bool:
        """Whether people reach the site over https."""
        return self.base_url.startswith("https://")

    @property
    def host_name(self) -> str:
        """The host of ``BASE_URL``, without its port."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def copies_dir(self) -> Path:
        """Where the last good copies of public feeds lie."""
        return self.instance_dir / "feeds"


def load_settings(overrides: Mapping[str, object] | None = None) -> Settings:
    """Reads ``config.py`` (the environment), then the overrides, upper-case names.

    Raises :class:`BadSetting`. Makes the instance folder and the secret key when absent.
    """
    found = runpy.run_path(str(paths.config_file()))
    values = {k: str(v) for k, v in {**found, **(overrides or {})}.items() if k.isupper()}
    if not values["PORT"].isdigit() or not 0 <= int(values["PORT"]) <= 65535:
        raise BadSetting(
            N_("PORT must be a number from 0 to 65535, not “%(value)s”."), value=values["PORT"]
        )
    base = (values["BASE_URL"] or f"http://{values['HOST']}:{values['PORT']}").rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
        raise BadSetting(
            N_("BASE_URL must look like https://calendar.example.org, not “%(value)s”."), value=base
        )
    if values["JOBS"] not in (INLINE, WORKER):
        raise BadSetting(
            N_("JOBS must be inline or worker, not “%(value)s”."), value=values["JOBS"]
        )
    server, sender = _mail(values["MAIL_URL"])
    instance = Path(values["INSTANCE_DIR"] or "instance").absolute()
    return Settings(
        database_url=values["DATABASE_URL"] or f"sqlite:///{instance / 'calendar.sqlite3'}",
        secret_key=values["SECRET_KEY"] or _kept_secret(instance),
        host=values["HOST"],
        port=int(values["PORT"]),
        base_url=base,
        site_name=values["SITE_NAME"],
        instance_dir=instance,
        mail_server=server,
        mail_from=sender or clean_address(f"no-reply@{parts.hostname}") or "no-reply@localhost",
        jobs=values["JOBS"],
    )


def _mail(url: str) -> tuple[MailServer | None, str]:
    """The server of ``MAIL_URL`` and the sender it names. The message of :class:`BadSetting` does
    not repeat the address: it may hold a password."""
    if not url:
        return None, ""
    try:
        parts = urlsplit(url)
        port = parts.port or MAIL_PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    more = parse_qs(parts.query)
    sender = clean_address(more.pop("from", [""])[0])
    if not port or not parts.hostname or parts.path not in ("", "/") or more:
        raise BadSetting(
            N_("MAIL_URL must look like smtp+starttls://user:password@mail.example.org:587.")
        )
    if parts.query and sender is None:
        raise BadSetting(N_("What follows from= in MAIL_URL is not an e-mail address."))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.scheme, parts.hostname, port, user, password), sender or ""


def _kept_secret(instance: Path) -> str:
    """The key kept under the instance folder, made at first use, readable by us alone."""
    instance.mkdir(parents=True, exist_ok=True)
    file = instance / "secret_key"
    try:
        # Exclusive: of two processes that start at once, one writes and both read.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii")
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))
    return file.read_text("ascii")
