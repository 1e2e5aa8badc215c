"""The first sheet: whose worksheet this is, and how to fill it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from services.evaluation.domain.instrument import Text
from services.evaluation.domain.workbook.identity import Identity
from services.evaluation.workbooks.heights import height_of
from services.evaluation.workbooks.styles import put_both, put_text

if TYPE_CHECKING:
    from services.evaluation.workbooks.writing import Page


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose answers these are, in words."""

    unit: str
    unit_name: str
    institution_name: str
    cycle: str
    layer: Text


WIDTHS = (34, 96)
STEPS: tuple[Text, ...] = (
    (
        "Isi hanya sel kuning. Pilihan diambil dari daftar di sel; isian jumlah berupa bilangan bulat.",
        "Fill in the yellow cells only. Options come from the list in the cell; counts are whole numbers.",
    ),
    (
        "Kolom Periksa menunjukkan ✓ bila jawaban akan diterima, ✗ bila belum. Jawaban bertanda ✗ dihitung 0.",
        "The column Check shows ✓ if the answer will be taken, ✗ if not yet. An answer marked ✗ counts 0.",
    ),
    (
        "Nilai di lembar ini dihitung langsung sebagai gambaran; nilai resmi dihitung Zona secara eksak.",
        "The scores in this file are computed live as a preview; Zona computes the official ones exactly.",
    ),
    (
        "Boleh diunggah sebagian dan berkali-kali. Sel yang salah disebut satu per satu; yang benar diterima.",
        "Upload it half-filled and as often as you like. Each wrong cell is named; the good ones are taken.",
    ),
    (
        "Butir yang sementara itu diubah orang lain dilaporkan dan tidak ditimpa. Sel kosong tidak menghapus jawaban.",
        "A question that somebody else changed meanwhile is reported, not overwritten. Empty cells erase nothing.",
    ),
    (
        "Jangan mengubah nama lembar, baris atau kolom, dan jangan menambah makro atau tautan.",
        "Don't change the names of sheets, rows or columns, and add neither macros nor links.",
    ),
)


def write_guide(page: Page, sheet: Worksheet, identity: Identity) -> None:
    """The sheet that opens first."""
    styles, instrument, heading = page.styles, page.layout.instrument, page.heading
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    put_text(sheet, 0, 0, instrument.name[0], styles.title)
    put_text(sheet, 1, 0, instrument.name[1], styles.about_line)
    known: tuple[tuple[Text, str], ...] = (
        (("Unit kerja", "Unit"), f"{heading.unit} · {heading.unit_name}"),
        (("Instansi", "Institution"), heading.institution_name),
        (("Siklus", "Cycle"), heading.cycle),
        (("Lapisan", "Layer"), " / ".join(heading.layer)),
        (("Instrumen", "Instrument"), f"{instrument.id} · {instrument.legal_basis}"),
        (("Hash instrumen", "Instrument hash"), identity.instrument_hash),
        (("Diunduh", "Downloaded"), identity.downloaded_at),
    )
    for row, (name, text) in enumerate(known, start=3):
        put_both(sheet, row, 0, name, styles.sub, styles.english, " / ")
        put_text(sheet, row, 1, text, styles.text)
        sheet.set_row(row, height_of((text, WIDTHS[1])))
    put_both(sheet, 11, 0, ("Cara mengisi", "How to fill in"), styles.header, styles.english_on_dark, " / ")
    put_text(sheet, 11, 1, "", styles.header)
    for nth, step in enumerate(STEPS, start=1):
        sheet.write_number(11 + nth, 0, nth, styles.check)
        put_both(sheet, 11 + nth, 1, step, styles.text, styles.english)
        sheet.set_row(11 + nth, height_of(("\n".join(step), WIDTHS[1])))
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
