"""The public bundle of a conclusion: everything from which a stranger recomputes its score, and nothing personal.

A JSON document of texts, whole numbers, true, false and null; its one form is canonical (RFC 8785), and the SHA-256
of those bytes is what evaluation tells and the registry publishes. It holds no account: the answers to a question
are in an order that follows from the answers alone, so no sheet can be put together again and no place in the order
belongs to anybody. `shared/recomputing/recompute.py` reads it, and shares no line with this module.

    format      zona-bundle/1
    about       the unit, the cycle, the target, the outcome; the hash of the sealed worksheet
    instrument  id, version, hash; `document` is the whole instrument, and stands under `hash` in the section's own
    method      which layer decided, how many sheets it has, how they become one value
    questions   by id: layer, answers (null where a sheet left it open), value (0..1), points; exact as "n/d"
    survey      the indices, the respondents; null at the screening
    overrides   exceptions that were made, with reason and article
    evidence    SHA-256 of the evidence, by question
    result      what was published: decimals for persons, exact fractions, the explained gates
    hashes      SHA-256 of each section, of each question, and of these hashes together
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.instrument import Instrument, Question, SubIndicator
from services.evaluation.domain.proposal import Outcome, Proposal, Survey, conclusion_of
from services.evaluation.domain.results import decimal_text, exact_points, exact_text, verdict_document
from services.evaluation.domain.scoring import value_of

FORMAT = "zona-bundle/1"
INDEX_PLACES = 20
"""The most decimals that an index may have (`answers.DECIMAL`)."""

Bundle = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a conclusion was computed from: the sheets of the layer that decided, and the survey in their place.

    `layer`: "tpi" at the screening, "tpn" at the panel. `evidence`: SHA-256 by question, as the seal names them.
    """

    layer: str
    sheets: Sequence[Mapping[str, Answer]]
    survey: Survey | None = None
    survey_article: str = ""
    evidence: Mapping[str, Sequence[str]] = field(default_factory=dict)


def bundle_of(ended: Proposal, instrument: Instrument, judged: Judged) -> Bundle:
    """The bundle of a concluded proposal, its instrument by hash; `assembled` puts the document in.

    Raises MoveNotOpen, AlreadySettled for a proposal that is not concluded.
    """
    sections = {
        "about": _about(ended),
        "instrument": {"id": instrument.id, "version": instrument.version, "hash": instrument.content_hash},
        "method": {"aggregation": "mean", "layer": judged.layer, "sheets": len(judged.sheets)},
        "survey": _survey(judged.survey),
        "overrides": _overrides(ended, judged),
        "evidence": {question: sorted(hashes) for question, hashes in judged.evidence.items()},
        "result": _result(ended),
    }
    questions = {
        question.id: _question(question, sub, judged)
        for sub in instrument.subindicators.values()
        for question in sub.questions
    }
    return {"format": FORMAT, **sections, "questions": questions, "hashes": _hashes(sections, questions)}


def evidence_in(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """SHA-256 of the evidence by question, of a sealed manifest's `evidence`: a list of {questions, sha256, …}.

    Nothing for a manifest without it. Names, sizes and ids of files stay inside.
    """
    hashes: dict[str, list[str]] = {}
    for proof in manifest.get("evidence", ()):
        for question in proof["questions"]:
            hashes.setdefault(question, []).append(proof["sha256"])
    return hashes


def assembled(bundle: Bundle, document: Mapping[str, Any]) -> str:
    """The bundle as it is published, with the instrument in it: the very text whose SHA-256 is told."""
    return canonical({**bundle, "instrument": {**bundle["instrument"], "document": document}})


def canonical(value: Any) -> str:
    """Canonical JSON (RFC 8785; there are no numbers with a fraction in it)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_of(text: str) -> str:
    """SHA-256 (hex) of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def _about(ended: Proposal) -> dict[str, Any]:
    end = conclusion_of(ended)
    return {
        **asdict(ended.card),
        "proposal": ended.id,
        "cycle": ended.cycle,
        "target": ended.target,
        "outcome": end.outcome.value,
        "stage": end.stage.value,
        "predicate": ended.target if end.outcome is Outcome.QUALIFIED else None,
        "worksheet_hash": ended.worksheet_hash,
        "concluded_at": ended.changed_at.isoformat(),
    }


def _question(question: Question, sub: SubIndicator, judged: Judged) -> dict[str, Any]:
    layer, answers = judged.layer, [sheet.get(question.id) for sheet in judged.sheets]
    if question.survey and judged.survey:
        layer, answers = "survey", [_index_text(getattr(judged.survey, question.survey))]
    values = [Fraction(0) if answer is None else value_of(question, answer) for answer in answers]
    value = sum(values, Fraction(0)) / len(values)
    return {
        "layer": layer,
        # In an order of their own: whose answer is whose can't be told, nor which ones are one person's.
        "answers": sorted((_plain(answer) for answer in answers), key=canonical),
        "value": exact_text(value),
        "points": exact_text(sub.weight * value / len(sub.questions)),
    }


def _survey(survey: Survey | None) -> dict[str, Any] | None:
    if survey is None:
        return None
    indices = {"ipak": _index_text(survey.ipak), "ipkp": _index_text(survey.ipkp)}
    return {**indices, "respondents": survey.respondents}


def _overrides(ended: Proposal, judged: Judged) -> list[dict[str, str]]:
    """Exceptions from what the numbers alone would have meant."""
    overrides = []
    if judged.survey and judged.survey.fewer_respondents_reason.strip():
        reason = judged.survey.fewer_respondents_reason
        overrides.append({"kind": "fewer_respondents", "reason": reason, "article": judged.survey_article})
    verdict = conclusion_of(ended).verdict
    if ended.decision and verdict.passed and not ended.decision.approved:
        overrides.append({"kind": "panel_refused", "reason": ended.decision.reason, "article": ""})
    return overrides


def _result(ended: Proposal) -> dict[str, Any]:
    verdict = conclusion_of(ended).verdict
    return {**verdict_document(verdict), "passed": verdict.passed, "exact": exact_points(verdict)}


def _hashes(sections: Mapping[str, Any], questions: Mapping[str, Any]) -> dict[str, Any]:
    parts = {
        "sections": {name: hash_of(canonical(section)) for name, section in sections.items()},
        "questions": {name: hash_of(canonical(question)) for name, question in questions.items()},
    }
    return {**parts, "bundle": hash_of(canonical(parts))}


def _index_text(index: Fraction) -> str:
    return decimal_text(index, INDEX_PLACES).rstrip("0").rstrip(".")


def _plain(answer: Answer | None) -> Any:
    return answer if answer is None or isinstance(answer, str) else dict(answer)
