"""Virtual hosts for tests: empty at first, empty afterwards, and never a live system's."""

import pika
import pytest
from pika.exceptions import AMQPConnectionError

from shared.messaging.declare import apply, missing
from shared.messaging.topology import topology
from shared.testing.vhosts import BorrowedVhost, management_beside


def test_each_test_gets_a_virtual_host_that_ends_with_it(broker_server):
    with broker_server.vhost() as one, broker_server.vhost() as other:
        apply(one)
        assert missing(one) == []
        assert len(missing(other)) == len(topology().queues)
    with pytest.raises(AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(one))


def test_a_borrowed_virtual_host_is_left_as_it_was(amqp_uri):
    with BorrowedVhost(amqp_uri).fresh() as uri:
        assert uri == amqp_uri
        apply(uri)
    assert len(missing(amqp_uri)) == len(topology().queues)


def test_a_virtual_host_with_a_live_system_is_never_borrowed(amqp_uri):
    apply(amqp_uri)
    with pytest.raises(RuntimeError, match="holds queues of a system"):
        BorrowedVhost(amqp_uri)
    assert missing(amqp_uri) == []


def test_a_broker_without_management_is_known_by_it():
    assert management_beside("amqp://guest:guest@127.0.0.1:1/", "http://127.0.0.1:1") == ""
