"""What every web process has: problem details, sign-in, repeated commands, health, one log line a request."""

from shared.web.application import create_app, rooms
from shared.web.commands import CommandSchema, command_cause, idempotent
from shared.web.identity import current_actor, optional_actor, requires
from shared.web.paging import PageArguments, after_of, page_of
from shared.web.problems import problem_response

__all__ = [
    "CommandSchema",
    "PageArguments",
    "after_of",
    "command_cause",
    "create_app",
    "current_actor",
    "idempotent",
    "optional_actor",
    "page_of",
    "problem_response",
    "requires",
    "rooms",
]
