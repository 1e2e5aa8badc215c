"""What evaluation refuses.

    ZonaError
    ├── Forbidden
    │   └── NotYours                403  the unit, institution or review is somebody else's
    ├── InvalidInput
    │   ├── TooFewRespondents       422  a survey below the least number without the recorded exception
    │   ├── UnreadableWorkbook      422  an uploaded file that is no workbook, or holds what is not opened
    │   ├── NotThisWorksheet        422  a workbook of another unit, cycle, layer or instrument version
    │   └── EvidenceRefused         422  a file that is not taken, with the reason; nothing of it is kept
    │       └── EvidenceTooLarge    413  more bytes than the cycle allows for its kind
    ├── NotFound
    │   └── EvidenceUnknown         404  the worksheet has no such evidence
    ├── WrongState
    │   ├── WorksheetIsSealed       409  a sealed worksheet takes no answers
    │   ├── WorksheetNotSealed      409  only a sealed worksheet can be reopened
    │   ├── NothingToSeal           409  the TPI layer is empty
    │   ├── NotReopenable           409  no returned or withdrawn proposal asks for a new revision
    │   ├── StaleAnswer             409  somebody answered the same question in between
    │   ├── MoveNotOpen             409  the proposal's state has no such move
    │   ├── GatesNotPassed          409  the panel can't approve what a gate holds back
    │   ├── SurveyRecorded          409  a survey is recorded once
    │   ├── ReviewNotOpen           409  submitted reviews are immutable, cancelled ones are closed
    │   ├── QuotaExceeded           409  the unit's evidence has no room left
    │   ├── EvidenceWithheld        409  waits for the virus scan, or failed it
    │   ├── EvaluatorFull           409  no place left in this cycle; another evaluator is chosen
    │   └── PlacementMoved          409  another run placed or released; the placement begins again
    ├── AlreadySettled              409  already done  the proposal has come to its end another way
    ├── Early
    │   ├── PlacementContended      503  early         too many rivals for the same places in a row
    │   └── UploadLost              503  early         an upload stood still for so long that it was swept away
    ├── InspectionBusy              503  transient     too many files are being looked at
    ├── UploadInterrupted           400  permanent     fewer bytes came than were announced
    ├── EvidenceDamaged             500  permanent     stored bytes are not those that were handed in
    └── ReviewUnknown               422  permanent     scores of somebody who was never assigned

This module stands on `shared.failures` alone, so that domain code may raise from it.
"""

from __future__ import annotations

from shared.failures import Away, Early, Failure, Forbidden, InvalidInput, NotFound, WrongState, ZonaError


class NotYours(Forbidden):
    code = "not_yours"


class TooFewRespondents(InvalidInput):
    code = "too_few_respondents"


class UnreadableWorkbook(InvalidInput):
    code = "unreadable_workbook"
    title = ("Berkas tidak dapat dibuka", "The file can't be opened")


class NotThisWorksheet(InvalidInput):
    code = "not_this_worksheet"
    title = ("Bukan berkas lembar kerja ini", "Not this worksheet's file")


class EvidenceRefused(InvalidInput):
    code = "evidence_refused"
    title = ("Bukti ditolak", "The evidence is refused")


class EvidenceTooLarge(EvidenceRefused):
    status = 413


class EvidenceUnknown(NotFound):
    code = "evidence_unknown"


class QuotaExceeded(WrongState):
    code = "quota_exceeded"
    title = ("Tempat bukti unit sudah penuh", "The unit's evidence has no room left")


class EvidenceWithheld(WrongState):
    code = "evidence_withheld"
    title = ("Berkas ditahan", "The file is withheld")


class UploadLost(Early):
    code = "upload_lost"


class InspectionBusy(Away):
    code = "inspection_busy"


class UploadInterrupted(ZonaError):
    code = "upload_interrupted"
    status = 400
    title = ("Unggahan terputus", "The upload was interrupted")


class EvidenceDamaged(ZonaError):
    code = "evidence_damaged"
    title = ("Berkas tersimpan rusak", "The stored file is damaged")


class WorksheetIsSealed(WrongState):
    code = "worksheet_sealed"
    title = ("Lembar kerja tersegel", "The worksheet is sealed")


class WorksheetNotSealed(WrongState):
    code = "worksheet_not_sealed"
    title = ("Lembar kerja belum disegel", "The worksheet is not sealed")


class NothingToSeal(WrongState):
    code = "nothing_to_seal"
    title = ("Belum ada penilaian TPI", "There is no TPI scoring yet")


class NotReopenable(WrongState):
    code = "not_reopenable"
    title = ("Revisi baru tidak diminta", "No new revision is asked for")


class StaleAnswer(WrongState):
    code = "stale_answer"
    title = ("Jawaban sudah berubah", "The answer has changed")


class MoveNotOpen(WrongState):
    code = "move_not_open"


class GatesNotPassed(WrongState):
    code = "gates_not_passed"
    title = ("Ada syarat nilai yang tidak terpenuhi", "A gate is not passed")


class SurveyRecorded(WrongState):
    code = "survey_recorded"
    title = ("Survei sudah dicatat", "The survey is recorded already")


class ReviewNotOpen(WrongState):
    code = "review_not_open"
    title = ("Penilaian sudah tertutup", "The review is closed")


class EvaluatorFull(WrongState):
    code = "evaluator_full"
    title = ("Beban evaluator penuh", "The evaluator is full")


class PlacementMoved(WrongState):
    code = "placement_moved"
    title = ("Penempatan sudah berubah", "The placement has changed")


class AlreadySettled(ZonaError):
    code = "already_settled"
    status = 409
    failure = Failure.ALREADY_DONE
    title = ("Usulan sudah selesai", "The proposal has come to its end")


class PlacementContended(Early):
    code = "placement_contended"


class ReviewUnknown(ZonaError):
    code = "review_unknown"
    status = 422
    title = ("Penilaian tidak dikenal", "Unknown review")
