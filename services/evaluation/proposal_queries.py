"""The read side of proposals: what each role may know of them, and how a score came about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from services.evaluation import access, instrument_files
from services.evaluation.domain.bundle import assembled
from services.evaluation.domain.proposal import Proposal
from services.evaluation.domain.results import verdict_document
from services.evaluation.domain.scoring import SurveyIndices
from services.evaluation.domain.states import ProposalState
from services.evaluation.domain.trace import trace
from services.evaluation.domain.verdict import Verdict, final_score, screening_score
from services.evaluation.events import decision_document
from services.evaluation.rooms import Rooms
from services.evaluation.rows import proposal_row
from services.evaluation.store import rows
from shared.failures import Early, NotFound, WrongState
from shared.storage import Aggregate

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor

UNDECIDED = ProposalState.AGGREGATED.value


def proposals(
    rooms: Rooms, actor: Actor, *, cycle: str | None, state: str | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """The proposals that `actor` may see, by id; raises NotYours for an account bound to nothing."""
    filter = access.proposal_scope(actor)
    if cycle:
        filter["summary.cycle"] = cycle
    if state:
        filter["summary.state"] = state
    return [_shown(row, actor) for row in rows(rooms.proposals, filter, after=after, limit=limit)]


def proposal(rooms: Rooms, actor: Actor, key: str) -> dict[str, Any]:
    """All that `actor` may know of a proposal.

    Raises NotYours, NotFound, and Early when its unit and cycle are known and it may still be on its way.
    """
    found = _load(rooms, actor, key)
    return proposal_view(found, actor)


def proposal_view(found: Aggregate[Proposal], actor: Actor) -> dict[str, Any]:
    """The row with what explains it: reason, screening, result, survey, decision."""
    state = found.state
    told = _tells_result(state, actor)
    return {
        **_shown(proposal_row(state), actor),
        "version": found.version,
        "instrument": state.instrument,
        "instrument_hash": state.instrument_hash,
        "worksheet_hash": state.worksheet_hash,
        "bundle_sha256": state.bundle_sha256,
        "reason": _reason(state),
        "screening": verdict_document(state.screening) if state.screening else None,
        "result": verdict_document(state.final) if state.final and told else None,
        "survey": _survey(state) if told else None,
        "decision": decision_document(state),
    }


def proposal_bundle(rooms: Rooms, actor: Actor, key: str) -> str:
    """The public bundle of a conclusion, positive or not: the very text whose SHA-256 is its `bundle_sha256`.

    Raises NotFound, NotYours, WrongState for a proposal that has none.
    """
    state = _load(rooms, actor, key).state
    if state.bundle_sha256 is None:
        raise WrongState(
            (f"Usulan {key} belum punya paket nilai.", f"The proposal {key} has no bundle of its score yet."),
            remedy=("Paket dibuat saat usulan selesai dinilai.", "It is made when the proposal is concluded."),
        )
    document = json.loads(rooms.adopted.load(state.instrument_hash).state.content)
    return assembled(rooms.bundles.read(state.bundle_sha256), document)


def proposal_trace(rooms: Rooms, actor: Actor, key: str) -> dict[str, Any]:
    """How each number of the result came about; of the screening while there is no final one.

    Raises NotFound, NotYours, WrongState for a proposal without any score.
    """
    state = _load(rooms, actor, key).state
    final = state.final if _tells_result(state, actor) else None
    if final is not None:
        return {"proposal": key, "target": state.target, **_final_trace(state, final)}
    if state.screening is None:
        raise WrongState(
            (f"Usulan {key} belum punya nilai.", f"The proposal {key} has no score yet."),
            remedy=("Lihat statusnya.", "See its state."),
        )
    return {"proposal": key, "target": state.target, **_screening_trace(rooms, state, state.screening)}


def _final_trace(state: Proposal, final: Verdict) -> dict[str, Any]:
    layers = [state.reviews[evaluator] for evaluator in state.evaluators]
    surveys = SurveyIndices(state.survey.ipak, state.survey.ipkp) if state.survey else None
    score, values = final_score(instrument_files.load(state.instrument), layers, surveys)
    return {"stage": "final", **trace(score, layers=values, gates=final.gates)}


def _screening_trace(rooms: Rooms, state: Proposal, verdict: Verdict) -> dict[str, Any]:
    sealed = rooms.manifests.read(state.worksheet_hash)["layers"]["tpi"]
    answers = {question: one["value"] for question, one in sealed.items()}
    score = screening_score(instrument_files.load(state.instrument), answers)
    return {"stage": "screening", **trace(score, answers=answers, gates=verdict.gates)}


def _load(rooms: Rooms, actor: Actor, key: str) -> Aggregate[Proposal]:
    found = rooms.proposals.find(key)
    if found is None:
        raise _unheard(rooms, key)
    access.require_proposal_reader(actor, found.state)
    return found


def _unheard(rooms: Rooms, key: str) -> NotFound | Early:
    """`<unit>.<cycle>.<n>` of a known unit may be on its way; anything else is no proposal."""
    unit, _, rest = key.rpartition(".")[0].rpartition(".")
    try:
        rooms.known.unit(unit)
        rooms.known.cycle(rest)
    except Early:
        return NotFound(
            (f"Tidak ada usulan {key}.", f"There is no proposal {key}."),
            remedy=("Periksa nomornya.", "Check the number."),
        )
    return Early(
        (f"Usulan {key} sedang diproses, atau tidak ada.", f"The proposal {key} is being processed, or there is none."),
        remedy=(
            "Coba lagi sebentar lagi; periksa nomornya bila tetap begini.",
            "Try again soon; if it stays, check it.",
        ),
        retry_after=1,
    )


def _tells_result(state: Proposal, actor: Actor) -> bool:
    """A final score is told when the panel has concluded; before that only to the panel itself."""
    return state.state is ProposalState.CONCLUDED or actor.has(*access.SEES_UNDECIDED)


def _shown(row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    shown = dict(row)
    if not actor.has(*access.SEES_EVALUATORS):
        del shown["evaluators"]
    if row["state"] == UNDECIDED and not actor.has(*access.SEES_UNDECIDED):
        shown["gates"] = []
    return shown


def _reason(state: Proposal) -> dict[str, str] | None:
    if state.reason is None:
        return None
    return {"code": state.reason.code, "id": state.reason.said[0], "en": state.reason.said[1]}


def _survey(state: Proposal) -> dict[str, Any] | None:
    survey = state.survey
    if survey is None:
        return None
    return {
        "ipak": f"{survey.ipak.numerator}/{survey.ipak.denominator}",
        "ipkp": f"{survey.ipkp.numerator}/{survey.ipkp.denominator}",
        "respondents": survey.respondents,
        "surveyor": survey.surveyor,
        "fewer_respondents_reason": survey.fewer_respondents_reason,
        "recorded_at": survey.recorded_at.isoformat(),
    }
