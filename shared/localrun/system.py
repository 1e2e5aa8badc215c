"""The whole system on one machine as a context: started in order, ready when entered, gone when left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from shared.failures import Said
from shared.localrun.broker import make_broker
from shared.localrun.database import make_database
from shared.localrun.errors import Died
from shared.localrun.ports import LOOPBACK, free_ports, require_free
from shared.localrun.processes import Supervisor
from shared.localrun.programs import Programs
from shared.localrun.signals import interrupted_by_signals
from shared.localrun.state import StateFolder
from shared.security.tokens import create_key_pair
from shared.settings import SERVICES

DEFAULT_PORT = 8080
_LOOK_EVERY = 0.5


def _silent(_step: Said) -> None:
    """Say nothing."""


class System:
    """Broker, database, mail sink, web and four workers, with their state in `folder`.

    Servers that AMQP_URI, MONGODB_URI or SMTP_URI of `environment` name are used and never stopped. `tell` hears
    each step as it begins. Entering raises LocalRunError, and then nothing is left running; SIGTERM and SIGHUP leave
    the context as Ctrl-C does, by KeyboardInterrupt.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = DEFAULT_PORT,
        mail: bool = True,
        fresh: bool = False,
        environment: Mapping[str, str] = os.environ,
        tell: Callable[[Said], None] = _silent,
    ) -> None:
        self.state = StateFolder(folder)
        self.port, self._fresh, self._tell = port, fresh, tell
        folder = self.state.folder
        self.supervisor = Supervisor(folder / "logs")
        self.broker = make_broker(environment, self.supervisor, folder / "broker")
        self.database = make_database(environment, self.supervisor, folder / "database")
        self._given, self._mail = environment, mail and not environment.get("SMTP_URI")
        self._ports = dict(zip(("mail", *SERVICES), free_ports(1 + len(SERVICES)), strict=True))
        self._signals = interrupted_by_signals()

    def __enter__(self) -> System:
        self._signals.__enter__()
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.supervisor.children:
            self._tell(("Semuanya dihentikan", "Everything is being stopped"))
        for name in ("web", *(f"worker-{service}" for service in SERVICES)):
            if child := self.supervisor.children.get(name):
                child.ask_to_stop()  # all of them side by side, before the servers that they use
        self.supervisor.close()
        self.state.close()
        self._signals.__exit__(kind, error, trace)

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def amqp_uri(self) -> str:
        return self.broker.uri

    @property
    def mongodb_uri(self) -> str:
        return self.database.uri

    @property
    def admin_password(self) -> str:
        """Of the account `admin`."""
        return self._given.get("ZONA_ADMIN_PASSWORD") or self.state.secret("admin-password")

    @property
    def mail_folder(self) -> Path | None:
        """Where the sent messages lie as .eml files; None if they go to the server that SMTP_URI names."""
        return self.state.folder / "mail" if self._mail else None

    @property
    def operations(self) -> dict[str, str]:
        """Each service → the address of its worker's page for operators."""
        return {service: f"http://{LOOPBACK}:{self._ports[service]}/operations" for service in SERVICES}

    @property
    def environment(self) -> dict[str, str]:
        """What a process must be told to work on this system (see `shared.settings`)."""
        private, public = create_key_pair(self.state.folder / "keys")
        return {
            "MONGODB_URI": self.mongodb_uri,
            "AMQP_URI": self.amqp_uri,
            "SMTP_URI": f"smtp://{LOOPBACK}:{self._ports['mail']}" if self._mail else self._given.get("SMTP_URI", ""),
            "ZONA_BASE_URL": self.base_url,
            "ZONA_TOKEN_PRIVATE_KEY_FILE": str(private),
            "ZONA_TOKEN_PUBLIC_KEY_FILE": str(public),
            "ZONA_LOG_KEY_FILE": str(self.state.folder / "keys" / "log.key"),
            "ZONA_ADMIN_PASSWORD": self.admin_password,
        }

    def start(self) -> None:
        """Start everything and wait until it is ready; raises LocalRunError."""
        require_free(self.port, another=f"zi up --port {self.port + 1}")
        self.state.open(fresh=self._fresh)
        self._tell(("Broker pesan mulai", "The broker starts"))
        self.broker.launch()  # takes longest, so the rest goes on beside it
        self._tell(self.database.notice or ("Basis data mulai", "The database starts"))
        self.database.start()
        programs = self._programs()
        self._tell(("Indeks dan akun pertama disiapkan", "Indexes and the first account are prepared"))
        self.supervisor.run(programs.zi("indexes", "apply"))
        self.supervisor.run(programs.zi("units", "bootstrap"))
        if self._mail:
            self.supervisor.start(programs.mail_sink(self.state.folder / "mail", self._ports["mail"]))
        self._tell(("Situs dan para pekerja mulai", "The site and the workers start"))
        self.supervisor.launch(programs.site(self.port))
        self.broker.await_ready()
        self._apply_topology(programs)
        for service in SERVICES:
            self.supervisor.launch(programs.worker(service, self._ports[service]))
        for child in list(self.supervisor.children.values()):
            self.supervisor.await_ready(child)
        self._tell(("Sistem siap", "The system is ready"))

    def watch(self) -> None:
        """Stay until a part of the system ends by itself; raises Died then."""
        while not (dead := self.supervisor.dead()):
            time.sleep(_LOOK_EVERY)
        name, log, why = dead[0].program.name, dead[0].log, dead[0].reason()
        raise Died(
            (f"{name} berhenti sendiri: {why}.", f"{name} ended by itself: {why}."),
            remedy=(f"Catatan lengkapnya ada di {log}", f"Its whole log stands in {log}"),
        )

    def stop_broker(self) -> None:
        self.broker.stop()

    def start_broker(self) -> None:
        """Start it again under the same address, and wait until it is ready."""
        self.broker.start()

    def restart_worker(self, service: str) -> None:
        """Stop the worker of that service in order, if it runs, and start it again."""
        self.supervisor.stop(f"worker-{service}")
        self.supervisor.start(self._programs().worker(service, self._ports[service]))

    def kill_worker(self, service: str) -> None:
        """Crash the worker of that service (SIGKILL)."""
        self.supervisor.stop(f"worker-{service}", kill=True)

    def _programs(self) -> Programs:
        return Programs(self.environment, self.state.folder)

    def _apply_topology(self, programs: Programs) -> None:
        from shared.messaging.topology import topology  # noqa: PLC0415 - `zi up --help` needs no contracts

        self.supervisor.run(programs.zi("topology", "apply"))
        for name, pattern, definition in topology().policies:
            self.broker.set_policy(name, pattern, definition)
