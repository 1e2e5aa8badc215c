"""The process that a worker runs in."""

from __future__ import annotations

import subprocess
import sys


def test_a_worker_asks_the_system_for_addresses_so_that_a_server_may_come_back_elsewhere() -> None:
    code = "import shared.launcher, socket; print(socket.getaddrinfo.__module__)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "greendns" not in asked.stdout


def test_a_worker_runs_under_the_heartbeat_that_its_handlers_are_measured_by() -> None:
    code = (
        "import shared.launcher as l, nameko.runners as r\n"
        "from shared.settings import Settings\n"
        "class Seen(Exception): pass\n"
        "def seen(config): raise Seen(config)\n"
        "l.ServiceRunner = seen\n"
        "class W: name = 'units'\n"
        "try: l.run(W, Settings())\n"
        "except Seen as e: config = e.args[0]\n"
        "from nameko.messaging import QueueConsumer\n"
        "from types import SimpleNamespace\n"
        "consumer = QueueConsumer()\n"
        "consumer.container = SimpleNamespace(config={**config, 'AMQP_URI': 'amqp://x'})\n"
        "print(consumer.connection.heartbeat, Settings().handler_seconds)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    heartbeat, longest_handler = map(float, told.split())
    assert heartbeat == 30
    assert longest_handler < heartbeat
