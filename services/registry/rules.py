"""Reading the registry's rules from their dated files; each says the article that it comes from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from services.registry.domain.bar import BarRule

FOLDER = Path(__file__).parent / "rules"


@cache
def bar_rules(folder: Path = FOLDER) -> tuple[BarRule, ...]:
    """Every rule on the bar after a revocation, oldest first. Raises KeyError or ValueError on a bad file."""
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("bar-*.yaml"))]
    rules = [BarRule(rule["effective_from"], int(rule["years"]), rule["article"]) for rule in read]
    return tuple(sorted(rules, key=lambda rule: rule.effective_from))
