"""The mail server: one conversation for a batch, every reply sorted into what it means for the message.

SMTP is RFC 5321; its replies: 2yz accepted, 4yz not now, 5yz never, 421 the server leaves. Addresses never
get into an error, a receipt or a log line: replies are cleaned of them.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from services.notifications.errors import ConversationLost, MailPostponed, MailRefused, MailServerAway
from shared.failures import Said
from shared.settings import SettingsError

TIMEOUT = 30.0
"""Seconds that the mail server may take for one step."""
USUAL_PORT = {"tls": 465, "starttls": 587, "none": 25}
LEAVING = 421
SHORTEST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)
LONGEST_REPLY = 200
ADDRESS = re.compile(r"<?[^\s<>:;,]+@[^\s<>:;,]+>?")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail leaves the house. `security` is none, starttls (RFC 3207) or tls (RFC 8314)."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @contextmanager
    def conversation(self) -> Iterator[Conversation]:
        """Connect, greet, sign in; quit at the end. Raises MailServerAway."""
        try:
            smtp = self._greeted()
        except OSError as error:  # smtplib's exceptions and the system's alike
            raise _away(error) from error
        try:
            yield Conversation(smtp, self.sender)
        finally:
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _greeted(self) -> smtplib.SMTP:
        name = socket.gethostname()
        if self.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, name, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, name, timeout=TIMEOUT)
        try:
            if self.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if self.user:
                smtp.login(self.user, self.password)
        except OSError:
            smtp.close()
            raise
        return smtp


@dataclass(frozen=True, slots=True)
class Conversation:
    """A connection that takes one mail after the other."""

    smtp: smtplib.SMTP
    sender: str

    def deliver(self, mail: bytes, address: str) -> str:
        """Hand `mail` over for `address`; gives the server's words of acceptance.

        Raises MailRefused (never), MailPostponed (not now), MailServerAway (nothing was tried: the server
        leaves, or does not take our sender), ConversationLost (it may or may not have been accepted).
        """
        try:
            self._begin()
        except OSError as error:
            raise _away(error) from error
        try:
            self._judge(*self.smtp.rcpt(address))
            return self._judge(*self._data(mail))
        except OSError as error:
            raise ConversationLost(_told(error)) from error

    def _begin(self) -> None:
        self.smtp.rset()  # also asks whether the connection still lives, before the message is at stake
        code, reply = self.smtp.mail(self.sender)
        if code // 100 != 2:
            raise smtplib.SMTPSenderRefused(code, reply, self.sender)

    def _data(self, mail: bytes) -> tuple[int, bytes]:
        try:
            return self.smtp.data(mail)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, _bytes(error.smtp_error)

    def _judge(self, code: int, reply: bytes) -> str:
        said = clean(f"{code} {_bytes(reply).decode(errors='replace')}")
        if code == LEAVING or code < 200:
            raise MailServerAway((f"server surat pamit: {said}", f"the mail server leaves: {said}"))
        if code // 100 == 5:
            raise MailRefused((f"server surat menolak: {said}", f"the mail server refused: {said}"))
        if code // 100 != 2:
            raise MailPostponed((f"server surat menunda: {said}", f"the mail server postponed: {said}"))
        return said


@dataclass(slots=True)
class Pause:
    """How long this process leaves the mail server alone: 1 second after the first failure, doubled to a minute."""

    until: datetime | None = None
    failures: int = 0

    def holds(self, now: datetime) -> bool:
        """True while it is too early to try again."""
        return self.until is not None and now < self.until

    def lengthen(self, now: datetime) -> None:
        """The mail server did not answer: wait longer."""
        self.until = now + min(SHORTEST_PAUSE * 2 ** min(self.failures, 10), LONGEST_PAUSE)
        self.failures += 1

    def end(self) -> None:
        """The mail server answers."""
        self.until, self.failures = None, 0


def mail_server(uri: str, sender: str) -> MailServer:
    """Read `smtp://user:password@host:port?starttls=required` or `smtps://…`.

    Raises SettingsError. A password is sent over TLS only, or to this machine itself.
    """
    parts = urlsplit(uri)
    starttls = parse_qs(parts.query).get("starttls", ["off"])[-1]
    security = "tls" if parts.scheme == "smtps" else {"required": "starttls"}.get(starttls, "none")
    readable = parts.scheme in {"smtp", "smtps"} and starttls in {"off", "required"} and _has_place(parts)
    faults = []
    if not readable:
        faults.append("SMTP_URI must read smtp://host:port, smtp://host:port?starttls=required or smtps://host:port")
    if parts.username and security == "none" and not _is_loopback(parts.hostname or ""):
        faults.append("SMTP_URI has a password but no TLS: use smtps:// or ?starttls=required")
    if not ADDRESS.fullmatch(sender):
        faults.append("MAIL_FROM must be an address, such as zona@example.go.id")
    if faults:
        raise SettingsError(faults)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname or "", parts.port or USUAL_PORT[security], security, sender, user, password)


def clean(reply: str) -> str:
    """A reply on one line, without addresses, cut to 200 characters."""
    return ADDRESS.sub("…", " ".join(reply.split()))[:LONGEST_REPLY]


def _away(error: OSError) -> MailServerAway:
    return MailServerAway(_told(error))


def _told(error: OSError) -> Said:
    said = clean(str(error)) or type(error).__name__
    return f"server surat tidak menjawab: {said}", f"the mail server does not answer: {said}"


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _has_place(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
