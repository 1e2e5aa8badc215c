"""The part of an event that handlers read; `shared.messaging.Received` is one, a test's own another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from shared.storage import Cause


class Heard(Protocol):
    """An event of a contract. Declared here so that web processes never import the messaging."""

    @property
    def subject(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def cause(self) -> Cause: ...
