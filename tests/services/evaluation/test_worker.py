"""The worker hears exactly what the contracts say, and every reading has its handler."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import services.evaluation
from shared.contracts import CONTRACTS


def test_the_worker_subscribes_to_exactly_what_the_contracts_route_to_it() -> None:
    # In its own process: importing the worker brings eventlet, which the other tests must not meet.
    program = (
        "from services.evaluation import worker\n"
        "from shared.messaging.subscribe import Subscription\n"
        "from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR\n"
        "for name, method in vars(worker.EvaluationWorker).items():\n"
        "    for one in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()):\n"
        "        if isinstance(one, Subscription):\n"
        "            for type in one.types: print(type, 'evaluation.' + name)\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    heard = {tuple(line.split()) for line in printed.splitlines()}
    routed = {
        (type, queue)
        for type, contract in CONTRACTS.items()
        for queue in contract.consumers
        if queue.startswith("evaluation.")
    }
    assert heard == routed


def test_the_worker_starts_where_only_the_workers_packages_are_installed() -> None:
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['flask', 'flask_smorest', 'joserfc', 'pikepdf', 'puremagic', 'boto3']))\n"
        "import services.evaluation.worker\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_worker_decides_nothing() -> None:
    source = Path(services.evaluation.__file__ or "").with_name("worker.py")
    tree = ast.parse(source.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.IfExp | ast.Match)]
