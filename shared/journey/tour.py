"""What the stages of a journey share: who acts, on what, and what was said and answered so far."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.journey.client import Person, Site, Visitor
from shared.journey.crew import Crew
from shared.journey.nation import Nation
from shared.journey.people import password_of
from shared.journey.plan import Filing
from shared.journey.sheets import Sheet
from shared.journey.waiting import FOUND, Look, until

ADMIN = "admin"


class Company:
    """Everyone who signs in: the system's admin by the given password, the sample's accounts by derived ones."""

    def __init__(self, site: Site, admin_password: str) -> None:
        self.site, self.secret = site, admin_password
        self.visitor = Visitor(site)
        self._people = {ADMIN: Person(site, ADMIN, admin_password)}
        self._meeting = threading.Lock()

    @property
    def admin(self) -> Person:
        """The system's first account."""
        return self._people[ADMIN]

    def person(self, account: str) -> Person:
        """A sample account; signs in when it first acts."""
        with self._meeting:
            if account not in self._people:
                self._people[account] = Person(self.site, account, password_of(account, self.secret))
            return self._people[account]


@dataclass(slots=True)
class Record:
    """What was sent for one filing and what the services answered; plain data for the check and the tests.

    ``worksheet_hash``: the receipt of the seal; ``named_hash``: what the proposal said. ``refusal``: the problem
    details if the proposal was not accepted. ``reviews``: evaluator → answers sent. ``decision``: what the panel said.
    ``number``: the designation's number once it has a decree.
    """

    filing: Filing
    worksheet_hash: str = ""
    named_hash: str = ""
    proposal: str = ""
    refusal: dict[str, Any] = field(default_factory=dict)
    withdrawn: bool = False
    reviews: dict[str, Sheet] = field(default_factory=dict)
    decision: str = ""
    number: str = ""
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Tour:
    """One journey under way. ``patience``: seconds that any awaited condition may take."""

    company: Company
    crew: Crew
    nation: Nation
    cycles: tuple[str, str]
    records: tuple[Record, ...]
    patience: float = 300.0

    def until(self, awaited: str, look: Callable[[], Look[FOUND]], *, seconds: float | None = None) -> FOUND:
        """Waits for a condition, ``patience`` seconds at most unless told otherwise; raises NeverCame."""
        return until(awaited, look, seconds=seconds or self.patience, pause=self.company.site.pause)

    def is_ours(self, proposal: str) -> bool:
        """Whether a proposal (``<unit>.<cycle>.<n>``) is of a unit of this journey."""
        return proposal.rsplit(".", 2)[0] in self.unit_codes

    @property
    def unit_codes(self) -> frozenset[str]:
        """The codes of this journey's own units."""
        return frozenset(unit.code for unit in (*self.nation.units, self.nation.below_par))

    def caused(self, correlation_id: str) -> bool:
        """Whether a request of this journey is at the root of something."""
        return correlation_id.startswith(self.company.site.mark)

    def officer(self, record: Record) -> Person:
        """The unit's officer."""
        unit = record.filing.unit
        return self.company.person(self.nation.account("unit_officer", unit=unit.code).id)

    def proposer(self, record: Record) -> Person:
        """The officer of the unit's institution."""
        code = record.filing.unit.institution
        return self.company.person(self.nation.account("institution_officer", institution=code).id)

    def tpi(self, record: Record) -> Person:
        """The institution's internal evaluator."""
        code = record.filing.unit.institution
        return self.company.person(self.nation.account("tpi", institution=code).id)

    def one(self, role: str) -> Person:
        """The surveyor, the panel or the registrar."""
        return self.company.person(self.nation.account(role).id)
