"""Why a proposal waits for evaluators, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from services.evaluation.domain.proposal import Reason
from shared.failures import Said

_WORDS: dict[str, Said] = {
    "institution": ("dari instansi yang sama", "of the same institution"),
    "conflict": ("menyatakan benturan kepentingan", "with a declared conflict of interest"),
    "previous": ("menilai unit ini pada siklus sebelumnya", "who scored the unit in the cycle before"),
    "full": ("bebannya penuh", "with a full load"),
}


def not_enough_evaluators(missing: int, exclusions: Iterable[str], registered: int) -> Reason:
    """The reason of the wait: places missing, and how many evaluators each exclusion kept out."""
    counts = Counter(exclusions)
    parts = [(f"{counts[key]} {words[0]}", f"{counts[key]} {words[1]}") for key, words in _WORDS.items() if counts[key]]
    kept_out = tuple("; ".join(part[nth] for part in parts) for nth in (0, 1))
    indonesian = f"Kurang {missing} evaluator dari {registered} yang terdaftar."
    english = f"{missing} evaluators are missing; {registered} are registered."
    if parts:
        indonesian += f" Tidak dapat dipilih: {kept_out[0]}."
        english += f" Not to be chosen: {kept_out[1]}."
    return Reason("not_enough_evaluators", (indonesian, english))
