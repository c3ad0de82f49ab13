"""Handing a mail over: to a server, or to a folder where none is set. Thin: what is tried when,
and what counts as sent, is the worker's and the outbox's."""

import logging
import smtplib
import ssl
from pathlib import Path
from typing import Protocol

from calendar_app.core.settings import MailServer, Settings
from calendar_app.notify.message import compose
from calendar_app.notify.models import Mail

TIMEOUT = 20
"""Seconds to wait for one answer of a mail server."""

log = logging.getLogger(__name__)


class NotSent(Exception):
    """A mail was not taken: ``hopeless`` when it never will be, ``server_down`` when no other
    mail would be taken now either. The text is what the server said."""

    def __init__(self, why: str, *, hopeless: bool = False, server_down: bool = False) -> None:
        super().__init__(" ".join(why.split()))
        self.hopeless = hopeless
        self.server_down = server_down


class Outlet(Protocol):
    """Where mails go. ``send`` returns when the mail is safely with somebody else, else it raises
    :class:`NotSent`."""

    def send(self, mail: Mail) -> None:
        """Hands one mail over."""

    def close(self) -> None:
        """Lets go of the connection; the next mail opens a new one."""

    def check(self) -> str:
        """Where mails go, in words; raises :class:`NotSent` when they would not get there."""


def open_outlet(settings: Settings) -> Outlet:
    """The outlet that the settings ask for; opens nothing yet."""
    if settings.mail_server is None:
        return Folder(settings)
    return Server(settings, settings.mail_server)


def _message(settings: Settings, mail: Mail) -> bytes:
    return compose(
        message_id=mail.message_id, sender_name=settings.site_name, sender=settings.mail_from,
        recipient=mail.recipient, subject=mail.subject, text=mail.text, html=mail.html,
        language=mail.language, at=mail.created_at,
    )  # fmt: skip


class Folder:
    """Files under ``instance/mail/``, for trying out; readable by us alone, since links in mails
    open accounts."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder: Path = settings.instance_dir / "mail"

    def send(self, mail: Mail) -> None:
        """Writes the file; a mail that comes twice is the same file."""
        content = _message(self._settings, mail)
        name = f"{mail.created_at:%Y%m%dT%H%M%SZ}-{mail.message_id[1:9]}.eml"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = self.folder / f".{name}"
            partial.touch(mode=0o600)
            partial.write_bytes(content)
            partial.replace(self.folder / name)
        except OSError as error:
            raise NotSent(f"cannot write: {error}", server_down=True) from error
        # Never the text: the log is read by more people than the mail.
        log.info("mail to %s: %s", mail.recipient, mail.subject)

    def close(self) -> None:
        """Nothing is held."""

    def check(self) -> str:
        """Names the folder."""
        return f"MAIL_URL is not set; mails land in {self.folder}"


class Server:
    """A mail server; one connection for as long as mails follow each other."""

    def __init__(self, settings: Settings, server: MailServer) -> None:
        self._settings = settings
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> None:
        """Sends one mail. A 4xx is for later, a 5xx about this mail for ever; what is about the
        sender, the password or the line concerns every mail."""
        content = _message(self._settings, mail)
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.sendmail(self._settings.mail_from, [mail.recipient], content)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[mail.recipient]
            raise NotSent(f"{code} {_readable(said)}", hopeless=code >= 500) from error
        except smtplib.SMTPDataError as error:
            why = f"{error.smtp_code} {_readable(error.smtp_error)}"
            raise NotSent(why, hopeless=error.smtp_code >= 500) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            why = f"{error.smtp_code} {_readable(error.smtp_error)}"
            raise NotSent(why, server_down=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NotSent(f"{type(error).__name__}: {error}", server_down=True) from error

    def close(self) -> None:
        """Says goodbye, if anybody listens."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def check(self) -> str:
        """Connects and signs in."""
        try:
            self._connection = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"{type(error).__name__}: {error}", server_down=True) from error
        return f"{self._server.scheme} at {self._server.host}:{self._server.port} answers"

    def _connect(self) -> smtplib.SMTP:
        server, name = self._server, self._settings.host_name
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=TIMEOUT,
                context=ssl.create_default_context(),
            )  # fmt: skip
        else:
            connection = smtplib.SMTP(server.host, server.port, name, timeout=TIMEOUT)
        try:
            if server.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _readable(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
