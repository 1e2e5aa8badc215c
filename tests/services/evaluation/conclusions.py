"""Concluded proposals out of nothing but sheets and a survey, for the tests of bundles and of who recomputes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from services.evaluation import instrument_files
from services.evaluation.domain.answers import Answer, read_answers
from services.evaluation.domain.bundle import Judged, assembled, bundle_of
from services.evaluation.domain.known import UnitCard
from services.evaluation.domain.proposal import Decision, Outcome, Proposal, Stage, Survey
from services.evaluation.domain.scoring import SurveyIndices
from services.evaluation.domain.states import ProposalState
from services.evaluation.domain.verdict import Verdict, final_score, screening_score, verdict_of
from tests.services.evaluation.samples import answers_at, reviewed

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SEALED = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CARD = UnitCard("L3578-RSUD-01", "RSUD dr. Mohamad Soewandhie", "L3578", "Kota Surabaya", "city", "35", "health")
ARTICLE = "PermenPANRB 90/2021 Lampiran II (survei persepsi)"


def surveyed(ipak: str = "3.72", ipkp: str = "3.51", reason: str = "", respondents: int = 45) -> Survey:
    return Survey(Fraction(ipak), Fraction(ipkp), respondents, "Lembaga survei", "surveyor.1", AT, reason)


def at_the_panel(
    sheets: Sequence[Mapping[str, Any]], survey: Survey, *, target: str = "WBK", instrument: str = "lke-2021"
) -> tuple[Proposal, Judged]:
    """The panel's conclusion on raw sheets, approved where every gate holds."""
    loaded = instrument_files.load(instrument)
    read = [read_answers(loaded, sheet, questions=loaded.reviewed) for sheet in sheets]
    score, _ = final_score(loaded, read, SurveyIndices(survey.ipak, survey.ipkp))
    verdict = verdict_of(loaded, target, score)
    decision = Decision(verdict.passed, "Seluruh syarat diperiksa.", "panel.1", "panel", AT)
    ended = _ended(loaded.id, target, Stage.PANEL, final=verdict, passed=verdict.passed, decision=decision)
    return ended, Judged("tpn", read, survey, ARTICLE)


def at_the_screening(sheet: Mapping[str, Any], *, target: str = "WBK") -> tuple[Proposal, Judged]:
    """The end at the screening on a raw sheet of the TPI."""
    loaded = instrument_files.load("lke-2021")
    read = read_answers(loaded, sheet)
    verdict = verdict_of(loaded, target, screening_score(loaded, read))
    return _ended(loaded.id, target, Stage.SCREENING, screening=verdict, passed=False), Judged("tpi", [read])


def published(ended: Proposal, judged: Judged) -> bytes:
    """The bundle's bytes, as anyone can download them."""
    bundle = bundle_of(ended, instrument_files.load(ended.instrument), judged)
    return assembled(bundle, instrument_files.load_document(ended.instrument)).encode()


def golden_case() -> tuple[Proposal, Judged]:
    """Three evaluators who differ: thirds in the values, every gate holds, a survey with few respondents."""
    sheets: list[dict[str, Answer]] = [reviewed(answers_at(Fraction(*level))) for level in ((1, 1), (3, 4), (1, 1))]
    sheets[2] = {id_: answer for id_, answer in sheets[2].items() if id_ != "A.I.TL.ii.a"}
    few = surveyed(reason="Unit ini melayani 24 pengguna dalam setahun.", respondents=24)
    return at_the_panel(sheets, few)


def _ended(
    instrument: str,
    target: str,
    stage: Stage,
    *,
    passed: bool,
    screening: Verdict | None = None,
    final: Verdict | None = None,
    decision: Decision | None = None,
) -> Proposal:
    return Proposal(
        id="L3578-RSUD-01.2026.1",
        card=CARD,
        cycle="2026",
        target=target,
        instrument=instrument,
        instrument_hash=instrument_files.content_hash(instrument),
        worksheet_hash=SEALED,
        submitted_at=AT,
        changed_at=AT,
        state=ProposalState.CONCLUDED,
        screening=screening,
        final=final,
        decision=decision,
        outcome=Outcome.QUALIFIED if passed else Outcome.FAILED,
        stage=stage,
    )
