"""The copy for evaluators: nothing of its author, everything of its content."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from services.evaluation.domain.evidence import kind_of
from services.evaluation.evidence_rules import rules_of
from services.evaluation.inspection.checking import check
from services.evaluation.inspection.images import size_of
from services.evaluation.inspection.stripping import stripped
from services.evaluation.inspector import Inspector
from tests.services.evaluation.evidence.good import AUTHOR, GOOD, jpeg, office, pdf, png, saved, zipped

RULES = rules_of("2026")
NAMED = [name for name in GOOD if kind_of(name) not in {"csv", "txt"}]


def everything_in(data: bytes) -> bytes:
    """The bytes, with every container and every PDF stream opened."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join(everything_in(archive.read(name)) for name in archive.namelist())
    if data.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(data)) as opened:
            return saved(opened, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    return data


@pytest.mark.parametrize("name", NAMED)
def test_no_copy_names_its_author(name: str) -> None:
    original, kind = GOOD[name](), kind_of(name)
    copy = stripped(original, kind)
    assert AUTHOR.encode() in everything_in(original)
    assert AUTHOR.encode() not in everything_in(copy)


@pytest.mark.parametrize("name", GOOD)
def test_a_copy_is_still_a_file_of_its_kind(name: str) -> None:
    kind = kind_of(name)
    check(stripped(GOOD[name](), kind), kind, RULES.sizes, RULES.limits)


def test_a_pdf_keeps_its_pages_and_loses_xmp_of_every_object_and_names_at_comments() -> None:
    made = pdf(pages=3)
    page = made.pages[1]
    page.Metadata = made.make_stream(f"<x>{AUTHOR}</x>".encode())
    page.PieceInfo = Dictionary(App=Dictionary(Private=String(AUTHOR)))
    page.Annots = Array(
        [Dictionary(Subtype=Name.Text, Rect=Array([0, 0, 1, 1]), T=String(AUTHOR), Contents=String("isi"))]
    )
    copy = stripped(saved(made), "pdf")
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert len(opened.pages) == 3
        assert str(opened.pages[1].Annots[0].Contents) == "isi"
        assert "/Info" not in opened.trailer
    assert AUTHOR.encode() not in everything_in(copy)


def test_names_of_form_fields_are_kept() -> None:
    made = pdf()
    field = Dictionary(Subtype=Name.Widget, FT=Name.Tx, Rect=Array([0, 0, 1, 1]), T=String("nama_unit"))
    field = made.make_indirect(field)
    made.pages[0].Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]))
    with pikepdf.open(io.BytesIO(stripped(saved(made), "pdf"))) as opened:
        assert str(opened.pages[0].Annots[0].T) == "nama_unit"


def test_a_document_keeps_its_text_and_loses_who_changed_it() -> None:
    text = f'<w:ins w:author="{AUTHOR}" w:date="2026-01-01"><w:t>isi oleh panitia</w:t></w:ins>'
    cells = f"<comments><authors><author>{AUTHOR}</author></authors></comments>"
    copy = stripped(office("docx", **{"word__comments.xml": text, "xl__comments1.xml": cells}), "docx")
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert "isi oleh panitia" in archive.read("word/comments.xml").decode()
        assert AUTHOR not in archive.read("word/comments.xml").decode()
        assert AUTHOR not in archive.read("xl/comments1.xml").decode()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_pictures_inside_a_document_lose_their_makers_too() -> None:
    copy = stripped(office("docx", **{"word__media__a.jpg": jpeg(), "word__media__b.png": png()}), "docx")
    assert AUTHOR.encode() not in everything_in(copy)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photograph_keeps_which_side_is_up(orientation: int) -> None:
    with Image.open(io.BytesIO(stripped(jpeg(30, 20, orientation=orientation), "jpg"))) as picture:
        assert picture.size == (30, 20)
        assert picture.getexif().get(0x0112, 1) == orientation
        assert 0x013B not in picture.getexif()


def test_a_picture_that_another_program_made_keeps_every_pixel() -> None:
    drawn = Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 30)
    for format, kind in (("JPEG", "jpg"), ("PNG", "png")):
        made = io.BytesIO()
        drawn.save(made, format)
        copy = stripped(made.getvalue(), kind)
        assert size_of(copy) == (60, 40)
        with Image.open(io.BytesIO(copy)) as seen, Image.open(made) as original:
            assert seen.tobytes() == original.tobytes()


def test_another_process_makes_the_copy_and_says_its_size_first() -> None:
    original = saved(pdf())
    copy = Inspector().stripped([original], "pdf", RULES)
    data = b"".join(copy)
    copy.close()
    assert len(data) == copy.size
    assert data == stripped(original, "pdf")


def test_a_copy_that_nobody_reads_ends_with_its_process() -> None:
    copy = Inspector().stripped([zipped({"a.txt": "x" * 500_000})], "zip", RULES)
    copy.close()
    assert copy._process.returncode is not None
