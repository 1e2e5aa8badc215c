"""structlog for the whole house: JSON on stderr, the correlation id on every line.

Each request and each handled event writes one canonical line; what else is logged is the exception.
"""

from __future__ import annotations

import json
import logging
import sys
import uuid
from typing import Any

import structlog

from shared.settings import Settings


def configure_logs(settings: Settings, service: str, process: str) -> None:
    """Set up structlog and the standard library's logging for this process."""
    structlog.contextvars.clear_contextvars()
    renderer: Any = structlog.processors.JSONRenderer(serializer=_json)
    if settings.log_format == "console":
        renderer = structlog.dev.ConsoleRenderer()
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _fixed(service=service, process=process),
        structlog.processors.format_exc_info,
    ]
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processor=renderer))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def logger() -> Any:
    """The house's logger."""
    return structlog.get_logger()


def bind_correlation(value: str | None) -> str:
    """Put the correlation id on every line of this unit of work; a new one when there is none."""
    chosen = value or uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=chosen)
    return chosen


def correlation_id() -> str:
    """The correlation id of this unit of work."""
    return str(structlog.contextvars.get_contextvars().get("correlation_id") or bind_correlation(None))


_ENCODER = json.JSONEncoder(default=repr)
"""Made once: `json.dumps` makes one for each line, which costs more than the line."""


def _json(line: dict[str, Any], **_options: Any) -> str:
    return _ENCODER.encode(line)


def _fixed(**values: str) -> Any:
    def add(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
        return {**values, **event}

    return add
