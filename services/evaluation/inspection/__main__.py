"""One order in the arguments, one file on standard input, one answer on standard output.

The order is JSON: `task` (check or strip), `kind`, `sizes`, `limits`. The answer's first line is JSON: `{"size": n}`
when the file passed, followed by the n bytes of the stripped copy for `strip`; or `{"refused": {code, words, path}}`.
"""

from __future__ import annotations

import json
import resource
import sys
import traceback
from dataclasses import asdict
from typing import Any

from services.evaluation.domain.evidence import InspectionLimits
from services.evaluation.inspection.refusals import Refused, refused

MEMORY = 1536 * 1024 * 1024
SECONDS = 20


def main() -> None:
    """Obey the order; whatever else goes wrong with the file is a refusal too."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    data = sys.stdin.buffer.read()
    _bound()
    try:
        copy = _obey(order, data)
        answer: dict[str, Any] = {"size": len(copy)}
    except Refused as reason:
        copy, answer = b"", {"refused": asdict(reason)}
    except (MemoryError, RecursionError):
        copy, answer = b"", {"refused": asdict(refused("too_complex"))}
    except ImportError:
        raise  # ours, and not the file's
    except Exception:
        traceback.print_exc()
        copy, answer = b"", {"refused": asdict(refused("unreadable"))}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + copy)


def _obey(order: dict[str, Any], data: bytes) -> bytes:
    limits = InspectionLimits(**order["limits"])
    if order["task"] == "strip":
        from services.evaluation.inspection.stripping import stripped  # noqa: PLC0415 - only what the task needs

        return stripped(data, order["kind"])
    from services.evaluation.inspection.checking import check  # noqa: PLC0415 - the same

    check(data, order["kind"], order["sizes"], limits)
    return b""


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    main()
