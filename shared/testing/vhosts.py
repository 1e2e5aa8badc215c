"""A broker's virtual hosts for tests: a new one for each test where that is allowed, else the named one, tidied."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import requests

from shared.messaging.declare import missing, open_connection
from shared.messaging.topology import topology

_WITHIN = 30.0


class NewVhosts:
    """Virtual hosts made and deleted through the broker's management API, some 20 ms each."""

    def __init__(self, amqp_uri: str, management_uri: str) -> None:
        self._amqp, self._management = urlsplit(amqp_uri), management_uri

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """The URI of a new virtual host, deleted at the end with all its queues and connections."""
        name = f"zt{secrets.token_hex(4)}"
        address = f"{self._management}/api/vhosts/{name}"
        requests.put(address, json={}, timeout=_WITHIN).raise_for_status()
        try:
            yield f"{self._amqp.scheme}://{self._amqp.netloc}/{name}"
        finally:
            requests.delete(address, timeout=_WITHIN).raise_for_status()


class BorrowedVhost:
    """The virtual host that AMQP_URI names, for one test after the other.

    Raises RuntimeError if a queue of the house stands there already: tests would drain and delete it.
    """

    def __init__(self, amqp_uri: str) -> None:
        self._uri = amqp_uri
        names = {queue.name for queue in topology().queues}
        standing = sorted(names - set(missing(amqp_uri)))
        if standing:
            raise RuntimeError(
                f"the virtual host of AMQP_URI holds queues of a system, {standing[0]} among them: name an empty one, "
                "or name the broker's management API in RABBITMQ_MANAGEMENT_URI so that tests make their own"
            )

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """Its URI; the house's queues and exchanges in it are deleted at the end."""
        try:
            yield self._uri
        finally:
            with open_connection(self._uri) as connection:
                channel = connection.channel()
                for queue in topology().queues:
                    channel.queue_delete(queue.name)
                for exchange in topology().exchanges:
                    channel.exchange_delete(exchange.name)


def management_beside(amqp_uri: str, named: str = "") -> str:
    """The management API of a broker that somebody else runs: `named`, else port 15672 of its host; "" without one."""
    place = urlsplit(amqp_uri)
    user, password = quote(place.username or "guest", safe=""), quote(place.password or "guest", safe="")
    uri = (named or f"http://{user}:{password}@{place.hostname}:15672").rstrip("/")
    try:
        requests.get(f"{uri}/api/whoami", timeout=_WITHIN).raise_for_status()
    except requests.RequestException:
        return ""
    return uri
