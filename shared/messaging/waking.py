"""Who wakes the relay when another process wrote: the database's change stream, where the server has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from shared.observability import logger
from shared.observability.metrics import RELAY_WOKEN

AWAIT_MS = 500
"""How long the server holds an answer back while nothing changes; so long a stop may take."""
AGAIN_AFTER = 2.0
NO_STREAMS = frozenset({20, 59, 115, 40573, 40324})
"""IllegalOperation, CommandNotFound, CommandNotSupported; "only on replica sets"; unrecognised pipeline stage."""
SOMETHING_TO_SAY: list[dict[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert", "fullDocument.pending": True},
                {"operationType": "update", "updateDescription.updatedFields.pending": True},
            ]
        }
    },
    {"$project": {"_id": 1, "ns": 1}},
]
"""A document that was pending before and gets one more event is no match: the relay has it in hand already."""


class Watcher:
    """Calls `wake` with a collection's name when a document in it begins to wait, and with None when any may.

    `watching` while it would notice; it looks only while it is `wanted`.
    """

    def __init__(
        self,
        service: str,
        database: Database[dict[str, Any]],
        wake: Callable[[str | None], None],
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._service, self._database, self._wake, self._wanted = service, database, wake, wanted
        self._stopping = False
        self.watching = False

    def stop(self) -> None:
        """End `run` within `AWAIT_MS`."""
        self._stopping = True

    def run(self) -> None:
        """Until `stop`, over every outage; ends at once on a server without change streams."""
        while not self._stopping:
            if not self._wanted():
                eventlet.sleep(AWAIT_MS / 1000)
                continue
            try:
                self._watch()
            except OperationFailure as error:
                if error.code in NO_STREAMS:
                    logger().info("relay_looks_often", why="the server has no change streams")
                    return
                self._pause(error)
            except PyMongoError as error:
                self._pause(error)
            finally:
                self._set(False)

    def _watch(self) -> None:
        with self._database.watch(SOMETHING_TO_SAY, max_await_time_ms=AWAIT_MS) as stream:
            self._set(True)
            self._wake(None)  # for what was written while nobody watched
            while stream.alive and self._wanted() and not self._stopping:
                if (change := stream.try_next()) is not None:
                    self._wake(change["ns"]["coll"])

    def _set(self, watching: bool) -> None:
        self.watching = watching
        RELAY_WOKEN.labels(self._service).set(int(watching))

    def _pause(self, error: Exception) -> None:
        logger().warning("relay_unwatched", error=str(error)[:300])
        eventlet.sleep(AGAIN_AFTER)
