"""The health check of a web or worker container: 0 if its own /health/ready says so, else 1 and one line."""

from __future__ import annotations

import http.client
import os
import sys

WITHIN = 7.0
PORTS = {"web": "8000", "worker": os.environ.get("HEALTH_PORT", "9000")}


def main() -> int:
    """Ask this container's own process."""
    port = int(PORTS[os.environ["ZONA_PROCESS"]])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    try:
        connection.request("GET", f"{os.environ.get('SCRIPT_NAME', '')}/health/ready")
        status = connection.getresponse().status
    except OSError as error:
        print(f"not ready: {error}")  # noqa: T201 - what `docker inspect` shows
        return 1
    print("ready" if status == http.HTTPStatus.OK else f"not ready: status {status}")  # noqa: T201 - the same
    return 0 if status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
