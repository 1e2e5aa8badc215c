"""Proof from a journal that nothing was lost, doubled, invented or disordered.

    verdict = check(read(journal), {"registry.follow": Consumer(of_kinds("proposal"))})
    verdict.require()

`shared.observability.journal` says what stands in a journal.
"""

from shared.testing.history.checking import check
from shared.testing.history.consumers import Consumer, Order, by_contract, everything, of_kinds, of_types
from shared.testing.history.lines import History, MalformedJournal, read, steps
from shared.testing.history.verdict import Counts, Fault, Verdict

__all__ = [
    "Consumer",
    "Counts",
    "Fault",
    "History",
    "MalformedJournal",
    "Order",
    "Verdict",
    "by_contract",
    "check",
    "everything",
    "of_kinds",
    "of_types",
    "read",
    "steps",
]
