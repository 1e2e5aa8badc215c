"""What every fault is: a name, a load that suits it, and what happens."""

from __future__ import annotations

import time
from typing import ClassVar

from tests.chaos.load import Plan, plan
from tests.chaos.proof import Proof
from tests.chaos.stage import Size, Stage


class Fault:
    """A fault: `happen` starts the processes and the load, strikes, and proves that it struck.

    Afterwards the harness waits for all effects, stops everybody, and judges.
    """

    slug: ClassVar[str]

    def plan(self, size: Size) -> Plan:
        """The load."""
        return plan(size.events)

    def happen(self, stage: Stage, proof: Proof) -> None:
        raise NotImplementedError


def in_flight(stage: Stage, proof: Proof, before: int) -> None:
    """Demand that the fault struck in the middle: some effects came before it, and some come after."""
    proof.saw(effects_before=before, effects_after=stage.good - before)
    proof.demand(0 < before < stage.good, f"effects before and after the fault ({before} of {stage.good} before)")


def last_out(seconds: float) -> None:
    """Let an outage last; the only place where time itself is what is waited for."""
    time.sleep(seconds)
