"""What units hears of its proposals from evaluation and registry. Each may come twice and in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.units.domain import lifecycle
from services.units.domain.dates import Target
from services.units.domain.unit import Designation, Unit
from services.units.handlers.proposing import release
from services.units.store import Stores
from shared.contracts.received import Received
from shared.failures import AlreadyHeard


def record_outcome(stores: Stores, event: Received) -> None:
    """Evaluation concluded: the proposal qualified or failed. Raises NotFound, MoveRefused, AlreadyHeard."""
    proposal, qualified = event.data["proposal"], event.data["outcome"] == "qualified"
    _change(stores, event, lambda unit: lifecycle.record_outcome(unit, proposal, qualified=qualified))


def take_back_proposal(stores: Stores, event: Received) -> None:
    """Evaluation returned the proposal: the unit may propose again. Raises NotFound, MoveRefused, AlreadyHeard."""
    proposal, reason = event.data["proposal"], event.data["reason"]
    said = f"{reason['code']}: {reason['id']}"
    _give_back(stores, event, lambda unit: lifecycle.take_back(unit, proposal, said))


def record_withdrawal(stores: Stores, event: Received) -> None:
    """Evaluation confirmed a withdrawal. Raises NotFound, MoveRefused, AlreadyHeard."""
    _give_back(stores, event, lambda unit: lifecycle.record_withdrawal(unit, event.data["proposal"]))


def record_designation(stores: Stores, event: Received) -> None:
    """The registry published a designation. Raises NotFound, AlreadyHeard."""
    _change(stores, event, lambda unit: lifecycle.record_designation(unit, _designation(event, revoked=False)))


def record_revocation(stores: Stores, event: Received) -> None:
    """The registry revoked a designation; the bar begins. Raises NotFound, AlreadyHeard."""
    _change(stores, event, lambda unit: lifecycle.record_designation(unit, _designation(event, revoked=True)))


def _designation(event: Received, *, revoked: bool) -> Designation:
    data = event.data
    return Designation(
        number=data["number"],
        predicate=Target(data["predicate"]),
        cycle=data["cycle"],
        proposal=data["proposal"],
        sequence=event.sequence,
        revoked=revoked,
        barred_until=date.fromisoformat(data["barred_until"]) if revoked else None,
    )


def _give_back(stores: Stores, event: Received, decide: Callable[[Unit], Unit]) -> None:
    """Move the proposal, then give its place of the quota back: also when only the second was left undone."""
    heard_before: AlreadyHeard | None = None
    try:
        _change(stores, event, decide)
    except AlreadyHeard as error:
        heard_before = error
    release(stores, event.data["institution"], event.data["proposal"], event.cause)
    if heard_before:
        raise heard_before


def _change(stores: Stores, event: Received, decide: Callable[[Unit], Unit]) -> None:
    stores.units.change(event.data["unit"], lambda unit: (decide(unit), []), event.cause)
