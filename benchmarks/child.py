"""`python -m benchmarks.child MODULE JOB`: one contender in a process of its own; the last line is its result.

The module is imported first and alone: a worker's module puts green threads in place when it is imported.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path


def main() -> int:
    """Run `MODULE.run(job)` with the job that the file JOB holds."""
    contender = importlib.import_module(sys.argv[1])
    result = contender.run(json.loads(Path(sys.argv[2]).read_text()))
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
