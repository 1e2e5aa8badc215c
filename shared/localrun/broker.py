"""RabbitMQ for this machine: the broker that AMQP_URI names, or a private node of an installed rabbitmq-server.

The private node shares nothing with a broker that the system itself may run: own folder, cookie, password, port
mapper (epmd) and ports, all on loopback. Both processes run in the foreground, so that we own them by process id.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from kombu.connection import Connection

from shared.localrun.errors import NotReachable
from shared.localrun.packages import find_or_install
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Program, Supervisor, last_lines

NODE = "zona@localhost"
USER = "zona"
_HANDSHAKE_WITHIN = 3.0
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_LOG_PREFIX = re.compile(r"^\S+ \S+ \[\w+\] <[\d.]+> ")
_INSTEAD = ("beri AMQP_URI alamat RabbitMQ yang sudah berjalan", "set AMQP_URI to a RabbitMQ that runs already")


def find_server() -> Path | None:
    """The server's own script, never the wrapper around it.

    Debian's wrapper in /usr/sbin changes to the user rabbitmq and to its folders and, for anyone but root and
    rabbitmq, refuses to run; the script that it wraps runs for any user.
    """
    wrapped = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    packed = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"), reverse=True)
    on_path = shutil.which("rabbitmq-server")
    candidates = [wrapped, *packed, *([Path(on_path)] if on_path else [])]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def find_epmd() -> Path | None:
    """Erlang's port mapper, which comes with Erlang but not always on PATH."""
    on_path = shutil.which("epmd")
    packed = sorted(Path("/usr").glob("lib*/erlang/erts-*/bin/epmd"), reverse=True)
    return Path(on_path) if on_path else next(iter(packed), None)


def handshake(uri: str) -> None:
    """Complete the AMQP handshake with this user and virtual host; raises what the transport raises."""
    with Connection(uri, connect_timeout=_HANDSHAKE_WITHIN) as connection:  # type: ignore[no-untyped-call] # kombu has no types
        transport = connection.transport
        transport.close_connection(transport.establish_connection())


class ExternalBroker:
    """A broker that somebody else runs; we check that it is there and never stop it."""

    management_uri = ""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def start(self) -> None:
        """Raises NotReachable."""
        try:
            handshake(self.uri)
        except Exception as error:  # kombu passes on whatever the socket or the protocol raises
            place = urlsplit(self.uri)
            where = f"AMQP_URI ({place.hostname}:{place.port or 5672}{place.path})"
            raise NotReachable(
                (f"Broker pada {where} tidak menjawab: {error}.", f"The broker of {where} does not answer: {error}."),
                remedy=("Jalankan broker itu atau kosongkan AMQP_URI.", "Start it, or unset AMQP_URI."),
            ) from error

    def stop(self) -> None:
        """Nothing: it is not ours."""

    def kill(self) -> None:
        """Nothing: it is not ours."""


class PrivateBroker:
    """A node of our own in `folder`; it keeps its ports and data from one start to the next."""

    def __init__(self, supervisor: Supervisor, folder: Path, *, management: bool = True) -> None:
        self._supervisor, self._folder, self._management = supervisor, folder.absolute(), management
        self._port, self._distribution, self._mapper, self._web = free_ports(4)
        self._password = ""

    @property
    def uri(self) -> str:
        return f"amqp://{USER}:{self._password}@{LOOPBACK}:{self._port}/%2F"

    @property
    def management_uri(self) -> str:
        """The HTTP API with its user and password; empty without management."""
        return f"http://{USER}:{self._password}@{LOOPBACK}:{self._web}" if self._management else ""

    @property
    def environment(self) -> Mapping[str, str]:
        """What the server and its tools (rabbitmqctl) must be told to mean this node and no other."""
        folder = self._folder
        return {
            "HOME": str(folder / "home"),  # of the cookie; Erlang makes it, readable for this user only
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "ERL_EPMD_PORT": str(self._mapper),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def start(self) -> None:
        """Start the port mapper and the node; raises MissingPackage or DidNotStart."""
        server = find_or_install(find_server, "rabbitmq-server", _INSTEAD)
        mapper = find_or_install(find_epmd, "erlang-base", _INSTEAD)
        self._write_configuration()
        if "epmd" not in self._supervisor.children:
            arguments = (str(mapper), "-address", LOOPBACK, "-port", str(self._mapper))
            self._supervisor.start(Program("epmd", arguments, ready=self._mapper_listens, start_within=15))
        self._supervisor.start(
            Program(
                "broker",
                (str(server),),
                environment=self.environment,
                folder=self._folder,
                ready=self._answers,
                start_within=120,
                stop_within=60,
                reason=boot_failure,
            )
        )

    def stop(self) -> None:
        """Stop the node in order, then its port mapper."""
        self._supervisor.stop("broker")
        self._supervisor.stop("epmd")

    def kill(self) -> None:
        """Crash the node (SIGKILL); the port mapper stays for the next start."""
        self._supervisor.stop("broker", kill=True)

    def _write_configuration(self) -> None:
        for name in ("home", "data", "log"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._password = _kept_secret(self._folder / "password")
        lines = [
            f"listeners.tcp.default = {LOOPBACK}:{self._port}",
            f"default_user = {USER}",
            f"default_pass = {self._password}",
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
        ]
        if self._management:
            lines += [f"management.tcp.ip = {LOOPBACK}", f"management.tcp.port = {self._web}"]
        _write_private(self._folder / "rabbitmq.conf", "\n".join(lines) + "\n")
        plugins = "[rabbitmq_management]." if self._management else "[]."
        (self._folder / "enabled_plugins").write_text(plugins + "\n")
        (self._folder / "rabbitmq-env.conf").touch()  # in the place of the system's in /etc/rabbitmq

    def _answers(self) -> bool:
        try:
            handshake(self.uri)
            if self._management:
                socket.create_connection((LOOPBACK, self._web), timeout=1).close()
        except Exception:  # kombu passes on whatever the socket or the protocol raises: not yet
            return False
        return True

    def _mapper_listens(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self._mapper), timeout=1).close()
        except OSError:
            return False
        return True


def make_broker(environment: Mapping[str, str], supervisor: Supervisor, folder: Path) -> ExternalBroker | PrivateBroker:
    """The broker that AMQP_URI names, else a private one in `folder`; neither is started yet."""
    uri = environment.get("AMQP_URI", "")
    return ExternalBroker(uri) if uri else PrivateBroker(supervisor, folder)


def boot_failure(log: Path) -> str:
    """Why a node did not boot, out of the many lines that it writes about it."""
    lines = last_lines(log, 200)
    text = [_LOG_PREFIX.sub("", _COLOUR.sub("", line)).strip() for line in lines]
    begun = [number for number, line in enumerate(text) if line.startswith(("BOOT FAILED", "ERROR:", "Error during"))]
    if not begun:
        return text[-1][:400] if text else "its log is empty"
    told = [line for line in text[begun[0] :] if line and not line.startswith(("BOOT FAILED", "Error during startup"))]
    return " ".join(told[:3])[:400] or "BOOT FAILED"


def _kept_secret(path: Path) -> str:
    """The secret in that file, made at the first call."""
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
