"""All checks of a file, by its kind."""

from __future__ import annotations

from collections.abc import Mapping

from services.evaluation.domain.evidence import InspectionLimits, kind_of
from services.evaluation.inspection.archives import ARCHIVE_HEADS, ARCHIVES, MEBIBYTE, Allowance, entries
from services.evaluation.inspection.content import require_content
from services.evaluation.inspection.images import check_image
from services.evaluation.inspection.names import require_kind
from services.evaluation.inspection.office import MAIN, check_office
from services.evaluation.inspection.refusals import Refused, refused


def check(data: bytes, kind: str, sizes: Mapping[str, int], limits: InspectionLimits) -> None:
    """Take the file or raise Refused with the reason. `sizes`: most bytes by kind, the kinds that are taken."""
    _check(data, kind, sizes, Allowance(limits))


def _check(data: bytes, kind: str, sizes: Mapping[str, int], allowance: Allowance) -> None:
    if not data:
        raise refused("empty")
    if len(data) > sizes[kind]:
        raise refused("too_large", most=sizes[kind] // MEBIBYTE)
    require_content(data, kind)
    if kind == "pdf":
        # Its library takes half of an inspection's time to load.
        from services.evaluation.inspection.pdfs import check_pdf  # noqa: PLC0415

        check_pdf(data, allowance.limits)
    elif kind in {"docx", "xlsx", "pptx"}:
        check_office(data, kind, allowance)
    elif kind in {"jpg", "png"}:
        check_image(data, allowance.limits)
    elif kind == "zip":
        _check_archive(data, sizes, allowance)


def _check_archive(data: bytes, sizes: Mapping[str, int], allowance: Allowance) -> None:
    """Every entry is checked like a file of its own: a macro is not better for being packed."""
    taken = 0
    for path, content in entries(data, allowance):
        try:
            _check_entry(path, content, sizes, allowance)
        except Refused as reason:
            raise refused(reason.code, path, *reason.path, **reason.words) from reason
        taken += 1
    if not taken:
        raise refused("empty")


def _check_entry(path: str, content: bytes, sizes: Mapping[str, int], allowance: Allowance) -> None:
    name = path.rpartition("/")[2]
    if kind_of(name) in ARCHIVES:
        raise refused("nested_archive", what=path)
    kind = require_kind(name, sizes)
    if content.startswith(ARCHIVE_HEADS) and kind not in MAIN:
        raise refused("nested_archive", what=path)
    _check(content, kind, sizes, allowance)
