"""A job's states: queued → running → done | failed; a running job whose lease ran out may be taken again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

LEASE = timedelta(seconds=30)
MOST_RUNS = 5


class JobFault(Exception):
    """The job can't be done with this input; `errors` as in shared.failures.ZonaError."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(errors)} faults in the input")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Job:
    """`input` is the SHA-256 of the stored bytes, if there are any."""

    name: str
    parameters: dict[str, Any]
    input: str | None
    submitted_by: str | None
    state: str = "queued"
    done: int = 0
    total: int = 0
    result: dict[str, Any] | None = None
    errors: tuple[dict[str, Any], ...] = ()
    lease_until: datetime | None = None
    runs: int = 0

    def due(self, now: datetime) -> bool:
        """True when a process may take it."""
        return self.state == "queued" or (self.state == "running" and (self.lease_until or now) <= now)

    def taken(self, now: datetime) -> Job:
        """Running, for one lease."""
        return replace(self, state="running", lease_until=now + LEASE, runs=self.runs + 1)

    def advanced(self, done: int, total: int, now: datetime) -> Job:
        """Further, with a fresh lease."""
        return replace(self, done=done, total=total, lease_until=now + LEASE)

    def finished(self, result: dict[str, Any]) -> Job:
        return replace(self, state="done", result=result, lease_until=None, done=max(self.done, self.total))

    def failed(self, errors: list[dict[str, Any]]) -> Job:
        return replace(self, state="failed", errors=tuple(errors), lease_until=None)

    def released(self) -> Job:
        """Queued again after a crash that may pass, while runs are left."""
        if self.runs < MOST_RUNS:
            return replace(self, state="queued", lease_until=None)
        said = {
            "id": "Pekerjaan gagal berulang kali karena kesalahan sistem; laporkan nomor ini kepada admin.",
            "en": "The job failed again and again for a fault of the system; report its id to the operators.",
        }
        return self.failed([{"code": "defect", "messages": said}])
