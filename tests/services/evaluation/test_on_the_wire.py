"""The real worker on a real broker: every event twice and in the wrong order, one effect each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.evaluation import handlers
from services.evaluation.rooms import Rooms
from shared.contracts import CONTENT_TYPE, encode, envelope
from shared.settings import Settings
from shared.storage import Event
from shared.testing import wait_until
from tests.services.evaluation.samples import (
    PROPOSAL,
    SURVEY,
    SURVEYOR,
    UNIT,
    answers_at,
    card,
    cause,
    cycle,
    evaluator,
    know,
    sealed,
    submission,
    submit,
)
from tests.services.evaluation.test_placement import held, state_of, team

Tell = Callable[..., None]
WITHDRAWAL = {"proposal": PROPOSAL, "unit": UNIT, "institution": "L3171", "cycle": "2026", "reason": "x"}
WINDOW = {"opens": "2026-01-01T00:00:00+00:00", "closes": "2026-12-31T00:00:00+00:00"}


@pytest.fixture
def tell(settings: Settings, amqp_uri: str) -> Iterator[Tell]:
    """Publish an event of units."""
    from shared.messaging.declare import apply
    from shared.messaging.publisher import Outgoing, Publisher

    apply(amqp_uri)
    publisher = Publisher(amqp_uri)

    def publish(type: str, subject: str, data: dict[str, object], sequence: int = 1) -> None:
        wrapped = envelope("units", subject, sequence, Event(type, data), replace(cause(), correlation_id="wire"))
        message = Outgoing("units.events", type, encode(wrapped), wrapped["id"], CONTENT_TYPE)
        assert all(publisher.publish([message, message]))

    yield publish
    publisher.close()


@pytest.fixture
def worker(settings: Settings, amqp_uri: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "AMQP_URI": amqp_uri,
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
    }
    with (tmp_path / "worker.log").open("ab") as log:
        program = [sys.executable, "-m", "shared.launcher", "evaluation"]
        process = subprocess.Popen(program, env=environment, stdout=log, stderr=log)
    yield process
    process.terminate()
    assert process.wait(timeout=20) == 0


def test_a_proposal_reaches_its_evaluators_with_every_event_twice_and_out_of_order(
    rooms: Rooms, tell: Tell, worker: subprocess.Popen[bytes]
) -> None:
    know(rooms)
    receipt = sealed(rooms)
    # What is known is forgotten again: the submission now comes before its unit and its cycle.
    rooms.database["known_units"].delete_many({})
    rooms.database["known_cycles"].delete_many({})
    for nth in range(1, 6):
        handlers.register_evaluator(rooms, cause(), evaluator(nth))
    tell("units.proposal_submitted", f"unit:{UNIT}", submission(receipt), 2)
    tell("units.unit_registered", f"unit:{UNIT}", dict(card()), 1)
    tell("units.cycle_changed", "cycle:2026", cycle(windows={"proposal": WINDOW}))
    wait_until(lambda: len(rooms.reviews.select({})) == 3, 60, "three open reviews")
    for account in team(rooms):
        submit(rooms, PROPOSAL, account, answers_at())
    handlers.record_survey(rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey=SURVEY)
    wait_until(lambda: state_of(rooms) == "aggregated", 60, "the aggregation")
    assert held(rooms) == {PROPOSAL: 3}
    wait_until(lambda: rooms.proposals.collection.find_one({"pending": True}) is None, 60, "an empty outbox")
    told = [one["type"] for one in rooms.database["events"].find({"subject": f"proposal:{PROPOSAL}"})]
    assert sorted(told) == [
        "evaluation.evaluators_assigned",
        "evaluation.proposal_screened",
        "evaluation.scores_aggregated",
    ]


def test_a_withdrawal_told_before_its_submission_still_withdraws_and_frees_everybody(
    rooms: Rooms, tell: Tell, worker: subprocess.Popen[bytes]
) -> None:
    know(rooms)
    receipt = sealed(rooms)
    for nth in range(1, 4):
        handlers.register_evaluator(rooms, cause(), evaluator(nth))
    tell("units.proposal_withdrawal_requested", f"unit:{UNIT}", WITHDRAWAL, 3)
    tell("units.proposal_submitted", f"unit:{UNIT}", submission(receipt), 2)
    wait_until(lambda: rooms.proposals.find(PROPOSAL) and state_of(rooms) == "withdrawn", 60, "the withdrawal")
    wait_until(lambda: not held(rooms), 60, "no place held")
