"""Files that a stranger may send in the place of a workbook: each refused with its reason, none opened."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from contextlib import suppress
from io import BytesIO

import openpyxl
import openpyxl.chart
import pytest

from services.evaluation.errors import UnreadableWorkbook
from services.evaluation.workbooks import LARGEST_FILE, read_workbook
from services.evaluation.workbooks.package import LARGEST_UNPACKED, MOST_ROWS, MOST_TAGS
from tests.services.evaluation.workbook.files import read, saved, workbook_with
from tests.services.evaluation.workbook.test_writing import parts

GOOD = workbook_with("lke-2021", {})
SHEET = "xl/worksheets/sheet2.xml"
RELATIONS = "xl/worksheets/_rels/sheet2.xml.rels"
LINK = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://x/hyperlink" Target="https://evil.example" TargetMode="External"/></Relationships>'
)


def packed(changes: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The good workbook with parts replaced or added."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in {**parts(GOOD), **changes}.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_rows(rows: bytes) -> bytes:
    whole = parts(GOOD)[SHEET]
    return packed({SHEET: whole[: whole.index(b"<sheetData>") + 11] + rows + b"</sheetData></worksheet>"})


def doubled() -> bytes:
    out = BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/workbook.xml", parts(GOOD)["xl/workbook.xml"])
    return out.getvalue()


def with_entities(encoding: str = "utf-8") -> bytes:
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    body = parts(GOOD)["xl/sharedStrings.xml"].decode().partition("?>")[2]
    return packed({"xl/sharedStrings.xml": (head + body).encode(encoding)})


def encrypted() -> bytes:
    """The flag of the first part's entry in the directory set, as programs do that encrypt a zip."""
    entry = GOOD.rindex(b"PK\x01\x02")
    return GOOD[: entry + 8] + bytes([GOOD[entry + 8] | 1]) + GOOD[entry + 9 :]


def truncated() -> bytes:
    return GOOD[: len(GOOD) // 2]


def damaged() -> bytes:
    at = len(GOOD) // 2
    return GOOD[:at] + bytes(200) + GOOD[at + 200 :]


def sheet_named_otherwise(sheet: bytes) -> bytes:
    """The good workbook, whose relations call a part with another name its second sheet."""
    relations = parts(GOOD)["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet2.xml", b"worksheets/sheet2.bin")
    return packed({"xl/_rels/workbook.xml.rels": relations, "xl/worksheets/sheet2.bin": sheet})


CELLS = b"<worksheet><sheetData><row r='1'>" + b"<c/>" * MOST_TAGS + b"</row></sheetData></worksheet>"
ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>'
HOSTILE = {
    "empty": (b"", "not_xlsx"),
    "text": (b"unit;answer\n", "not_xlsx"),
    "pdf": (b"%PDF-1.7\n", "not_xlsx"),
    "old xls, or with a password": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "not_xlsx"),
    "a zip of something else": (packed({}).replace(b"xl/", b"yl/"), "not_xlsx"),
    "truncated": (truncated(), "not_xlsx"),
    "damaged": (damaged(), "not_xlsx"),
    "broken xml": (packed({SHEET: b"<worksheet><sheetData><row>"}), "not_xlsx"),
    "too large": (GOOD + bytes(LARGEST_FILE), "too_large"),
    "a bomb": (packed({"xl/media/bomb.bin": bytes(LARGEST_UNPACKED + 1)}), "too_large_unpacked"),
    "too many parts": (packed({f"xl/media/{nth}.bin": b"" for nth in range(201)}), "too_many_parts"),
    "two parts of one name": (doubled(), "too_many_parts"),
    "path traversal": (packed({"../../etc/passwd": b"x"}), "not_xlsx"),
    "absolute path": (packed({"/etc/passwd": b"x"}), "not_xlsx"),
    "with a password on its parts": (encrypted(), "not_xlsx"),
    "another compression": (packed({}, zipfile.ZIP_LZMA), "not_xlsx"),
    "entities": (with_entities(), "not_xlsx"),
    "entities in utf-16": (with_entities("utf-16"), "not_xlsx"),
    "another encoding": (packed({SHEET: b'<?xml version="1.0" encoding="cp037"?><worksheet/>'}), "not_xlsx"),
    "macros": (packed({"xl/vbaProject.bin": b"x"}), "contains_macros"),
    "macros by type": (
        packed({"[Content_Types].xml": parts(GOOD)["[Content_Types].xml"].replace(b"sheet.main", b"macroEnabled")}),
        "contains_macros",
    ),
    "external workbook": (packed({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "contains_links"),
    "external relation": (packed({RELATIONS: LINK}), "contains_links"),
    "data connection": (packed({"xl/connections.xml": b"<x/>"}), "contains_links"),
    "embedded file": (packed({"xl/embeddings/oleObject1.bin": b"x"}), "contains_embedded"),
    "too many cells by another name": (sheet_named_otherwise(CELLS), "too_many_cells"),
    "entities by another name": (sheet_named_otherwise(ENTITY.encode("utf-16")), "not_xlsx"),
    "too many rows": (with_rows(b"<row/>" * (MOST_ROWS + 1)), "too_many_cells"),
    "too many cells": (with_rows(b"<row r='1'>" + b"<c/>" * MOST_TAGS + b"</row>"), "too_many_cells"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(name: str) -> None:
    content, reason = HOSTILE[name]
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(content)
    assert refused.value.members["reason"] == reason
    assert all(refused.value.said)
    assert all(refused.value.remedy)


def test_a_sheet_by_another_name_is_a_sheet() -> None:
    assert read_workbook(sheet_named_otherwise(parts(GOOD)[SHEET]))["MP"]


def test_sheets_that_somebody_added_are_no_hindrance() -> None:
    book = openpyxl.load_workbook(BytesIO(GOOD))
    book.create_sheet("Catatan saya")["A1"] = "=SUM(MP!E7:E9)"
    book.create_chartsheet("Grafik").add_chart(openpyxl.chart.BarChart())
    assert read(saved(book)).faults == ()


def test_the_good_file_is_read() -> None:
    assert read_workbook(packed({}))["MP"]


@pytest.mark.parametrize(
    "rows",
    [
        b"<row r='1'>" + b"<c/>" * (MOST_TAGS - 30_000) + b"</row>",
        b"<row r='1000000000'><c r='A1000000000'/></row>",
        b"<row r='1'><c r='XFD1' t='n'><v>1</v></c></row>",
        b"<row r='1'><c r='A1' t='n'><v>" + b"9" * 4_000_000 + b"</v></c></row>",
    ],
)
def test_the_worst_that_passes_the_limits_is_read_in_bounded_time_and_memory(rows: bytes) -> None:
    content = with_rows(rows)
    tracemalloc.start()
    began = time.process_time()
    with suppress(UnreadableWorkbook):
        read_workbook(content)
    seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 20
    assert peak < 200 * 1024 * 1024
