"""What a file's name claims."""

from __future__ import annotations

from collections.abc import Mapping

from services.evaluation.domain.evidence import MEDIA_TYPES, WITH_MACROS, kind_of
from services.evaluation.inspection.refusals import refused


def require_kind(name: str, sizes: Mapping[str, int]) -> str:
    """The kind that the name claims, if files of it are taken; raises Refused: macros, type_not_allowed."""
    kind = kind_of(name)
    if kind in WITH_MACROS:
        raise refused("macros", what=f".{kind}")
    if kind not in sizes or kind not in MEDIA_TYPES:
        raise refused("type_not_allowed", kind=kind or "?", allowed=", ".join(f".{one}" for one in sizes))
    return kind
