"""Fixtures for the tests of evaluation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.evaluation.rooms import Rooms, build
from shared.settings import Settings


@pytest.fixture
def rooms(settings: Settings) -> Iterator[Rooms]:
    """The rooms of a fresh database, indexes and all."""
    made = build(settings)
    made.ensure_indexes()
    yield made
    made.database.client.close()
