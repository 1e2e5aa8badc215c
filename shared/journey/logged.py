"""Whether the public log is sound and tells of every designation of a journey, checked as a stranger would."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from shared.journey.reading import Card
from shared.journey.tour import Tour
from shared.journey.waiting import Look, NeverCame
from shared.tlog.checkpoints import trusted
from shared.tlog.merkle import BadProof, leaf_hash, verify_inclusion
from shared.tlog.notes import BadNote, VerifierKey
from shared.tlog.sources import NotServed, Source, Unreachable, source_of
from shared.tlog.verifying import Wanted, served_keys, verify

TOLD = {"active": ("designated",), "revoked": ("designated", "revoked")}
"""The entries that a designation of each status has in the log."""
WITHIN = 20.0
"""Seconds for the last publication to be in the log; it takes less than one."""


def faults_of_log(tour: Tour) -> tuple[str, ...]:
    """Everything that is wrong with the log or missing in it, in words; nothing when it is verified."""
    last: list[str] = []

    def look() -> Look[None]:
        last[:] = _faults(tour)
        return Look(not last, None, "; ".join(last[:3]))

    try:
        tour.until("the public log to tell of everything", look, seconds=WITHIN)
    except NeverCame:
        return tuple(last)
    return ()


def _faults(tour: Tour) -> list[str]:
    try:
        source = source_of(tour.company.site.base_url)
        verdict = verify(source, Wanted())
        found = [f"the public log: {fault.message}" for fault in verdict.faults]
        return found or list(_unproven(tour, source))
    except (Unreachable, NotServed, BadNote) as error:
        return [f"the public log can't be verified: {error}"]


def _unproven(tour: Tour, source: Source) -> Iterator[str]:
    keys = served_keys(source)
    visitor = tour.company.visitor
    for listed in visitor.each("registry", "/designations"):
        if listed["unit"] not in tour.unit_codes:
            continue
        record = visitor.get("registry", f"/designations/{listed['number']}")
        told = tuple(proof["event"] for proof in record["log"])
        if told != TOLD[record["status"]]:
            yield f"{record['number']} is {record['status']}, and the public log tells {told} of it"
        yield from (fault for proof in record["log"] if (fault := _fault(record["number"], proof, keys)))


def _fault(number: str, proof: Card, keys: Sequence[VerifierKey]) -> str | None:
    """Why a record's proof does not lead to a signed checkpoint; None when it does."""
    try:
        checkpoint = trusted(proof["checkpoint"], keys)
        path = [base64.b64decode(each) for each in proof["inclusion_proof"]]
        leaf = leaf_hash(proof["leaf"].encode())
        verify_inclusion(leaf, proof["index"], checkpoint.size, path, checkpoint.root)
    except (BadProof, BadNote) as error:
        return f"{number}: the proof of its entry {proof['index']} does not hold: {error}"
    return None
