"""Settings from the environment: read once at start, every fault named at once.

The same names mean the same in `zi up`, in containers and in tests. A setting that holds a secret may be given
as `NAME_FILE`, the path of a file that holds it, so that no secret stands in an environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SERVICES = ("units", "evaluation", "registry", "notifications")


class SettingsError(Exception):
    """One line for each setting that is missing or wrong: name, what is wrong, what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(name: str, default: Any, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"name": name, "meaning": meaning, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process may be told. Times are seconds, sizes bytes."""

    mongodb_uri: str = _setting("MONGODB_URI", "", "server that holds the databases zona_<service>", secret=True)
    amqp_uri: str = _setting("AMQP_URI", "", "broker; workers and operator commands only", secret=True)
    smtp_uri: str = _setting("SMTP_URI", "", "mail server, smtp:// or smtps://; notifications worker only", secret=True)
    mail_from: str = _setting("MAIL_FROM", "zona@localhost", "sender of the e-mails")
    base_url: str = _setting("ZONA_BASE_URL", "http://127.0.0.1:8080", "public address, used in links")
    token_private_key_file: str = _setting(
        "ZONA_TOKEN_PRIVATE_KEY_FILE", "", "Ed25519 key that signs session tokens; units only"
    )
    token_public_key_file: str = _setting("ZONA_TOKEN_PUBLIC_KEY_FILE", "", "Ed25519 key that verifies session tokens")
    log_key_file: str = _setting(
        "ZONA_LOG_KEY_FILE", "", "keys that sign the public log, made at the first start; registry worker only"
    )
    admin_password: str = _setting(
        "ZONA_ADMIN_PASSWORD",
        "",
        "password of the first account, `admin`; only `zi units bootstrap` reads it",
        secret=True,
    )
    database_prefix: str = _setting("ZONA_DATABASE_PREFIX", "zona_", "prefix of the databases' names")
    prefetch: int = _setting("PREFETCH", 50, "events of one queue that a worker handles side by side")
    handler_seconds: int = _setting("HANDLER_SECONDS", 20, "longest time for one event, well below the heartbeat of 30")
    relay_batch: int = _setting("RELAY_BATCH", 500, "documents whose outboxes the relay publishes in one go")
    relay_interval: float = _setting(
        "RELAY_INTERVAL", 0.1, "pause of the relay between two looks where no change stream wakes it"
    )
    max_attempts: int = _setting(
        "MAX_ATTEMPTS", 6, "attempts before an event that fails for an unknown reason is dead-lettered"
    )
    orphan_seconds: int = _setting(
        "EVALUATION_ORPHAN_SECONDS", 600, "age at which a place without its proposal is given back"
    )
    blobs_uri: str = _setting(
        "BLOBS_URI",
        "",
        "S3 server that keeps evidence, s3://key:secret@host/bucket (s3+http:// without TLS); empty: the database",
        secret=True,
    )
    clamd_uri: str = _setting(
        "CLAMD_URI", "", "ClamAV that scans evidence, tcp://host:3310 or unix:///path; empty: no scan"
    )
    health_port: int = _setting("HEALTH_PORT", 0, "port of a worker's health and metrics; 0: none")
    health_host: str = _setting("HEALTH_HOST", "127.0.0.1", "address of a worker's health and metrics")
    log_level: str = _setting("LOG_LEVEL", "INFO", "least level that is logged")
    log_format: str = _setting("LOG_FORMAT", "json", "json or console")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, needs: tuple[str, ...] = ()) -> Settings:
        """Read and validate; `needs` names the attributes that this process can't do without.

        Raises SettingsError with every fault at once.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        faults: list[str] = []
        for item in fields(cls):
            name, values[item.name] = item.metadata["name"], item.default
            try:
                raw = _raw(environment, item.metadata)
                values[item.name] = _convert(raw, item.default) if raw else item.default
            except OSError as error:
                faults.append(f"{name}_FILE={environment[f'{name}_FILE']} can't be read: {error.strerror}")
            except ValueError:
                faults.append(f"{name} is not a {type(item.default).__name__}: {item.metadata['meaning']}")
        settings = cls(**values)
        faults += settings._faults(needs)
        if faults:
            raise SettingsError(faults)
        return settings

    def _faults(self, needs: tuple[str, ...]) -> list[str]:
        """Every fault, each beginning with the setting's name."""
        found = []
        for item in fields(self):
            value, name = getattr(self, item.name), item.metadata["name"]
            if item.name in needs and not value:
                found.append(f"{name} is not set: {item.metadata['meaning']}")
            elif value and (allowed := _SCHEMES.get(item.name)) and urlsplit(value).scheme not in allowed:
                found.append(f"{name} must start with {' or '.join(sorted(allowed))}://")
            elif value and item.name in _KEY_FILES and not Path(value).is_file():
                found.append(f"{name}={value}: no such file; `zi up` and `make secrets` create it")
            elif item.name in _AT_LEAST_ONE and value < 1:
                found.append(f"{name} must be at least 1")
            elif (most := _AT_MOST.get(item.name)) and value > most:
                found.append(f"{name} must be at most {most}")
            elif (choices := _CHOICES.get(item.name)) and value not in choices:
                found.append(f"{name} must be {' or '.join(choices)}")
        return found


_SCHEMES = {
    "mongodb_uri": {"mongodb", "mongodb+srv"},
    "amqp_uri": {"amqp", "amqps"},
    "smtp_uri": {"smtp", "smtps"},
    "base_url": {"http", "https"},
    "blobs_uri": {"s3", "s3+http"},
    "clamd_uri": {"tcp", "unix"},
}
_KEY_FILES = {"token_private_key_file", "token_public_key_file"}
_AT_LEAST_ONE = {"prefetch", "handler_seconds", "relay_batch", "max_attempts", "orphan_seconds"}
_AT_MOST = {"handler_seconds": 25}
"""A handler that computed longer would outlive the broker's heartbeat of 30 seconds."""
_CHOICES = {"log_format": ("json", "console"), "log_level": ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")}


def _raw(environment: Mapping[str, str], metadata: Mapping[str, Any]) -> str:
    """The setting's text, from the environment or from the file that `NAME_FILE` names; raises OSError."""
    name = metadata["name"]
    path = environment.get(f"{name}_FILE", "") if metadata["secret"] else ""
    return environment.get(name, "") or (Path(path).read_text().strip() if path else "")


def _convert(raw: str, default: Any) -> Any:
    return type(default)(raw)
