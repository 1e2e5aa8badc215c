"""The minima of a target, each with what was measured: all must hold, on unrounded numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.evaluation.domain.faults import Fault, refuse, shown
from services.evaluation.domain.instrument import GateRule, Instrument, Measure
from services.evaluation.domain.scoring import Score


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate of one sheet: points (for areas: percent) measured, the minimum, and the article that sets it."""

    gate: str
    measured: Fraction
    limit: Fraction
    passed: bool
    article: str


def gates_for(instrument: Instrument, target: str, score: Score) -> tuple[GateResult, ...]:
    """Every gate of the target in the instrument's order.

    Raises InvalidInput (pointer /target) for a target without rules, ValueError for another instrument's score.
    """
    refuse(target_faults(instrument, target))
    if score.instrument.content_hash != instrument.content_hash:
        raise ValueError(f"the score was made with {score.instrument.id}, not with {instrument.id}")
    return tuple(_result(rule, score) for rule in instrument.gate_rules[target])


def all_passed(gates: Sequence[GateResult]) -> bool:
    return all(gate.passed for gate in gates)


def target_faults(instrument: Instrument, target: object) -> tuple[Fault, ...]:
    """What is wrong with a target that the instrument has no gates for; nothing for one that it has."""
    if target in instrument.targets:
        return ()
    words = ", ".join(instrument.targets)
    said = (
        f"{shown(target)} bukan predikat dalam {instrument.id}. Yang boleh: {words}.",
        f"{shown(target)} is no target of {instrument.id}. Allowed: {words}.",
    )
    return (Fault(("target",), "unknown_target", said),)


def _result(rule: GateRule, score: Score) -> GateResult:
    measured = _measured(rule, score)
    return GateResult(rule.gate, measured, rule.limit, measured >= rule.limit, rule.article)


def _measured(rule: GateRule, score: Score) -> Fraction:
    if rule.measure is Measure.AREA_PERCENT:
        return score.areas[rule.of].percent
    points = {
        Measure.COMPONENT: score.components,
        Measure.ASPECT: score.aspects,
        Measure.SUBINDICATOR: score.subindicators,
        Measure.TOTAL: {rule.of: score.total},
    }
    return points[rule.measure][rule.of]
