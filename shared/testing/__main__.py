"""`python -m shared.testing`: find, or install where this user may, the programs that the tests need."""

from __future__ import annotations

import sys

from shared.localrun.browser import require_chromium
from shared.localrun.errors import LocalRunError, sentences
from shared.localrun.rabbitmq import require_server
from shared.testing.faketime import require_faketime
from shared.testing.libreoffice import require_libreoffice


def main() -> int:
    """0 when everything is there; 1 after saying on stderr what is missing and what to do, all of it at once."""
    # the fault tests kill their broker, so they have one of their own whatever AMQP_URI says
    wanted = (require_server, require_chromium, require_faketime, require_libreoffice)
    faults = []
    for require in wanted:
        try:
            require()
        except LocalRunError as error:
            faults.append(sentences(error))
    if faults:
        print("\n".join(faults), file=sys.stderr)  # noqa: T201 - a command speaks to its user
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
