"""Whatever breaks, nothing is lost and nothing has its effect twice: the short form of every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.harness import examine
from tests.chaos.servers import Servers
from tests.chaos.stage import SHORT

IN_EVERY_RUN = ("kill-before-publish", "kill-before-mark", "kill-mid-handler", "database-killed", "every-event-twice")
"""One for each place where a process can die, one for the disk, one for the wire."""


@pytest.mark.parametrize(
    "slug", [name if name in IN_EVERY_RUN else pytest.param(name, marks=pytest.mark.slow) for name in FAULTS]
)
def test_nothing_is_lost_or_doubled_by(slug: str, servers: Servers, tmp_path: Path) -> None:
    result = examine(FAULTS[slug](), servers, tmp_path / slug, SHORT)
    assert result.wrong == []
    assert (result.finding.lost, result.finding.effects_twice, result.finding.disordered) == (0, 0, 0)
