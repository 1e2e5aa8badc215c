"""A national evaluator (TPN) and the places that proposals hold with them.

A placement reserves on each evaluator's own document and then writes the proposal. Each reservation carries the
*round* of its placement: who gives places of a proposal back while it still waits first raises the proposal's
round and then gives back only older reservations. So a slow run can't assign an evaluator whose place is gone,
and a late release can't take a place from a newer run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from services.evaluation.errors import EvaluatorFull


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place held for a proposal; it counts in the load of its cycle, also after the conclusion."""

    proposal: str
    cycle: str
    round: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Evaluator:
    """`id` is the account; `conflicts` are proposals with a declared conflict of interest."""

    id: str
    institution: str
    province: str | None
    expertise: tuple[str, ...]
    max_load: int
    conflicts: tuple[str, ...] = ()
    reservations: tuple[Reservation, ...] = ()

    def reservation_of(self, proposal: str) -> Reservation | None:
        """The place that `proposal` holds, if any."""
        return next((held for held in self.reservations if held.proposal == proposal), None)

    def load_in(self, cycle: str) -> int:
        """Places held in a cycle."""
        return self.loads[cycle]

    @property
    def loads(self) -> Counter[str]:
        """Places held, by cycle."""
        return Counter(held.cycle for held in self.reservations)


def reserve(evaluator: Evaluator, wanted: Reservation, *, max_load: int) -> Evaluator:
    """Hold a place; a place that the proposal holds already is only renewed to the newer round.

    `max_load` is the cycle's; the smaller of it and the evaluator's own counts. Raises EvaluatorFull.
    """
    held = evaluator.reservation_of(wanted.proposal)
    if held is not None:
        return evaluator if held.round >= wanted.round else _with(_without(evaluator, wanted.proposal), wanted)
    limit = min(evaluator.max_load, max_load)
    if evaluator.load_in(wanted.cycle) >= limit:
        raise EvaluatorFull(
            (f"{evaluator.id} sudah memegang {limit} usulan.", f"{evaluator.id} holds {limit} proposals already."),
            remedy=("Pilih evaluator lain.", "Choose another evaluator."),
        )
    return _with(evaluator, wanted)


def release(evaluator: Evaluator, proposal: str, *, up_to_round: int | None = None) -> Evaluator:
    """Give the place back, if it is held and (with `up_to_round`) not of a newer round."""
    held = evaluator.reservation_of(proposal)
    if held is None or (up_to_round is not None and held.round > up_to_round):
        return evaluator
    return _without(evaluator, proposal)


def _with(evaluator: Evaluator, wanted: Reservation) -> Evaluator:
    return replace(evaluator, reservations=(*evaluator.reservations, wanted))


def _without(evaluator: Evaluator, proposal: str) -> Evaluator:
    kept = tuple(held for held in evaluator.reservations if held.proposal != proposal)
    return replace(evaluator, reservations=kept)
