"""What a worksheet says when it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.evaluation.errors import WorksheetIsSealed

if TYPE_CHECKING:
    from services.evaluation.domain.worksheet import Worksheet


def already_sealed(sheet: Worksheet) -> WorksheetIsSealed:
    """The refusal of every change to a sealed worksheet."""
    return WorksheetIsSealed(
        (f"Revisi {sheet.revision} sudah disegel.", f"Revision {sheet.revision} is sealed."),
        remedy=(
            "Pakai hash segelnya dalam usulan; perubahan hanya mungkin setelah usulan dikembalikan atau ditarik.",
            "Name the seal's hash in the proposal; changes are possible only after a return or a withdrawal.",
        ),
        worksheet_hash=sheet.seals[-1].worksheet_hash,
    )
