"""Ports: free ones, and a sentence about the holder of one that is taken."""

import os
import socket
from pathlib import Path

import pytest

from shared.localrun.errors import PortInUse, sentences
from shared.localrun.ports import LOOPBACK, free_ports, holder_of, is_free, require_free


@pytest.fixture
def taken():
    with socket.create_server((LOOPBACK, free_ports(1)[0])) as server:
        yield server.getsockname()[1]


def test_free_ports_differ_and_can_be_listened_on():
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_free_ports_lie_below_those_that_outgoing_connections_are_given():
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(port < lowest for port in free_ports(20))


def test_a_taken_port_is_told_with_its_holder_and_the_remedy(taken):
    with pytest.raises(PortInUse) as refused:
        require_free(taken, another=f"zi up --port {taken + 1}")
    said = sentences(refused.value)
    assert f"Port {taken} is in use by process {os.getpid()} (" in said
    assert f"Port {taken} sedang dipakai oleh proses {os.getpid()}" in said
    assert f"zi up --port {taken + 1}" in said


def test_a_port_that_was_just_given_up_is_free_again():
    with socket.create_server((LOOPBACK, 0)) as server, socket.create_connection(server.getsockname()) as client:
        port = server.getsockname()[1]
        server.accept()[0].close()  # the side that closes first keeps the port in TIME_WAIT
        assert client.recv(1) == b""
    assert is_free(port)


def test_nobody_holds_a_free_port():
    assert holder_of(free_ports(1)[0]) is None


def test_a_free_port_passes_silently():
    require_free(free_ports(1)[0], another="")
