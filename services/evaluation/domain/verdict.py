"""What a score means for a target: points, areas and the explained gates, as a proposal keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.gates import GateResult, all_passed, gates_for
from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.scoring import (
    Score,
    SurveyIndices,
    mean_of_layers,
    score_answers,
    score_values,
    values_of,
)


@dataclass(frozen=True, slots=True)
class AreaPoints:
    """An area's points and their percentage of its weight."""

    score: Fraction
    percent: Fraction


@dataclass(frozen=True, slots=True)
class Verdict:
    """Exact points; nothing is rounded before a person reads it."""

    total: Fraction
    pengungkit: Fraction
    hasil: Fraction
    areas: Mapping[str, AreaPoints]
    gates: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        """Every gate holds."""
        return all_passed(self.gates)


def screening_score(instrument: Instrument, tpi_answers: Mapping[str, Answer]) -> Score:
    """The score of the sealed TPI layer; its B.I.a and B.II.a hold the unit's own survey."""
    return score_answers(instrument, tpi_answers)


def final_score(
    instrument: Instrument, reviews: Sequence[Mapping[str, Answer]], surveys: SurveyIndices | None
) -> tuple[Score, tuple[Mapping[str, Fraction], ...]]:
    """The exact mean of the evaluators' values for each question, with the surveyed indices; and those values.

    A question that an evaluator left open counts 0 in the mean, as everywhere.
    """
    layers = tuple(values_of(instrument, answers) for answers in reviews)
    return score_values(instrument, mean_of_layers(instrument, layers), surveys), layers


def verdict_of(instrument: Instrument, target: str, score: Score) -> Verdict:
    """The gates of `target` applied to `score`; applied twice, on TPI and on final scores.

    PermenPANRB 90/2021, Lampiran II Bab III.A and Tabel 6.
    """
    return Verdict(
        total=score.total,
        pengungkit=score.pengungkit,
        hasil=score.hasil,
        areas={code: AreaPoints(area.score, area.percent) for code, area in score.areas.items()},
        gates=gates_for(instrument, target, score),
    )
