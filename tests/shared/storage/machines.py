"""What the machines share: aggregates on a real database, their models, and what always holds.

Derandomized, so that a red test is a change of ours and not of the dice; Hypothesis' own database is not used.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from shared.messaging.outbox import Outboxes
from shared.storage import Cause
from shared.testing.publishing import FakePublisher
from tests.integration.probe_rooms import Rooms, Thing
from tests.shared.storage.aggregate_model import Interposed, Model, event

EXAMPLES, STEPS = 40, 30
"""Of each machine: 10 to 25 s on two cores."""
KEYS = st.sampled_from(["a", "b"])
SAYS = st.integers(0, 3)


class Machine(RuleBasedStateMachine):
    """Two aggregates; rules come from whoever inherits."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__()
        self.rooms = rooms
        self.models: dict[str, Model] = {}
        self.confirmed: dict[str, bytes] = {}
        self.said = 0
        for name in ("things", "events"):
            rooms.database[name].delete_many({})

    # what always holds

    @invariant()
    def every_aggregate_stands_as_its_model(self) -> None:
        found = {document["key"]: document for document in self.rooms.things.collection.find()}
        assert found.keys() == self.models.keys()
        for key, model in self.models.items():
            document = found[key]
            assert (document["version"], document["sequence"]) == (model.version, len(model.said))
            assert document["state"]["number"] == model.effects
            assert (sorted(document["heard"]), sorted(document["commands"])) == (
                sorted(model.heard),
                sorted(model.commands),
            )
            assert self.rooms.things.load(key).followed == model.followed

    @invariant()
    def whatever_was_said_is_recorded_or_waits(self) -> None:
        recorded: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
        for document in self.rooms.database["events"].find():
            recorded[document["subject"]][document["sequence"]] = document["event"]
            assert document["_id"] in self.confirmed, "recorded, and the broker had not confirmed it"
        for document in self.rooms.things.collection.find():
            model, outbox = self.models[document["key"]], document["outbox"]
            assert document["pending"] is bool(outbox)
            assert [each["sequence"] for each in outbox] == list(range(len(model.said) + 1))[
                -len(outbox) or len(model.said) + 1 :
            ]
            kept = recorded[document["_id"]] | {each["sequence"]: each for each in outbox}
            assert [kept[n]["data"]["number"] for n in sorted(kept)] == model.said
            assert sorted(kept) == list(range(1, len(model.said) + 1))
            assert set(recorded[document["_id"]]) >= set(range(1, len(model.said) - len(outbox) + 1)), "gone unrecorded"

    def teardown(self) -> None:
        """In the end everything is out, once in `events`."""
        self.round(FakePublisher())
        assert not any(self.outboxes().values())
        total = sum(len(model.said) for model in self.models.values())
        assert self.rooms.database["events"].count_documents({}) == total

    # how

    def words(self, count: int) -> list[str]:
        """Numbers that were never said before."""
        self.said += count
        return [str(self.said - count + nth) for nth in range(count)]

    def attempt(self, expected: type[Exception] | None, act: Callable[[], object]) -> None:
        if expected is None:
            act()
            return
        with pytest.raises(expected):
            act()

    def created(self, key: str, cause: Cause, said: list[str]) -> None:
        """Create for real."""
        events = [event(number) for number in said]
        self.rooms.things.create(key, Thing("x", 1), events, cause, in_order=cause.source is not None)

    def changed(
        self,
        key: str,
        cause: Cause,
        said: list[str],
        *,
        version: int | None = None,
        rival: Callable[[], object] | None = None,
    ) -> None:
        """Change for real; `rival` comes between the first load and its save."""
        rivals = [rival] if rival else []

        def decide(thing: Thing) -> tuple[Thing, list[Any]]:
            while rivals:
                rivals.pop()()
            return replace(thing, number=thing.number + 1), [event(number) for number in said]

        self.rooms.things.change(key, decide, cause, version=version, in_order=cause.source is not None)

    def outboxes(self) -> dict[str, list[str]]:
        """The ids that wait, by key."""
        found = self.rooms.things.collection.find({}, {"key": 1, "outbox": 1})
        return {document["key"]: [each["id"] for each in document["outbox"]] for document in found}

    def round(self, publisher: FakePublisher, **between: dict[str, Any]) -> int:
        """A relay's round; what the broker took is kept, and a repetition must be the same bytes."""
        things, database = self.rooms.things, self.rooms.database
        if "things" in between:
            things = copy.copy(things)
            things.collection = Interposed(things.collection, **between["things"])
        if "events" in between:
            database = {"events": Interposed(database["events"], **between["events"])}
        try:
            return Outboxes("registry", database, [things], publisher, 10).relay()
        finally:
            for outgoing in publisher.taken:
                assert self.confirmed.setdefault(outgoing.message_id, outgoing.body) == outgoing.body


def run(machine: Callable[[Rooms], Machine], rooms: Rooms) -> None:
    """Draw programs for the machine, within bounds, and run them."""
    bounds = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(lambda: machine(rooms), settings=bounds)
