"""Causes have their effect once and in their source's order, beside a model of the aggregate."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from shared.failures import AlreadyExists, AlreadyHeard, Early, NotFound, StaleVersion
from shared.settings import Settings
from shared.storage import Cause
from tests.integration import probe_rooms
from tests.shared.storage.aggregate_model import Model, by_command, by_event, in_turn
from tests.shared.storage.machines import KEYS, SAYS, Machine, run

SOURCES = st.sampled_from(["source:s", "source:$.t"])
"""Any text is an id: also what a document's field name may not hold."""
CAUSES = st.one_of(
    st.sampled_from(["k1", "k2", "k3"]).map(by_command),
    st.sampled_from(["e1", "e2", "e3"]).map(by_event),
    st.builds(in_turn, SOURCES, st.integers(1, 2)),
)


class Hearing(Machine):
    """Aggregates that are told things: for the first time, again, too early, on an older state, by two at once."""

    @initialize()
    def create_the_first(self) -> None:
        self.created("a", by_command("first"), [])
        self.models["a"] = Model()
        self.models["a"].save(by_command("first"), [])

    @rule(key=KEYS, cause=CAUSES, says=SAYS)
    def create(self, key: str, cause: Cause, says: int) -> None:
        """Made once; again by the same cause it stands, by another it is refused."""
        said, model = self.words(says), self.models.get(key)
        expected: type[Exception] | None = None
        if cause.source and (cause.sequence or 0) > 1:
            expected = Early  # only the first event of its source may create
        elif model is not None and not model.knows(cause):
            expected = AlreadyExists
        self.attempt(expected, lambda: self.created(key, cause, said))
        if model is None and expected is None:
            self.models[key] = Model()
            self.models[key].save(cause, said)

    @rule(key=KEYS, cause=CAUSES, says=SAYS)
    def change(self, key: str, cause: Cause, says: int) -> None:
        """One effect for each cause."""
        said, model = self.words(says), self.models.get(key)
        expected = self.refusal(model, cause)
        self.attempt(expected, lambda: self.changed(key, cause, said))
        if model is not None and expected is None and not model.knows(cause):
            model.save(cause, said)

    @rule(key=KEYS, source=SOURCES, ahead=st.integers(-1, 3), says=SAYS)
    def follow(self, key: str, source: str, ahead: int, says: int) -> None:
        """The broker brings a source's events in any order; they have their effect in the source's."""
        last = self.models.get(key, Model()).followed.get(source, 0)
        self.change(key, in_turn(source, max(1, last + ahead)), says)

    @rule(key=KEYS, nth=st.integers(0, 20), says=SAYS)
    def tell_it_again(self, key: str, nth: int, says: int) -> None:
        """Whatever had its effect has no second one."""
        if (model := self.models.get(key)) is None:
            return
        cause, said = model.causes[nth % len(model.causes)], self.words(says)
        self.attempt(None if cause.command_id else AlreadyHeard, lambda: self.changed(key, cause, said))

    @rule(key=KEYS, behind=st.integers(0, 2), says=SAYS)
    def change_a_version(self, key: str, behind: int, says: int) -> None:
        """Who decided on an older state is told so, with the version that stands."""
        if (model := self.models.get(key)) is None:
            return
        said, cause = self.words(says), by_command(f"v{self.said}-{model.version}")
        if not behind:
            self.changed(key, cause, said, version=model.version)
            model.save(cause, said)
            return
        with pytest.raises(StaleVersion) as refusal:
            self.changed(key, cause, said, version=model.version - behind)
        assert refusal.value.members == {"current_version": model.version}

    @rule(key=KEYS, cause=CAUSES, rival=CAUSES, says=SAYS)
    def change_beside_a_rival(self, key: str, cause: Cause, rival: Cause, says: int) -> None:
        """Somebody else saves between our load and our save: both count, or the same cause counts once."""
        model = self.models.get(key)
        if model is None or any(self.refusal(model, each) or model.knows(each) for each in (cause, rival)):
            return
        first, second = self.words(1), self.words(says)
        model.save(rival, first)
        expected = self.refusal(model, cause)
        self.attempt(expected, lambda: self.changed(key, cause, second, rival=lambda: self.changed(key, rival, first)))
        if expected is None and not model.knows(cause):
            model.save(cause, second)

    def refusal(self, model: Model | None, cause: Cause) -> type[Exception] | None:
        if model is None:
            return NotFound
        if model.knows(cause):
            return None if cause.command_id else AlreadyHeard
        return Early if model.early(cause) else None


def test_every_cause_has_its_effect_once_and_in_order(settings: Settings) -> None:
    rooms = probe_rooms.build(settings)
    rooms.ensure_indexes()
    run(Hearing, rooms)
