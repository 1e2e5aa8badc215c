"""A national cycle: its windows, quotas and what it pins, all data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.units.domain.dates import WIB
from services.units.errors import WindowClosed
from shared.failures import WrongState


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` on and before `closes`, both UTC."""

    opens: datetime
    closes: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle, keyed by its year. `instrument` and `rules` name the versions that it pins."""

    cycle: str
    instrument: str
    rules: str
    windows: Mapping[str, Window]
    quota_per_institution: int | None
    evaluators_per_proposal: int
    max_load: int
    aggregation: str = "mean"


def require_open(cycle: Cycle, name: str, at: datetime) -> None:
    """Raises WindowClosed unless the window `name` stands open."""
    window = cycle.windows.get(name)
    if window is not None and window.is_open(at):
        return
    when = ("belum ditetapkan", "is not set yet")
    if window is not None:
        opens, closes = (f"{day.astimezone(WIB):%Y-%m-%d %H:%M} WIB" for day in (window.opens, window.closes))
        when = (f"terbuka {opens} sampai {closes}", f"is open from {opens} to {closes}")
    raise WindowClosed(
        (f"Jendela {name} siklus {cycle.cycle} {when[0]}.", f"The window {name} of cycle {cycle.cycle} {when[1]}."),
        remedy=(
            "Kirim dalam jendela itu, atau tunggu siklus berikutnya.",
            "Send it within that window, or wait for the next cycle.",
        ),
        window=name,
        opens=window.opens.isoformat() if window else None,
        closes=window.closes.isoformat() if window else None,
    )


def change(before: Cycle, after: Cycle, at: datetime) -> Cycle:
    """The changed cycle. What it pins stays once proposals could come in: old results are never re-scored.

    Raises WrongState.
    """
    pinned = (before.instrument, before.rules, before.aggregation)
    begun = at >= before.windows["proposal"].opens
    if begun and pinned != (after.instrument, after.rules, after.aggregation):
        raise WrongState(
            (
                f"Siklus {before.cycle} sudah menerima usulan: instrumen dan aturannya tetap.",
                f"Cycle {before.cycle} takes proposals already: its instrument and rules stay.",
            ),
            remedy=(
                "Ubah jendela atau kuotanya saja, atau buat siklus baru.",
                "Change its windows or quota only, or make a new cycle.",
            ),
        )
    return after
