"""The private broker and database for real: they start, keep what they were given, fail plainly, leave nothing."""

import os
import socket
from pathlib import Path

import pika
import pytest
from pymongo import MongoClient

from shared.localrun.broker import ExternalBroker, PrivateBroker, handshake, make_broker
from shared.localrun.database import ExternalDatabase, PrivateDatabase, make_database, takes_writes
from shared.localrun.errors import DidNotStart, NotReachable, sentences
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Supervisor
from shared.localrun.rabbitmq import boot_failure
from shared.testing import wait_until


def naming(folder):
    """Processes with the folder in their command line or environment, by id; our own apart."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in said and int(process.name) != os.getpid():
            found[int(process.name)] = (process / "comm").read_text().strip()
    return found


def listening(port):
    """The addresses on which somebody listens at `port`, as /proc/net writes them."""
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return {row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}


def test_the_broker_keeps_durable_messages_from_run_to_run_and_leaves_nothing(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        broker = PrivateBroker(supervisor, tmp_path / "broker")
        broker.start()
        uri = broker.uri
        with pika.BlockingConnection(pika.URLParameters(uri)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
            channel.basic_publish("", "kept", b"word", pika.BasicProperties(delivery_mode=2))
        assert "beam.smp" in naming(tmp_path).values()
        ours = (broker._port, broker._distribution, broker._mapper)
        loopback = {"0100007F", "00000000000000000000000001000000"}
        assert all(listening(port) and listening(port) <= loopback for port in ours)
        broker.stop()
        assert not any(listening(port) for port in ours)
        broker = PrivateBroker(supervisor, tmp_path / "broker")  # another run: other ports, the same folder
        broker.start()
        assert broker.uri != uri
        with pika.BlockingConnection(pika.URLParameters(broker.uri)) as connection:
            assert connection.channel().basic_get("kept", auto_ack=True)[2] == b"word"
        broker.set_policy("short", "^kept$", {"max-length": 5})
    wait_until(lambda: not naming(tmp_path), what="every process of the broker to be gone")


def test_a_crashed_broker_starts_again_under_its_address(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        broker = PrivateBroker(supervisor, tmp_path / "broker")
        broker.start()
        uri = broker.uri
        broker.kill()
        with pytest.raises(OSError, match="refused"):
            handshake(uri)
        broker.start()
        assert broker.uri == uri
        handshake(uri)
    wait_until(lambda: not naming(tmp_path), what="every process of the broker to be gone")


def test_a_broker_that_does_not_come_up_is_told_in_one_sentence(tmp_path):
    data = tmp_path / "broker" / "data"
    data.mkdir(parents=True)
    (data / "zona@localhost").write_text("a file where the folder should be")
    with Supervisor(tmp_path / "logs") as supervisor:
        with pytest.raises(DidNotStart, match=r"broker did not start: .*cannot_create_mnesia_dir") as refused:
            PrivateBroker(supervisor, tmp_path / "broker").start()
        assert "broker.log" in sentences(refused.value)
    wait_until(lambda: not naming(tmp_path), what="every process of the broker to be gone")


def test_a_port_mapper_that_can_not_listen_is_told(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        broker = PrivateBroker(supervisor, tmp_path / "broker")
        taken = socket.create_server((LOOPBACK, broker._mapper))
        with taken, pytest.raises(DidNotStart, match=f"another program listens on 127.0.0.1:{broker._mapper}"):
            broker.start()


def test_the_reason_is_found_among_what_a_failing_node_writes():
    taken = '{error, {could_not_start_listener,"127.0.0.1",5999, {listen_error,{acceptor},eaddrinuse}}}'
    output = f"noise\nBOOT FAILED\n===========\nError during startup: {taken}\n\nmore noise\n"
    assert boot_failure(output) == "another program listens on 127.0.0.1:5999"
    stamp = "\x1b[38;5;160m2026-01-01 00:00:00.000+00:00 [error] <0.1.0> "
    lines = ["", "BOOT FAILED", "===========", "ERROR: no room", "", "crasher:"]
    mixed = "BOOT FAILED\n" + "".join(f"{stamp}{line}\x1b[0m\n" for line in lines) + "===========\n"
    assert boot_failure(mixed) == "no room"
    assert boot_failure("") == "it said nothing"


def test_the_database_keeps_journaled_writes_over_a_crash(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        database = PrivateDatabase(supervisor, tmp_path / "database")
        database.start()
        assert takes_writes(database.uri)
        with MongoClient(database.uri) as client:
            client.zona.kept.insert_one({"_id": 1})
        database.kill()
        database.start()
        with MongoClient(database.uri) as client:
            assert client.zona.kept.find_one() == {"_id": 1}
    wait_until(lambda: not naming(tmp_path), what="every process of the database to be gone")


def test_a_database_that_does_not_come_up_is_told(tmp_path):
    folder = tmp_path / "database"
    folder.mkdir()
    (folder / "secantus").write_text("a file where the folder should be")
    (folder / "mongod").write_text("the same for mongod")
    with Supervisor(tmp_path / "logs") as supervisor, pytest.raises((DidNotStart, FileExistsError)):
        PrivateDatabase(supervisor, folder).start()


def test_servers_that_the_environment_names_are_used_as_they_are(tmp_path):
    given = {"AMQP_URI": "amqp://u:p@broker:5672/v", "MONGODB_URI": "mongodb://db/?replicaSet=rs0"}
    supervisor = Supervisor(tmp_path)
    broker, database = make_broker(given, supervisor, tmp_path), make_database(given, supervisor, tmp_path)
    assert (broker.uri, database.uri) == (given["AMQP_URI"], given["MONGODB_URI"])
    broker.stop()
    database.stop()
    assert not supervisor.children


def test_servers_that_do_not_answer_are_told_without_their_passwords():
    (port,) = free_ports(1)
    with pytest.raises(NotReachable) as away:
        ExternalBroker(f"amqp://user:secret@{LOOPBACK}:{port}/zona").start()
    assert f"AMQP_URI (127.0.0.1:{port}/zona) does not answer" in sentences(away.value)
    assert "secret" not in sentences(away.value)
    with pytest.raises(NotReachable) as away:
        ExternalDatabase(f"mongodb://user:secret@{LOOPBACK}:{port}/").start()
    assert f"MONGODB_URI (127.0.0.1:{port}) does not answer" in sentences(away.value)
    assert "secret" not in sentences(away.value)
