"""The worker of notifications: events in, mail out. Wiring only."""

from __future__ import annotations

from datetime import UTC, datetime

from services.notifications import handlers, sending
from services.notifications.domain.recipients import CALLED
from services.notifications.rooms import build
from shared.messaging import Dependencies, Received, every, subscribe


def now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


class NotificationsWorker:
    """Learns accounts, tells people, sends mail."""

    name = "notifications"
    rooms = Dependencies(build)

    @subscribe("units.account_registered")
    def learn_account(self, event: Received) -> None:
        """units told of an account, whole state."""
        handlers.learn_account(self.rooms, event)

    @subscribe(*CALLED)
    def notify(self, event: Received) -> None:
        """Something happened that people are told of."""
        handlers.notify(self.rooms, event)

    @every(seconds=1)
    def settle_contacts(self) -> None:
        """Queue what waited for an address that is known now."""
        handlers.settle_contacts(self.rooms, now())

    @every(seconds=0.25)
    def send_mail(self) -> None:
        """Send what is due."""
        sending.send_due(self.rooms, now)
