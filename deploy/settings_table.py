"""Print the table of all settings in deploy/README.md: `python -m deploy.settings_table`.

The services' own settings come from shared/settings.py; what only the containers have is listed here. A test keeps the
README equal to what this prints.
"""

from __future__ import annotations

import sys
from dataclasses import fields

from shared.settings import Settings

ONLY_CONTAINERS = (
    ("ZONA_PORT", "8080", "port of the gateway on 127.0.0.1", ".env"),
    ("COMPOSE_PROFILES", "", "`demo`: with the mail sink", ".env"),
    ("WEB_CONCURRENCY", "2", "gunicorn processes of each web container, eight threads each", ".env"),
    ("SCRIPT_NAME", "", "path that a web process stands under, as the gateway names it", "compose file"),
    ("ZONA_SERVICE", "", "which service an image is", "image"),
    ("ZONA_PROCESS", "", "`web` or `worker`", "image"),
    ("PROMETHEUS_MULTIPROC_DIR", "/tmp", "where the web processes of one container add up their metrics", "image"),  # noqa: S108 - a tmpfs of the container
)
FROM_FILES = {
    "MONGODB_URI": "secret `<service>-mongodb-uri`",
    "AMQP_URI": "secret `<service>-amqp-uri`",
    "SMTP_URI": "secret `smtp-uri`",
    "ZONA_TOKEN_PRIVATE_KEY_FILE": "secret `token-private.pem`",
    "ZONA_TOKEN_PUBLIC_KEY_FILE": "secret `token-public.pem`",
    "ZONA_LOG_KEY_FILE": "secret `log.key`",
    "ZONA_ADMIN_PASSWORD": "secret `admin-password`",
    "ZONA_DATABASE_PREFIX": "compose file",
    "HEALTH_PORT": "compose file (9000)",
    "HEALTH_HOST": "compose file (0.0.0.0)",
}


def rows() -> list[tuple[str, str, str, str]]:
    """Name, default, meaning, and where the containers have it from."""
    found = []
    for item in fields(Settings):
        name = item.metadata["name"]
        also = f" (or `{name}_FILE`)" if item.metadata["secret"] else ""
        source = FROM_FILES.get(name, ".env")
        found.append((f"`{name}`{also}", str(item.default), item.metadata["meaning"], source))
    return found + [(f"`{name}`", default, what, where) for name, default, what, where in ONLY_CONTAINERS]


def table() -> str:
    """The rows in Markdown."""
    lines = ["| setting | default | meaning | in the containers from |", "|---|---|---|---|"]
    for name, default, what, where in rows():
        shown = f"`{default}`" if default else "–"
        lines.append(f"| {name} | {shown} | {what.replace('<', '&lt;')} | {where} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
