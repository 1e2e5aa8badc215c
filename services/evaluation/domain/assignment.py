"""Who evaluates a proposal: a pure choice that explains itself.

Never someone of the proposal's institution, with a declared conflict, or who scored the unit in the cycle
before; no one beyond their load. Among the rest the least loaded come first; equals are ordered by a hash
of proposal and evaluator, so that the choice is the same everywhere and favours nobody's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

INSTITUTION = "institution"
CONFLICT = "conflict"
PREVIOUS = "previous"
FULL = "full"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the choice needs to know of a proposal."""

    id: str
    institution: str
    province: str | None = None
    field: str = ""
    previous_evaluators: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evaluator:
    """What the choice needs to know of an evaluator. `load` counts the proposals held now; `max_load` None
    leaves the cycle's bound alone; `conflicts` are proposal ids."""

    id: str
    institution: str
    load: int
    max_load: int | None = None
    province: str | None = None
    expertise: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Assignment:
    """The chosen evaluators in order of choice, how many places stay empty, and why each excluded one was
    (evaluator id → "institution" | "conflict" | "previous" | "full")."""

    chosen: tuple[str, ...]
    missing: int
    exclusions: Mapping[str, str]


def choose_evaluators(proposal: Proposal, evaluators: Iterable[Evaluator], *, count: int, max_load: int) -> Assignment:
    """Choose `count` evaluators, or as many as there are. Raises ValueError for a negative count or a repeated id."""
    everyone = list(evaluators)
    if count < 0:
        raise ValueError(f"cannot choose {count} evaluators")
    if len({evaluator.id for evaluator in everyone}) < len(everyone):
        raise ValueError("an evaluator is listed twice")
    reasons = {evaluator.id: _exclusion(proposal, evaluator, max_load) for evaluator in everyone}
    free = [evaluator for evaluator in everyone if reasons[evaluator.id] is None]
    free.sort(key=lambda evaluator: (evaluator.load, _lot(proposal.id, evaluator.id)))
    chosen = tuple(evaluator.id for evaluator in free[:count])
    exclusions = {id_: reasons[id_] for id_ in sorted(reasons)}
    return Assignment(chosen, count - len(chosen), {id_: why for id_, why in exclusions.items() if why is not None})


def _exclusion(proposal: Proposal, evaluator: Evaluator, max_load: int) -> str | None:
    """The first reason that bars the evaluator: lasting ones before a load that may pass."""
    if evaluator.institution == proposal.institution:
        return INSTITUTION
    if proposal.id in evaluator.conflicts:
        return CONFLICT
    if evaluator.id in proposal.previous_evaluators:
        return PREVIOUS
    own = max_load if evaluator.max_load is None else evaluator.max_load
    return FULL if evaluator.load >= min(max_load, own) else None


def _lot(proposal: str, evaluator: str) -> bytes:
    # The separator keeps ("p1", "1e") and ("p11", "e") apart.
    return hashlib.sha256(f"{proposal}\n{evaluator}".encode()).digest()
