"""TLS and sign-in, with a certificate made for the test."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.errors import MailServerAway
from services.notifications.smtp import MailServer, mail_server
from tests.services.notifications.post import Post

SENDER = "zona@example.go.id"
MAIL = b"Subject: Halo\r\n\r\nIsi\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of `localhost` and its key, in one PEM file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def deliver(server: MailServer) -> str:
    with server.conversation() as conversation:
        return conversation.deliver(MAIL, "a@example.go.id")


def signs_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"zona", b"p/w")
    return AuthResult(success=known, handled=False)


def test_starttls_with_a_trusted_certificate_delivers(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Post(options={"tls_context": context_of(certificate), "require_starttls": True}) as post:
        assert deliver(mail_server(f"smtp://localhost:{post.port}?starttls=required", SENDER)).startswith("250")
        assert len(post.mails) == 1


def test_smtps_with_a_trusted_certificate_delivers(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Post(options={"ssl_context": context_of(certificate)}) as post:
        assert deliver(mail_server(f"smtps://localhost:{post.port}", SENDER)).startswith("250")


def test_a_certificate_that_nobody_trusts_gets_no_mail(certificate: Path) -> None:
    with Post(options={"tls_context": context_of(certificate)}) as post:
        with pytest.raises(MailServerAway, match="CERTIFICATE_VERIFY_FAILED"):
            deliver(mail_server(f"smtp://localhost:{post.port}?starttls=required", SENDER))
        assert post.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "arrives"), [("p%2Fw", 1), ("wrong", 0)])
def test_the_password_is_used_and_a_wrong_one_blames_no_message(password: str, arrives: int) -> None:
    options = {"authenticator": signs_in, "auth_required": True, "auth_require_tls": False}
    with Post(options=options) as post:
        server = mail_server(f"smtp://zona:{password}@127.0.0.1:{post.port}", SENDER)
        if arrives:
            deliver(server)
        else:
            with pytest.raises(MailServerAway) as refusal:
                deliver(server)
            assert type(refusal.value) is MailServerAway
        assert len(post.mails) == arrives
