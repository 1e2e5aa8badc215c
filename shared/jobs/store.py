"""Jobs in the service's database."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.jobs.job import Job
from shared.storage.aggregates import Aggregate, AggregateStore
from shared.storage.causes import Cause
from shared.storage.documents import Document

Progress = Callable[[int, int], None]
"""Called with what is done and what there is; writes at most twice a second."""

WRITE_EVERY = 0.5


class JobDocument(Document):
    makes = Job
    name = fields.String()
    parameters = fields.Dict()
    input = fields.String(allow_none=True)
    submitted_by = fields.String(allow_none=True)
    state = fields.String()
    done = fields.Integer()
    total = fields.Integer()
    result = fields.Dict(allow_none=True)
    errors = fields.Function(lambda job: list(job.errors), deserialize=tuple)
    lease_until = fields.AwareDateTime(allow_none=True, format="iso")
    runs = fields.Integer()


def job_store(database: Database[dict[str, Any]], service: str) -> AggregateStore[Job]:
    """The service's jobs."""
    return AggregateStore(
        database,
        "job",
        JobDocument,
        service=service,
        indexes=[IndexModel([("state.state", ASCENDING), ("key", ASCENDING)], name="state")],
    )


def submit(
    store: AggregateStore[Job], name: str, parameters: dict[str, Any], cause: Cause, *, body: bytes | None = None
) -> str:
    """Queue a job and give its id; the same command twice is one job.

    The input is stored first, under its hash: a job whose input is missing can't exist.
    """
    digest = None
    if body is not None:
        digest = hashlib.sha256(body).hexdigest()
        with suppress(DuplicateKeyError):  # the same bytes are there
            inputs(store).insert_one({"_id": digest, "body": body})
    id = uuid.uuid5(uuid.NAMESPACE_OID, cause.command_id).hex if cause.command_id else uuid.uuid4().hex
    store.create(id, Job(name, parameters, digest, cause.actor), [], cause)
    return id


def inputs(store: AggregateStore[Job]) -> Any:
    """The collection of stored inputs."""
    return store.collection.database["job_inputs"]


def due(store: AggregateStore[Job], now: datetime) -> list[Aggregate[Job]]:
    """The jobs that a process may take."""
    found = [each for state in ("queued", "running") for each in store.select({"state.state": state})]
    return [each for each in found if each.state.due(now)]


def start_progress(store: AggregateStore[Job], id: str, cause: Cause) -> Progress:
    """A function that tells how far the job is, and keeps its lease."""
    written = [0.0]

    def progress(done: int, total: int) -> None:
        if done < total and time.monotonic() - written[0] < WRITE_EVERY:
            return
        written[0] = time.monotonic()
        store.change(id, lambda job: (job.advanced(done, total, datetime.now(UTC)), []), cause)

    return progress
