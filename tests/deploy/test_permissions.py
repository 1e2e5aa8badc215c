"""The broker's users: what the definitions allow, compared with the contracts, and tried on a real broker."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pika
import pytest
import requests
from pika.exceptions import ChannelClosedByBroker

from deploy import make_secrets
from deploy.containers import broker as broker_setup
from shared.contracts import CONTRACTS
from shared.messaging import declare
from shared.messaging.deadletters import DeadLetters
from shared.messaging.topology import topology
from shared.settings import SERVICES, Settings
from shared.testing import TestBroker

ACCESS_REFUSED = 403


def allowed(permissions: dict[str, Any], kind: str, names: set[str]) -> set[str]:
    return {name for name in names if re.search(permissions[kind], name)}


def granted(folder: Path, service: str) -> dict[str, Any]:
    (found,) = [each for each in made(folder)["permissions"] if each["user"] == service]
    return found


def made(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "rabbitmq-definitions.json").read_text())


def test_there_is_a_user_for_each_service_and_one_for_the_set_up(secret_folder: Path) -> None:
    users = {each["name"]: each["tags"] for each in made(secret_folder)["users"]}
    assert users == {"zona-setup": ["administrator"], **{service: [] for service in SERVICES}}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_and_reads_what_its_contracts_need_and_nothing_else(secret_folder: Path, service: str) -> None:
    exchanges = {exchange.name for exchange in topology().exchanges} | {"amq.default", "amq.topic", ""}
    queues = {queue.name for queue in topology().queues}
    permission = granted(secret_folder, service)
    says = {f"{c.source}.events" for c in CONTRACTS.values() if c.source == service}
    tiers = {f"{service}.retry.{delay}" for delay in (500, 2_000, 10_000, 60_000, 600_000)}
    hears = {queue for c in CONTRACTS.values() for queue in c.consumers if queue.startswith(f"{service}.")}
    assert allowed(permission, "write", exchanges) == says | tiers | {f"{service}.dead"}
    assert allowed(permission, "write", queues - exchanges) == set()
    assert allowed(permission, "read", queues) == hears | {f"{service}.dead"}
    own_dead = {f"{service}.dead"}  # the exchange has the queue's name; it leads nowhere else
    assert allowed(permission, "read", exchanges) == own_dead
    assert allowed(permission, "configure", exchanges - {""} | queues) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_its_own_events_alone(secret_folder: Path, service: str) -> None:
    topics = [each for each in made(secret_folder)["topic_permissions"] if each["user"] == service]
    own = {each for each in CONTRACTS if each.startswith(f"{service}.")}
    assert [each["exchange"] for each in topics] == ([f"{service}.events"] if own else [])
    for each in topics:
        assert allowed(each, "write", {*CONTRACTS, "anything"}) == own


class House:
    """A broker set up as in the containers: the definitions that `make secrets` made, then the set-up's own steps."""

    def __init__(self, server: TestBroker, folder: Path) -> None:
        self._folder, self._connections = folder, []
        self.place = urlsplit(server.server.uri)
        management = urlsplit(server.server.management_uri)
        self.management = f"http://{management.hostname}:{management.port}"
        admin = (str(management.username), str(management.password))
        requests.post(
            f"{self.management}/api/definitions", json=made(folder), auth=admin, timeout=30
        ).raise_for_status()

    def uri(self, owner: str) -> str:
        """The URI that the owner's container gets, with this broker's address."""
        uri = (self._folder / f"{owner}-amqp-uri").read_text()
        return uri.replace(make_secrets.BROKER, f"{self.place.hostname}:{self.place.port}")

    def channel(self, owner: str) -> Any:
        connection = pika.BlockingConnection(pika.URLParameters(self.uri(owner)))
        self._connections.append(connection)
        channel = connection.channel()
        channel.confirm_delivery()
        return channel

    def close(self) -> None:
        for connection in self._connections:
            if connection.is_open:
                connection.close()


@pytest.fixture(scope="module")
def house(broker_server: TestBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if os.environ.get("AMQP_URI"):
        pytest.skip("users belong to the whole broker: not on one that somebody else runs")
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets.make(folder)
    house = House(broker_server, folder)
    settings = Settings(amqp_uri=house.uri("setup"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RABBITMQ_MANAGEMENT_URI", house.management)
        broker_setup.grant(settings)
        declare.apply(settings.amqp_uri)
        broker_setup.apply_policies(settings)
        broker_setup.grant(settings)  # safe to repeat
    yield house
    house.close()


def refused(action: Callable[[], object]) -> bool:
    """Whether the broker closes the channel with 403 ACCESS_REFUSED."""
    with pytest.raises(ChannelClosedByBroker) as closed:
        action()
    return closed.value.reply_code == ACCESS_REFUSED


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        ("registry.events", "registry.designation_published"),
        ("evaluation.events", "evaluation.concluded"),
        ("registry.dead", "registry.draft_designation"),
        ("registry.retry.500", "registry.draft_designation"),
        ("", "registry.draft_designation"),
        ("amq.topic", "registry.designation_published"),
    ],
)
def test_a_notifier_can_publish_nothing_of_another_service(house: House, exchange: str, key: str) -> None:
    channel = house.channel("notifications")
    assert refused(lambda: channel.basic_publish(exchange, key, b"forged", mandatory=True))


def test_a_notifier_reaches_no_other_service_by_way_of_its_retry_tiers(house: House) -> None:
    elsewhere = "registry.draft_designation"
    soon = pika.BasicProperties(expiration="10")
    house.channel("notifications").basic_publish("notifications.retry.500", elsewhere, b"forged", soon, mandatory=True)
    method, _, _ = next(house.channel("registry").consume(elsewhere, inactivity_timeout=3))
    assert method is None


def test_a_notifier_hears_its_own_queue(house: House) -> None:
    house.channel("registry").basic_publish("registry.events", "registry.designation_drafted", b"{}", mandatory=True)
    method, _, body = next(house.channel("notifications").consume("notifications.notify", inactivity_timeout=20))
    assert (method.routing_key, body) == ("registry.designation_drafted", b"{}")


def test_a_notifier_hears_no_queue_of_another_service(house: House) -> None:
    for queue in ("registry.draft_designation", "registry.dead", "notifications.parked", "units.unconsumed"):
        assert refused(partial(house.channel("notifications").basic_get, queue))


def test_a_service_looks_at_its_own_dead_letters_which_stay(house: House) -> None:
    house.channel("notifications").basic_publish("notifications.dead", "x", b"{}", mandatory=True)
    (first, *_) = DeadLetters(house.uri("notifications"), ["notifications"]).read(limit=1)
    assert first.body == b"{}"
    assert DeadLetters(house.uri("setup"), ["notifications"]).count() == 1


def test_no_service_configures_anything(house: House) -> None:
    for service in SERVICES:
        queue = f"{service}.dead"
        assert refused(partial(house.channel(service).queue_declare, "mine", durable=True))
        assert refused(partial(house.channel(service).queue_delete, queue))
        assert refused(partial(house.channel(service).queue_purge, f"{service}.parked"))
        for other in set(SERVICES) - {service}:
            assert refused(partial(house.channel(service).queue_purge, f"{other}.dead"))
        assert refused(partial(house.channel(service).queue_bind, queue, "registry.events", "#"))


def test_a_service_says_no_others_words_in_its_own_exchange(house: House) -> None:
    channel = house.channel("registry")
    assert refused(lambda: channel.basic_publish("registry.events", "evaluation.concluded", b"{}", mandatory=True))


def test_every_service_may_do_all_that_its_worker_does(house: House) -> None:
    for service in SERVICES:
        channel = house.channel(service)
        channel.basic_publish(f"{service}.dead", "x", b"{}", mandatory=True)
        channel.basic_publish(f"{service}.retry.600000", "x", b"{}", mandatory=True)
        for contract in CONTRACTS.values():
            if contract.source == service:
                channel.basic_publish(f"{service}.events", contract.type, b"{}", mandatory=True)
        assert declare.missing(house.uri(service)) == []  # asks for every queue passively, as a start does


def test_the_policies_stand(house: House) -> None:
    user = urlsplit(house.uri("setup"))
    found = requests.get(f"{house.management}/api/policies", auth=(user.username, user.password), timeout=30).json()
    assert {(each["name"], each["pattern"]) for each in found} == {(p[0], p[1]) for p in topology().policies}
