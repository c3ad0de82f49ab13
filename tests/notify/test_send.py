"""How a server is spoken to: with TLS that is checked, with a password that stays ours."""

import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.settings import BadSetting, load_settings
from calendar_app.notify.send import NotSent, open_outlet
from calendar_app.worker import send_due
from tests.factories.smtp import smtp_server
from tests.notify.conftest import settings_for


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody trusts by itself, and a server's context with it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, private)
    return file, context


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_tls_is_used_and_the_certificate_is_checked(
    scheme: str,
    certificate: tuple[Path, ssl.SSLContext],
    sessions: sessionmaker[Session],
    queued: Callable,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file, context = certificate
    queued()
    with smtp_server(tls=context, implicit_tls=scheme == "smtps") as post:
        url = f"{scheme}://bode:p%40ss%2Fwoord@localhost:{post.port}?from=agenda@x.example"
        settings = settings_for(tmp_path, url)
        with caplog.at_level(logging.DEBUG):
            assert send_due(sessions, open_outlet(settings), lambda: now) == 0
            assert post.received == [] and post.logins == [], "nobody vouches for this server"
            monkeypatch.setenv("SSL_CERT_FILE", str(file))
            later = now + timedelta(minutes=1)
            assert send_due(sessions, open_outlet(settings), lambda: later) == 1
        assert post.logins == ["\0bode\0p@ss/woord"]
        assert post.received[0][0] == "agenda@x.example"
        assert post.hellos[0] == "calendar.example.org"
    assert "woord" not in caplog.text and "woord" not in repr(settings)


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(tmp_path: Path) -> None:
    with smtp_server() as post:
        outlet = open_outlet(settings_for(tmp_path, f"smtp+starttls://localhost:{post.port}"))
        with pytest.raises(NotSent):
            outlet.check()


def test_a_server_can_be_tried_without_a_mail(tmp_path: Path) -> None:
    with smtp_server() as post:
        outlet = open_outlet(settings_for(tmp_path, f"smtp://127.0.0.1:{post.port}"))
        assert f":{post.port} answers" in outlet.check()
        outlet.close()
    with pytest.raises(NotSent):
        outlet.check()


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://x:99999", "smtp://x/inbox",
     "smtp://x?to=a@x.example", "smtp://x?from=nobody"],
)  # fmt: skip
def test_a_mail_url_that_cannot_be_used_is_named_without_its_password(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting) as told:
        load_settings({"INSTANCE_DIR": tmp_path, "MAIL_URL": url})
    assert "MAIL_URL" in told.value.message and not told.value.params


def test_ports_and_sender_have_defaults(tmp_path: Path) -> None:
    found = settings_for(tmp_path, "smtps://mail.example.org")
    assert found.mail_server and found.mail_server.port == 465
    assert found.mail_from == "no-reply@calendar.example.org"
    local = load_settings({"INSTANCE_DIR": tmp_path, "BASE_URL": "http://[::1]:8000"})
    assert local.mail_from == "no-reply@localhost"


def test_jobs_is_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        load_settings({"INSTANCE_DIR": tmp_path, "JOBS": "4"})
