"""The table of faults."""

from __future__ import annotations

from collections.abc import Mapping

from tests.chaos.faults.base import Fault
from tests.chaos.faults.broker import BrokerKilled, BrokerRestartRetriesFull, BrokerStopped
from tests.chaos.faults.clock import ClockHourOff
from tests.chaos.faults.database import DatabaseKilled, DatabaseStopped
from tests.chaos.faults.deliveries import (
    EveryEventTwice,
    LateConsumer,
    OldConsumerNewEvent,
    PoisonAmongGood,
    ReversedOrder,
    TwoConsumersOneEvent,
)
from tests.chaos.faults.killing import (
    KillBeforeMark,
    KillBeforePublish,
    KillMidHandler,
    KillWebAfterWrite,
    SigtermUnderLoad,
)

FAULTS: Mapping[str, type[Fault]] = {
    each.slug: each
    for each in (
        KillBeforePublish,
        KillBeforeMark,
        KillMidHandler,
        KillWebAfterWrite,
        BrokerStopped,
        BrokerKilled,
        BrokerRestartRetriesFull,
        DatabaseKilled,
        DatabaseStopped,
        EveryEventTwice,
        ReversedOrder,
        TwoConsumersOneEvent,
        PoisonAmongGood,
        LateConsumer,
        SigtermUnderLoad,
        ClockHourOff,
        OldConsumerNewEvent,
    )
}
"""Slug → fault, in the order in which they are run."""

__all__ = ["FAULTS", "Fault"]
