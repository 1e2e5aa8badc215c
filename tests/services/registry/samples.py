"""Units, conclusions and decrees for the registry's tests, and a registry filled with them.

The institutions are real by name; every unit's result is invented.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.registry import handlers
from services.registry.domain.decree import Decree
from services.registry.rooms import Rooms
from shared.contracts.received import Received
from shared.storage import Cause

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
ARTICLE = "PermenPANRB 90/2021, Lampiran II Bab III.A"
AREAS = {
    "MP": ("7.333333", "91.666667"),
    "TL": ("5.950000", "85.000000"),
    "SDM": ("8.412500", "84.125000"),
    "AK": ("8.250000", "82.500000"),
    "PW": ("12.937500", "86.250000"),
    "PP": ("8.805000", "88.050000"),
}
GATES = {
    "total": ("86.813333", "75"),
    "pengungkit": ("51.688333", "40"),
    **{f"area_{code}": (percent, "60") for code, (_, percent) in AREAS.items()},
    "birokrasi_bersih": ("20.025000", "18.25"),
    "ipak": ("16.275000", "15.75"),
    "kinerja": ("3.750000", "2.5"),
    "ipkp": ("15.100000", "14"),
}
INSTITUTIONS = {
    "L31": ("Provinsi DKI Jakarta", "province", "31"),
    "L35": ("Provinsi Jawa Timur", "province", "35"),
    "L73": ("Provinsi Sulawesi Selatan", "province", "73"),
    "L3171": ("Kota Administrasi Jakarta Pusat", "city", "31"),
    "L3578": ("Kota Surabaya", "city", "35"),
    "L7371": ("Kota Makassar", "city", "73"),
    "K05": ("Kementerian Hukum", "ministry", None),
}
UNITS = {
    "L3171-RSUD-01": ("Rumah Sakit Umum Daerah Tarakan", "L3171", "31", "health"),
    "L3578-DKC-01": ("Dinas Kependudukan dan Pencatatan Sipil Kota Surabaya", "L3578", "35", "population"),
    "L7371-PTSP-01": ("Dinas Penanaman Modal dan PTSP Kota Makassar", "L7371", "73", "licensing"),
    "K05-KUMHAM-07": ("Kantor Wilayah Jum’at Agung – Sulawesi Selatan", "K05", "73", "justice"),
}


def concluded(unit: str = "L3171-RSUD-01", cycle: str = "2026", target: str = "WBK", **changes: Any) -> dict[str, Any]:
    """The data of an `evaluation.concluded`: positive, at the panel, unless `changes` say otherwise."""
    name, institution, province, field = UNITS.get(unit, (f"Unit {unit}", "L3171", "31", "health"))
    return {
        "unit": unit,
        "unit_name": name,
        "institution": institution,
        "institution_name": INSTITUTIONS[institution][0],
        "institution_kind": INSTITUTIONS[institution][1],
        "province": province,
        "field": field,
        "proposal": f"{unit}.{cycle}.1",
        "cycle": cycle,
        "target": target,
        "outcome": "qualified",
        "stage": "panel",
        "predicate": target,
        "instrument": "lke-2021",
        "instrument_hash": "a" * 64,
        "worksheet_hash": "b" * 64,
        "bundle_sha256": "c" * 64,
        "total": "86.813333",
        "pengungkit": "51.688333",
        "hasil": "35.125000",
        "exact": {"total": "6511/75"},
        "areas": {code: {"score": score, "percent": percent} for code, (score, percent) in AREAS.items()},
        "gates": [
            {"gate": gate, "measured": measured, "limit": limit, "passed": True, "article": ARTICLE}
            for gate, (measured, limit) in GATES.items()
        ],
        "decision": {
            "decided_by_role": "panel",
            "reason": "RAHASIA-PANEL: rapat pleno",
            "decided_at": "2026-11-18T03:00:00+00:00",
        },
        "evaluators": ["RAHASIA-EVALUATOR-1", "RAHASIA-EVALUATOR-2", "RAHASIA-EVALUATOR-3"],
        "concluded_at": "2026-11-18T03:10:00+00:00",
        **changes,
    }


def heard(type: str, data: dict[str, Any], *, subject: str = "", sequence: int = 1, time: datetime = NOW) -> Received:
    """`data` as a handler gets it: an event of its own, heard at `time`."""
    id = str(uuid.uuid4())
    cause = Cause(time=time, correlation_id="c-1", event_id=id)
    source = subject or f"proposal:{data.get('proposal', id)}"
    return Received(id, type, source, sequence, time, data, cause)


def decree(number: str = "Keputusan Menteri PANRB Nomor 1457 Tahun 2026", day: date | None = None) -> Decree:
    return Decree(number, day or NOW.date(), "Menteri Pendayagunaan Aparatur Negara dan Reformasi Birokrasi")


def command(time: datetime = NOW, command_id: str | None = None) -> Cause:
    """The cause of a registrar's command."""
    return Cause(time=time, correlation_id="c-2", command_id=command_id, actor="registrar-1")


def draft(rooms: Rooms, unit: str = "L3171-RSUD-01", cycle: str = "2026", target: str = "WBK") -> str:
    """Draft a designation; gives its number."""
    handlers.draft_designation(rooms, heard("evaluation.concluded", concluded(unit, cycle, target)))
    return f"{target}-{cycle}-{unit}"


def publish(
    rooms: Rooms, unit: str = "L3171-RSUD-01", cycle: str = "2026", target: str = "WBK", time: datetime = NOW
) -> str:
    """Draft and publish a designation; gives its number."""
    return publish_drafted(rooms, draft(rooms, unit, cycle, target), time)


def publish_drafted(rooms: Rooms, number: str, time: datetime = NOW) -> str:
    """Publish a draft that stands; gives its number."""
    handlers.publish_designation(rooms, number, decree(day=time.date()), command(time))
    return number


def revoke(rooms: Rooms, number: str, time: datetime = NOW + timedelta(days=1)) -> None:
    """Revoke a published designation."""
    ended = Decree("Keputusan Menteri PANRB Nomor 1502 Tahun 2026", date(2026, 11, 20), "Menteri PANRB")
    ground = "Terbukti ada pungutan di luar tarif resmi pada loket pendaftaran."
    handlers.revoke_designation(rooms, number, ended, ground, command(time))


def know_institutions(rooms: Rooms) -> None:
    """Let the registry hear of every institution."""
    for code, (name, kind, province) in INSTITUTIONS.items():
        said = {"code": code, "name": name, "kind": kind, "province": province}
        handlers.learn_institution(rooms, heard("units.institution_registered", said, subject=f"institution:{code}"))


def fill(rooms: Rooms, *, more: int = 0) -> None:
    """A small registry: a published WBK, a WBBM, a revoked one, a draft, and `more` published units beside."""
    know_institutions(rooms)
    revoke(rooms, publish(rooms, "L7371-PTSP-01", time=NOW - timedelta(days=2)))
    publish(rooms, "L3578-DKC-01", target="WBBM", time=NOW - timedelta(days=1))
    publish(rooms)
    draft(rooms, "K05-KUMHAM-07")
    for nth in range(more):
        publish(rooms, f"L3171-KEL-{nth:02d}", time=NOW - timedelta(days=30, minutes=nth))
    handlers.refresh_counts(rooms)
