"""Aggregates as the API shows them; used by commands and queries alike."""

from __future__ import annotations

from typing import Any

from services.evaluation.domain.carrying import REASONS, CarryOver
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.evidence import Evidence, FileVersion
from services.evaluation.domain.instrument_changes import InstrumentChanges, NumberChange
from services.evaluation.domain.results import limit_text
from services.evaluation.domain.review import Review
from services.evaluation.domain.worksheet import Answers, Layer, Seal, Worksheet
from services.evaluation.rows import review_row
from shared.failures import said
from shared.storage import Aggregate


def worksheet_view(found: Aggregate[Worksheet]) -> dict[str, Any]:
    """Both layers with each question's revision, and the seals."""
    sheet = found.state
    return {
        "unit": sheet.unit,
        "institution": sheet.institution,
        "cycle": sheet.cycle,
        "instrument": sheet.instrument,
        "revision": sheet.revision,
        "state": "sealed" if sheet.sealed else "open",
        "version": found.version,
        "layers": {layer.value: _layer(sheet.answers_of(layer)) for layer in Layer},
        "seals": [seal_view(seal) for seal in sheet.seals],
    }


def seal_view(seal: Seal) -> dict[str, Any]:
    """The receipt."""
    return {"worksheet_hash": seal.worksheet_hash, "revision": seal.revision, "sealed_at": seal.at.isoformat()}


def evidence_view(one: Evidence, state: str) -> dict[str, Any]:
    """Evidence with every version, newest last; `state` is that of the current version's file."""
    return {
        "id": one.id,
        "questions": list(one.questions),
        "state": state,
        **_file_view(one.current),
        "versions": [_file_view(file) for file in one.versions],
    }


def evaluator_view(evaluator: Evaluator) -> dict[str, Any]:
    """An evaluator with the proposals held; `load` counts all of them, `loads` by cycle."""
    return {
        "id": evaluator.id,
        "institution": evaluator.institution,
        "province": evaluator.province,
        "expertise": list(evaluator.expertise),
        "conflicts": list(evaluator.conflicts),
        "load": len(evaluator.reservations),
        "loads": dict(evaluator.loads),
        "max_load": evaluator.max_load,
        "reservations": [held.proposal for held in evaluator.reservations],
    }


def review_view(found: Aggregate[Review]) -> dict[str, Any]:
    """A review with its answers."""
    review = found.state
    return {
        **review_row(review),
        "version": found.version,
        "worksheet_hash": review.worksheet_hash,
        "answers": dict(review.answers),
        "submitted_at": review.submitted_at.isoformat() if review.submitted_at else None,
    }


def changes_view(changes: InstrumentChanges) -> dict[str, Any]:
    """What differs between two instruments; numbers as text, None where there is none."""
    return {
        "before": changes.before,
        "after": changes.after,
        "questions": [
            {
                "question": one.question,
                "kind": "added" if one.before is None else "removed" if one.after is None else "changed",
                "what": list(one.what),
                "before": said(one.before) if one.before else None,
                "after": said(one.after) if one.after else None,
            }
            for one in changes.questions
        ],
        "weights": [_number_view(one) for one in changes.weights],
        "limits": [_number_view(one) for one in changes.limits],
    }


def carried_view(carried: CarryOver) -> dict[str, Any]:
    """What was copied, what of it to look at again, and what was left, with its old answer and the reason."""
    return {
        "copied": list(carried.copied),
        "look_again": list(carried.look_again),
        "left": [
            {"question": one.question, "code": one.reason, "value": one.answer, "messages": said(REASONS[one.reason])}
            for one in carried.left
        ],
    }


def _number_view(change: NumberChange) -> dict[str, Any]:
    before, after = (None if value is None else limit_text(value) for value in (change.before, change.after))
    return {"of": change.of, "before": before, "after": after}


def _file_view(file: FileVersion) -> dict[str, Any]:
    return {
        "sha256": file.sha256,
        "name": file.name,
        "size": file.size,
        "kind": file.kind,
        "by": file.by,
        "at": file.at.isoformat(),
    }


def _layer(answers: Answers) -> dict[str, Any]:
    return {
        question: {"value": one.value, "revision": one.revision, "by": one.by, "at": one.at.isoformat()}
        for question, one in answers.items()
    }
