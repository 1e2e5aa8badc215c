"""PDF (ISO 32000): every object is looked at, and none may run, fetch or carry a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from services.evaluation.domain.evidence import InspectionLimits
from services.evaluation.inspection.refusals import refused

RUNS = {
    "/JavaScript": "pdf_javascript",
    "/Launch": "pdf_launch",
    "/ImportData": "pdf_launch",
    "/Rendition": "pdf_launch",
}
"""Actions by /S (12.6.4.1, table 201)."""
CARRIES = frozenset({"/EF", "/RichMediaContent", "/3DD"})
DEEPEST = 50


def check_pdf(data: bytes, limits: InspectionLimits) -> None:
    """Raises Refused: pdf_javascript, pdf_launch, pdf_attachment, pdf_too_complex, pixel_flood, those of `opened`."""
    with opened(data) as pdf:
        if len(pdf.objects) > limits.most_objects:
            raise refused("pdf_too_complex", most=limits.most_objects)
        for seen, dictionary in enumerate(dictionaries(pdf)):
            if seen > 4 * limits.most_objects:
                raise refused("pdf_too_complex", most=limits.most_objects)
            _check(dictionary, limits)


def opened(data: bytes) -> pikepdf.Pdf:
    """The parsed file; raises Refused: encrypted, unreadable."""
    try:
        return pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise refused("encrypted") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise refused("unreadable") from error


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, streams' own included, each once: an indirect one where it stands, not where it
    is named. The catalogue is among them."""
    for found in pdf.objects:
        yield from _within(found, 0)
    yield pdf.trailer


def _within(found: Any, depth: int) -> Iterator[Any]:
    if depth > DEEPEST:
        raise refused("too_complex")
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield found
        inner = [found.get(key) for key in found.keys()]  # noqa: SIM118 - a pikepdf dictionary is not iterable by key
    elif isinstance(found, pikepdf.Array):
        inner = list(found)
    else:
        return
    for one in inner:
        if isinstance(one, pikepdf.Object) and not one.is_indirect:
            yield from _within(one, depth + 1)


def _check(dictionary: Any, limits: InspectionLimits) -> None:
    action = str(dictionary.get("/S", ""))
    if "/JS" in dictionary or "/JavaScript" in dictionary:
        raise refused("pdf_javascript")
    if action in RUNS:
        raise refused(RUNS[action], what=action)
    for carried in CARRIES & set(dictionary.keys()):
        raise refused("pdf_attachment", what=carried)
    if dictionary.get("/Subtype") == "/Image":
        width, height = int(dictionary.get("/Width", 0)), int(dictionary.get("/Height", 0))
        if width * height > limits.most_pixels:
            raise refused("pixel_flood", what=f"{width}x{height}", most=limits.most_pixels)
