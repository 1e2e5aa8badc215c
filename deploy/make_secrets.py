"""`make secrets`: the secrets of the containers as files in deploy/secrets, made once and kept.

The folder is for its owner alone (0700). The files in it are readable (0444), because a container's user is not the
one who made them, and a file is mounted into those containers only that name it in docker-compose.yml.

ZONA_BASE_URL=https://… names the public log when its key is made, and the log keeps that name (docs/log.md).
SMTP_URI=smtps://user:password@host names the mail server. Without it the mails go to the demo's sink, and `.env` says
so with COMPOSE_PROFILES=demo.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from deploy.containers.strength import weakness, weakness_of_uri
from shared.messaging.permissions import permission_of, topic_permissions_of
from shared.security.tokens import create_key_pair
from shared.settings import SERVICES, Settings
from shared.tlog.checkpoints import origin_of
from shared.tlog.notes import SignerKey

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "deploy" / "secrets"
OWNER_ALONE, READABLE = 0o700, 0o444
SETUP_USER = "zona-setup"
DATABASE = "mongo:27017"
BROKER = "rabbitmq:5672"
DATABASE_OPTIONS = "replicaSet=zona&w=majority&journal=true"
DEMO_SINK = "smtp://mail:2525"
SALT = 4
LEAST_KEYFILE = 100
"""Characters of a key file below which it is called weak; ours has 1,000."""


def main() -> int:
    """0 when every secret is there and strong, 1 after naming the weak ones."""
    folder = Path(os.environ.get("ZONA_SECRETS", FOLDER))
    folder.mkdir(mode=OWNER_ALONE, parents=True, exist_ok=True)
    folder.chmod(OWNER_ALONE)
    base_url = os.environ.get("ZONA_BASE_URL") or Settings().base_url
    made = make(folder, os.environ.get("SMTP_URI", ""), base_url)
    for name in made:
        tell(f"made      {name}")
    weak = weak_ones(folder)
    for name, why in weak.items():
        tell(f"WEAK      {folder / name}: {why}. Delete the file and run `make secrets` again.")
    if not made and not weak:
        tell(f"all secrets stand in {folder}")
    name_profile(folder)
    return 1 if weak else 0


def make(folder: Path, smtp_uri: str = "", base_url: str = "http://127.0.0.1:8080") -> list[str]:
    """Make what is missing in `folder`; gives the names. The definitions are brought in line with the code always.

    `base_url` names the public log for ever, when its key is made.
    """
    made = []
    for name, content in wanted(folder, smtp_uri).items():
        if not (folder / name).exists():
            write(folder / name, content)
            made.append(name)
    keys = [folder / name for name in ("token-private.pem", "token-public.pem")]
    if not all(path.exists() for path in keys):  # one without the other serves nothing
        for path in keys:
            path.unlink(missing_ok=True)
        made += [path.name for path in create_key_pair(folder)]
        for path in keys:
            path.chmod(READABLE)
    if not (folder / "log.key").exists():
        write(folder / "log.key", f"{SignerKey.make(origin_of(base_url)).encoded()}\n")
        made.append("log.key")
    path = folder / "rabbitmq-definitions.json"
    text = json.dumps(definitions(folder), indent=2) + "\n"
    if not path.exists() or path.read_text() != text:
        write(path, text)
        made.append(path.name)
    return made


def wanted(folder: Path, smtp_uri: str) -> dict[str, str]:
    """Every secret that is plain text, as it would be made now."""
    root = kept(folder / "mongodb-root-password") or fresh()
    found = {
        "mongodb-keyfile": base64.b64encode(secrets.token_bytes(750)).decode(),
        "mongodb-root-password": root,
        "setup-mongodb-uri": f"mongodb://root:{root}@{DATABASE}/?authSource=admin&{DATABASE_OPTIONS}",
        "setup-amqp-uri": f"amqp://{SETUP_USER}:{fresh()}@{BROKER}/%2F",
        "admin-password": fresh(),
        "smtp-uri": smtp_uri or DEMO_SINK,
    }
    for service in SERVICES:
        options = f"authSource=zona_{service}&{DATABASE_OPTIONS}"
        found[f"{service}-mongodb-uri"] = f"mongodb://{service}:{fresh()}@{DATABASE}/?{options}"
        found[f"{service}-amqp-uri"] = f"amqp://{service}:{fresh()}@{BROKER}/%2F"
    return found


def weak_ones(folder: Path) -> dict[str, str]:
    """Name → why, for each secret that is weak or empty. The mail server's password is its operator's choice."""
    uris = [f"{owner}-{kind}-uri" for owner in ("setup", *SERVICES) for kind in ("mongodb", "amqp")]
    found = {name: weakness_of_uri(kept(folder / name)) for name in uris}
    found |= {name: weakness(kept(folder / name)) for name in ("mongodb-root-password", "admin-password")}
    key = kept(folder / "mongodb-keyfile")
    found["mongodb-keyfile"] = f"it has {len(key)} characters" if len(key) < LEAST_KEYFILE else ""
    found["smtp-uri"] = "" if kept(folder / "smtp-uri") else "it is empty"
    root = kept(folder / "mongodb-root-password")
    if root and password_in(kept(folder / "setup-mongodb-uri")) != root:
        found["setup-mongodb-uri"] = "its password is not the one in mongodb-root-password"
    return {name: why for name, why in found.items() if why}


def definitions(folder: Path) -> dict[str, Any]:
    """What the broker loads when it starts: users with the hashes of their passwords, and their permissions."""
    users = [user(folder, SETUP_USER, "setup-amqp-uri", ["administrator"])]
    users += [user(folder, service, f"{service}-amqp-uri", []) for service in SERVICES]
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    permissions = [{"user": SETUP_USER, "vhost": "/", **everything}]
    topics = []
    for service in SERVICES:
        granted = permission_of(service)
        patterns = {"configure": granted.configure, "write": granted.write, "read": granted.read}
        permissions.append({"user": service, "vhost": "/", **patterns})
        topics += [
            {"user": service, "vhost": "/", "exchange": topic.exchange, "write": topic.write, "read": topic.read}
            for topic in topic_permissions_of(service)
        ]
    return {"users": users, "vhosts": [{"name": "/"}], "permissions": permissions, "topic_permissions": topics}


def user(folder: Path, name: str, file: str, tags: list[str]) -> dict[str, Any]:
    """A user of the definitions; the hash that stands there is kept as long as it fits the password."""
    password = password_in(kept(folder / file))
    old = kept(folder / "rabbitmq-definitions.json")
    hashes = {each["name"]: each["password_hash"] for each in json.loads(old)["users"]} if old else {}
    stands = hashes.get(name, "")
    salt = base64.b64decode(stands)[:SALT] if stands else secrets.token_bytes(SALT)
    if stands != password_hash(password, salt):
        stands = password_hash(password, secrets.token_bytes(SALT))
    return {
        "name": name,
        "password_hash": stands,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def password_hash(password: str, salt: bytes) -> str:
    """RabbitMQ's salted SHA-256 (https://www.rabbitmq.com/docs/passwords)."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def name_profile(folder: Path) -> None:
    """Write `.env` for docker compose unless there is one; with the demo's profile if the mails go to its sink."""
    if kept(folder / "smtp-uri") == DEMO_SINK:
        tell("demo      e-mails are kept by the demo's sink and delivered to nobody; for real mail:")
        tell("          rm deploy/secrets/smtp-uri .env; make secrets SMTP_URI=smtps://user:password@host")
    path = ROOT / ".env"
    if folder != FOLDER or path.exists():
        return
    lines = ["# Read by docker compose; every setting is in deploy/README.md."]
    if kept(folder / "smtp-uri") == DEMO_SINK:
        lines.append("# The demo's sink keeps the e-mails; `make secrets` says how to name a real server.")
        lines.append("COMPOSE_PROFILES=demo")
    path.write_text("\n".join(lines) + "\n")
    tell("made      .env")


def password_in(uri: str) -> str:
    return unquote(urlsplit(uri).password or "")


def kept(path: Path) -> str:
    """The secret in that file; empty if there is none."""
    return path.read_text().strip() if path.is_file() else ""


def fresh() -> str:
    """A new password: 32 random bytes, in letters that need no escape in a URI."""
    return secrets.token_urlsafe(32)


def write(path: Path, text: str) -> None:
    """Replace the file in one step, so that a broken run leaves no half of a secret."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.chmod(READABLE)
    unfinished.rename(path)


def tell(line: str) -> None:
    print(line)  # noqa: T201 - a command speaks to its user


if __name__ == "__main__":
    sys.exit(main())
