"""The database's part of the set-up: a replica set, and for each service a user who reaches its own database alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.containers.ground import NotThere
from shared.settings import Settings

ALREADY_INITIALIZED = 23
WRONG_PASSWORD = 18
REPLICA_SET = "zona"
PORT = 27017


def initiate(settings: Settings) -> str:
    """Make the one node a replica set under the host and port of MONGODB_URI, unless it is one.

    Gives what was done. Raises NotThere.
    """
    place = urlsplit(settings.mongodb_uri)
    member = {"_id": 0, "host": f"{place.hostname}:{place.port or PORT}"}
    try:
        with _member(settings.mongodb_uri) as client:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
    except OperationFailure as error:
        if error.code == ALREADY_INITIALIZED:
            return "the replica set stands"
        raise _refused(error) from error
    except PyMongoError as error:
        raise NotThere(
            f"the database does not answer ({str(error)[:150]}): start it, or correct MONGODB_URI"
        ) from error
    return f"the replica set {REPLICA_SET} was made of {member['host']}"


def grant(settings: Settings, service: str, uri: str) -> str:
    """Create or correct the user that the service's own URI names; gives what was done. Raises NotThere."""
    parts = urlsplit(uri)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    name = settings.database_prefix + service
    roles = [{"role": "readWrite", "db": name}]
    try:
        with _client(settings.mongodb_uri) as client:
            database = client[name]
            there = database.command("usersInfo", user)["users"]
            verb = "updateUser" if there else "createUser"
            database.command(verb, user, pwd=password, roles=roles)
    except OperationFailure as error:
        raise _refused(error) from error
    except PyMongoError as error:
        raise NotThere(f"the database has no primary yet ({str(error)[:150]})") from error
    return f"the user {user} may read and write {name}, and nothing else"


def _client(uri: str) -> MongoClient[dict[str, Any]]:
    return MongoClient(uri, serverSelectionTimeoutMS=5_000)


def _member(uri: str) -> MongoClient[dict[str, Any]]:
    """The node itself: as long as it is no member of a set, it is not found by the set's name."""
    place = urlsplit(uri)
    return MongoClient(
        place.hostname,
        place.port or PORT,
        username=unquote(place.username or ""),
        password=unquote(place.password or ""),
        directConnection=True,
        serverSelectionTimeoutMS=5_000,
    )


def _refused(error: OperationFailure) -> NotThere:
    if error.code == WRONG_PASSWORD:
        return NotThere(
            "the database refuses the user of MONGODB_URI: the password in deploy/secrets is not the one that its data "
            "were made with"
        )
    return NotThere(f"the database refuses the set-up: {str(error)[:200]}")
