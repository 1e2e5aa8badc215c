"""`zi worksheet`: a worksheet file to .xlsx and back, without any server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.evaluation import instrument_files
from services.evaluation.cli import score, worksheet
from services.evaluation.domain.workbook.identity import identity_of
from services.evaluation.domain.worksheet import Layer
from services.evaluation.workbooks import write_workbook
from tests.services.evaluation.workbook.files import HEADING, NOW, address_of, edited, sheet_with

SHEET = Path(__file__).parent / "golden" / "sheet.json"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(worksheet, [str(one) for one in arguments])


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.xlsx"
    assert run("export", SHEET, path).exit_code == 0
    return path


def test_a_worksheet_file_comes_back_from_its_workbook_with_the_same_score(workbook: Path, tmp_path: Path) -> None:
    back = run("import", workbook, "--json")
    assert back.exit_code == 0
    again = tmp_path / "again.json"
    again.write_text(back.stdout.splitlines()[-1], encoding="utf-8")
    scores = [CliRunner().invoke(score, [str(path), "--json"]).stdout for path in (SHEET, again)]
    assert json.loads(scores[0]) == json.loads(scores[1])


def test_bad_cells_are_named_on_stderr_and_the_good_ones_printed(workbook: Path) -> None:
    sheet, address = address_of("A.I.MP.i.b")
    workbook.write_bytes(edited(workbook.read_bytes(), {(sheet, address): "Z"}))
    back = run("import", workbook)
    assert back.exit_code == 2
    assert f"{sheet}!{address}: " in back.stderr
    answers = json.loads(back.stdout)["answers"]
    assert "A.I.MP.i.b" not in answers
    assert answers["A.I.MP.i.a"] == "Ya"


@pytest.mark.parametrize("command", ["import", "export"])
def test_a_file_that_is_no_worksheet_is_refused_with_what_to_do(command: str, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("x", encoding="utf-8")
    more = [tmp_path / "out.xlsx"] if command == "export" else []
    refused = run(command, path, *more)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "→" in refused.stderr
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize(
    ("field", "words"), [("instrument", "Its instrument is not here"), ("instrument_hash", "instrument hash")]
)
def test_a_workbook_of_another_instrument_is_refused(tmp_path: Path, field: str, words: str) -> None:
    instrument = instrument_files.load("lke-2021")
    known = identity_of(instrument, sheet_with(instrument, {}), Layer.UNIT, at="2026-05-20")
    path = tmp_path / "other.xlsx"
    path.write_bytes(write_workbook(instrument, replace(known, **{field: "0" * 64}), HEADING, {}, at=NOW))
    refused = run("import", path)
    assert (refused.exit_code, words in refused.stderr) == (2, True)


def test_a_missing_file_is_said_to_be_unreadable(tmp_path: Path) -> None:
    refused = run("import", tmp_path / "none.xlsx")
    assert refused.exit_code == 2
    assert "can't be read" in refused.stderr
