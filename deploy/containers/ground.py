"""What a process stands on: database, broker, topology; each fault is one sentence that says what to do."""

from __future__ import annotations

from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError

from shared.settings import Settings
from shared.storage.connection import connect, ping

WRONG_PASSWORD = 18


class NotThere(Exception):
    """Something that a process needs is away or refuses it; trying again may help."""


def require_database(settings: Settings, service: str) -> None:
    """Raises NotThere unless the database's primary answers and takes our password."""
    database = connect(settings, service)
    try:
        ping(database)
    except ServerSelectionTimeoutError as error:
        raise NotThere(f"the database does not answer ({_short(error)}): start it, or correct MONGODB_URI") from error
    except OperationFailure as error:
        user = "the user of MONGODB_URI"
        if error.code == WRONG_PASSWORD:
            raise NotThere(
                f"the database refuses {user}: wrong password or unknown user; run the set-up again"
            ) from error
        raise NotThere(f"the database refuses {user}: {_short(error)}") from error
    except PyMongoError as error:
        raise NotThere(f"the database can't be used: {_short(error)}") from error
    finally:
        database.client.close()


def require_broker(settings: Settings, service: str) -> None:
    """Raises NotThere unless the broker takes our password and holds every queue that this service's code needs."""
    # Imported here: web images hold no broker client.
    from pika.exceptions import (  # noqa: PLC0415
        AuthenticationError,
        ProbableAccessDeniedError,
        ProbableAuthenticationError,
    )

    from shared.messaging.declare import BrokerUnreachable, missing  # noqa: PLC0415
    from shared.messaging.topology import Topology, topology  # noqa: PLC0415

    wanted = topology()
    ours = tuple(queue for queue in wanted.queues if queue.name.partition(".")[0] == service)
    try:
        absent = missing(settings.amqp_uri, Topology(wanted.exchanges, ours, wanted.policies))
    except BrokerUnreachable as error:
        if isinstance(error.__cause__, (ProbableAuthenticationError, AuthenticationError, ProbableAccessDeniedError)):
            raise NotThere("the broker refuses the user of AMQP_URI: wrong password or unknown user") from error
        raise NotThere(str(error)) from error
    except OSError as error:
        raise NotThere(f"the broker does not answer ({error}): start it, or correct AMQP_URI") from error
    if absent:
        raise NotThere(
            f"the broker's topology is older than this code, without {', '.join(absent)}: "
            "run the set-up of this version"
        )


def _short(error: Exception) -> str:
    return str(error).partition(", Timeout:")[0].partition(" (configured timeouts")[0][:200]
