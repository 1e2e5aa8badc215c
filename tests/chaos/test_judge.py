"""The harness would notice: consumers that are broken on purpose are caught, and so is a fault that never struck."""

from __future__ import annotations

from pathlib import Path

from tests.chaos import points
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.faults.killing import KillMidHandler
from tests.chaos.harness import Result, examine
from tests.chaos.proof import Proof
from tests.chaos.servers import Servers
from tests.chaos.stage import Size, Stage

SMALL = Size(events=40, outage=1.0, patience=8.0)


def sabotaged(fault: Fault, sabotage: str, servers: Servers, folder: Path) -> Result:
    result = examine(fault, servers, folder / fault.slug, SMALL, sabotage=sabotage)
    assert not result.passed
    return result


class KilledOnce(KillMidHandler):
    """Once is enough to lose something."""

    stops = (points.BEFORE_EFFECT,)


class Doubled(Fault):
    """Every event twice, whatever comes of it."""

    slug = "doubled"

    def happen(self, stage: Stage, proof: Proof) -> None:
        stage.crew(units={"CHAOS_WAYS": "twice"})
        stage.load.start()


def test_a_consumer_that_acknowledges_before_its_effect_is_caught_losing(servers: Servers, tmp_path: Path) -> None:
    assert sabotaged(KilledOnce(), "acks-first", servers, tmp_path).finding.lost > 0


def test_a_consumer_without_a_guard_is_caught_doubling(servers: Servers, tmp_path: Path) -> None:
    assert sabotaged(Doubled(), "unguarded", servers, tmp_path).finding.effects_twice > 0


def test_a_consumer_without_order_is_caught_disordering(servers: Servers, tmp_path: Path) -> None:
    assert sabotaged(FAULTS["reversed-order"](), "unordered", servers, tmp_path).finding.disordered > 0


class NeverStruck(Fault):
    """Says that it will strike, and does not."""

    slug = "never-struck"

    def happen(self, stage: Stage, proof: Proof) -> None:
        stage.crew()
        stage.load.start()
        proof.demand(False, "anything at all")


def test_a_fault_that_did_not_happen_is_no_pass(servers: Servers, tmp_path: Path) -> None:
    result = examine(NeverStruck(), servers, tmp_path / "never", SMALL)
    assert (result.finding.lost, result.finding.effects_twice) == (0, 0)
    assert result.wrong == ["not proved: anything at all"]
