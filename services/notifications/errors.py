"""What notifications refuses, and why mail does not leave.

    ZonaError
    ├── Forbidden
    │   └── NotYourContact          403  somebody else's address
    ├── WrongState
    │   ├── MoveNotOpen             409  permanent     the message's state has no such move
    │   └── TakenByAnother          409  already done  another sender holds the message, or sent it
    ├── MailRefused                 502  permanent     the mail server says no for good (5yz)
    ├── MailPostponed               503  transient     the mail server says not now (4yz)
    └── Away
        └── MailServerAway          503  transient     no conversation with the mail server at all
            └── ConversationLost    503  transient     it ended in the middle of one message

The reply classes are those of RFC 5321, 4.2.1. No text of these errors carries an address: what a mail
server said is cleaned of it first.
"""

from __future__ import annotations

from shared.failures import Away, Failure, Forbidden, WrongState, ZonaError


class NotYourContact(Forbidden):
    """An address is its owner's and the admin's business."""

    code = "not_your_contact"


class MoveNotOpen(WrongState):
    """The table of moves has none from here."""

    code = "move_not_open"


class TakenByAnother(WrongState):
    """Another sender holds or has finished the message."""

    code = "taken_by_another"
    failure = Failure.ALREADY_DONE


class MailRefused(ZonaError):
    """5yz for this recipient or this text."""

    code = "mail_refused"
    status = 502
    failure = Failure.PERMANENT
    title = ("Server surat menolak", "The mail server refused")


class MailPostponed(ZonaError):
    """4yz for this recipient or this text."""

    code = "mail_postponed"
    status = 503
    failure = Failure.TRANSIENT
    title = ("Server surat menunda", "The mail server postponed")


class MailServerAway(Away):
    """Nobody there, or nobody who takes our mail."""

    code = "mail_server_away"
    title = ("Server surat tidak tersedia", "The mail server is away")


class ConversationLost(MailServerAway):
    """The server may have taken the message, or not."""

    code = "conversation_lost"
