"""RabbitMQ for this machine: the broker that AMQP_URI names, or a private node of an installed rabbitmq-server.

The private node shares nothing with a broker that the system itself may run: own folder, cookie, password, port
mapper (epmd) and ports, all on loopback. Both processes run in the foreground, so that we own them by process id.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kombu.connection import Connection

from shared.localrun.errors import NotReachable
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Program, Supervisor
from shared.localrun.rabbitmq import boot_failure, find_server, require_epmd, require_server
from shared.localrun.state import kept_secret, write_private

NODE = "zona@localhost"
USER = "zona"
_HANDSHAKE_WITHIN = 3.0
_DISTRIBUTION_ON_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"


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

    def launch(self) -> None:
        """Nothing: it runs."""

    def await_ready(self) -> None:
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

    def start(self) -> None:
        """Raises NotReachable."""
        self.await_ready()

    def set_policy(self, name: str, pattern: str, definition: Mapping[str, Any]) -> None:
        """Nothing: policies of a broker that somebody else runs are theirs to set (`zi topology export`)."""

    def stop(self) -> None:
        """Nothing: it is not ours."""

    def kill(self) -> None:
        """Nothing: it is not ours."""


class PrivateBroker:
    """A node of our own in `folder`; it keeps its ports and data from one start to the next."""

    def __init__(self, supervisor: Supervisor, folder: Path, *, management: bool = False) -> None:
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
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _DISTRIBUTION_ON_LOOPBACK,
            "RABBITMQ_CTL_ERL_ARGS": _DISTRIBUTION_ON_LOOPBACK,
        }

    def start(self) -> None:
        """Start the port mapper and the node; raises MissingPackage or DidNotStart."""
        self.launch()
        self.await_ready()

    def await_ready(self) -> None:
        """Wait for the launched node; raises DidNotStart with the reason out of its log."""
        self._supervisor.await_ready(self._supervisor.children["broker"])

    def launch(self) -> None:
        """Start the port mapper, and the node without waiting; raises MissingPackage or DidNotStart."""
        server = require_server()
        mapper = require_epmd()
        self._write_configuration()
        if "epmd" not in self._supervisor.children:
            arguments = (str(mapper), "-address", LOOPBACK, "-port", str(self._mapper))
            taken = f"another program listens on {LOOPBACK}:{self._mapper}"  # it says nothing itself
            self._supervisor.start(Program("epmd", arguments, ready=self._mapper_listens, reason=lambda _: taken))
        self._supervisor.launch(
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

    def set_policy(self, name: str, pattern: str, definition: Mapping[str, Any]) -> None:
        """Set a policy for queues, which AMQP has no word for; raises DidNotStart if the node refuses."""
        tool = Path(str(find_server())).with_name("rabbitmqctl")
        command = (str(tool), "--node", NODE, "set_policy", "--apply-to", "queues", name, pattern)
        self._supervisor.run(
            Program(
                "rabbitmqctl", (*command, json.dumps(definition)), environment=self.environment, folder=self._folder
            )
        )

    def kill(self) -> None:
        """Crash the node (SIGKILL); the port mapper stays for the next start."""
        self._supervisor.stop("broker", kill=True)

    def _write_configuration(self) -> None:
        for name in ("home", "data", "log"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._password = kept_secret(self._folder / "password")
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
        write_private(self._folder / "rabbitmq.conf", "\n".join(lines) + "\n")
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
        """Ask for the registered names, as the EPMD protocol says: another server there would not answer so."""
        try:
            with socket.create_connection((LOOPBACK, self._mapper), timeout=1) as connection:
                connection.sendall(b"\x00\x01n")
                return connection.recv(4) == self._mapper.to_bytes(4, "big")
        except OSError:
            return False


def make_broker(
    environment: Mapping[str, str], supervisor: Supervisor, folder: Path, *, management: bool = False
) -> ExternalBroker | PrivateBroker:
    """The broker that AMQP_URI names, else a private one in `folder`; neither is started yet."""
    uri = environment.get("AMQP_URI", "")
    return ExternalBroker(uri) if uri else PrivateBroker(supervisor, folder, management=management)
