"""Refusals of the lifecycle: what happened, what is allowed, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.units.domain.dates import latest_day
from services.units.domain.unit import ProposalState, Unit, UnitState
from services.units.errors import AlreadyDecided, MoveRefused
from shared.failures import InvalidInput, NotFound, Said, said

Fault = dict[str, object]
"""One fault of the input: pointer, code, messages; empty when there is none."""

_R, _D, _B, _P = UnitState.REGISTERED, UnitState.DECLARED, UnitState.BUILDING, UnitState.PROPOSED
_S = ProposalState

STATE_NAMES: dict[UnitState | ProposalState, Said] = {
    _R: ("terdaftar", "registered"),
    _D: ("dicanangkan", "declared"),
    _B: ("membangun", "building"),
    _P: ("diusulkan", "proposed"),
    _S.PROPOSED: ("diusulkan", "proposed"),
    _S.WITHDRAWAL_REQUESTED: ("penarikan diminta", "withdrawal requested"),
    _S.WITHDRAWN: ("ditarik", "withdrawn"),
    _S.RETURNED: ("dikembalikan", "returned"),
    _S.QUALIFIED: ("memenuhi syarat", "qualified"),
    _S.FAILED: ("tidak memenuhi syarat", "failed"),
    _S.DESIGNATED: ("ditetapkan", "designated"),
    _S.REVOKED: ("dicabut", "revoked"),
}
REMEDIES: dict[UnitState, Said] = {
    _R: ("Canangkan zona integritas unit ini dahulu.", "Declare the unit's integrity zone first."),
    _D: ("Mulai pembangunan dengan rencana enam area dahulu.", "Start its development with a plan of six areas."),
    _B: ("Unit sedang membangun: laporkan kemajuan atau usulkan.", "The unit builds: report progress or propose it."),
    _P: ("Tunggu hasil penilaian, atau minta penarikan.", "Wait for the evaluation's outcome, or ask to withdraw."),
}


def move_refused(name: str, unit: Unit, state: UnitState | ProposalState, allowed: Sequence[str]) -> MoveRefused:
    """A step that `state` (of the unit or of its proposal) does not allow."""
    what = f"usulan unit {unit.code}" if isinstance(state, ProposalState) else f"unit {unit.code}"
    thing = f"the proposal of unit {unit.code}" if isinstance(state, ProposalState) else f"unit {unit.code}"
    return MoveRefused(
        (
            f"{name} tidak terbuka: {what} berstatus {STATE_NAMES[state][0]}; yang terbuka: {', '.join(allowed)}.",
            f"{name} is not open: {thing} is {STATE_NAMES[state][1]}; open: {', '.join(allowed)}.",
        ),
        remedy=REMEDIES[unit.state],
        state=state.value,
        allowed=list(allowed),
    )


def already_decided(indonesian: str, english: str) -> AlreadyDecided:
    """A proposal for what is settled."""
    return AlreadyDecided(
        (f"Tidak dapat diusulkan lagi: {indonesian}.", f"It can't be proposed again: {english}."),
        remedy=("Usulkan pada siklus berikutnya atau target lain.", "Propose it next cycle or for another target."),
    )


def not_later(pointer: str, day: date, at: datetime) -> Fault:
    """A fault when `day` lies in the future everywhere in Indonesia."""
    if day <= latest_day(at):
        return {}
    return fault_at(pointer, f"{day} belum terjadi.", f"{day} lies in the future.")


def fault_at(pointer: str, indonesian: str, english: str) -> Fault:
    return {"pointer": pointer, "code": "invalid", "messages": said((indonesian, english))}


def refuse(faults: Sequence[Fault]) -> None:
    """Raise InvalidInput with all of `faults`, if there are any."""
    found = [fault for fault in faults if fault]
    if found:
        raise InvalidInput(
            ("Ada isian yang tidak sah; tidak ada yang diubah.", "Some fields are not valid; nothing was changed."),
            remedy=("Perbaiki isian yang disebut di `errors`.", "Correct the fields named in `errors`."),
            errors=found,
        )


def no_proposal(unit: Unit, id: str) -> NotFound:
    """A proposal that the unit never made."""
    return NotFound(
        (f"Unit {unit.code} tidak punya usulan {id}.", f"Unit {unit.code} has no proposal {id}."),
        remedy=("Periksa nomor usulannya.", "Check the proposal's id."),
    )
