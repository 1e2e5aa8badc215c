"""The worksheet (lembar kerja evaluasi) of one unit in one cycle: two layers, answered by several people, then sealed.

Two officers collide only on the same question: each answer has its own revision, and who answers names the
revision that was read. A sealed worksheet takes no answers; a returned or withdrawn proposal opens its next
revision, and every seal stays. Nothing is overwritten: what an answer replaces is handed out for the history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.evidence import Evidence
from services.evaluation.domain.worksheet_refusals import already_sealed
from services.evaluation.errors import (
    NothingToSeal,
    NotReopenable,
    StaleAnswer,
    WorksheetNotSealed,
)

FORMAT = "zona-worksheet/1"
"""Of the manifest. Another form gets another number, so that an old receipt stays checkable."""


class Layer(Enum):
    """Whose answers: the unit's own, or those of the internal evaluators (TPI)."""

    UNIT = "unit"
    TPI = "tpi"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it stands; `revision` counts the answers given to this question in this layer, from 1."""

    value: Answer
    revision: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is sent; `revision` is the one that was read, 0 for a question never answered."""

    value: Answer
    revision: int


@dataclass(frozen=True, slots=True)
class Superseded:
    """An answer that another replaced, for the append-only history."""

    layer: Layer
    question: str
    answer: Answered


@dataclass(frozen=True, slots=True)
class Seal:
    """The receipt of a filing: SHA-256 (hex) of the canonical manifest."""

    worksheet_hash: str
    revision: int
    by: str
    at: datetime


Answers = Mapping[str, Answered]
"""Question id → answer."""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Both layers, and every seal that was ever set, oldest first."""

    unit: str
    institution: str
    cycle: str
    instrument: str
    revision: int = 1
    sealed: bool = False
    unit_answers: Answers = field(default_factory=dict)
    tpi_answers: Answers = field(default_factory=dict)
    seals: tuple[Seal, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def answers_of(self, layer: Layer) -> Answers:
        """The answers of one layer."""
        return self.unit_answers if layer is Layer.UNIT else self.tpi_answers

    def values_of(self, layer: Layer) -> dict[str, Answer]:
        """The plain values of one layer, as scoring takes them."""
        return {question: answered.value for question, answered in self.answers_of(layer).items()}

    @property
    def current_seal(self) -> Seal | None:
        """The seal in force; None while the worksheet is open."""
        return self.seals[-1] if self.sealed else None


def worksheet_key(unit: str, cycle: str) -> str:
    """The one key of a unit's worksheet in a cycle."""
    return f"{unit}.{cycle}"


def answer(
    sheet: Worksheet, layer: Layer, given: Mapping[str, Given], *, by: str, at: datetime
) -> tuple[Worksheet, tuple[Superseded, ...]]:
    """Put `given` into a layer, all or nothing; gives the new worksheet and what was replaced.

    Raises WorksheetIsSealed, and StaleAnswer with the current answer of every question that has moved on.
    """
    if sheet.sealed:
        raise already_sealed(sheet)
    standing = sheet.answers_of(layer)
    _check_revisions(standing, given)
    replaced = tuple(Superseded(layer, question, standing[question]) for question in given if question in standing)
    new = {question: Answered(one.value, one.revision + 1, by, at) for question, one in given.items()}
    answers = {**standing, **new}
    if layer is Layer.UNIT:
        return replace(sheet, unit_answers=answers), replaced
    return replace(sheet, tpi_answers=answers), replaced


def manifest_of(sheet: Worksheet, *, instrument_hash: str, at: datetime) -> str:
    """What is sealed, as canonical JSON (RFC 8785: keys in order, no white space; there are no fractions in it).

    Leaves out who answered and what files are called: a manifest may be published, those may not.
    """
    document = {
        "format": FORMAT,
        "unit": sheet.unit,
        "institution": sheet.institution,
        "cycle": sheet.cycle,
        "instrument": sheet.instrument,
        "instrument_hash": instrument_hash,
        "revision": sheet.revision,
        "sealed_at": _moment(at),
        "layers": {layer.value: _sealed_layer(sheet.answers_of(layer)) for layer in Layer},
        "evidence": [_sealed_evidence(one) for one in sheet.evidence],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(manifest: str) -> str:
    """SHA-256 of the manifest's UTF-8 bytes, hex."""
    return hashlib.sha256(manifest.encode()).hexdigest()


def seal(sheet: Worksheet, worksheet_hash: str, *, by: str, at: datetime) -> Worksheet:
    """Close this revision under the hash of its manifest.

    Raises WorksheetIsSealed, and NothingToSeal when the TPI has not answered any question.
    """
    if sheet.sealed:
        raise already_sealed(sheet)
    if not sheet.tpi_answers:
        raise NothingToSeal(
            ("Lapisan TPI masih kosong.", "The TPI layer is still empty."),
            remedy=("Isi penilaian TPI, lalu segel.", "Fill in the TPI's scoring, then seal."),
        )
    return replace(sheet, sealed=True, seals=(*sheet.seals, Seal(worksheet_hash, sheet.revision, by, at)))


def reopen(sheet: Worksheet, *, freed: bool) -> Worksheet:
    """Open the next revision; answers, their revisions and the old seals stay.

    `freed`: a return or a withdrawal asks for it (`proposal.frees_worksheet`). Raises WorksheetNotSealed,
    NotReopenable.
    """
    current = sheet.current_seal
    if current is None:
        raise WorksheetNotSealed(
            (f"Revisi {sheet.revision} masih terbuka.", f"Revision {sheet.revision} is still open."),
            remedy=("Langsung saja diisi.", "Just fill it in."),
        )
    if not freed:
        raise NotReopenable(
            (
                f"Revisi {sheet.revision} tersegel, dan tidak ada usulan yang dikembalikan atau ditarik.",
                f"Revision {sheet.revision} is sealed, and no proposal was returned or withdrawn.",
            ),
            remedy=(
                "Lembar kerja dibuka lagi setelah usulannya dikembalikan atau ditarik.",
                "A worksheet opens again after its proposal is returned or withdrawn.",
            ),
        )
    return replace(sheet, revision=sheet.revision + 1, sealed=False)


def _check_revisions(standing: Answers, given: Mapping[str, Given]) -> None:
    moved = {
        question: standing.get(question)
        for question, one in given.items()
        if one.revision != (standing[question].revision if question in standing else 0)
    }
    if not moved:
        return
    raise StaleAnswer(
        (
            f"Sudah dijawab orang lain: {', '.join(sorted(moved))}.",
            f"Answered by somebody else in between: {', '.join(sorted(moved))}.",
        ),
        remedy=(
            "Lihat jawaban sekarang di `current`, lalu kirim lagi dengan revisinya.",
            "Look at the present answers in `current`, then send again with their revision.",
        ),
        errors=[
            {
                "pointer": f"/answers/{question}",
                "code": "stale_answer",
                "messages": {"id": "Jawaban sudah berubah.", "en": "The answer has changed."},
            }
            for question in sorted(moved)
        ],
        current={question: _current(now) for question, now in sorted(moved.items())},
    )


def _current(now: Answered | None) -> dict[str, Any]:
    if now is None:
        return {"value": None, "revision": 0}
    return {"value": now.value, "revision": now.revision}


def _sealed_layer(answers: Answers) -> dict[str, Any]:
    return {
        question: {"value": answered.value, "revision": answered.revision, "at": _moment(answered.at)}
        for question, answered in answers.items()
    }


def _sealed_evidence(one: Evidence) -> dict[str, Any]:
    file = one.current
    proof = {"id": one.id, "questions": list(one.questions), "version": len(one.versions), "at": _moment(file.at)}
    return proof | {"sha256": file.sha256, "size": file.size, "kind": file.kind}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
