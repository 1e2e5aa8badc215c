"""What an upload did, cell by cell, for the person who sent it."""

from __future__ import annotations

from typing import Any

from services.evaluation.domain.workbook.cells import CellFault, ReadSheet
from services.evaluation.domain.workbook.layout import Layout, QuestionPlace
from services.evaluation.domain.workbook.merging import Merge
from services.evaluation.domain.workbook.places import Cell
from services.evaluation.domain.worksheet import Answers
from shared.failures import Said, said

CONFLICT: Said = (
    "Sudah diubah orang lain sejak diunduh; jawaban itu tidak ditimpa. Putuskan bersama, lalu isi lagi.",
    "Somebody else changed it since the download; that answer was not overwritten. Agree, then answer again.",
)
EMPTIED: Said = (
    "Sel dikosongkan, jawabannya tetap: jawaban diganti, tidak dihapus.",
    "The cell was emptied, its answer stays: an answer is replaced, never taken away.",
)


def report_of(layout: Layout, read: ReadSheet, merge: Merge, present: Answers) -> dict[str, Any]:
    """`present` are the answers after the upload. Each entry has sheet, address and question."""
    places = {place.question.id: place for place in layout.questions}
    return {
        "taken": [{**_where(places[id]), "revision": present[id].revision} for id in merge.taken],
        "unchanged": len(merge.unchanged),
        "conflicts": [
            {**_where(places[id]), "yours": yours, "current": _current(present, id), "messages": said(CONFLICT)}
            for id, yours in merge.conflicts.items()
        ],
        "emptied": [{**_where(places[id]), "messages": said(EMPTIED)} for id in merge.emptied],
        "faults": fault_documents(read.faults),
    }


def fault_documents(faults: tuple[CellFault, ...]) -> list[dict[str, Any]]:
    """Each fault as {sheet, address, question, code, messages}."""
    return [
        {
            "sheet": fault.sheet,
            "address": fault.address,
            "question": fault.question,
            "code": fault.code,
            "messages": said(fault.said),
        }
        for fault in faults
    ]


def _where(place: QuestionPlace) -> dict[str, Any]:
    ratio = place.question.ratio
    first = place.answer if ratio is None else next(place.input(one.key) for one in ratio.inputs if not one.sum_of)
    return _cell(first) | {"question": place.question.id}


def _cell(cell: Cell) -> dict[str, Any]:
    return {"sheet": cell.sheet, "address": cell.address}


def _current(present: Answers, id: str) -> dict[str, Any]:
    if id not in present:
        return {"value": None, "revision": 0}
    return {"value": present[id].value, "revision": present[id].revision}
