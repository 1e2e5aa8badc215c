"""One event of each kind that people are told about, and variants where the text differs."""

from __future__ import annotations

from typing import Any

CARD = {
    "unit": "L3171-RSUD-01",
    "unit_name": "RSUD Tarakan",
    "institution": "L3171",
    "institution_name": "Kota Administrasi Jakarta Pusat",
    "institution_kind": "city",
    "province": "31",
    "field": "health",
}
PROPOSAL = {
    "proposal": "L3171-RSUD-01.2026.1",
    "unit": "L3171-RSUD-01",
    "unit_name": "RSUD Tarakan",
    "institution": "L3171",
    "cycle": "2026",
}
DECREE = {"number": "1234 Tahun 2026", "date": "2026-12-09", "signatory_office": "Menteri PANRB"}
EVALUATORS = ["penilai.satu", "penilai.dua", "penilai.tiga"]
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
GATES = [
    {
        "gate": "total",
        "measured": "74.999999",
        "limit": "75",
        "passed": False,
        "article": "PermenPANRB 90/2021, Tabel 6",
    },
    {
        "gate": "pengungkit",
        "measured": "48.2",
        "limit": "40",
        "passed": True,
        "article": "PermenPANRB 90/2021, Tabel 6",
    },
    {"gate": "area_MP", "measured": "59.5", "limit": "60", "passed": False, "article": "PermenPANRB 90/2021, Tabel 6"},
]
DESIGNATION = {
    **CARD,
    "number": "WBK-2026-L3171-RSUD-01",
    "proposal": PROPOSAL["proposal"],
    "cycle": "2026",
    "predicate": "WBK",
}


def concluded(**changes: Any) -> dict[str, Any]:
    """A qualified conclusion, changed by `changes`."""
    return {
        **CARD,
        "proposal": PROPOSAL["proposal"],
        "cycle": "2026",
        "target": "WBK",
        "outcome": "qualified",
        "stage": "panel",
        "predicate": "WBK",
        "instrument": "lke-2021",
        "instrument_hash": HASH,
        "worksheet_hash": HASH,
        "total": "81.234567",
        "pengungkit": "48.200000",
        "hasil": "33.034567",
        "exact": {"total": "81234567/1000000"},
        "areas": {"MP": {"score": "6.400000", "percent": "80.000000"}},
        "gates": [GATES[1]],
        "decision": {
            "decided_by_role": "panel",
            "reason": "Semua ambang terpenuhi.",
            "decided_at": "2026-11-20T03:15:00+00:00",
        },
        "evaluators": EVALUATORS,
        "concluded_at": "2026-11-20T03:15:00+00:00",
        **changes,
    }


SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "units.unit_declared": (
        "units.unit_declared",
        {**CARD, "date": "2025-01-15", "place": "Jakarta", "signed": 180, "staff": 200},
    ),
    "units.development_started": ("units.development_started", {**CARD, "started_on": "2025-02-01"}),
    "units.progress_reported": ("units.progress_reported", {**CARD, "period": "2026-Q1"}),
    "units.proposal_submitted": (
        "units.proposal_submitted",
        {
            **CARD,
            "proposal": PROPOSAL["proposal"],
            "cycle": "2026",
            "target": "WBK",
            "worksheet_hash": HASH,
            "submitted_at": "2026-05-30T18:05:00+00:00",
            "cover_letter": {"number": "B/17/2026", "date": "2026-05-28"},
            "sptjm": {"number": "S/18/2026", "date": "2026-05-28", "signatory_office": "Wali Kota"},
            "overrides": ["unit.years_building"],
        },
    ),
    "units.proposal_withdrawal_requested": (
        "units.proposal_withdrawal_requested",
        {
            "proposal": PROPOSAL["proposal"],
            "unit": "L3171-RSUD-01",
            "institution": "L3171",
            "cycle": "2026",
            "reason": "Data kinerja perlu diperbaiki.",
        },
    ),
    "evaluation.worksheet_sealed": (
        "evaluation.worksheet_sealed",
        {
            "unit": "L3171-RSUD-01",
            "institution": "L3171",
            "cycle": "2026",
            "instrument": "lke-2021",
            "worksheet_hash": HASH,
            "revision": 2,
            "sealed_at": "2026-05-20T02:00:00+00:00",
        },
    ),
    "evaluation.proposal_returned": (
        "evaluation.proposal_returned",
        {
            **PROPOSAL,
            "target": "WBK",
            "reason": {
                "code": "worksheet_hash_differs",
                "id": "tanda terima LKE tidak sama dengan LKE yang disegel",
                "en": "the worksheet receipt is not that of the sealed worksheet",
            },
        },
    ),
    "evaluation.proposal_screened": ("evaluation.proposal_screened", {**PROPOSAL, "target": "WBBM"}),
    "evaluation.evaluators_assigned": ("evaluation.evaluators_assigned", {**PROPOSAL, "evaluators": EVALUATORS}),
    "evaluation.scores_aggregated": (
        "evaluation.scores_aggregated",
        {**PROPOSAL, "target": "WBK", "total": "81.234567", "passed": True},
    ),
    "evaluation.scores_aggregated.below": (
        "evaluation.scores_aggregated",
        {**PROPOSAL, "target": "WBK", "total": "74.999999", "passed": False},
    ),
    "evaluation.proposal_withdrawn": ("evaluation.proposal_withdrawn", {**PROPOSAL, "evaluators": EVALUATORS}),
    "evaluation.concluded": ("evaluation.concluded", concluded()),
    "evaluation.concluded.screening": (
        "evaluation.concluded",
        concluded(outcome="failed", stage="screening", predicate=None, gates=GATES, decision=None, evaluators=[]),
    ),
    "evaluation.concluded.panel": (
        "evaluation.concluded",
        concluded(
            outcome="failed",
            predicate=None,
            gates=GATES,
            decision={
                "decided_by_role": "panel",
                "reason": "Area MP belum cukup.",
                "decided_at": "2026-11-20T03:15:00+00:00",
            },
        ),
    ),
    "registry.designation_drafted": ("registry.designation_drafted", DESIGNATION),
    "registry.designation_published": (
        "registry.designation_published",
        {**DESIGNATION, "decree": DECREE, "published_at": "2026-12-10T01:00:00+00:00"},
    ),
    "registry.designation_revoked": (
        "registry.designation_revoked",
        {
            **DESIGNATION,
            "decree": {**DECREE, "number": "88 Tahun 2027"},
            "ground": "Maladministrasi yang terbukti setelah klarifikasi.",
            "revoked_at": "2027-07-01T04:00:00+00:00",
            "barred_until": "2029-07-01",
        },
    ),
}
"""Name of the sample → event type, data."""
