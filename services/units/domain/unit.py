"""A work unit as units keeps it: its card, its facts, its way, its proposals, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as having
from datetime import date, datetime
from enum import Enum
from fractions import Fraction

from services.units.domain.dates import Target

AREAS = ("MP", "TL", "SDM", "AK", "PW", "PP")
"""The six areas of change, in the order of the law (R90 Lampiran I Bab II)."""


class UnitState(Enum):
    """Where a unit stands on its way. A standing predicate is not a state: a designated unit goes on building."""

    REGISTERED = "registered"
    DECLARED = "declared"
    BUILDING = "building"
    PROPOSED = "proposed"


class ProposalState(Enum):
    """Where one proposal stands, as far as units has heard."""

    PROPOSED = "proposed"
    WITHDRAWAL_REQUESTED = "withdrawal_requested"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    QUALIFIED = "qualified"
    FAILED = "failed"
    DESIGNATED = "designated"
    REVOKED = "revoked"


OPEN = frozenset({ProposalState.PROPOSED, ProposalState.WITHDRAWAL_REQUESTED})
DECIDED = frozenset({ProposalState.QUALIFIED, ProposalState.FAILED, ProposalState.DESIGNATED, ProposalState.REVOKED})


@dataclass(frozen=True, slots=True)
class Declaration:
    """Pencanangan; `signed` of `staff` have signed the integrity pact."""

    date: date
    place: str
    signed: int
    staff: int


@dataclass(frozen=True, slots=True)
class Development:
    """Pembangunan: since when, and what is planned in each of the six areas."""

    started_on: date
    plan: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Progress:
    """A quarter's progress, percent by area; `period` such as 2026-Q1."""

    period: str
    areas: Mapping[str, int]
    note: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What the TPI recorded of the unit for a year; None: not recorded."""

    tlhp_percent: Fraction | None = None
    lhkpn_percent: Fraction | None = None
    lhkan_percent: Fraction | None = None
    sakip: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A rule that an officer let pass for one cycle and target, with the reason."""

    cycle: str
    target: Target
    rule: str
    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """The institution's covering letter."""

    number: str
    date: date


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of absolute responsibility (SPTJM), with the office that signed it, never the person."""

    number: str
    date: date
    signatory_office: str


@dataclass(frozen=True, slots=True)
class Filing:
    """What a proposal brings along."""

    cycle: str
    target: Target
    worksheet_hash: str
    cover_letter: Letter
    sptjm: Statement


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal; `id` is <unit>.<cycle>.<n>. `reason` is that of the withdrawal or the return, if any."""

    id: str
    filing: Filing
    state: ProposalState
    submitted_at: datetime
    overrides: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def cycle(self) -> str:
        return self.filing.cycle

    @property
    def target(self) -> Target:
        return self.filing.target


@dataclass(frozen=True, slots=True)
class Designation:
    """What the registry last said of one designation; `sequence` orders its words."""

    number: str
    predicate: Target
    cycle: str
    proposal: str
    sequence: int
    revoked: bool = False
    barred_until: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A work unit. The institution's name and kind are copied in: a unit explains itself without another document."""

    code: str
    name: str
    institution: str
    institution_name: str
    institution_kind: str
    parent: str | None
    province: str
    field: str
    affirmation_service: str | None
    core_service: bool | None
    public_impact: bool | None
    state: UnitState = UnitState.REGISTERED
    declaration: Declaration | None = None
    development: Development | None = None
    progress: tuple[Progress, ...] = ()
    facts: Mapping[str, UnitFacts] = having(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    designations: tuple[Designation, ...] = ()

    @property
    def standing(self) -> frozenset[Target]:
        """The predicates that stand now, revoked ones left out."""
        return frozenset(one.predicate for one in self.designations if not one.revoked)

    @property
    def barred_until(self) -> date | None:
        """The day on which the last bar after a revocation ends, if there ever was one."""
        return max((one.barred_until for one in self.designations if one.barred_until), default=None)

    def proposal(self, id: str) -> Proposal | None:
        return next((one for one in self.proposals if one.id == id), None)

    def next_proposal_id(self, cycle: str) -> str:
        """<unit>.<cycle>.<n>: the id of the unit's n-th proposal in the cycle."""
        return f"{self.code}.{cycle}.{sum(one.cycle == cycle for one in self.proposals) + 1}"
