"""The settings of ``config.py`` as one checked value."""

import os
import runpy
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from calendar_app.core import paths
from calendar_app.core.errors import AppError
from calendar_app.core.language import N_


class BadSetting(AppError):
    """A setting that cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the application is started with; see ``config.py`` for each meaning."""

    database_url: str
    secret_key: str
    host: str
    port: int
    base_url: str
    site_name: str
    instance_dir: Path

    @property
    def secure(self) -> bool:
        """Whether people reach the site over https."""
        return self.base_url.startswith("https://")


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
    instance = Path(values["INSTANCE_DIR"] or "instance").absolute()
    return Settings(
        database_url=values["DATABASE_URL"] or f"sqlite:///{instance / 'calendar.sqlite3'}",
        secret_key=values["SECRET_KEY"] or _kept_secret(instance),
        host=values["HOST"],
        port=int(values["PORT"]),
        base_url=base,
        site_name=values["SITE_NAME"],
        instance_dir=instance,
    )


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
