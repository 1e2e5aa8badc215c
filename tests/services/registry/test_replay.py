"""The fold over a designation's history, without any server."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.registry.domain import designation as domain
from services.registry.domain.designation import State
from services.registry.domain.replay import Drafted, Published, Revoked, replay
from services.registry.errors import BrokenHistory, InvalidDecree, MoveNotOpen
from services.registry.hearing import conclusion_of
from services.registry.rules import bar_rules
from tests.services.registry.samples import NOW, concluded, decree

LATER, LAST = NOW + timedelta(days=1), NOW + timedelta(days=2)
DRAFT = Drafted(conclusion_of(concluded()), NOW)
PUBLISH = Published(decree(), LATER)
REVOKE = Revoked(decree("Nomor 2"), "Pungutan liar", LAST)


def test_a_history_gives_the_designation_after_each_of_its_steps() -> None:
    stages = replay([DRAFT, PUBLISH, REVOKE], bar_rules())
    assert [stage.state for stage in stages] == [State.DRAFT, State.PUBLISHED, State.REVOKED]


def test_it_is_what_the_rules_themselves_make_of_the_steps() -> None:
    drafted = domain.draft(DRAFT.conclusion, NOW)
    assert drafted is not None
    ended = domain.revoke(
        domain.publish(drafted, PUBLISH.decree, LATER), REVOKE.decree, REVOKE.ground, bar_rules(), LAST
    )
    assert replay([DRAFT, PUBLISH, REVOKE], bar_rules())[-1] == ended


@pytest.mark.parametrize(
    "steps",
    [[], [PUBLISH], [DRAFT, DRAFT], [Drafted(conclusion_of(concluded(outcome="failed", predicate=None)), NOW)]],
)
def test_a_history_begins_with_one_draft_of_a_positive_conclusion(steps: list[Drafted | Published]) -> None:
    with pytest.raises(BrokenHistory):
        replay(steps, bar_rules())


def test_what_the_rules_refuse_is_refused_in_a_replay_too() -> None:
    with pytest.raises(MoveNotOpen):
        replay([DRAFT, REVOKE], bar_rules())
    with pytest.raises(InvalidDecree):
        replay([DRAFT, Published(decree(day=date(2031, 1, 1)), LATER)], bar_rules())
