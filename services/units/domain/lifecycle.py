"""The way of a unit: one table of states and moves, and one pure function for each move.

Each function takes the unit and returns the next one; each refusal names the state, what is allowed in it and the
remedy. Law: R90 Lampiran I Bab II (declaration, development), Lampiran II Bab II–IV (proposal, designation,
revocation).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from services.units.domain.dates import Target
from services.units.domain.refusals import (
    STATE_NAMES,
    already_decided,
    fault_at,
    move_refused,
    no_proposal,
    not_later,
    refuse,
)
from services.units.domain.unit import (
    DECIDED,
    OPEN,
    Declaration,
    Designation,
    Development,
    Filing,
    Override,
    Progress,
    Proposal,
    ProposalState,
    Unit,
    UnitState,
)
from shared.failures import AlreadyExists

ANYWHERE = frozenset(UnitState)


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table. `end` None: the unit stays where it is; roles `()`: an event moves it, no person."""

    name: str
    start: frozenset[UnitState]
    end: UnitState | None
    proposal_start: frozenset[ProposalState] = frozenset()
    proposal_end: ProposalState | None = None
    roles: tuple[str, ...] = ()
    window: str | None = None


_R, _D, _B, _P = UnitState.REGISTERED, UnitState.DECLARED, UnitState.BUILDING, UnitState.PROPOSED
_S = ProposalState
_UNIT, _INSTITUTION = ("unit_officer",), ("institution_officer",)

MOVES: tuple[Move, ...] = (
    Move("declare", frozenset({_R}), _D, roles=_UNIT),
    Move("start_development", frozenset({_D}), _B, roles=_UNIT),
    Move("report_progress", frozenset({_B, _P}), None, roles=_UNIT),
    Move("propose", frozenset({_B}), _P, proposal_end=_S.PROPOSED, roles=_INSTITUTION, window="proposal"),
    Move("request_withdrawal", frozenset({_P}), None, frozenset({_S.PROPOSED}), _S.WITHDRAWAL_REQUESTED, _INSTITUTION),
    Move("record_withdrawal", frozenset({_P}), _B, OPEN, _S.WITHDRAWN),
    Move("take_back", frozenset({_P}), _B, OPEN, _S.RETURNED),
    Move("record_qualified", frozenset({_P}), _B, OPEN, _S.QUALIFIED),
    Move("record_failed", frozenset({_P}), _B, OPEN, _S.FAILED),
    Move("record_designation", ANYWHERE, _B, OPEN | {_S.QUALIFIED}, _S.DESIGNATED),
    Move("record_revocation", ANYWHERE, _B, OPEN | {_S.QUALIFIED, _S.DESIGNATED}, _S.REVOKED),
)
BY_NAME = {move.name: move for move in MOVES}


def declare(unit: Unit, declaration: Declaration, at: datetime, *, signed_more_than: Fraction, article: str) -> Unit:
    """Pencanangan: the leader and all or most of the staff have signed. Raises MoveRefused, InvalidInput."""
    end = _end_of(unit, "declare")
    faults = [not_later("/date", declaration.date, at)]
    if not signed_more_than * declaration.staff < declaration.signed <= declaration.staff:
        most = f"{declaration.signed}/{declaration.staff}"
        faults.append(
            fault_at(
                "/signed",
                f"Pakta integritas harus ditandatangani semua atau sebagian besar pegawai ({article}); ini {most}.",
                f"All or most of the staff must have signed the integrity pact ({article}); this is {most}.",
            )
        )
    refuse(faults)
    return replace(unit, state=end, declaration=declaration)


def start_development(unit: Unit, development: Development, at: datetime) -> Unit:
    """Pembangunan, with a plan for the six areas. Raises MoveRefused, InvalidInput."""
    end = _end_of(unit, "start_development")
    faults = [not_later("/started_on", development.started_on, at)]
    if unit.declaration and development.started_on < unit.declaration.date:
        faults.append(
            fault_at(
                "/started_on",
                f"Pembangunan tidak dapat mulai sebelum pencanangan ({unit.declaration.date}).",
                f"Development can't start before the declaration ({unit.declaration.date}).",
            )
        )
    refuse(faults)
    return replace(unit, state=end, development=development)


def report_progress(unit: Unit, progress: Progress, at: datetime) -> Unit:
    """A quarter's progress, once for each quarter. Raises MoveRefused, InvalidInput, AlreadyExists."""
    _end_of(unit, "report_progress")
    if any(one.period == progress.period for one in unit.progress):
        raise AlreadyExists(
            (f"Kemajuan {progress.period} sudah dilaporkan.", f"Progress of {progress.period} was reported before."),
            remedy=("Laporkan triwulan berikutnya.", "Report the next quarter."),
        )
    begins = quarter_begins(progress.period)
    faults = [not_later("/period", begins, at)]
    if unit.development and progress.period < quarter_of(unit.development.started_on):
        faults.append(
            fault_at("/period", "Triwulan ini sebelum pembangunan mulai.", "This quarter lies before the development.")
        )
    refuse(faults)
    return replace(unit, progress=(*unit.progress, progress))


def record_override(unit: Unit, override: Override) -> Unit:
    """Let a rule pass for a cycle and target; once for each. Raises AlreadyExists."""
    what = (override.cycle, override.target, override.rule)
    if any((one.cycle, one.target, one.rule) == what for one in unit.overrides):
        raise AlreadyExists(
            (f"Aturan {override.rule} sudah dikecualikan.", f"Rule {override.rule} is excepted already."),
            remedy=("Tidak perlu dicatat lagi.", "It need not be recorded again."),
        )
    return replace(unit, overrides=(*unit.overrides, override))


def propose(unit: Unit, filing: Filing, overrides: tuple[str, ...], at: datetime) -> Unit:
    """Pengusulan: a new proposal under `unit.next_proposal_id`. Raises MoveRefused, AlreadyDecided."""
    end = _end_of(unit, "propose")
    decided = next((one for one in unit.proposals if one.cycle == filing.cycle and one.state in DECIDED), None)
    if decided is not None:
        indonesian, english = STATE_NAMES[decided.state]
        raise already_decided(f"{decided.id} {indonesian}", f"{decided.id} is {english}")
    if filing.target in unit.standing or Target.WBBM in unit.standing:
        held = "WBBM" if Target.WBBM in unit.standing else filing.target.value
        raise already_decided(f"unit sudah berpredikat Menuju {held}", f"the unit stands as Menuju {held}")
    id = unit.next_proposal_id(filing.cycle)
    proposal = Proposal(id, filing, ProposalState.PROPOSED, at, overrides)
    return replace(unit, state=end, proposals=(*unit.proposals, proposal))


def request_withdrawal(unit: Unit, proposal: str, reason: str) -> Unit:
    """Ask to take a proposal back; open until evaluation confirms or concludes. Raises NotFound, MoveRefused."""
    return _move_proposal(unit, "request_withdrawal", proposal, reason)


def record_withdrawal(unit: Unit, proposal: str) -> Unit:
    """Evaluation confirmed the withdrawal."""
    return _move_proposal(unit, "record_withdrawal", proposal)


def take_back(unit: Unit, proposal: str, reason: str) -> Unit:
    """Evaluation returned the proposal, with the reason."""
    return _move_proposal(unit, "take_back", proposal, reason)


def record_outcome(unit: Unit, proposal: str, *, qualified: bool) -> Unit:
    """Evaluation concluded. What the registry has said already stands: its word is the later one."""
    known = unit.proposal(proposal)
    if known and known.state in {ProposalState.DESIGNATED, ProposalState.REVOKED}:
        return unit
    return _move_proposal(unit, "record_qualified" if qualified else "record_failed", proposal)


def record_designation(unit: Unit, designation: Designation) -> Unit:
    """The registry published or revoked a designation; older words of the same designation change nothing."""
    known = next((one for one in unit.designations if one.number == designation.number), None)
    if known is not None and known.sequence >= designation.sequence:
        return unit
    others = tuple(one for one in unit.designations if one.number != designation.number)
    unit = replace(unit, designations=(*others, designation))
    name = "record_revocation" if designation.revoked else "record_designation"
    proposal = unit.proposal(designation.proposal)
    if proposal is None or proposal.state not in BY_NAME[name].proposal_start:
        return unit
    return _move_proposal(unit, name, designation.proposal)


def quarter_begins(period: str) -> date:
    """The first day of a quarter such as 2026-Q1."""
    year, quarter = period.split("-Q")
    return date(int(year), int(quarter) * 3 - 2, 1)


def quarter_of(day: date) -> str:
    return f"{day.year:04d}-Q{(day.month + 2) // 3}"


def allowed_in(state: UnitState) -> tuple[str, ...]:
    """The moves that a person may make from `state`."""
    return tuple(move.name for move in MOVES if move.roles and state in move.start)


def _end_of(unit: Unit, name: str) -> UnitState:
    move = BY_NAME[name]
    if unit.state not in move.start:
        raise move_refused(name, unit, unit.state, allowed_in(unit.state))
    return move.end or unit.state


def _move_proposal(unit: Unit, name: str, id: str, reason: str | None = None) -> Unit:
    move, proposal = BY_NAME[name], unit.proposal(id)
    if proposal is None:
        raise no_proposal(unit, id)
    if proposal.state not in move.proposal_start:
        raise move_refused(name, unit, proposal.state, allowed_in(unit.state))
    end = move.end if proposal.state in OPEN and move.end else unit.state
    moved = replace(proposal, state=move.proposal_end or proposal.state, reason=reason or proposal.reason)
    return replace(unit, state=end, proposals=tuple(moved if one.id == id else one for one in unit.proposals))
