"""Whatever is said gets out and is recorded, whoever dies or comes between, beside a model of the outbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from shared.messaging.publisher import BrokerAway
from shared.settings import Settings
from shared.testing.publishing import FakePublisher, Killed
from tests.integration import probe_rooms
from tests.shared.storage.aggregate_model import Model, by_command
from tests.shared.storage.machines import KEYS, Machine, run


class Speaking(Machine):
    """Two aggregates that say things, and relays that meet refusals, each other, and their end at every moment."""

    @initialize()
    def create_both(self) -> None:
        for key in ("a", "b"):
            self.models[key], said = Model(), self.words(1)
            self.created(key, by_command("first"), said)
            self.models[key].save(by_command("first"), said)

    @rule(key=KEYS, says=st.integers(0, 3))
    def speak(self, key: str, says: int) -> None:
        """A save that says something, or nothing."""
        said, cause = self.words(says), by_command(f"s{self.models[key].version}")
        self.changed(key, cause, said)
        self.models[key].save(cause, said)

    @rule(key=KEYS)
    def speak_much(self, key: str) -> None:
        self.speak(key, 3)

    @rule()
    def relay(self) -> None:
        """All that waits goes out."""
        waiting = sum(len(outbox) for outbox in self.outboxes().values())
        assert self.round(FakePublisher()) == waiting
        assert not any(self.outboxes().values())

    @rule(nth=st.integers(1, 3), rest=st.integers(0, 2))
    def relay_with_refusals(self, nth: int, rest: int) -> None:
        """What follows a refused event stays too."""
        before = self.outboxes()
        refused = {id for n, id in enumerate(sorted(id for ids in before.values() for id in ids)) if n % nth == rest}
        self.round(FakePublisher(refuses=lambda outgoing: outgoing.message_id in refused))
        for key, ids in before.items():
            first = next((n for n, id in enumerate(ids) if id in refused), len(ids))
            assert self.outboxes()[key] == ids[first:]

    @rule(when=st.sampled_from(["before", "after"]), killed=st.booleans())
    def relay_without_an_answer(self, when: str, killed: bool) -> None:
        """The connection breaks, or the process dies, before or after the broker took all: nothing leaves."""
        before = self.outboxes()
        publisher = FakePublisher(killed=when) if killed else FakePublisher(away=when)
        if any(before.values()):
            with pytest.raises((Killed, BrokerAway)):
                self.round(publisher)
        assert self.outboxes() == before

    @rule(lasts=st.integers(0, 2), where=st.sampled_from(["events", "things"]))
    def relay_killed_between_its_writes(self, lasts: int, where: str) -> None:
        """Dead after some of its records, or with all recorded after some of its take-outs."""
        if any(self.outboxes().values()):
            with pytest.raises(Killed):
                self.round(FakePublisher(), **{where: {"lasts": lasts}})

    @rule(where=st.sampled_from(["publish", "events", "things"]), key=KEYS, says=st.integers(1, 2))
    def somebody_speaks_while_the_relay_works(self, where: str, key: str, says: int) -> None:
        """What was said meanwhile stays for the next round."""
        model, before, said = self.models[key], self.outboxes(), self.words(says)
        if not any(before.values()):
            return
        cause = by_command(f"m{self.said}-{model.version}")
        self.between(where, lambda: self.changed(key, cause, said))
        model.save(cause, said)
        assert {name: len(ids) for name, ids in self.outboxes().items() if ids} == {key: says}

    @rule(
        where=st.sampled_from(["publish", "events", "things"]),
        key=KEYS,
        refusing=st.booleans(),
        says=st.integers(0, 2),
    )
    def a_second_relay_works_beside(self, where: str, key: str, refusing: bool, says: int) -> None:
        """A whole round of another one, within ours, after somebody spoke; it may be refused all it offers."""
        model, said = self.models[key], self.words(says)
        if not any(self.outboxes().values()):
            return
        cause = by_command(f"r{self.said}-{model.version}")

        def meanwhile() -> None:
            self.changed(key, cause, said)
            self.round(FakePublisher(refuses=lambda _: refusing))

        self.between(where, meanwhile)
        model.save(cause, said)

    # how

    def between(self, where: str, meanwhile: Callable[[], object]) -> None:
        """A round in which something happens: before the confirm, before the records, before the take-out."""
        once = iter([meanwhile])

        def happen() -> None:
            for act in once:
                act()

        if where == "publish":
            self.round(FakePublisher(meanwhile=happen))
        else:
            self.round(FakePublisher(), **{where: {"meanwhile": happen}})
        assert next(once, None) is None, "nothing came between: the relay no longer writes where this looks"


def test_nothing_is_lost_whatever_comes_between(settings: Settings) -> None:
    rooms = probe_rooms.build(settings)
    rooms.ensure_indexes()
    run(Speaking, rooms)
