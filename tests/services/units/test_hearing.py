"""What units hears: once in effect, in any order across sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest

from services.units import handlers
from services.units.domain.dates import Target
from services.units.domain.unit import ProposalState, UnitState
from services.units.rooms import Rooms
from shared.contracts.received import Received
from shared.failures import AlreadyHeard, NotFound
from tests.services.units.samples import CITY, cause, designation, filing, heard, said, stand

UNIT = "L3171-PKM-01"
REASON = {"code": "worksheet_unknown", "id": "Lembar kerja tidak dikenal.", "en": "Unknown worksheet."}
Step = tuple[Callable[[Rooms, Received], None], Received]


@pytest.fixture
def proposed(rooms: Rooms) -> Rooms:
    """Rooms in which the first unit is proposed."""
    stand(rooms, quota=1)
    handlers.propose(rooms, UNIT, filing(), cause())
    return rooms


def words() -> list[Step]:
    """A whole life: concluded, published, revoked."""
    return [
        (handlers.record_outcome, heard(outcome="qualified")),
        (handlers.record_designation, designation(2)),
        (handlers.record_revocation, designation(3, barred_until="2028-05-21")),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_any_order_of_the_words_ends_in_the_same_state(proposed: Rooms, order: tuple[int, ...]) -> None:
    steps = words()
    for nth in order:
        handle, event = steps[nth]
        handle(proposed, event)
    unit = proposed.units.load(UNIT).state
    assert unit.state is UnitState.BUILDING
    assert unit.proposals[0].state is ProposalState.REVOKED
    assert unit.standing == frozenset()
    assert unit.barred_until == date(2028, 5, 21)


def test_a_second_delivery_has_no_second_effect(proposed: Rooms) -> None:
    for handle, event in words():
        handle(proposed, event)
        before = proposed.units.load(UNIT)
        with pytest.raises(AlreadyHeard):
            handle(proposed, event)
        assert proposed.units.load(UNIT) == before


@pytest.mark.parametrize(
    ("handle", "event"),
    [(handlers.take_back_proposal, heard(reason=REASON)), (handlers.record_withdrawal, heard(evaluators=[]))],
    ids=["returned", "withdrawn"],
)
def test_a_crash_between_the_two_writes_is_mended_by_the_second_delivery(
    proposed: Rooms, handle: Callable[[Rooms, Received], None], event: Received
) -> None:
    kept = proposed.institutions.load(CITY.code).state.reservations
    handle(proposed, event)
    proposed.institutions.change(
        CITY.code, lambda one: (type(one)(**{**_parts(one), "reservations": kept}), []), cause()
    )
    with pytest.raises(AlreadyHeard):
        handle(proposed, event)
    assert proposed.institutions.load(CITY.code).state.reservations == ()


def _parts(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in ("code", "name", "kind", "province", "facts")}


def test_a_return_keeps_its_reason_where_the_officer_sees_it(proposed: Rooms) -> None:
    handlers.take_back_proposal(proposed, heard(reason=REASON))
    assert proposed.units.load(UNIT).state.proposals[0].reason == "worksheet_unknown: Lembar kerja tidak dikenal."


def test_a_designation_makes_the_unit_stand_and_opens_wbbm(proposed: Rooms) -> None:
    handlers.record_outcome(proposed, heard(outcome="qualified"))
    handlers.record_designation(proposed, designation(1))
    unit = proposed.units.load(UNIT).state
    assert unit.standing == {Target.WBK}
    assert unit.proposals[0].state is ProposalState.DESIGNATED


def test_hearing_says_nothing(proposed: Rooms) -> None:
    before = len(said(proposed, "units", UNIT))
    for handle, event in words():
        handle(proposed, event)
    assert len(said(proposed, "units", UNIT)) == before


def test_an_event_of_a_unit_that_is_not_here_is_not_found(proposed: Rooms) -> None:
    for handle, event in words():
        event.data["unit"] = "L3171-NONE"
        with pytest.raises(NotFound):
            handle(proposed, event)
