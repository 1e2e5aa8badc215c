"""A real SMTP server (aiosmtpd) whose answers a test chooses."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from shared.localrun.ports import free_ports

HANG_UP = "hang up"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it arrived."""

    sender: str
    recipient: str
    content: EmailMessage
    session: int


@dataclass
class Post:
    """Accepts everything until told otherwise.

    at_rcpt, at_data    recipient → reply, or HANG_UP to cut the connection there
    options             of aiosmtpd's Controller: TLS, sign-in
    """

    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_data: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    port: int = field(default_factory=lambda: free_ports(1)[0])
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its address, as SMTP_URI says it."""
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Start serving on the same port as before."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self._controller.start()

    def close(self) -> None:
        """Stop serving."""
        self._controller.stop(no_assert=True)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        reply = self.at_rcpt.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._answered(server, reply)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        (recipient,) = envelope.rcpt_tos
        reply = self.at_data.get(recipient, "250 OK, queued as 4F1")
        if reply.startswith("250"):
            content = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(content, EmailMessage)
            self.mails.append(Mail(envelope.mail_from, recipient, content, id(session)))
        return self._answered(server, reply)

    def _answered(self, server: Any, reply: str) -> str:
        if reply == HANG_UP:
            server.transport.abort()
        return reply

    def __enter__(self) -> Post:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
