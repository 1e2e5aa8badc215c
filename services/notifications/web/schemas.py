"""Bodies and answers of the notifications API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.notifications.domain.contact import Language
from services.notifications.domain.message import MessageState
from shared.web import CommandSchema, PageArguments

LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets (RFC 3696, erratum 1690)."""


class ContactSchema(CommandSchema):
    """Where a person is reached. ASCII only: not every mail server takes other addresses (RFC 6531)."""

    email = fields.Email(
        required=True,
        validate=[
            validate.Length(max=LONGEST_ADDRESS),
            validate.Regexp(r"\A[\x21-\x7e]+\Z", error="Not a valid email address."),
        ],
    )
    language = fields.Enum(Language, by_value=True, required=True)


class ContactAnswer(Schema):
    """A contact and the version that the next change may name."""

    account = fields.String(attribute="state.account")
    email = fields.String(attribute="state.email")
    language = fields.Enum(Language, by_value=True, attribute="state.language")
    version = fields.Integer()


class MessageArguments(PageArguments):
    """A page, of one state if it is given."""

    state = fields.Enum(MessageState, by_value=True, load_default=None)


class TextItem(Schema):
    """A text in one language."""

    subject = fields.String()
    body = fields.String()


class InboxItem(Schema):
    """A message as its recipient reads it, in both languages; `language` is the one it is mailed in."""

    id = fields.String()
    event = fields.String()
    event_type = fields.String()
    role = fields.String()
    happened_at = fields.AwareDateTime(format="iso")
    language = fields.String()
    texts = fields.Dict(keys=fields.String(), values=fields.Nested(TextItem))
    state = fields.Enum(MessageState, by_value=True)
    sent_at = fields.AwareDateTime(format="iso")


class MessageItem(Schema):
    """A message as the admin follows it: its way, not its text."""

    id = fields.String()
    event = fields.String()
    event_type = fields.String()
    recipient = fields.String()
    state = fields.Enum(MessageState, by_value=True)
    correlation_id = fields.String()
    happened_at = fields.AwareDateTime(format="iso")
    attempts = fields.Integer()
    sent_at = fields.AwareDateTime(format="iso")
    receipt = fields.String()
    reason = fields.String()


class Inbox(Schema):
    """A page of the inbox."""

    items = fields.List(fields.Nested(InboxItem))
    next = fields.String(allow_none=True)


class Messages(Schema):
    """A page of messages."""

    items = fields.List(fields.Nested(MessageItem))
    next = fields.String(allow_none=True)


class Statistics(Schema):
    """Counts by state."""

    sent = fields.Integer()
    queued = fields.Integer()
    failed = fields.Integer()
    waiting_address = fields.Integer()
