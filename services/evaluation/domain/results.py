"""Scores and gates as documents for persons and other programs: the only place where numbers are rounded."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from services.evaluation.domain.gates import GateResult, all_passed
from services.evaluation.domain.scoring import Score
from services.evaluation.domain.verdict import Verdict

PLACES = 6


def decimal_text(value: Fraction, places: int = PLACES) -> str:
    """The value with that many decimals, a half rounded to the even neighbour."""
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def limit_text(limit: Fraction) -> str:
    """A limit as the law prints it, without idle zeros: "75", "15.75"."""
    return decimal_text(limit).rstrip("0").rstrip(".")


def score_result(score: Score, target: str, gates: Sequence[GateResult]) -> dict[str, Any]:
    """The result of `zi score`: decimals as text, each gate explained, and what was left unanswered."""
    return {
        "instrument": score.instrument.id,
        "instrument_hash": score.instrument.content_hash,
        "target": target,
        "total": decimal_text(score.total),
        "pengungkit": decimal_text(score.pengungkit),
        "hasil": decimal_text(score.hasil),
        "areas": area_documents(score),
        "gates": gate_documents(gates),
        "passed": all_passed(gates),
        "unanswered": [id_ for id_ in score.values if id_ not in score.answered],
    }


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Points with six places, areas and explained gates."""
    return {
        "total": decimal_text(verdict.total),
        "pengungkit": decimal_text(verdict.pengungkit),
        "hasil": decimal_text(verdict.hasil),
        "areas": {
            code: {"score": decimal_text(area.score), "percent": decimal_text(area.percent)}
            for code, area in verdict.areas.items()
        },
        "gates": gate_documents(verdict.gates),
    }


def exact_points(verdict: Verdict) -> dict[str, str]:
    """The same points as fractions "n/d"."""
    points = {"total": verdict.total, "pengungkit": verdict.pengungkit, "hasil": verdict.hasil}
    points |= {f"area_{code}": area.score for code, area in verdict.areas.items()}
    return {name: exact_text(value) for name, value in points.items()}


def exact_text(value: Fraction) -> str:
    """The value as "n/d"."""
    return f"{value.numerator}/{value.denominator}"


def area_documents(score: Score) -> dict[str, dict[str, str]]:
    """Points and percent of each change area by its code."""
    return {
        code: {"score": decimal_text(area.score), "percent": decimal_text(area.percent)}
        for code, area in score.areas.items()
    }


def gate_documents(gates: Sequence[GateResult]) -> list[dict[str, Any]]:
    """Each gate as {gate, measured, limit, passed, article}."""
    return [
        {
            "gate": gate.gate,
            "measured": _measured_text(gate),
            "limit": limit_text(gate.limit),
            "passed": gate.passed,
            "article": gate.article,
        }
        for gate in gates
    ]


def _measured_text(gate: GateResult) -> str:
    # 74.9999999 must not be shown as 75.000000 beside "not passed": more places until the text says what is so.
    places = PLACES
    while Fraction(decimal_text(gate.measured, places)) >= gate.limit and not gate.passed:
        places += PLACES
    return decimal_text(gate.measured, places)
