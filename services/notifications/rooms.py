"""What every process of this service works with, built once for each process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from services.notifications.domain.contact import Contact
from services.notifications.domain.message import Message
from services.notifications.rendering import Writer, writer
from services.notifications.smtp import MailServer, Pause, mail_server
from services.notifications.store import AccountStore, Notice, contact_store, message_store, notice_store
from shared.settings import Settings
from shared.storage import AggregateStore, connect


@dataclass(frozen=True, slots=True)
class Rooms:
    """The stores of this service, the writer of its messages and the mail server they leave by."""

    database: Database[dict[str, Any]]
    messages: AggregateStore[Message]
    contacts: AggregateStore[Contact]
    notices: AggregateStore[Notice]
    accounts: AccountStore
    writer: Writer
    mail_server: MailServer | None
    pause: Pause

    def ensure_indexes(self) -> None:
        """Create the indexes that are missing."""
        for store in (self.messages, self.contacts, self.notices, self.accounts):
            store.ensure_indexes()


def build(settings: Settings) -> Rooms:
    """Rooms on the database that the settings name. Without SMTP_URI (web) there is no mail server.

    Raises shared.settings.SettingsError for a mail server that can't be used as it is written.
    """
    return build_on(connect(settings, "notifications"), settings)


def build_on(database: Database[dict[str, Any]], settings: Settings) -> Rooms:
    """Rooms on a database that is connected already."""
    return Rooms(
        database=database,
        messages=message_store(database),
        contacts=contact_store(database),
        notices=notice_store(database),
        accounts=AccountStore(database),
        writer=writer(settings.base_url),
        mail_server=mail_server(settings.smtp_uri, settings.mail_from) if settings.smtp_uri else None,
        pause=Pause(),
    )
