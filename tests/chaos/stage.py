"""One fault's stage: a virtual host, databases, a journal, processes and a load; all of it gone afterwards."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pymongo.errors import PyMongoError

from shared.localrun.processes import Supervisor
from shared.messaging.declare import apply
from shared.observability import journal
from shared.settings import Settings
from shared.testing import wait_until
from tests.chaos.books import QUEUES, Books
from tests.chaos.load import Load, Plan
from tests.chaos.rooms import KINDS, POISON, build
from tests.chaos.servers import Servers
from tests.chaos.staff import Post, Staff


@dataclass(frozen=True, slots=True)
class Size:
    """How big a run is: events in flight, seconds of an outage, seconds without progress before giving up."""

    events: int
    outage: float
    patience: float


FULL = Size(2_000, 60.0, 120.0)
SHORT = Size(200, 10.0, 30.0)


@dataclass
class Stage:
    """Everything that a fault works with."""

    servers: Servers
    size: Size
    plan: Plan
    settings: Settings
    journal: Path
    staff: Staff
    books: Books
    load: Load

    @property
    def good(self) -> int:
        """Commands whose events can have their effects."""
        poison = sum(1 for name in self.plan.names.values() if name == POISON)
        return self.plan.total - poison

    def effects(self, service: str = "registry") -> int:
        return len(self.books.effects(service))

    def crew(self, **ways: dict[str, str]) -> dict[str, Post]:
        """Start the web process and a worker of each service, with the environment given by name; wait for them."""
        posts = {"web": self.staff.web(**ways.get("web", {}))}
        posts |= {name: self.staff.worker(name, **ways.get(name, {})) for name in ("units", *QUEUES)}
        self.staff.ready()
        return posts

    def under_way(self, share: float = 0.05) -> int:
        """Wait until some effects have come; gives how many."""
        return wait_until(lambda: self._some(share), self.size.patience, "the first effects")

    def _some(self, share: float) -> int:
        count = self.effects()
        return count if count >= max(1, int(share * self.good)) else 0

    def complete(self) -> bool:
        """Wait until every effect has come, as long as there is progress; False when there is none any more."""
        self.load.finish()
        before, since = (-1, -1), time.monotonic()
        while (now := self._progress()) != (self.good, self.good):
            if now != before:
                before, since = now, time.monotonic()
            if time.monotonic() - since > self.size.patience:
                return False
            time.sleep(0.2)
        return True

    def _progress(self) -> tuple[int, int]:
        try:
            return self.effects("registry"), self.effects("notifications")
        except PyMongoError:
            return -1, -1

    def settle(self) -> list[str]:
        """Wait until nothing is on its way any more and stop everybody; gives what was not as it should be."""
        wrong = self.staff.dead()
        with contextlib.suppress(AssertionError):
            wait_until(self._quiet, self.size.patience, "quiet")
        wrong += self.staff.dismiss()
        wrong += [f"{depth} messages left in {name}" for name, depth in self.books.depths().items() if depth]
        unsaid = {each: len(self.books.waiting(each)) for each in SAYING}
        return wrong + [f"{count} events left in the outboxes of {each}" for each, count in unsaid.items() if count]

    def _quiet(self) -> bool:
        return not any(self.books.depths().values()) and not any(map(self.books.waiting, SAYING))


SAYING = ("units", "registry")
"""Services that say events."""


@contextlib.contextmanager
def staged(servers: Servers, folder: Path, size: Size, plan: Plan, extra: dict[str, str]) -> Iterator[Stage]:
    """A stage with its topology and indexes made and nobody on it yet; `extra` for the environment of everybody."""
    servers.revive()
    folder.mkdir(parents=True)
    path = folder / "journal.jsonl"
    with servers.vhost() as uri, Supervisor(folder / "logs") as supervisor:
        settings = Settings(mongodb_uri=servers.database.uri, amqp_uri=uri, database_prefix=servers.prefix())
        apply(uri)
        for service in KINDS:
            build(service, settings).ensure_indexes()
        staff, books = Staff(supervisor, folder / "files", {**_environment(settings, path), **extra}), Books(settings)
        load = Load(staff.address, plan)
        journal.reopen(path)
        try:
            yield Stage(servers, size, plan, settings, path, staff, books, load)
        finally:
            load.stop()
            journal.reopen(None)
            supervisor.close()
            servers.revive()
            books.close()


def _environment(settings: Settings, path: Path) -> dict[str, str]:
    return {
        "AMQP_URI": settings.amqp_uri,
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        journal.VARIABLE: str(path),
    }
