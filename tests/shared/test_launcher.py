"""The process that a worker runs in."""

from __future__ import annotations

import subprocess
import sys


def test_a_worker_asks_the_system_for_addresses_so_that_a_server_may_come_back_elsewhere() -> None:
    code = "import shared.launcher, socket; print(socket.getaddrinfo.__module__)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "greendns" not in asked.stdout
