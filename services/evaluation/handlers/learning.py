"""What evaluation keeps of the other services' states: the newest of each unit and cycle."""

from __future__ import annotations

from dataclasses import fields

from services.evaluation.domain.known import Cycle, UnitCard
from services.evaluation.rooms import Rooms
from shared.contracts.received import Received

CARD = tuple(field.name for field in fields(UnitCard))
KNOWN_OF_CYCLE = tuple(field.name for field in fields(Cycle))


def learn_unit(rooms: Rooms, event: Received) -> None:
    """Keep the unit's card."""
    card = {name: event.data[name] for name in CARD}
    rooms.known.learn_unit(card, source=event.subject, sequence=event.sequence)


def learn_cycle(rooms: Rooms, event: Received) -> None:
    """Keep the cycle's instrument and the size of its reviews."""
    cycle = {name: event.data[name] for name in KNOWN_OF_CYCLE}
    rooms.known.learn_cycle(cycle, source=event.subject, sequence=event.sequence)
