"""Running a job in a process of its own, and starting that process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.failures import WrongState
from shared.jobs.job import Job, JobFault
from shared.jobs.store import due, inputs, start_progress
from shared.observability import bind_correlation, logger
from shared.storage.aggregates import AggregateStore
from shared.storage.causes import Cause

JobFunction = Callable[[Any, Job, bytes | None, Callable[[int, int], None], Cause], dict[str, Any]]
"""rooms, job, input, progress, cause → result; raises JobFault for bad input. Must resume after a kill:
what it did before has to be recognised as done."""


def run_job(rooms: Any, functions: Mapping[str, JobFunction], id: str) -> bool:
    """Take the job and run it to its end; True when it is done, False when it failed or was not due."""
    store: AggregateStore[Job] = rooms.jobs
    cause = Cause(datetime.now(UTC), bind_correlation(f"job-{id}"))
    try:
        job = store.change(id, lambda job: (_take(job), []), cause).state
    except WrongState:
        return False
    found = inputs(store).find_one({"_id": job.input}) if job.input else None
    try:
        result = functions[job.name](
            rooms, job, found["body"] if found else None, start_progress(store, id, cause), cause
        )
    except JobFault as fault:
        errors = fault.errors
        store.change(id, lambda job: (job.failed(errors), []), cause)
        logger().info("job", job=id, name=job.name, outcome="failed", faults=len(errors))
        return False
    except Exception:
        logger().exception("job", job=id, name=job.name, outcome="defect", runs=job.runs)
        store.change(id, lambda job: (job.released(), []), cause)
        return False
    store.change(id, lambda job: (job.finished(result), []), cause)
    logger().info("job", job=id, name=job.name, outcome="done", **result)
    return True


def _take(job: Job) -> Job:
    now = datetime.now(UTC)
    if not job.due(now):
        raise WrongState(("pekerjaan ini sedang atau sudah berjalan", "this job runs already or has ended"))
    return job.taken(now)


class JobStarter:
    """Starts due jobs as child processes; one for each job, a few at a time."""

    def __init__(self, service: str, *, at_once: int = 2) -> None:
        self._service = service
        self._at_once = at_once
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def tick(self, store: AggregateStore[Job]) -> None:
        """Start what is due; a timer calls this."""
        self._children = {id: child for id, child in self._children.items() if child.poll() is None}
        for each in due(store, datetime.now(UTC)):
            if each.key not in self._children and len(self._children) < self._at_once:
                command = [sys.executable, "-m", "shared.jobs", self._service, each.key]
                self._children[each.key] = subprocess.Popen(command)
