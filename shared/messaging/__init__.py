"""Reliable events on Nameko and RabbitMQ: nothing is lost, nothing has its effect twice.

The names that a `worker.py` needs. Importing this package imports eventlet and Nameko; web processes
never do.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # known and decided: docs/adr

from shared.contracts.received import Received
from shared.messaging.extensions import Dependencies, every
from shared.messaging.relay import Relay
from shared.messaging.subscribe import subscribe

__all__ = ["Dependencies", "Received", "Relay", "every", "subscribe"]
