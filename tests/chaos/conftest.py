"""Servers of the fault tests' own: these get killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.harness import running
from tests.chaos.servers import Servers


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A broker and a database that faults may kill."""
    with running(tmp_path_factory.mktemp("chaos")) as servers:
        yield servers
