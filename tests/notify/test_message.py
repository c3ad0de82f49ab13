"""What a mail looks like on the wire, and that nothing in it becomes a header
(CVE-2024-6923)."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.notify.message import Unsendable, compose

HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "Content-Language", "Auto-Submitted",
    "MIME-Version", "Content-Type",
]  # fmt: skip


def written(**more: str) -> bytes:
    """A message, with some of its parts replaced."""
    values = {
        "message_id": "<abc@x.example>", "sender_name": "Samenspel", "sender": "no-reply@x.example",
        "recipient": "e@x.example", "subject": "Dag", "text": "Hallo", "html": "<p>Hallo</p>",
        "language": "nl",
    }  # fmt: skip
    return compose(**{**values, **more}, at=datetime(2027, 3, 12, tzinfo=UTC))


def read(content: bytes) -> EmailMessage:
    """As a mail program reads it."""
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


@given(st.text(max_size=200), st.text(max_size=60))
@example("😀\r\nBcc: evil@x.example", "x")
@example("=?utf-8?q?x=0D=0ABcc:_evil@x.example?=", "=?utf-8?b?DQpCY2M6IGV2aWxAeC5leGFtcGxl?=")
@example("a" * 80 + "\nBcc: evil@x.example", "Naam\r\n\r\ntekst")
@example("\u2028Bcc: a\x85Bcc: b\x0bBcc: c", '"><evil@x.example>')
def test_no_text_becomes_a_header(subject: str, name: str) -> None:
    content = written(subject=subject, sender_name=name)
    message = read(content)
    assert list(message.keys()) == HEADERS
    assert message["To"] == "e@x.example"
    head = content.split(b"\r\n\r\n")[0]
    assert head.isascii() and b"\n" not in head.replace(b"\r\n", b"")
    assert all(len(line) <= 200 for line in head.split(b"\r\n"))


@pytest.mark.parametrize(
    "subject", ["Café – «Musée»", "=?utf-8?q?letterlijk?=", "😀" * 40, "a " * 90]
)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert read(written(subject=subject))["Subject"].strip() == subject.strip()


def test_both_texts_are_read_as_they_were_written() -> None:
    text = "From hier\n.\n..punt\n" + "één " * 400
    message = read(written(text=text, html=f"<p>{text}</p>"))
    plain = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert plain.replace("\r\n", "\n").strip() == text.strip()
    assert "één" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "address",
    ["a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "<a@x.example>", "A@x.example",
     "a b@x.example", "a", "", "é@x.example", "a@x..example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unsendable):
        written(recipient=address)
    with pytest.raises(Unsendable):
        written(sender=address)
