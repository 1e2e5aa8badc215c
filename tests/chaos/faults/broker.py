"""The broker stopped, killed, and restarted while messages wait for their next attempt."""

from __future__ import annotations

from shared.testing import wait_until
from tests.chaos.faults.base import Fault, in_flight, last_out
from tests.chaos.proof import Proof, connections_to
from tests.chaos.staff import KILLED
from tests.chaos.stage import Stage

HELD = 0.5
"""Share of the load that is filed before the strike; the rest comes while the fault lasts."""


class BrokerStopped(Fault):
    """Submissions are accepted all the same; what they say is told when the broker is back."""

    slug = "broker-stopped"

    def happen(self, stage: Stage, proof: Proof) -> None:
        stage.crew()
        stage.load.start(hold_at=HELD)
        before = stage.under_way()
        broken = connections_to(stage.servers.broker.uri)
        stage.servers.broker.stop()
        proof.demand(not connections_to(stage.servers.broker.uri), "no connection to a stopped broker")
        accepted = stage.load.yeses
        stage.load.release()
        last_out(stage.size.outage)
        accepted, during = stage.load.yeses - accepted, stage.effects()
        proof.saw(seconds_away=stage.size.outage, connections_broken=len(broken), accepted_meanwhile=accepted)
        proof.demand(broken, "connections that broke")
        proof.demand(accepted > 0, "submissions accepted while the broker was away")
        proof.demand(during < stage.good, "events that had to wait for the broker")
        stage.servers.broker.start()
        in_flight(stage, proof, before)


class BrokerKilled(Fault):
    """SIGKILL, and a start on the same data."""

    slug = "broker-killed"

    def happen(self, stage: Stage, proof: Proof) -> None:
        stage.crew()
        stage.load.start(hold_at=HELD)
        before = stage.under_way()
        kill_broker(stage, proof)
        stage.load.release()
        stage.servers.broker.start()
        in_flight(stage, proof, before)


class BrokerRestartRetriesFull(Fault):
    """What waits in the retry tiers is there again after a crash, and comes when its time has come."""

    slug = "broker-restart-retries-full"

    def happen(self, stage: Stage, proof: Proof) -> None:
        gate = stage.journal.with_name("gate")
        stage.crew(registry={"CHAOS_WAYS": "stubborn", "CHAOS_GATE": str(gate)})
        stage.load.start(hold_at=0.9)
        wanted = min(500, stage.good // 2)
        depth = wait_until(lambda: _at_least(stage, wanted), stage.size.patience, f"{wanted} messages in the tiers")
        proof.saw(in_tiers_before=depth)
        before = stage.under_way()
        kill_broker(stage, proof)
        gate.touch()
        stage.servers.broker.start()
        stage.load.release()
        in_flight(stage, proof, before)


def kill_broker(stage: Stage, proof: Proof) -> None:
    """SIGKILL to the broker; demands that it died of it and that every connection broke."""
    broken, child = connections_to(stage.servers.broker.uri), stage.servers.child("broker")
    stage.servers.broker.kill()
    proof.demand(child.exit_status == KILLED, f"exit status {KILLED} of the broker, not {child.exit_status}")
    proof.demand(broken and not connections_to(stage.servers.broker.uri), "connections to the broker that broke")
    proof.saw(killed=1, connections_broken=len(broken))


def _at_least(stage: Stage, wanted: int) -> int:
    depth = stage.books.in_tiers()
    return depth if depth >= wanted else 0
