"""`zi score`: the golden result, and every refusal with file, place and remedy in both languages, exit 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.evaluation import instrument_files
from services.evaluation.cli import MOST_SHOWN, score
from services.evaluation.instrument_files import load
from services.evaluation.worksheet_files import LARGEST_FILE
from tests.services.evaluation.domain.sheets import uniform_sheet

GOLDEN = Path(__file__).with_name("golden")
SHEET = {"instrument": "lke-2021", "target": "WBK", "answers": {"A.I.MP.i.a": "Ya"}}


def test_the_golden_sheet_gives_the_golden_result() -> None:
    found = _run(GOLDEN / "sheet.json", "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout.splitlines()[-1]) == json.loads((GOLDEN / "result.json").read_text("utf-8"))


def test_the_golden_trace_explains_the_golden_result() -> None:
    result = json.loads(_run(GOLDEN / "sheet.json", "--json", "--trace").stdout.splitlines()[-1])
    assert result.pop("trace")["total"]["decimal"] == result["total"]
    assert result == json.loads((GOLDEN / "result.json").read_text("utf-8"))


@pytest.mark.parametrize("target", ["WBK", "WBBM"])
def test_the_best_sheet_is_one_hundred_and_passes(tmp_path: Path, target: str) -> None:
    answers = uniform_sheet(load("lke-2021"), best=True)
    result = _result(tmp_path, {"instrument": "lke-2021", "target": target, "answers": answers})
    assert (result["total"], result["passed"], result["unanswered"]) == ("100.000000", True, [])
    assert result["areas"]["PW"] == {"score": "15.000000", "percent": "100.000000"}


def test_a_sheet_of_the_older_instrument_has_its_own_gates(tmp_path: Path) -> None:
    result = _result(tmp_path, {"instrument": "lke-2014", "target": "WBK", "answers": {}})
    assert [gate["gate"] for gate in result["gates"]] == ["total", "bebas_kkn", "ipak", "tlhp"]
    assert result["total"] == "0.000000"


def test_every_decimal_has_six_places_or_more(tmp_path: Path) -> None:
    result = _result(tmp_path, {**SHEET, "answers": {"A.I.MP.ii.a": "Ya"}})
    texts = [result["total"], *(gate["measured"] for gate in result["gates"])]
    assert all(len(text.partition(".")[2]) >= 6 for text in texts)
    assert abs(Fraction(result["total"]) - Fraction(1, 3)) < Fraction(1, 10**6)


def test_a_total_a_hair_below_the_limit_is_not_shown_at_the_limit(tmp_path: Path) -> None:
    golden = json.loads((GOLDEN / "sheet.json").read_text("utf-8"))
    almost = {"terdaftar": 375_000_000, "dipermudah": 147_999_999}
    golden["answers"] |= {"A.I.PW.v.e": "A", "A.I.PP.v.c": "A", "A.II.PP.i.b": almost}
    total = _result(tmp_path, golden)["gates"][0]
    assert total["passed"] is False
    assert total["measured"] == "74.999999996667"


def test_without_json_a_person_reads_tables_in_both_languages(tmp_path: Path) -> None:
    found = _run(_written(tmp_path, json.dumps(SHEET)), "--trace")
    assert found.exit_code == 0
    for words in ("Manajemen Perubahan", "Change management", "Syarat / Gate", "TIDAK / NO", "112 butir tak terjawab"):
        assert words in " ".join(found.stdout.split())
    assert "A.I.MP.i = 0.250000" in found.stdout
    assert "PermenPANRB 90/2021" in found.stdout


def test_a_passing_sheet_says_so_to_a_person(tmp_path: Path) -> None:
    answers = uniform_sheet(load("lke-2021"), best=True)
    found = _run(_written(tmp_path, json.dumps({**SHEET, "answers": answers})))
    assert "Every gate is passed." in found.stdout
    assert "tak terjawab" not in found.stdout


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert _run(_written(tmp_path, "\ufeff" + json.dumps(SHEET)), "--json").exit_code == 0


REFUSED: list[tuple[str, str, str]] = [
    ("", "line 1 column 1", "baris 1 kolom 1"),
    ('{"instrument": ', "Not valid JSON", "Bukan JSON yang sah"),
    ("[1, 2]", "must hold a JSON object", "harus berupa objek JSON"),
    ("null", "must hold a JSON object", "harus berupa objek JSON"),
    ("{}", "/instrument: Missing", "/instrument: Belum ada"),
    ('{"instrument": "lke-2021", "answers": {}}', "/target: Missing", "/target: Belum ada"),
    ('{"instrument": "lke-2021", "target": "WBK"}', "/answers: Missing", "/answers: Belum ada"),
    ('{"instrument": "lke-2021", "target": "WBK", "answers": {}, "n": 1}', "/n: Unknown key", "/n: Kunci tidak"),
    ('{"instrument": "lke-2019", "target": "WBK", "answers": {}}', "Choose: lke-2014, lke-2021", "Pilih: lke-2014"),
    ('{"instrument": ["lke-2021"], "target": "WBK", "answers": {}}', "Choose: lke-2014", "Pilih: lke-2014"),
    ('{"instrument": "lke-2021", "target": "wbk", "answers": {}}', "Allowed: WBK, WBBM", "Yang boleh: WBK, WBBM"),
    ('{"instrument": "lke-2021", "target": null, "answers": {}}', "/target", "/target"),
    ('{"instrument": "lke-2021", "target": "WBK", "answers": []}', "/answers: Answers must be", "/answers: Jawaban"),
    ('{"instrument": "lke-2021", "target": "WBK", "answers": {"B.I.a": NaN}}', "NaN is no JSON", "NaN bukan angka"),
    ('{"instrument": "lke-2021", "target": "WBK", "answers": {"B.I.a": -Infinity}}', "-Infinity", "-Infinity"),
    (
        '{"instrument": "lke-2021", "target": "WBK", "answers": {"B.I.b": "A", "B.I.b": "B"}}',
        "/answers/B.I.b: This key stands more than once",
        "/answers/B.I.b: Kunci ini tertulis lebih dari sekali",
    ),
    (
        '{"instrument": "lke-2021", "target": "WBK", "answers": [{"a": 1, "a": 2}]}',
        "/answers/0/a: This key stands more than once",
        "/answers/0/a: Kunci",
    ),
    (
        '{"instrument": "lke-2021", "target": "WBK", "answers": {"A.II.AK.i.a": {"jumlah_sasaran": '
        + "9" * 5000
        + "}}}",
        "too many digits",
        "terlalu panjang",
    ),
    (
        '{"instrument": "lke-2021", "target": "WBK", "answers": {"A.I.MP.i.a": "X"}}',
        '/answers/A.I.MP.i.a: A.I.MP.i.a: "X" is not an option. Allowed: Ya, Tidak.',
        '/answers/A.I.MP.i.a: A.I.MP.i.a: "X" bukan pilihan. Yang boleh: Ya, Tidak.',
    ),
    ("[" * 100_000, "nested too deeply", "terlalu dalam"),
    ('{"a": ' * 900 + "1" + "}" * 900, "/a: Unknown key", "/a: Kunci tidak dikenal"),
]


@pytest.mark.parametrize(("content", "english", "indonesian"), REFUSED)
def test_bad_input_is_refused_with_file_place_and_remedy(
    tmp_path: Path, content: str, english: str, indonesian: str
) -> None:
    path = _written(tmp_path, content)
    found = _run(path, "--json")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert f"{path}: " in found.stderr
    assert english in found.stderr
    assert indonesian in found.stderr
    assert found.stderr.index(indonesian) <= found.stderr.index(english)
    assert "→ Perbaiki" in found.stderr
    assert "→ Correct" in found.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = _run(tmp_path / "tidak-ada.json", "--json")
    assert found.exit_code == 2
    assert "tidak-ada.json: The file can't be read (No such file or directory)." in found.stderr


def test_a_folder_is_no_worksheet(tmp_path: Path) -> None:
    found = _run(tmp_path, "--json")
    assert found.exit_code == 2
    assert "Is a directory" in found.stderr


def test_a_file_above_the_bound_is_refused_unread(tmp_path: Path) -> None:
    found = _run(_written(tmp_path, " " * (LARGEST_FILE + 1)), "--json")
    assert found.exit_code == 2
    assert f"larger than {LARGEST_FILE} bytes" in found.stderr


def test_a_device_without_an_end_is_refused() -> None:
    found = _run(Path("/dev/zero"), "--json")
    assert found.exit_code == 2
    assert "larger than" in found.stderr


def test_a_file_that_is_not_utf_8_is_refused_with_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "sheet.json"
    path.write_bytes(b'{"instrument": "\xff"}')
    found = _run(path, "--json")
    assert found.exit_code == 2
    assert "Not UTF-8 at byte 17" in found.stderr


def test_a_key_cannot_command_the_terminal_nor_flood_it(tmp_path: Path) -> None:
    content = json.dumps({**SHEET, "answers": {"\x1b[2J\ud800": 1, "z" * 5000: 1}})
    found = _run(_written(tmp_path, content), "--json")
    assert found.exit_code == 2
    assert "\x1b" not in found.stderr
    assert max(map(len, found.stderr.splitlines())) < 600


def test_of_very_many_faults_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    content = json.dumps({**SHEET, "answers": {f"x{number}": 1 for number in range(MOST_SHOWN + 7)}})
    found = _run(_written(tmp_path, content), "--json")
    assert found.exit_code == 2
    assert "… +7" in found.stderr


def test_a_malformed_instrument_is_a_failure_not_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lke-2099.yaml").write_text("id: lke-2099\n", encoding="utf-8")
    monkeypatch.setattr(instrument_files, "FOLDER", tmp_path)
    found = _run(_written(tmp_path, json.dumps({**SHEET, "instrument": "lke-2099"})), "--json")
    assert found.exit_code == 1
    assert "lke-2099.yaml" in found.stderr
    assert "/components: Missing data" in found.stderr


def test_the_command_stands_under_zi(tmp_path: Path) -> None:
    path = _written(tmp_path, json.dumps(SHEET))
    program = Path(sys.executable).with_name("zi")
    found = subprocess.run(
        [program, "score", path, "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert json.loads(found.stdout.splitlines()[-1])["total"] == "0.250000"


def _run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(score, [str(path), *options], catch_exceptions=False)


def _result(folder: Path, sheet: dict[str, Any]) -> dict[str, Any]:
    found = _run(_written(folder, json.dumps(sheet)), "--json")
    assert found.exit_code == 0, found.stderr
    return dict(json.loads(found.stdout.splitlines()[-1]))


def _written(folder: Path, content: str) -> Path:
    path = folder / "sheet.json"
    path.write_text(content, encoding="utf-8")
    return path
