"""What a proposal's filing must fulfil before it is scored."""

from __future__ import annotations

from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.proposal import Reason
from services.evaluation.domain.worksheet import Worksheet


def check_filing(sheet: Worksheet | None, *, instrument: Instrument, target: str, named: str) -> Worksheet | Reason:
    """The worksheet to score, or why the proposal is returned.

    It must be sealed, on the cycle's instrument, and the proposal must name the hash of the seal in force.
    """
    seal = sheet.current_seal if sheet else None
    if sheet is None or seal is None:
        return _reason(
            "worksheet_not_sealed",
            "Lembar kerja unit ini belum disegel; TPI menyegelnya, lalu usulan menyebut hash segelnya.",
            "The unit's worksheet is not sealed; the TPI seals it, then the proposal names the seal's hash.",
        )
    if seal.worksheet_hash != named:
        return _reason(
            "worksheet_hash_differs",
            f"Usulan menyebut segel {named[:12]}…, segel yang berlaku {seal.worksheet_hash[:12]}…; "
            "usulkan lagi dengan yang berlaku.",
            f"The proposal names the seal {named[:12]}…, the one in force is {seal.worksheet_hash[:12]}…; "
            "propose again with that one.",
        )
    if sheet.instrument != instrument.id:
        return _reason(
            "instrument_differs",
            f"Lembar kerja memakai {sheet.instrument}, siklus ini {instrument.id}; minta admin memeriksa siklus.",
            f"The worksheet is on {sheet.instrument}, this cycle on {instrument.id}; ask the admin to check the cycle.",
        )
    if target not in instrument.targets:
        return _reason(
            "target_unknown",
            f"{instrument.id} tidak mengenal {target}.",
            f"{instrument.id} knows no {target}.",
        )
    return sheet


def _reason(code: str, indonesian: str, english: str) -> Reason:
    return Reason(code, (indonesian, english))
