"""The database killed, and stopped for a while."""

from __future__ import annotations

from shared.testing import history
from tests.chaos.books import QUEUES
from tests.chaos.faults.base import Fault, in_flight, last_out
from tests.chaos.faults.broker import HELD
from tests.chaos.proof import Proof, connections_to
from tests.chaos.staff import KILLED
from tests.chaos.stage import Stage


class DatabaseKilled(Fault):
    """SIGKILL, and a start on the same data: what was acknowledged is on disk."""

    slug = "database-killed"

    def happen(self, stage: Stage, proof: Proof) -> None:
        stage.crew()
        stage.load.start(hold_at=HELD)
        before = stage.under_way()
        stage.load.release()
        database, child = stage.servers.database, stage.servers.child("database")
        broken = connections_to(database.uri)
        database.kill()
        proof.demand(child.exit_status == KILLED, f"exit status {KILLED} of the database, not {child.exit_status}")
        proof.demand(broken and not connections_to(database.uri), "connections to the database that broke")
        database.start()
        proof.saw(killed=1, connections_broken=len(broken))
        in_flight(stage, proof, before)


class DatabaseStopped(Fault):
    """Consumers pause; no attempt is burnt while nothing can have its effect."""

    slug = "database-stopped"

    def happen(self, stage: Stage, proof: Proof) -> None:
        posts = stage.crew()
        stage.load.start(hold_at=HELD)
        before = stage.under_way()
        stage.load.release()
        database = stage.servers.database
        broken, refused = connections_to(database.uri), stage.load.tries
        database.stop()
        proof.demand(not connections_to(database.uri), "no connection to a stopped database")
        last_out(stage.size.outage)
        refused = stage.load.tries - refused
        database.start()
        paused = [name for name in QUEUES if "consumers_paused" in posts[name].log]
        proof.saw(seconds_away=stage.size.outage, connections_broken=len(broken), paused=paused, refused=refused)
        proof.demand(paused, "consumers that paused")
        proof.demand(refused, "clients that had to ask again")
        in_flight(stage, proof, before)
        stage.complete()
        burnt = [each for each in history.read(stage.journal).delivered if each.outcome in {"retry", "dead"}]
        proof.demand(not burnt, f"no attempt burnt, not {len(burnt)}")
