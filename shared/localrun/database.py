"""A database for this machine: the one that MONGODB_URI names, an installed mongod, or SecantusDB in its place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from shared.failures import Said
from shared.localrun.errors import MissingPackage, NotReachable
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Program, Supervisor

REPLICA_SET = "zona"
_ANSWER_WITHIN_MS = 2_000
_ALREADY_INITIALIZED = 23
STAND_IN: Said = (
    "Basis data: SecantusDB (GPL-2.0, proses terpisah), pengganti MongoDB untuk satu mesin; bukan untuk data produksi.",
    "Database: SecantusDB (GPL-2.0, a separate process), MongoDB's stand-in on one machine; not for production data.",
)


def takes_writes(uri: str) -> bool:
    """Whether a primary answers there within two seconds."""
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=_ANSWER_WITHIN_MS) as client:
            return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


class ExternalDatabase:
    """A server that somebody else runs; we check that it takes writes and never stop it."""

    notice: Said | None = None

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def start(self) -> None:
        """Raises NotReachable."""
        if not takes_writes(self.uri):
            where = f"MONGODB_URI ({urlsplit(self.uri).netloc.rpartition('@')[2]})"
            raise NotReachable(
                (f"Basis data pada {where} tidak menjawab.", f"The database of {where} does not answer."),
                remedy=("Jalankan basis data itu atau kosongkan MONGODB_URI.", "Start it, or unset MONGODB_URI."),
            )

    def stop(self) -> None:
        """Nothing: it is not ours."""

    def kill(self) -> None:
        """Nothing: it is not ours."""


class PrivateDatabase:
    """A server process of our own: it keeps its port and data from one start to the next."""

    def __init__(self, supervisor: Supervisor, folder: Path) -> None:
        self._supervisor, self._folder = supervisor, folder.absolute()
        self._mongod = shutil.which("mongod")
        (self._port,) = free_ports(1)

    @property
    def uri(self) -> str:
        # Retryable writes are some 15 times slower on SecantusDB.
        options = f"replicaSet={REPLICA_SET}" if self._mongod else "replicaSet=secantus&retryWrites=false"
        return f"mongodb://{LOOPBACK}:{self._port}/?{options}&w=majority&journal=true"

    @property
    def notice(self) -> Said | None:
        """What the user must know of this database."""
        return None if self._mongod else STAND_IN

    def start(self) -> None:
        """Raises MissingPackage or DidNotStart."""
        self._supervisor.start(self._mongo(self._mongod) if self._mongod else self._stand_in())

    def stop(self) -> None:
        self._supervisor.stop("database")

    def kill(self) -> None:
        """Crash it (SIGKILL)."""
        self._supervisor.stop("database", kill=True)

    def _mongo(self, program: str) -> Program:
        data = self._folder / "mongod"
        data.mkdir(parents=True, exist_ok=True)
        place = ("--bind_ip", LOOPBACK, "--port", str(self._port), "--dbpath", str(data))
        return self._program((program, *place, "--replSet", REPLICA_SET), self._is_primary)

    def _stand_in(self) -> Program:
        self._folder.mkdir(parents=True, exist_ok=True)
        configuration = self._folder / "secantusd.toml"
        configuration.touch()  # naming an empty one keeps it from reading the user's or the system's
        place = ("--host", LOOPBACK, "--port", str(self._port), "--storage-path", str(self._folder / "secantus"))
        return self._program((_find_stand_in(), "--config", str(configuration), *place), lambda: takes_writes(self.uri))

    def _program(self, arguments: tuple[str, ...], ready: Callable[[], bool]) -> Program:
        return Program("database", arguments, folder=self._folder, ready=ready, start_within=60, stop_within=30)

    def _is_primary(self) -> bool:
        """Make it a replica set of one, under the port of today, and see whether it took office."""
        member = {"_id": 0, "host": f"{LOOPBACK}:{self._port}"}
        direct = f"mongodb://{LOOPBACK}:{self._port}/?directConnection=true"
        try:
            with MongoClient[dict[str, Any]](direct, serverSelectionTimeoutMS=_ANSWER_WITHIN_MS) as client:
                admin = client.admin
                try:
                    admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
                except OperationFailure as error:
                    if error.code != _ALREADY_INITIALIZED:
                        raise
                    standing = admin.command("replSetGetConfig")["config"]
                    if standing["members"][0]["host"] != member["host"]:
                        moved = {**standing, "members": [member], "version": standing["version"] + 1}
                        admin.command("replSetReconfig", moved, force=True)
        except PyMongoError:
            return False
        return takes_writes(self.uri)


def make_database(
    environment: Mapping[str, str], supervisor: Supervisor, folder: Path
) -> ExternalDatabase | PrivateDatabase:
    """The database that MONGODB_URI names, else a private one in `folder`; neither is started yet."""
    uri = environment.get("MONGODB_URI", "")
    return ExternalDatabase(uri) if uri else PrivateDatabase(supervisor, folder)


def _find_stand_in() -> str:
    beside = Path(sys.executable).parent / "secantusd-py"
    found = str(beside) if beside.exists() else shutil.which("secantusd-py")
    if found is None:
        raise MissingPackage(
            ("Tidak ada mongod maupun SecantusDB.", "There is neither mongod nor SecantusDB."),
            remedy=(
                "Jalankan `make setup`, pasang MongoDB, atau beri MONGODB_URI.",
                "Run `make setup`, install MongoDB, or set MONGODB_URI.",
            ),
        )
    return found
