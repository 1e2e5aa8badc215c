"""Clocks that are wrong: one worker an hour ahead, another an hour behind."""

from __future__ import annotations

from shared.testing.faketime import clock_off_by
from tests.chaos.books import QUEUES
from tests.chaos.faults.base import Fault, in_flight
from tests.chaos.proof import Proof
from tests.chaos.staff import Post
from tests.chaos.stage import Stage

HOUR = 3600.0
NEARLY = 30.0


class ClockHourOff(Fault):
    """Order and effects follow sequences and versions, never a clock."""

    slug = "clock-hour-off"

    def happen(self, stage: Stage, proof: Proof) -> None:
        staff = stage.staff
        staff.ready(staff.web(), staff.worker("units"), staff.worker("notifications"))
        ahead, behind = _off(stage, "+1h"), _off(stage, "-1h")
        staff.ready(ahead, behind)
        offsets = {"ahead": ahead.clock_offset(), "behind": behind.clock_offset()}
        proof.saw(clock_offsets=offsets)
        proof.demand(abs(offsets["ahead"] - HOUR) < NEARLY, "a worker an hour ahead")
        proof.demand(abs(offsets["behind"] + HOUR) < NEARLY, "a worker an hour behind")
        stage.load.start()
        in_flight(stage, proof, stage.under_way())
        stage.complete()
        shares = {name: post.log.count('"outcome": "done"') for name, post in (("ahead", ahead), ("behind", behind))}
        proof.saw(handled=shares)
        proof.demand(all(shares.values()), f"effects by both of them ({QUEUES['registry']})")


def _off(stage: Stage, offset: str) -> Post:
    return stage.staff.worker("registry", **clock_off_by(offset))
