"""The one table of a proposal's states and moves in evaluation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum


class ProposalState(Enum):
    """`received` lasts only as long as the handler that receives; `returned`, `concluded`, `withdrawn` are final."""

    RECEIVED = "received"
    RETURNED = "returned"
    SCREENED = "screened"
    AWAITING_EVALUATORS = "awaiting_evaluators"
    ASSIGNED = "assigned"
    AGGREGATED = "aggregated"
    CONCLUDED = "concluded"
    WITHDRAWN = "withdrawn"


FINAL = frozenset({ProposalState.RETURNED, ProposalState.CONCLUDED, ProposalState.WITHDRAWN})
WAITING = frozenset({ProposalState.SCREENED, ProposalState.AWAITING_EVALUATORS})
FREEING = frozenset({ProposalState.RETURNED, ProposalState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: who may take a proposal from which states to which. No roles: the system does it."""

    name: str
    sources: frozenset[ProposalState]
    target: ProposalState
    roles: tuple[str, ...] = ()


_S = ProposalState
TABLE: tuple[Move, ...] = (
    Move("return", frozenset({_S.RECEIVED}), _S.RETURNED),
    Move("pass_screening", frozenset({_S.RECEIVED}), _S.SCREENED),
    Move("fail_screening", frozenset({_S.RECEIVED}), _S.CONCLUDED),
    Move("await_evaluators", WAITING, _S.AWAITING_EVALUATORS),
    Move("assign", WAITING, _S.ASSIGNED),
    Move("aggregate", frozenset({_S.ASSIGNED}), _S.AGGREGATED),
    Move("decide", frozenset({_S.AGGREGATED}), _S.CONCLUDED, ("panel",)),
    Move("withdraw", frozenset(_S) - FINAL, _S.WITHDRAWN, ("institution_officer",)),
)
MOVES: Mapping[str, Move] = {move.name: move for move in TABLE}
SURVEYED_IN = frozenset({_S.SCREENED, _S.AWAITING_EVALUATORS, _S.ASSIGNED})
"""The states in which a survey may be recorded: it need not wait for the evaluators."""


def frees_worksheet(states: Collection[ProposalState]) -> bool:
    """True when a unit's proposals of a cycle ask for a new revision: some came back, and none goes on."""
    return bool(states) and FREEING.issuperset(states)
