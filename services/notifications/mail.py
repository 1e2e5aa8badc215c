"""A message as e-mail (RFC 5322). The same message always gives the same bytes, the Message-ID among them."""

from __future__ import annotations

import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from services.notifications.domain.message import Message

UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
LONGEST_ID = 100


def compose(message: Message, address: str, language: str, sender: str) -> bytes:
    """The mail in `language` to `address`. Auto-Submitted (RFC 3834) keeps absence notices from answering.

    Raises ValueError for an address that can't stand in a header.
    """
    text = message.texts[language]
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address("Zona Integritas", addr_spec=sender)
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = text.subject
    mail["Date"] = message.happened_at
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Zona-Message-Id"] = message.id
    mail["X-Correlation-ID"] = UNPRINTABLE.sub("-", message.correlation_id)[:LONGEST_ID]
    mail.set_content(text.body, charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = language  # after the content, which clears every Content header before it
    return mail.as_bytes()
