"""Word, Excel and PowerPoint files (OOXML, ECMA-376): their parts must be what they say, and none may run."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from services.evaluation.inspection import images
from services.evaluation.inspection.archives import ARCHIVE_HEADS, Allowance, entries
from services.evaluation.inspection.content import OLE, VBA_STORAGE
from services.evaluation.inspection.refusals import refused

TYPES = "[Content_Types].xml"
MAIN = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
}
RUNS = ("macro", "vba", "activex")
"""Words in the content types of what runs: macroEnabled, vbaProject, macrosheet (Excel 4), activeX."""
RUNNING_NAMES = ("vbaproject", "macrosheets/", "activex/")
FETCHES = ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLinkPath")
"""Relationships that make a program fetch what they name. Plain links and pictures do no harm by themselves."""
PACKAGE = "Ole10Native".encode("utf-16-le")
"""Stream of an embedded file of any kind."""


def check_office(data: bytes, kind: str, allowance: Allowance, *, embedded: bool = False) -> None:
    """Raises Refused: content_mismatch, macros, remote_content, nested_archive, pixel_flood, and those of `entries`."""
    types: set[str] = set()
    for name, content in entries(data, allowance):
        _check_part(name, content, allowance, embedded=embedded)
        if name == TYPES:
            types = set(_content_types(content))
    running = [type for type in types if any(word in type.lower() for word in RUNS)]
    if running:
        raise refused("macros", what=running[0])
    if not any(type.endswith(MAIN[kind]) for type in types):
        raise refused("content_mismatch", kind=kind)


def _check_part(name: str, content: bytes, allowance: Allowance, *, embedded: bool) -> None:
    lower = name.lower()
    if any(word in lower for word in RUNNING_NAMES) or (content.startswith(OLE) and VBA_STORAGE in content):
        raise refused("macros", name, what=name)
    if content.startswith(OLE) and PACKAGE in content:
        raise refused("nested_archive", name, what=name)
    if lower.endswith(".rels"):
        _check_relations(name, content)
    elif content.startswith(ARCHIVE_HEADS):
        _check_embedded(name, content, allowance, embedded=embedded)
    images.check_pixels(content, allowance.limits, name)


def _check_embedded(name: str, content: bytes, allowance: Allowance, *, embedded: bool) -> None:
    """The workbook behind a chart is common, and looked into; anything deeper or of another kind is not taken."""
    kind = name.rpartition(".")[2].lower()
    if embedded or kind not in MAIN:
        raise refused("nested_archive", name, what=name)
    check_office(content, kind, allowance, embedded=True)


def _check_relations(name: str, content: bytes) -> None:
    for relation in _parsed(content, name):
        type = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode") == "External" and type in FETCHES:
            raise refused("remote_content", name, what=relation.get("Target", type))


def _content_types(content: bytes) -> Iterator[str]:
    for one in _parsed(content, TYPES):
        yield one.get("ContentType", "")


def _parsed(content: bytes, name: str) -> ElementTree.Element:
    """Parsed, not searched: a word in another encoding or in character references is the same word to Office.

    Parts of OOXML have no DTD (ECMA-376 part 2, 8.1.4), so one that has is refused and no entity is ever expanded.
    """
    if b"<!DOCTYPE" in content.replace(b"\0", b""):
        raise refused("unreadable", name)
    try:
        return ElementTree.fromstring(content)  # noqa: S314 - without a DTD there is nothing to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise refused("unreadable", name) from error
