"""A mail as the bytes that go over the wire, the same at every attempt.

Python's own header classes read encoded words in what they are given and can write what was
hidden in them as a header of its own (CVE-2024-6923). So every text is encoded here, cleaned
after that as well, and the result is read back before it goes anywhere.
"""

import re
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime

from calendar_app.core.names import clean_address

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(rb"([A-Za-z-]+): ")
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP


class Unsendable(ValueError):
    """Never a mail: no server would take it as what it is meant to be."""


def compose(
    *,
    message_id: str,
    sender_name: str,
    sender: str,
    recipient: str,
    subject: str,
    text: str,
    html: str,
    language: str,
    at: datetime,
) -> bytes:
    """The whole message. Raises :class:`Unsendable` for an address that is none."""
    if clean_address(sender) != sender or clean_address(recipient) != recipient:
        raise Unsendable("not an address that mail can be sent to")
    body = MIMEMultipart("alternative", boundary=f"=_{re.sub('[^A-Za-z0-9]', '', message_id)[:40]}")
    del body["MIME-Version"]
    for kind, content in (("plain", text), ("html", html)):
        part = MIMENonMultipart("text", kind)
        part.set_payload(content, _UTF8)
        del part["MIME-Version"]
        body.attach(part)
    fields = {
        "Date": format_datetime(at),
        "From": f"{_words('From', sender_name)} <{sender}>",
        "To": recipient,
        "Subject": _words("Subject", subject),
        "Message-ID": message_id,
        "Content-Language": language,
        # Out-of-office programs answer no machine (RFC 3834).
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    rest = body.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    message = head.encode("ascii") + rest
    _read_back(message, [*fields, "Content-Type"])
    return message


def _words(name: str, value: str) -> str:
    """The text as encoded words (RFC 2047), always, so that nothing in it is read as one."""
    encoded = Header(value, "utf-8", header_name=name).encode(linesep="\n")
    return "\r\n ".join(_CONTROLS.sub("", line.strip()) for line in encoded.split("\n"))


def _read_back(message: bytes, names: list[str]) -> None:
    head = message.split(b"\r\n\r\n", 1)[0]
    lines = re.sub(rb"\r\n[ \t]+", b" ", head).split(b"\r\n")
    found = [match[1].decode() if (match := _NAME.match(line)) else "" for line in lines]
    if found != names or any(_CONTROLS.search(line.decode("latin-1")) for line in lines):
        raise Unsendable("a header that nobody meant")
