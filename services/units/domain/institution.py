"""An institution: its facts by year, and the places of its quota that proposals have taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import Any

from services.units.errors import QuotaExceeded


class Kind(Enum):
    """Kinds of institutions."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    PROVINCE = "province"
    REGENCY = "regency"
    CITY = "city"
    OTHER = "other"

    @property
    def group(self) -> str:
        """national (K/L) or local (pemerintah daerah), as the prerequisites distinguish them."""
        return "local" if self in LOCAL else "national"


LOCAL = frozenset({Kind.PROVINCE, Kind.REGENCY, Kind.CITY})


@dataclass(frozen=True, slots=True)
class InstitutionFacts:
    """What was evaluated of the institution for a year; None: not recorded."""

    bpk_opinion: str | None = None
    sakip: str | None = None
    rb_index: str | None = None
    spip_level: Fraction | None = None
    corruption_case: bool | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place of the quota, held by a proposal; `settled` once the proposal stands in its unit."""

    cycle: str
    proposal: str
    unit: str
    at: datetime
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution; `province` is the 2-digit Kemendagri code, None for a national one."""

    code: str
    name: str
    kind: Kind
    province: str | None
    facts: Mapping[str, InstitutionFacts] = field(default_factory=dict)
    reservations: tuple[Reservation, ...] = ()

    @property
    def unsettled(self) -> tuple[Reservation, ...]:
        return tuple(one for one in self.reservations if not one.settled)


def reserve(institution: Institution, wanted: Reservation, quota: int | None) -> Institution:
    """Take a place for a proposal; a second run changes nothing. Raises QuotaExceeded.

    Without a quota places are taken all the same: one may be set while the window is open.
    """
    if any(one.proposal == wanted.proposal for one in institution.reservations):
        return institution
    taken = sum(one.cycle == wanted.cycle for one in institution.reservations)
    if quota is not None and taken >= quota:
        raise QuotaExceeded(
            (
                f"Kuota {institution.name} untuk siklus {wanted.cycle} adalah {quota} usulan; semuanya terpakai.",
                f"The quota of {institution.name} for cycle {wanted.cycle} is {quota} proposals; all are taken.",
            ),
            remedy=(
                "Tarik usulan lain, atau minta kuota tambahan kepada TPN.",
                "Withdraw another proposal, or ask the TPN for a larger quota.",
            ),
            quota=quota,
            taken=taken,
        )
    return replace(institution, reservations=(*institution.reservations, wanted))


def settle(institution: Institution, proposal: str) -> Institution:
    """The proposal stands in its unit: its place is no longer in doubt."""
    return replace(
        institution,
        reservations=tuple(
            replace(one, settled=True) if one.proposal == proposal else one for one in institution.reservations
        ),
    )


def release(institution: Institution, proposal: str) -> Institution:
    """Give a place back; a second run changes nothing."""
    kept = tuple(one for one in institution.reservations if one.proposal != proposal)
    return institution if len(kept) == len(institution.reservations) else replace(institution, reservations=kept)


def record_facts(institution: Institution, year: str, facts: InstitutionFacts) -> Institution:
    """The facts of a year; fields that are None leave what was recorded before."""
    return replace(institution, facts={**institution.facts, year: merged(institution.facts.get(year), facts)})


def merged(before: Any, new: Any) -> Any:
    """`new` over `before` (dataclasses of one kind): a field that is None keeps its former value."""
    if before is None:
        return new
    values = {item.name: getattr(new, item.name) for item in fields(new)}
    return replace(before, **{name: value for name, value in values.items() if value is not None})


def latest(facts: Mapping[str, Any], cycle: str, years: int) -> dict[str, Any]:
    """Each fact as the newest of the `years` years up to the cycle's has it; what none of them has is left out."""
    found: dict[str, Any] = {}
    for year in sorted(facts):
        if int(cycle) - years < int(year) <= int(cycle):
            one = facts[year]
            found |= {i.name: getattr(one, i.name) for i in fields(one) if getattr(one, i.name) is not None}
    return found
