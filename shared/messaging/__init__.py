"""Reliable events on Nameko and RabbitMQ: nothing is lost, nothing has its effect twice.

The names that a `worker.py` needs. Importing this package imports eventlet and Nameko; web processes
never do.
"""

from shared.messaging.extensions import Dependencies, every
from shared.messaging.received import Received
from shared.messaging.relay import Relay
from shared.messaging.subscribe import subscribe

__all__ = ["Dependencies", "Received", "Relay", "every", "subscribe"]
