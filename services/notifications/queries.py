"""The read side: inbox, messages, contacts, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notifications.domain.contact import Contact
from services.notifications.domain.message import Message, MessageState, newest_first
from shared.failures import NotFound
from shared.storage import Aggregate

if TYPE_CHECKING:
    from services.notifications.rooms import Rooms


def inbox(rooms: Rooms, account: str, after: str | None, limit: int) -> list[Message]:
    """What `account` was told, newest first."""
    return _page(rooms, {"summary.recipient": account}, after, limit)


def messages(rooms: Rooms, state: MessageState | None, after: str | None, limit: int) -> list[Message]:
    """Everybody's messages, newest first; of one state if it is given."""
    return _page(rooms, {"summary.state": state.value} if state else {}, after, limit)


def contact(rooms: Rooms, account: str) -> Aggregate[Contact]:
    """Where `account` is reached; raises NotFound."""
    found = rooms.contacts.find(account)
    if found is None:
        raise NotFound(
            (f"belum ada kontak untuk akun {account}", f"there is no contact for account {account} yet"),
            remedy=("Simpan alamat dengan PUT ke alamat ini.", "Save an address with PUT on this address."),
        )
    return found


def statistics(rooms: Rooms) -> dict[str, int]:
    """Messages by state, each counted on the index of the state; `queued` includes those being sent."""
    counted = {
        state: rooms.messages.collection.count_documents({"summary.state": state.value}) for state in MessageState
    }
    return {
        "sent": counted[MessageState.SENT],
        "queued": counted[MessageState.QUEUED] + counted[MessageState.SENDING],
        "failed": counted[MessageState.FAILED],
        "waiting_address": counted[MessageState.WAITING_ADDRESS],
    }


def place_of(message: Message) -> str:
    """Where a message stands in a list: what a cursor keeps."""
    return newest_first(message)


def _page(rooms: Rooms, filter: dict[str, str], after: str | None, limit: int) -> list[Message]:
    found = rooms.messages.select(filter, sort="summary.order", after=after, limit=limit)
    return [message.state for message in found]
