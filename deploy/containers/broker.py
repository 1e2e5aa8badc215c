"""The broker's part of the set-up that AMQP has no words for: permissions, policies, and no guest (management API)."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from deploy.containers.ground import NotThere
from shared.messaging.permissions import permission_of, topic_permissions_of
from shared.messaging.topology import topology
from shared.settings import SERVICES, Settings

MANAGEMENT_PORT = 15672
WITHIN = 10.0


class Management:
    """The broker's HTTP API, spoken to as the user of AMQP_URI."""

    def __init__(self, settings: Settings) -> None:
        place = urlsplit(settings.amqp_uri)
        self.vhost = unquote(place.path[1:]) or "/"
        named = os.environ.get("RABBITMQ_MANAGEMENT_URI", "")
        self._address = named.rstrip("/") or f"http://{place.hostname}:{MANAGEMENT_PORT}"
        pair = f"{unquote(place.username or '')}:{unquote(place.password or '')}"
        self._authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"

    def put(self, *path: str, body: dict[str, Any]) -> None:
        """Raises NotThere."""
        self._ask("PUT", path, json.dumps(body).encode())

    def delete(self, *path: str) -> None:
        """What is absent already is fine. Raises NotThere."""
        self._ask("DELETE", path, None, fine=(HTTPStatus.NOT_FOUND,))

    def _ask(self, method: str, path: tuple[str, ...], body: bytes | None, fine: tuple[int, ...] = ()) -> None:
        address = "/".join((self._address, "api", *(quote(part, safe="") for part in path)))
        request = urllib.request.Request(address, body, method=method)  # noqa: S310 - our own broker's address
        request.add_header("Authorization", self._authorization)
        request.add_header("Content-Type", "application/json")
        try:
            urllib.request.urlopen(request, timeout=WITHIN).close()  # noqa: S310 - the same
        except urllib.error.HTTPError as error:
            if error.code not in fine:
                raise NotThere(
                    f"the broker's management refuses {method} {'/'.join(path)}: {_reason(error)}"
                ) from error
        except OSError as error:
            raise NotThere(f"the broker's management does not answer at {self._address}: {error}") from error


def grant(settings: Settings) -> list[str]:
    """Give every service's user its permissions; gives what was done. Raises NotThere."""
    management = Management(settings)
    for service in SERVICES:
        permission = permission_of(service)
        body = {"configure": permission.configure, "write": permission.write, "read": permission.read}
        management.put("permissions", management.vhost, service, body=body)
        for topic in topic_permissions_of(service):
            body = {"exchange": topic.exchange, "write": topic.write, "read": topic.read}
            management.put("topic-permissions", management.vhost, service, body=body)
    management.delete("users", "guest")
    return [f"the broker's users {', '.join(SERVICES)} may write and read their own alone; there is no guest"]


def apply_policies(settings: Settings) -> list[str]:
    """Set the policies of the topology; gives what was done. Raises NotThere."""
    management = Management(settings)
    done = []
    for name, pattern, definition in topology().policies:
        body = {"pattern": pattern, "definition": definition, "apply-to": "queues", "priority": 0}
        management.put("policies", management.vhost, name, body=body)
        done.append(f"the policy {name} stands")
    return done


def _reason(error: urllib.error.HTTPError) -> str:
    if error.code == HTTPStatus.UNAUTHORIZED:
        return "wrong password or unknown user in AMQP_URI"
    return f"{error.code} {error.read()[:200].decode(errors='replace')}"
