"""`zi dlq` on a real broker: what each filter takes, what moves, what stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pika
import pytest
from click.testing import CliRunner, Result

from shared.localrun.ports import free_ports
from shared.messaging.deadletter_walk import waiting
from shared.messaging.deadletters import DeadLetters
from shared.messaging.declare import apply, open_connection
from shared.messaging.dlq_cli import dlq
from shared.messaging.selection import Selection
from shared.messaging.topology import Topology, topology
from shared.testing import wait_until

LEARN, NOTIFY = "registry.learn_institution", "notifications.notify"
DEAD, PARKED = "registry.dead", "registry.parked"


class Desk:
    """A broker with the house's queues, and an operator before it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        apply(uri)
        self.connection = open_connection(uri)
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()

    def dead(self, id: str, *, queue: str = LEARN, event: str = "units.institution_registered", **headers: Any) -> None:
        """Put a letter among the dead, as a worker does; it died `hours` ago."""
        service = queue.partition(".")[0]
        died = datetime.now(UTC) - timedelta(hours=headers.pop("hours", 0))
        known = {"x-queue": queue, "x-attempt": 6, "x-reason": "poison: bad", "x-dead-at": died.isoformat()}
        properties = pika.BasicProperties(
            message_id=id, type=event, correlation_id=f"c-{id}", headers=known | headers, delivery_mode=2
        )
        self.channel.basic_publish(
            f"{service}.dead", queue, json.dumps({"id": id}).encode(), properties, mandatory=True
        )

    def zi(self, *arguments: str) -> Result:
        return CliRunner().invoke(dlq, arguments, env={"AMQP_URI": self.uri})

    def ids(self, *arguments: str) -> list[str]:
        """What `zi dlq list` with these arguments shows."""
        done = self.zi("list", "--json", *arguments)
        assert done.exit_code == 0, done.output
        return sorted(each["id"] for each in json.loads(done.output.splitlines()[-1])["letters"])

    def ready(self, queue: str) -> int:
        return waiting(self.connection, [queue])[queue]

    def taken(self, queue: str) -> tuple[Any, bytes]:
        """Take one message for good."""
        _, properties, body = self.channel.basic_get(queue, auto_ack=True)
        properties.headers.pop("x-delivery-count", None)  # the broker's own
        return properties, body


@pytest.fixture
def desk(amqp_uri: str) -> Iterator[Desk]:
    desk = Desk(amqp_uri)
    yield desk
    desk.connection.close()


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Three letters: an old one and a new one for the registry, one for notifications."""
    desk.dead("old", hours=50)
    desk.dead("new", event="evaluation.concluded", **{"x-reason": "wrong_state: Already Decided"})
    desk.dead("mail", queue=NOTIFY, hours=5, event="registry.designation_drafted")
    return desk


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), ["mail", "new", "old"]),
        (("--service", "registry"), ["new", "old"]),
        (("--service", "registry", "--service", "notifications"), ["mail", "new", "old"]),
        (("--event", "evaluation.concluded"), ["new"]),
        (("--reason", "already decided"), ["new"]),
        (("--older-than", "1d"), ["old"]),
        (("--newer-than", "1d"), ["mail", "new"]),
        (("--older-than", "1h", "--newer-than", "1d"), ["mail"]),
        (("--service", "registry", "--event", "registry.designation_drafted"), []),
        (("--parked",), []),
    ],
)
def test_a_list_shows_what_its_filters_take(three: Desk, arguments: tuple[str, ...], shown: list[str]) -> None:
    assert three.ids(*arguments) == shown
    assert (three.ready(DEAD), three.ready("notifications.dead")) == (2, 1), "to look takes nothing away"


def test_a_list_tells_queue_reason_attempts_and_age_and_how_many_wait(three: Desk) -> None:
    done = three.zi("list", "--service", "registry", "--limit", "1")
    assert f"old  units.institution_registered  {LEARN}  attempts 6  age 2d  poison: bad" in done.output
    assert "1 of 2 dead letters; there are more" in done.output


def test_the_count_is_of_all_that_wait_whatever_is_shown(three: Desk) -> None:
    last = json.loads(three.zi("list", "--json", "--limit", "1").output.splitlines()[-1])
    assert (last["dead_lettered"], last["shown"], last["more"]) == (3, 1, True)


def test_show_gives_the_body_and_nothing_else_does(three: Desk) -> None:
    assert '{"id": "old"}' in three.zi("show", "old").output
    (letter,) = json.loads(three.zi("show", "old", "--json").output)["letters"]
    assert (letter["body"], letter["attempts"], letter["queue"]) == ('{"id": "old"}', 6, LEARN)
    assert '"body"' not in three.zi("list", "--json").output


def test_show_of_an_unknown_letter_says_so_and_exits_with_2(three: Desk) -> None:
    done = three.zi("show", "nobody")
    assert done.exit_code == 2
    assert "tidak ada surat mati nobody" in done.stderr
    assert "there is no dead letter nobody" in done.stderr


def test_a_replay_without_execute_moves_nothing(three: Desk) -> None:
    done = three.zi("replay", "--all")
    assert done.exit_code == 0
    assert "would replay old to registry.learn_institution" in done.output
    assert "nothing has moved" in done.output
    assert (three.ready(DEAD), three.ready("notifications.dead"), three.ready(LEARN)) == (2, 1, 0)


def test_a_replayed_letter_arrives_as_it_was_with_a_fresh_count_of_attempts(three: Desk) -> None:
    assert three.zi("replay", "old", "--execute").exit_code == 0
    properties, body = three.taken(LEARN)
    assert (properties.message_id, properties.type, properties.correlation_id, body) == (
        "old",
        "units.institution_registered",
        "c-old",
        b'{"id": "old"}',
    )
    assert properties.headers == {"x-attempt": 0, "x-replayed": 1}
    assert properties.delivery_mode == 2
    assert three.ids() == ["mail", "new"]


def test_replays_are_counted_over_further_deaths(desk: Desk) -> None:
    desk.dead("a", **{"x-replayed": 2})
    desk.zi("replay", "a", "--execute")
    assert desk.taken(LEARN)[0].headers["x-replayed"] == 3


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (("--service", "notifications"), ["new", "old"]),
        (("--event", "evaluation.concluded"), ["mail", "old"]),
        (("--reason", "poison", "--older-than", "1d"), ["mail", "new"]),
        (("--newer-than", "1h"), ["mail", "old"]),
        (("old", "mail"), ["new"]),
        (("old", "mail", "--service", "registry"), ["mail", "new"]),
        (("--all",), []),
        (("--service", "registry", "--limit", "1"), ["mail", "new"]),
    ],
)
def test_a_replay_moves_what_its_filters_take_and_no_more(
    three: Desk, arguments: tuple[str, ...], left: list[str]
) -> None:
    three.zi("replay", *arguments, "--execute")
    assert three.ids() == left


def test_a_letter_that_is_named_but_not_there_is_said_while_the_others_move(three: Desk) -> None:
    done = three.zi("replay", "old", "nobody", "--execute", "--json")
    assert done.exit_code == 2
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["moved"], last["refused"], last["missing"]) == (1, 0, ["nobody"])
    assert "there is no dead letter nobody" in done.stderr


def test_park_puts_letters_aside_with_note_who_and_when_and_replay_brings_them_back(three: Desk) -> None:
    dry = three.zi("park", "old", "--note", "waiting for the ministry")
    assert "would park old" in dry.output
    assert three.ready(PARKED) == 0
    done = three.zi("park", "old", "--note", "waiting for the ministry", "--by", "Sari", "--execute")
    assert done.exit_code == 0, done.output
    assert three.ids() == ["mail", "new"]
    (row,) = json.loads(three.zi("list", "--parked", "--json").output)["letters"]
    assert (row["id"], row["note"], row["parked_by"], row["queue"]) == (
        "old",
        "waiting for the ministry",
        "Sari",
        LEARN,
    )
    assert (row["reason"], row["attempts"], row["correlation_id"]) == ("poison: bad", 6, "c-old")
    assert row["died_at"] < row["parked_at"]
    assert "Sari: waiting for the ministry" in three.zi("list", "--parked", "--older-than", "1d").output
    assert three.zi("replay", "--parked", "old", "--execute").exit_code == 0
    assert three.taken(LEARN)[0].headers == {"x-attempt": 0, "x-replayed": 1}
    assert three.ready(PARKED) == 0


def test_a_letter_whose_queue_is_gone_is_refused_with_a_sentence_and_stays(three: Desk) -> None:
    three.channel.queue_delete(LEARN)
    for execute in ((), ("--execute",)):
        done = three.zi("replay", "--all", *execute)
        assert done.exit_code == 1
        assert f"old tetap: antrean {LEARN} tidak ada" in done.stderr
        assert f"old stays: there is no queue {LEARN}" in done.stderr
    assert three.ids() == ["new", "old"]
    assert three.ready(NOTIFY) == 1, "the others moved"


@pytest.mark.parametrize(
    "queue", ["registry.handler_of_old", "notifications.notify", "registry.dead", "units.events", ""]
)
def test_a_letter_goes_to_no_queue_but_one_of_its_own_services_handlers(desk: Desk, queue: str) -> None:
    desk.dead("odd", **{"x-queue": queue})
    done = desk.zi("replay", "odd", "--execute")
    assert done.exit_code == 1
    assert "no handler" in done.stderr
    assert desk.ready(DEAD) == 1


def test_what_the_broker_itself_gave_up_has_its_queue_reason_and_age_too(desk: Desk) -> None:
    limits = {"x-queue-type": "quorum", "x-dead-letter-exchange": "registry.dead", "x-delivery-limit": 1}
    desk.channel.queue_delete(LEARN)
    desk.channel.queue_declare(LEARN, durable=True, arguments=limits)
    desk.channel.basic_publish("", LEARN, b"x", pika.BasicProperties(headers={"x-reason": "an earlier retry's"}))

    def give_back() -> bool:
        method, _, _ = desk.channel.basic_get(LEARN)
        if method is not None:
            desk.channel.basic_nack(method.delivery_tag, requeue=True)
        return desk.ready(DEAD) == 1

    wait_until(give_back, what="the broker to give it up")
    (letter,) = DeadLetters(desk.uri, ["registry"]).read(Selection(newer_than=timedelta(hours=1)))
    assert (letter.queue, letter.reason) == (LEARN, "delivery_limit")
    assert letter.id.startswith("body-"), "a letter without an id can be named all the same"
    assert desk.zi("park", letter.id, "--note", "n", "--execute").exit_code == 0
    (row,) = json.loads(desk.zi("list", "--parked", "--newer-than", "1h", "--json").output)["letters"]
    assert (row["queue"], row["reason"], row["id"]) == (LEARN, "delivery_limit", letter.id)


def test_a_letter_without_any_moment_is_shown_with_an_unknown_age(desk: Desk) -> None:
    desk.dead("e", **{"x-dead-at": "yesterday"})
    assert "age ?" in desk.zi("list").output
    assert desk.ids("--older-than", "0s") == []


def test_a_letter_can_say_nothing_that_a_terminal_obeys(desk: Desk) -> None:
    desk.dead("e", **{"x-reason": "\x1b[2J gone"})
    assert "\x1b" not in desk.zi("list").output


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("list", "--older-than", "3w"), "--older-than"),
        (("list", "--newer-than", "soon"), "--newer-than"),
        (("list", "--event", "Everything"), "--event"),
        (("list", "--service", "unit"), "--service"),
        (("list", "--reason", ""), "--reason"),
        (("list", "--limit", "0"), "--limit"),
        (("list", "--limit", "many"), "--limit"),
        (("replay",), "--all"),
        (("replay", "--execute"), "--all"),
        (("replay", "a", "--all"), "--all"),
        (("replay", "--service", "units", "--all"), "--all"),
        (("park", "--note", "n"), "--all"),
        (("park", "a", "--note", "  "), "--note"),
        (("park", "a", "--note", "n" * 501), "--note"),
    ],
)
def test_bad_input_exits_with_2_and_names_place_and_remedy_in_both_languages(
    desk: Desk, arguments: tuple[str, ...], place: str
) -> None:
    done = desk.zi(*arguments)
    assert done.exit_code == 2
    assert place in done.stderr
    assert any(word in done.stderr for word in ("tulis", "pilih", "sebutkan"))
    assert any(word in done.stderr for word in ("write", "choose", "name"))


def test_a_broker_that_does_not_answer_is_named_in_both_languages_without_its_password() -> None:
    uri = f"amqp://zona:geheim@127.0.0.1:{free_ports(1)[0]}/%2F"
    for arguments in (["list"], ["show", "a"], ["replay", "--all"], ["park", "--all", "--note", "n"]):
        done = CliRunner().invoke(dlq, arguments, env={"AMQP_URI": uri})
        assert done.exit_code == 1
        assert "tidak ada broker untuk kita di 127.0.0.1" in done.stderr
        assert "no broker for us at 127.0.0.1" in done.stderr
        assert "geheim" not in done.output


def test_a_broker_of_an_older_version_is_told_what_to_run(amqp_uri: str) -> None:
    whole = topology()
    apply(amqp_uri, Topology(whole.exchanges, tuple(q for q in whole.queues if q.name != PARKED), ()))
    desk = Desk.__new__(Desk)
    desk.uri = amqp_uri
    done = desk.zi("list", "--parked")
    assert done.exit_code == 1
    assert f"there is no queue {PARKED}: run `zi topology apply`" in done.stderr


def test_looking_often_costs_no_letter(desk: Desk) -> None:
    desk.dead("a")
    for _ in range(40):  # RabbitMQ 4 would drop it after twenty without the limit
        assert desk.ids() == ["a"]
    arguments = {queue.name: queue.arguments for queue in topology().queues}
    assert arguments[DEAD]["x-delivery-limit"] == arguments[PARKED]["x-delivery-limit"] == 1_000_000_000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_look_that_is_interrupted_gives_everything_back(desk: Desk, number: int) -> None:
    channel = desk.connection.channel()
    for n in range(1_500):
        channel.basic_publish("registry.dead", LEARN, b"{}", pika.BasicProperties(message_id=f"e{n}"))
    wait_until(lambda: desk.ready(DEAD) == 1_500, what="the letters")
    zi = [str(Path(sys.executable).with_name("zi")), "dlq", "replay", "--reason", "not one of them"]
    looking = subprocess.Popen(zi, env={**os.environ, "AMQP_URI": desk.uri}, stderr=subprocess.DEVNULL)
    wait_until(lambda: desk.ready(DEAD) < 1_400, 30, "the look to be under way")
    looking.send_signal(number)
    assert looking.wait(20) != 0, "the look was over before it was interrupted"
    wait_until(lambda: desk.ready(DEAD) == 1_500, what="every letter to be back")


def test_two_operators_who_replay_at_once_lose_nothing(desk: Desk) -> None:
    ids = {f"e{n}" for n in range(400)}
    for id in ids:
        desk.dead(id)
    with ThreadPoolExecutor() as pool:
        tallies = [pool.submit(DeadLetters(desk.uri, ["registry"]).replay, Selection(), execute=True) for _ in range(3)]
    assert sum(each.result()["moved"] for each in tallies) >= len(ids)
    assert desk.ready(DEAD) == 0
    arrived = [desk.taken(LEARN)[0].message_id for _ in range(desk.ready(LEARN))]
    assert set(arrived) == ids
    assert len(arrived) == len(ids), "nobody died: nothing is doubled"


def test_a_replay_does_not_meet_again_what_dies_again_meanwhile(desk: Desk) -> None:
    for n in range(20):
        desk.dead(f"e{n}")
    tally = DeadLetters(desk.uri, ["registry"]).replay(
        Selection(), execute=True, tell=lambda move: desk.dead(move.letter.id)
    )
    assert tally["moved"] == 20
    assert desk.ready(DEAD) == 20
