"""Reading a CSV: what a stranger may send, and where each fault stands."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.units.domain.csvfile import LARGEST_FILE, LONGEST_CELL, MOST_ROWS, Row, read_table

COLUMNS = ("code", "name")
GOOD = "code,name\nK01,Satu\nK02,Dua\n"


def faults(content: str | bytes) -> list[tuple[int, str, str]]:
    raw = content.encode() if isinstance(content, str) else content
    found = read_table(raw, COLUMNS).faults
    assert all(all(fault.said) for fault in found)
    return [(fault.line, fault.column, fault.code) for fault in found]


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("code,name", " Name , CODE ").replace("K01,Satu", "Satu,K01").replace("K02,Dua", "Dua,K02"),
        GOOD.rstrip("\n"),
        GOOD.replace("K02", "\n\n  ,\nK02"),
    ],
    ids=["plain", "byte-order-mark", "semicolons", "crlf", "other-order-of-columns", "no-last-newline", "blank-lines"],
)
def test_ordinary_files_of_ordinary_programs_are_read(content: str) -> None:
    table = read_table(content.encode(), COLUMNS)
    assert table.faults == ()
    assert [row.cells for row in table.rows] == [{"code": "K01", "name": "Satu"}, {"code": "K02", "name": "Dua"}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (1, "", "empty")),
        (b" \n ", (1, "", "empty")),
        (b"code,name\nK01,Kota \xff\n", (2, "", "encoding")),
        (GOOD.encode("utf-16"), (1, "", "encoding")),
        (b"code,name\nK01,a\x00b\n", (2, "", "not_text")),
        (b"x" * (LARGEST_FILE + 1), (1, "", "too_large")),
        ("code\nK01\n", (1, "name", "header_missing")),
        ("code,name,extra\n", (1, "extra", "header_unknown")),
        ("code,name,code\n", (1, "code", "header_twice")),
        ('"code,name\nK01,Satu\n', (2, "", "broken")),
        ('code,name\nK01,"Satu"x\n', (2, "", "broken")),
        ("code,name\nK01\n", (2, "", "columns")),
        ("code,name\nK01,Satu,Tiga\n", (2, "", "columns")),
        (f"code,name\nK01,{'x' * (LONGEST_CELL + 1)}\n", (2, "name", "too_long")),
        ("code,name\nK01,a\tb\n", (2, "name", "not_text")),
        ('code,name\nK01,"a\nb"\nK02\n', (4, "", "columns")),
    ],
)
def test_each_fault_names_its_line_and_column(content: str | bytes, expected: tuple[int, str, str]) -> None:
    assert expected in faults(content)


def test_faults_are_gathered_over_the_whole_file() -> None:
    assert faults("code,name\nK01\nK02,Dua\nK03,Tiga,x\n") == [(2, "", "columns"), (4, "", "columns")]


def test_a_file_with_too_many_rows_is_stopped() -> None:
    content = "code,name\n" + "K01,x\n" * (MOST_ROWS + 2)
    assert faults(content) == [(MOST_ROWS + 2, "", "too_many_rows")]


def test_a_cell_that_looks_like_a_formula_is_text() -> None:
    table = read_table(b'code,name\nK01,"=HYPERLINK(""x"")"\n', COLUMNS)
    assert table.rows[0].cells["name"] == '=HYPERLINK("x")'


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    table = read_table(content, COLUMNS)
    assert table.faults or all(set(row.cells) == set(COLUMNS) for row in table.rows)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=20))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows])
    table = read_table(out.getvalue().encode(), COLUMNS)
    assert table.faults == ()
    assert [(row.cells["code"], row.cells["name"]) for row in table.rows] == rows


def test_a_row_knows_the_line_it_begins_on() -> None:
    table = read_table(b'code,name\nK01,"Satu ""dua"""\n\nK02,Dua\n', COLUMNS)
    assert table.rows == (Row(2, {"code": "K01", "name": 'Satu "dua"'}), Row(4, {"code": "K02", "name": "Dua"}))
