"""The stages of the units and their institutions: declare, build, fill the worksheet, seal it, propose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from shared.journey.client import JourneyError, Person, Refused
from shared.journey.plan import Filing, Turn
from shared.journey.sheets import AREAS, Sheet
from shared.journey.tour import Record, Tour

UNPROCESSABLE = 422
STARTED = date(2024, 1, 15)
"""Building began early enough to have lasted a year in either cycle."""
NEVER_SEALED = hashlib.sha256(b"never sealed").hexdigest()
PLAN = {
    "MP": ["Tim kerja lengkap dan agen perubahan ditetapkan"],
    "TL": ["SOP layanan utama ditinjau, layanan daring diperluas"],
    "SDM": ["Kinerja individu diukur setiap bulan"],
    "AK": ["Perjanjian kinerja dipantau pimpinan setiap triwulan"],
    "PW": ["Pengendalian gratifikasi dan kanal pengaduan aktif"],
    "PP": ["Survei kepuasan setiap triwulan, inovasi layanan"],
}


def file_all(tour: Tour, wave: Sequence[Record]) -> None:
    """From the declaration (for units that file for the first time) to the accepted or refused proposal."""
    new = [record for record in wave if record.filing.after is None]
    tour.crew.each("Pencanangan · declare", new, lambda record: declare(tour, record))
    tour.crew.each("Pembangunan · build", new, lambda record: build(tour, record))
    tour.crew.each("Lembar kerja · worksheets", wave, lambda record: fill_worksheet(tour, record))
    tour.crew.each("Pengusulan · proposals", wave, lambda record: propose(tour, record))


def declare(tour: Tour, record: Record) -> None:
    """The leader and the staff have signed the integrity pact.

    Raises:
        JourneyError: the unit has declared before: another journey with this seed was here.
    """
    unit, staff = record.filing.unit, 40 + record.filing.number % 60
    pact = {"date": STARTED.isoformat(), "place": unit.name, "signed": staff, "staff": staff}
    try:
        tour.officer(record).post("units", f"/units/{unit.code}/declaration", pact)
    except Refused as refusal:
        if refusal.code != "wrong_state":
            raise
        raise JourneyError(f"{unit.code} has declared before: on a used system choose another --seed") from refusal


def build(tour: Tour, record: Record) -> None:
    """The plan for the six areas and two reports of progress."""
    officer, path = tour.officer(record), f"/units/{record.filing.unit.code}"
    officer.post("units", f"{path}/development", {"started_on": STARTED.isoformat(), "plan": PLAN})
    for period, percent in ((f"{tour.cycles[0]}-Q2", 60), (f"{tour.cycles[0]}-Q4", 90)):
        report = {"period": period, "areas": dict.fromkeys(AREAS, percent), "note": "Sesuai rencana kerja"}
        officer.post("units", f"{path}/progress", report)


def fill_worksheet(tour: Tour, record: Record) -> None:
    """Both layers, area by area, and the seal of the TPI, whose receipt the proposal will name."""
    filing, officer, tpi = record.filing, tour.officer(record), tour.tpi(record)
    before = None if filing.after is None else tour.records[filing.after]
    if before is not None and before.filing.cycle == filing.cycle:
        record.worksheet_hash = before.worksheet_hash  # the same sealed worksheet, its hash named rightly this time
        return
    path = f"/worksheets/{filing.unit.code}/{filing.cycle}"
    officer.post("evaluation", "/worksheets", {"unit": filing.unit.code, "cycle": filing.cycle})
    answer(officer, path, "unit", filing.sheets.unit)
    answer(tpi, path, "tpi", filing.sheets.tpi)
    record.worksheet_hash = tpi.post("evaluation", f"{path}/seal")["worksheet_hash"]


def answer(person: Person, path: str, layer: str, sheet: Sheet) -> None:
    """Answers a layer in batches, each against the revisions of its questions."""
    for batch in by_area(sheet):
        answers = {question: {"value": value, "revision": 0} for question, value in batch.items()}
        person.patch("evaluation", f"{path}/layers/{layer}", {"answers": answers})


def by_area(sheet: Sheet) -> Iterator[Sheet]:
    """The sheet in parts: one for each area, one for the results."""
    for area in AREAS:
        yield {question: value for question, value in sheet.items() if f".{area}." in question}
    yield {question: value for question, value in sheet.items() if question.startswith("B.")}


def propose(tour: Tour, record: Record) -> None:
    """Sends the proposal; keeps the refusal of the one filing that must be refused.

    Raises:
        Refused: any other filing is refused.
    """
    filing = record.filing
    record.named_hash = NEVER_SEALED if filing.takes(Turn.WRONG_HASH) else record.worksheet_hash
    if filing.takes(Turn.OVERRIDDEN):
        override_what_lacks(tour, filing)
    try:
        accepted = tour.proposer(record).post("units", f"/units/{filing.unit.code}/proposal", proposal_of(record))
    except Refused as refusal:
        if refusal.status != UNPROCESSABLE or not filing.takes(Turn.LACKS_PREREQUISITE):
            raise
        record.refusal = {**refusal.problem, "status": refusal.status}
    else:
        record.proposal = accepted["proposal"]


def override_what_lacks(tour: Tour, filing: Filing) -> None:
    """Records an exception, with its reason, for each prerequisite that the unit does not meet."""
    path, wanted = f"/units/{filing.unit.code}", {"cycle": filing.cycle, "target": filing.case.target}
    found = tour.company.admin.get("units", f"{path}/prerequisites", **wanted)
    for lacking in (one["rule"] for one in found["answers"] if not one["met"]):
        reason = "Tindak lanjut selesai, menunggu surat penuntasan APIP"
        tour.company.admin.post("units", f"{path}/overrides", {**wanted, "rule": lacking, "reason": reason})


def proposal_of(record: Record) -> dict[str, Any]:
    """The body of a proposal: the institution's letter, the SPTJM and the hash of the sealed worksheet."""
    filing = record.filing
    today = datetime.now(UTC).date().isoformat()
    letter = {"number": f"B/{filing.number + 1:03d}/ZI/{filing.cycle}", "date": today}
    return {
        "cycle": filing.cycle,
        "target": filing.case.target,
        "worksheet_hash": record.named_hash,
        "cover_letter": letter,
        "sptjm": {**letter, "number": f"SPTJM/{filing.number + 1:03d}", "signatory_office": "Pimpinan instansi"},
    }
