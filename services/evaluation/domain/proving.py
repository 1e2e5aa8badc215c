"""What may be done to a worksheet's evidence, and what refuses it. Pure: the bytes were looked at before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

from services.evaluation.domain.evidence import Evidence, EvidenceRules, FileVersion, stored_bytes
from services.evaluation.domain.faults import Fault, refuse, shown
from services.evaluation.domain.worksheet import Worksheet
from services.evaluation.domain.worksheet_refusals import already_sealed
from services.evaluation.errors import EvidenceUnknown, QuotaExceeded

MEBIBYTE = 1024 * 1024


def check_offer(
    sheet: Worksheet, *, questions: Sequence[str], known: Collection[str], replaces: str | None, rules: EvidenceRules
) -> None:
    """Refuse before the first byte what would be refused after the last.

    Raises WorksheetIsSealed, EvidenceUnknown, InvalidInput (/query/question), QuotaExceeded (nothing would fit).
    """
    _require_open(sheet)
    if replaces is not None:
        evidence_of(sheet, replaces)
    _check_questions(questions, known, needed=replaces is None)
    _check_room(sheet, 0, rules)


def attach(
    sheet: Worksheet, file: FileVersion, *, questions: Sequence[str], replaces: str | None, rules: EvidenceRules
) -> Worksheet:
    """The worksheet with `file` as evidence for `questions`, or as the next version of the evidence `replaces`.

    The same content again adds its questions and changes nothing else. Raises WorksheetIsSealed, EvidenceUnknown,
    QuotaExceeded.
    """
    _require_open(sheet)
    standing = evidence_of(sheet, replaces) if replaces else _with_content(sheet, file.sha256)
    if standing is None:
        _check_room(sheet, 0 if holds(sheet, file.sha256) else file.size, rules)
        return replace(sheet, evidence=(*sheet.evidence, Evidence(_id_of(file), _sorted(questions), (file,))))
    versions = standing.versions
    if standing.current.sha256 != file.sha256:
        _check_room(sheet, 0 if holds(sheet, file.sha256) else file.size, rules)
        versions = (*versions, file)
    return _put(sheet, replace(standing, questions=_sorted((*standing.questions, *questions)), versions=versions))


def prove(sheet: Worksheet, id: str, questions: Sequence[str], *, known: Collection[str]) -> Worksheet:
    """The worksheet with the evidence `id` standing for exactly `questions`.

    Raises WorksheetIsSealed, EvidenceUnknown, InvalidInput (/questions).
    """
    _require_open(sheet)
    standing = evidence_of(sheet, id)
    _check_questions(questions, known, needed=True, place="questions")
    return _put(sheet, replace(standing, questions=_sorted(questions)))


def withdraw(sheet: Worksheet, id: str) -> Worksheet:
    """The worksheet without the evidence `id`; raises WorksheetIsSealed, EvidenceUnknown."""
    _require_open(sheet)
    gone = evidence_of(sheet, id)
    return replace(sheet, evidence=tuple(one for one in sheet.evidence if one != gone))


def evidence_of(sheet: Worksheet, id: str) -> Evidence:
    """The evidence `id`; raises EvidenceUnknown."""
    for one in sheet.evidence:
        if one.id == id:
            return one
    raise EvidenceUnknown(
        (f"Bukti {shown(id)} tidak ada di lembar kerja ini.", f"This worksheet has no evidence {shown(id)}."),
        remedy=("Lihat daftar buktinya.", "See the list of its evidence."),
    )


def holds(sheet: Worksheet, sha256: str) -> bool:
    """True while any version of the worksheet's evidence has this content."""
    return any(file.sha256 == sha256 for one in sheet.evidence for file in one.versions)


def with_content(sheet: Worksheet, sha256: str) -> Evidence:
    """The evidence whose current version has this content; raises EvidenceUnknown."""
    return _with_content(sheet, sha256) or evidence_of(sheet, sha256)


def _with_content(sheet: Worksheet, sha256: str) -> Evidence | None:
    return next((one for one in sheet.evidence if one.current.sha256 == sha256), None)


def _put(sheet: Worksheet, new: Evidence) -> Worksheet:
    return replace(sheet, evidence=tuple(new if one.id == new.id else one for one in sheet.evidence))


def _id_of(file: FileVersion) -> str:
    """Short, and another one when a withdrawn file is handed in again."""
    return hashlib.sha256(f"{file.sha256}/{file.at.isoformat()}".encode()).hexdigest()[:16]


def _sorted(questions: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(questions)))


def _require_open(sheet: Worksheet) -> None:
    if sheet.sealed:
        raise already_sealed(sheet)


def _check_questions(
    questions: Sequence[str], known: Collection[str], *, needed: bool, place: str = "query/question"
) -> None:
    at = tuple(place.split("/"))
    faults = [
        Fault(
            (*at, str(nth)),
            "unknown_question",
            (
                f"{shown(question)} bukan butir instrumen ini.",
                f"{shown(question)} is no question of this instrument.",
            ),
        )
        for nth, question in enumerate(questions)
        if question not in known
    ]
    if needed and not questions:
        faults.append(
            Fault(at, "missing", ("Sebutkan butir yang dibuktikan.", "Name at least one question that it proves."))
        )
    refuse(faults)


def _check_room(sheet: Worksheet, size: int, rules: EvidenceRules) -> None:
    files, used = sum(len(one.versions) for one in sheet.evidence), stored_bytes(sheet.evidence)
    if files < rules.most_files and used + size <= rules.unit_quota:
        return
    quota, taken = rules.unit_quota / MEBIBYTE, used / MEBIBYTE
    raise QuotaExceeded(
        (
            f"Bukti unit ini sudah {files} dari {rules.most_files} berkas dan {taken:.1f} dari {quota:.0f} MiB.",
            f"This unit's evidence is {files} of {rules.most_files} files and {taken:.1f} of {quota:.0f} MiB already.",
        ),
        remedy=(
            "Tarik bukti yang tidak perlu, atau perkecil berkasnya.",
            "Withdraw evidence that is not needed, or make the file smaller.",
        ),
        files=files,
        bytes=used,
        quota=rules.unit_quota,
    )
