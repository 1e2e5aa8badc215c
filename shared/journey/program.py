"""The `zi` program beside this Python, as a process of its own: the journey imports no service, no broker client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from shared.journey.client import JourneyError


def zi(*arguments: str, **environment: str) -> str:
    """What a command prints.

    Raises:
        JourneyError: the command is missing or failed, with what it said.
    """
    command = [str(Path(sys.executable).with_name("zi")), *arguments]
    surroundings = {**os.environ, **environment}
    try:
        # The program is our own, found beside the running Python, and takes nothing from outside.
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=surroundings)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise JourneyError(f"`{' '.join(command)}` failed: {said} `make setup` puts it in place.") from error
    return done.stdout


def dead_letters(amqp_uri: str) -> int | None:
    """How many dead letters all services have together; None where the broker is not ours to ask."""
    if not amqp_uri:
        return None
    last = zi("dlq", "list", "--json", AMQP_URI=amqp_uri).splitlines()[-1]
    return int(json.loads(last)["dead_lettered"])
