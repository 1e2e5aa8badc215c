"""What every web process has: problem details, sign-in, repeated commands, health, one log line a request."""

from shared.web.application import create_app, rooms
from shared.web.commands import CommandSchema, command_cause, idempotent
from shared.web.identity import current_actor, optional_actor, requires
from shared.web.paging import PageArguments, after_of, page_of
from shared.web.problems import problem_response
from shared.web.streaming import attachment, body_pieces, discard_body, streams_body

__all__ = [
    "CommandSchema",
    "PageArguments",
    "after_of",
    "attachment",
    "body_pieces",
    "command_cause",
    "create_app",
    "current_actor",
    "discard_body",
    "idempotent",
    "optional_actor",
    "page_of",
    "problem_response",
    "requires",
    "rooms",
    "streams_body",
]
