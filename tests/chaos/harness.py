"""One fault after the other on one broker and one database; each ends in a result, whatever happens."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pika.exceptions import AMQPError
from pymongo.errors import PyMongoError

from shared.localrun.errors import LocalRunError
from shared.localrun.processes import Supervisor
from shared.messaging.declare import BrokerUnreachable
from shared.testing.history import MalformedJournal
from tests.chaos.faults import Fault
from tests.chaos.judge import Finding, judge
from tests.chaos.proof import Proof
from tests.chaos.servers import Servers
from tests.chaos.stage import Size, Stage, staged

BROKEN = (AssertionError, LocalRunError, PyMongoError, AMQPError, BrokerUnreachable, MalformedJournal, OSError)
"""What may end a fault early: its result says so, and the next one goes on."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one fault; `wrong` says what did not hold or was not proved, and is empty when all is well."""

    name: str
    events: int
    seconds: float
    finding: Finding
    proof: Proof
    wrong: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.wrong

    def as_dict(self) -> dict[str, Any]:
        """As the last line of `make chaos` has it."""
        counts = {name: value for name, value in asdict(self.finding).items() if name != "wrong"}
        whole = {"name": self.name, "events": self.events, **counts, "seconds": self.seconds, "passed": self.passed}
        return {**whole, "proof": self.proof.facts, **({"wrong": self.wrong} if self.wrong else {})}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Servers]:
    """The harness's own servers."""
    with Supervisor(folder / "logs") as supervisor:
        servers = Servers(supervisor, folder)
        servers.start()
        try:
            yield servers
        finally:
            servers.database.kill()  # their data end with them: no need for an orderly stop, which takes seconds
            servers.broker.kill()


def examine(fault: Fault, servers: Servers, folder: Path, size: Size, *, sabotage: str = "") -> Result:
    """Let one fault happen, and judge what came of it. `sabotage`: a way in which the consumer is broken."""
    began, plan, proof, finding, wrong = time.monotonic(), fault.plan(size), Proof(), Finding(), []
    extra = {"CHAOS_SABOTAGE": sabotage} if sabotage else {}
    try:
        with staged(servers, folder, size, plan, extra) as stage:
            wrong += _happen(fault, stage, proof)
            servers.revive()
            wrong += stage.settle()
            finding = judge(stage)
    except BROKEN as error:
        wrong.append(f"{type(error).__name__}: {error}")
    wrong += [f"not proved: {what}" for what in proof.missing] + finding.wrong
    return Result(fault.slug, plan.total, round(time.monotonic() - began, 1), finding, proof, wrong)


def _happen(fault: Fault, stage: Stage, proof: Proof) -> list[str]:
    """The fault, and the wait for all that is due; gives what broke off."""
    try:
        fault.happen(stage, proof)
        return [] if stage.complete() else ["effects are missing, and no more come"]
    except BROKEN as error:
        return [f"{type(error).__name__}: {error}"]
