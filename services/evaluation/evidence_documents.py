"""A worksheet's evidence as it stands in its document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields

from services.evaluation.domain.evidence import Evidence, FileVersion


class EvidenceField(fields.Field[tuple[Evidence, ...]]):
    """Evidence as a list; by hand like the layers, since there may be hundreds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "questions": list(one.questions), "versions": [_version(file) for file in one.versions]}
            for one in value
        ]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(one["id"], tuple(one["questions"]), tuple(_version_of(file) for file in one["versions"]))
            for one in value
        )


def _version(file: FileVersion) -> dict[str, Any]:
    return {
        "sha256": file.sha256,
        "name": file.name,
        "size": file.size,
        "kind": file.kind,
        "by": file.by,
        "at": file.at.isoformat(),
    }


def _version_of(stored: Mapping[str, Any]) -> FileVersion:
    return FileVersion(**{**stored, "at": datetime.fromisoformat(stored["at"])})
