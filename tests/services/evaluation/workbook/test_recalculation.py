"""A spreadsheet program computes in our sheets what the exact engine computes, to six decimals."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from services.evaluation import instrument_files
from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.gates import gates_for
from services.evaluation.domain.instrument import Instrument, ScaleKind
from services.evaluation.domain.scoring import Score, score_answers
from services.evaluation.domain.workbook import formulas
from services.evaluation.domain.workbook.layout import SUMMARY, layout_of
from services.evaluation.domain.workbook.places import SummaryColumn
from shared.testing.libreoffice import opened_and_saved
from tests.services.evaluation.domain.sheets import uniform_sheet
from tests.services.evaluation.workbook.files import address_of, edited, read, workbook_with

SIX_DECIMALS = 5e-7
Numbers = dict[str, Any]


AT_ITS_LIMITS = {"B.I.a": "3.6", "B.I.b": "B", "B.II.a": "3.2"}
"""Measured 15.75, 3.75, 19.5 and 14: each the minimum of a gate, to the point."""


def without_denominators(instrument: Instrument, counted: int) -> dict[str, Any]:
    """Only the ratios, each denominator zero and every other count `counted`."""
    answers = {}
    for id, question in instrument.questions.items():
        if question.ratio is not None:
            below = next(one for one in question.ratio.inputs if one.key == question.ratio.denominator)
            zero = {below.key, *below.sum_of}
            keys = [one.key for one in question.ratio.inputs if not one.sum_of]
            answers[id] = {key: 0 if key in zero else counted for key in keys}
    return answers


def drawn(instrument: Instrument, seed: int) -> dict[str, Any]:
    """Any sheet, the same for the same seed; a tenth of the questions unanswered, zero denominators among the rest."""
    random = Random(seed)
    return {
        id: _drawn_answer(question, random) for id, question in instrument.questions.items() if random.random() < 0.9
    }


def _drawn_answer(question: Any, random: Random) -> Any:
    if question.ratio is not None:
        keys = [
            one.key for one in question.ratio.inputs if one.required or (one.informational and random.random() < 0.5)
        ]
        return {key: random.choice([0, 0, 1, 2, 3, 7, 12, 10**9]) for key in keys}
    if question.scale.kind is ScaleKind.INDEX:
        return f"{random.randint(0, 400) / 100:.2f}"
    return random.choice(question.scale.values)[0]


def exact(instrument: Instrument, score: Score) -> Numbers:
    """Every number and verdict that the sheet shows, by a name for it."""
    found: Numbers = {f"sub {id}": points for id, points in score.subindicators.items()}
    found |= {f"value {id}": value for id, value in score.values.items()}
    found |= {f"aspect {id}": points for id, points in score.aspects.items()}
    found |= {f"component {id}": points for id, points in score.components.items()}
    found |= {f"area {code}": area.score for code, area in score.areas.items()}
    found |= {f"percent {code}": area.percent for code, area in score.areas.items()}
    found |= {"total": score.total, "answered": Fraction(len(score.answered))}
    for target in instrument.targets:
        for gate in gates_for(instrument, target, score):
            found[f"{target} {gate.gate}"] = gate.measured
            found[f"{target} {gate.gate} passed"] = formulas.PASSED if gate.passed else formulas.FAILED
    return found


def calculated(instrument: Instrument, path: Path) -> Numbers:
    """The same, as it stands in the cells of a file."""
    layout, book = layout_of(instrument), openpyxl.load_workbook(path, data_only=True)

    def at(cell: Any) -> Any:
        return book[cell.sheet][cell.address].value

    def summary(row: int, column: SummaryColumn = SummaryColumn.MEASURED) -> Any:
        return book[SUMMARY].cell(row + 1, column + 1).value

    found: Numbers = {f"sub {sub.sub.id}": at(sub.points) for group in layout.groups for sub in group.subs}
    found |= {f"value {place.question.id}": at(place.value) for place in layout.questions}
    found |= {f"aspect {id}": summary(row) for id, row in layout.aspect_rows.items()}
    found |= {f"component {id}": summary(row) for id, row in layout.component_rows.items()}
    found |= {f"area {code}": summary(row) for code, row in layout.area_rows.items()}
    found |= {f"percent {code}": summary(row, SummaryColumn.RESULT) for code, row in layout.area_rows.items()}
    found |= {"total": summary(layout.total_row), "answered": book[SUMMARY]["C3"].value}
    for gate in layout.gates:
        found[f"{gate.target} {gate.rule.gate}"] = at(gate.measured)
        found[f"{gate.target} {gate.rule.gate} passed"] = summary(gate.row, SummaryColumn.RESULT)
    return found


def differing(wanted: Numbers, found: Numbers) -> dict[str, tuple[Any, Any]]:
    assert wanted.keys() == found.keys()
    pairs = {name: (value, found[name]) for name, value in wanted.items()}
    return {name: pair for name, pair in pairs.items() if not _agree(*pair)}


def _agree(wanted: Any, found: Any) -> bool:
    return wanted == found if isinstance(wanted, str) else abs(float(wanted) - found) < SIX_DECIMALS


def compare(samples: Mapping[str, list[Mapping[str, Any]]], folder: Path) -> None:
    """Each sheet, exported with wrong numbers beside its formulas, must come out with the engine's numbers."""
    written = [
        (instrument_files.load(id), answers, folder / f"{id}-{nth}.xlsx")
        for id, every in samples.items()
        for nth, answers in enumerate(every)
    ]
    for instrument, answers, path in written:
        path.write_bytes(workbook_with(instrument.id, answers, score=score_answers(instrument, {})))
    made = opened_and_saved([path for _, _, path in written], folder / "out")
    for path, (instrument, answers, _) in zip(made, written, strict=True):
        wanted = exact(instrument, score_answers(instrument, read_answers(instrument, dict(answers))))
        assert differing(wanted, calculated(instrument, path)) == {}, path.name


def test_libreoffice_computes_what_the_engine_computes(tmp_path: Path) -> None:
    every = [instrument_files.load(id) for id in instrument_files.available()]
    samples = {one.id: [uniform_sheet(one, best=True), *(drawn(one, seed) for seed in range(2))] for one in every}
    law = instrument_files.load("lke-2021")
    samples["lke-2021"] += [{**AT_ITS_LIMITS, **without_denominators(law, 0)}, without_denominators(law, 3)]
    compare(samples, tmp_path)


@pytest.mark.slow
def test_libreoffice_agrees_on_a_larger_sample(tmp_path: Path) -> None:
    every = [instrument_files.load(id) for id in instrument_files.available()]
    samples = {one.id: [drawn(one, seed) for seed in range(100, 120)] for one in every}
    samples["lke-2021"].append(uniform_sheet(instrument_files.load("lke-2021"), best=False))
    compare(samples, tmp_path)


def test_what_libreoffice_saves_is_read_as_what_was_written(tmp_path: Path) -> None:
    instrument = instrument_files.load("lke-2021")
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(workbook_with("lke-2021", drawn(instrument, 7)))
    [again] = opened_and_saved([path], tmp_path / "out")
    before, after = read(path.read_bytes()), read(again.read_bytes())
    assert (after.answers, after.empty, after.faults) == (before.answers, before.empty, ())


BAD_CELLS: dict[tuple[str, str | None], Any] = {
    ("A.I.MP.i.a", None): "Mungkin",
    ("A.I.MP.i.b", None): "B – kata-kata lain",
    ("A.I.MP.ii.b", None): 1,
    ("A.I.MP.ii.c", None): "=B2",
    ("B.I.a", None): "3.72",
    ("B.II.a", None): 4.5,
    ("A.II.AK.i.a", "tercapai_100"): 2.5,
    ("A.II.PW.ii.a", "selesai"): "8",
    ("A.II.PW.ii.a", "proses"): -1,
    ("A.II.PP.i.b", "terdaftar"): None,
    ("A.II.PW.iii.1.a", "sudah"): -1,
    ("A.I.MP.iii.a", None): "b",
    ("A.I.MP.iii.b", None): None,
}
"""Cells as people spoil them; the last two are none of them bad."""


def test_the_checks_on_the_sheet_say_what_the_upload_says(tmp_path: Path) -> None:
    instrument = instrument_files.load("lke-2021")
    path = tmp_path / "sheet.xlsx"
    spoiled = {address_of(question, key): value for (question, key), value in BAD_CELLS.items()}
    path.write_bytes(edited(workbook_with("lke-2021", uniform_sheet(instrument, best=True)), spoiled))
    [opened] = opened_and_saved([path], tmp_path / "out")
    said, book = read(path.read_bytes()), openpyxl.load_workbook(opened, data_only=True)
    bad = {fault.question for fault in said.faults}
    assert bad == {question for question, _ in BAD_CELLS} - {"A.I.MP.iii.a", "A.I.MP.iii.b"}
    for place in layout_of(instrument).questions:
        mark = str(book[place.sheet][place.check.address].value or "")
        wanted = formulas.TAKEN if place.question.id in said.answers else "✗" if place.question.id in bad else ""
        # A formula is nobody's answer, whatever it gives; on the sheet it looks like what it gives.
        if place.question.id != "A.I.MP.ii.c":
            assert mark[:1] == wanted, place.question.id
        if wanted == "✗":
            assert book[place.sheet][place.value.address].value == 0, place.question.id


def test_a_file_shows_the_right_numbers_before_anything_calculates(tmp_path: Path) -> None:
    instrument = instrument_files.load("lke-2021")
    answers = drawn(instrument, 11)
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(workbook_with("lke-2021", answers))
    wanted = exact(instrument, score_answers(instrument, read_answers(instrument, answers)))
    assert differing(wanted, calculated(instrument, path)) == {}


def test_numbers_that_differ_are_seen() -> None:
    assert differing({"a": Fraction(1, 3), "b": "Ya / Yes"}, {"a": 0.3333, "b": "Tidak / No"}).keys() == {"a", "b"}
