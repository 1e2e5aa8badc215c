"""What operators see and do, beside a worker that runs: real broker, real database."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pika
import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from shared.contracts import encode, envelope
from shared.localrun.ports import free_ports
from shared.messaging.deadletter_walk import connected, waiting
from shared.messaging.deadletters import DeadLetters
from shared.messaging.selection import Selection
from shared.storage import Cause, Event
from shared.testing import wait_until
from tests.integration.conftest import QUEUE, Bench
from tests.integration.moment import NOW
from tests.integration.probe_rooms import Thing, over

ALL = Selection()


class Counter:
    """The bench with a worker that has a health port, and an operator before it."""

    def __init__(self, bench: Bench) -> None:
        self.bench, (port,) = bench, free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        self.letters = DeadLetters(bench.settings.amqp_uri, ["registry"])
        bench.start(HEALTH_PORT=str(port))
        wait_until(lambda: "worker_ready" in bench.lines(), 30, "the probe to be ready")

    def dead(self, code: str, order: str, reason: str = "poison: bad", times: int = 1) -> str:
        """Put an event among the registry's dead letters, as its worker does; gives its id."""
        data = {"code": code, "name": order, "kind": "ministry", "province": None}
        event = envelope(
            "units", f"institution:{code}", 1, Event("units.institution_registered", data), Cause(NOW, "c")
        )
        died = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
        headers = {"x-queue": QUEUE, "x-attempt": 6, "x-reason": reason, "x-dead-at": died}
        properties = pika.BasicProperties(
            message_id=event["id"], type=event["type"], correlation_id=f"corr-{code}", headers=headers
        )
        with connected(self.bench.settings.amqp_uri) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for _ in range(times):
                channel.basic_publish("registry.dead", QUEUE, encode(event), properties, mandatory=True)
        return str(event["id"])

    def page(self, query: str = "") -> requests.Response:
        return requests.get(f"{self.address}/operations{query}", timeout=30)

    def metric(self, name: str, **labels: str) -> float | None:
        text = requests.get(f"{self.address}/metrics", timeout=30).text
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return float(sample.value)
        return None


@pytest.fixture
def counter(bench: Bench) -> Counter:
    over(bench.database).things.create("one", Thing("one"), (), Cause(NOW, "made"))
    return Counter(bench)


def settled(counter: Counter) -> Callable[[], bool]:
    """True when the handler's queue is empty and every delivery of it has its line."""

    def look() -> bool:
        with connected(counter.bench.settings.amqp_uri) as connection:
            return waiting(connection, [QUEUE])[QUEUE] == 0

    return look


def test_what_is_replayed_takes_effect_once_however_often_it_is_replayed(counter: Counter) -> None:
    things = over(counter.bench.database).things
    counter.dead("K01", "guarded", times=3)
    assert counter.letters.replay(ALL, execute=True) == {"moved": 3, "refused": 0}
    wait_until(lambda: counter.bench.lines().count(f'"handler": "{QUEUE}"') == 3, what="three deliveries")
    counter.dead("K01", "guarded")
    counter.letters.replay(ALL, execute=True)
    wait_until(lambda: counter.bench.lines().count(f'"handler": "{QUEUE}"') == 4, what="the fourth")
    assert things.load("one").state.number == 1
    assert counter.letters.read() == []


def test_letters_are_replayed_while_the_worker_and_a_second_operator_are_at_work(counter: Counter) -> None:
    ids = {counter.dead(f"D{n:03}", "fine") for n in range(60)}
    counter.bench.tell(*((f"T{n:03}", "fine") for n in range(60)))
    second = DeadLetters(counter.bench.settings.amqp_uri, ["registry"])
    moved = counter.letters.replay(ALL, execute=True, limit=30)["moved"]
    moved += second.replay(ALL, execute=True)["moved"]
    assert moved == len(ids)
    wait_until(lambda: len(counter.bench.effects()) == 120, 30, "every effect")
    assert set(counter.bench.effects().values()) == {1}


def test_the_metrics_count_what_waits_and_take_nothing_away(counter: Counter) -> None:
    counter.dead("K01", "poison", times=2)
    with connected(counter.bench.settings.amqp_uri) as connection:
        connection.channel().basic_publish("registry.events", "registry.nobody_hears", b"{}")
    wait_until(lambda: counter.metric("zona_dead_letters", service="registry") == 2, 30, "the gauge")
    wait_until(lambda: counter.metric("zona_unconsumed", service="registry") == 1, 30, "the gauge")
    assert counter.metric("zona_outbox_waiting", service="registry", kind="thing") == 0
    assert counter.metric("zona_broker_answers", service="registry") == 1
    assert len(counter.letters.read()) == 2


def test_the_page_shows_reason_attempts_age_and_command_but_no_body_and_no_persons(counter: Counter) -> None:
    id = counter.dead("K01", "poison", "poison: <b>budi@example.go.id</b> 198001012005011001")
    page = counter.page()
    assert page.status_code == 200
    assert 'lang="id"' in page.text
    for text in ("corr-K01", "3h", f"zi dlq replay {id} --service registry --execute", "&lt;b&gt;", QUEUE):
        assert text in page.text
    for text in ("budi", "198001012005011001", "ministry", "<b>", "<script"):
        assert text not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert 'lang="en"' in counter.page("?lang=en").text
    assert len(counter.letters.read()) == 1, "to look takes nothing away"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?reason=BAD", 1),
        ("?reason=good", 0),
        ("?older_than=2h", 1),
        ("?older_than=4h", 0),
        ("?event=units.institution_registered", 1),
        ("?event=units.unit_registered&reason=&older_than=", 0),
    ],
)
def test_the_page_takes_filters(counter: Counter, query: str, rows: int) -> None:
    counter.dead("K01", "poison")
    assert counter.page(query).text.count('<th scope="row">') == rows


def test_the_page_has_at_most_a_hundred_letters_and_says_so(counter: Counter) -> None:
    counter.dead("K01", "poison", times=120)
    text = counter.page("?lang=en").text
    assert text.count('<th scope="row">') == 100
    assert "waiting: 120" in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?older_than=soon", "older_than"),
        ("?x=1", "x"),
        ("?reason=a&reason=b", "reason"),
        ("?lang=jv", "lang"),
        ("?event=A", "event"),
    ],
)
def test_a_parameter_that_is_wrong_is_named_with_400(counter: Counter, query: str, name: str) -> None:
    page = counter.page(query)
    assert page.status_code == 400
    assert f"<code>{name}</code>" in page.text


def test_a_queue_that_is_missing_is_named_on_the_page(counter: Counter) -> None:
    with connected(counter.bench.settings.amqp_uri) as connection:
        connection.channel().queue_delete("registry.dead")
    page = counter.page("?lang=en")
    assert page.status_code == 200
    assert "There is no queue <code>registry.dead</code>" in page.text


def test_the_page_answers_and_says_so_while_the_broker_is_away(bench: Bench) -> None:
    health, nobody = free_ports(2)
    bench.start(HEALTH_PORT=str(health), AMQP_URI=f"amqp://127.0.0.1:{nobody}/%2F")
    address = f"http://127.0.0.1:{health}/operations"
    wait_until(lambda: answers(address), 30, "the page")
    page = requests.get(f"{address}?lang=en", timeout=30)
    assert page.status_code == 200
    assert "The broker does not answer." in page.text


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=30).ok
    except requests.ConnectionError:
        return False
