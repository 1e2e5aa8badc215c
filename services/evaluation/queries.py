"""The read side: what may be seen by whom, without any effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.evaluation import access, instrument_files
from services.evaluation.domain.gates import gates_for
from services.evaluation.domain.instrument_changes import changes_between
from services.evaluation.domain.preview import preview_document, preview_of
from services.evaluation.domain.results import score_result
from services.evaluation.domain.scoring import score_answers
from services.evaluation.domain.worksheet import Layer, Worksheet, worksheet_key
from services.evaluation.rooms import Rooms
from services.evaluation.store import rows
from services.evaluation.views import changes_view, evaluator_view, review_view, worksheet_view
from shared.failures import NotFound, said

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor


def instruments() -> list[dict[str, Any]]:
    """Every instrument: id, name, version, legal basis, hash, targets."""
    return [_instrument_row(id) for id in instrument_files.available()]


def instrument(id: str) -> dict[str, Any]:
    """The whole instrument as its file says it, with its id and hash; raises NotFound."""
    return {**instrument_files.load_document(id), "id": id, "content_hash": instrument_files.content_hash(id)}


def instrument_changes(id: str, since: str) -> dict[str, Any]:
    """What instrument `id` asks, weighs and demands otherwise than `since`; raises NotFound."""
    return changes_view(changes_between(instrument_files.load(since), instrument_files.load(id)))


def worksheet(rooms: Rooms, actor: Actor, unit: str, cycle: str) -> dict[str, Any]:
    """Both layers with the questions' revisions, and the seals; raises NotFound, NotYours."""
    found = rooms.worksheets.load(worksheet_key(unit, cycle))
    access.require_worksheet_reader(actor, found.state)
    return worksheet_view(found)


def worksheet_score(rooms: Rooms, actor: Actor, unit: str, cycle: str, *, layer: Layer, target: str) -> dict[str, Any]:
    """The layer's score as `zi score` gives it; raises NotFound, NotYours, InvalidInput (/target)."""
    sheet = _sheet(rooms, actor, unit, cycle)
    instrument = instrument_files.load(sheet.instrument)
    score = score_answers(instrument, sheet.values_of(layer))
    return score_result(score, target, gates_for(instrument, target, score))


def worksheet_preview(
    rooms: Rooms, actor: Actor, unit: str, cycle: str, *, layer: Layer, target: str
) -> dict[str, Any]:
    """Gates, weakest area and what each question's next option would bring; raises as `worksheet_score`."""
    sheet = _sheet(rooms, actor, unit, cycle)
    return preview_document(preview_of(instrument_files.load(sheet.instrument), target, sheet.values_of(layer)), target)


def superseded_answers(
    rooms: Rooms, actor: Actor, unit: str, cycle: str, *, layer: Layer, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """Every answer that another replaced, with who and when; raises NotFound, NotYours."""
    _sheet(rooms, actor, unit, cycle)
    return rooms.history.page(worksheet_key(unit, cycle), layer.value, after=after, limit=limit)


def sealed_manifest(rooms: Rooms, actor: Actor, unit: str, cycle: str, revision: int) -> str:
    """The very text whose SHA-256 is the seal of `revision`; raises NotFound, NotYours."""
    sheet = _sheet(rooms, actor, unit, cycle)
    for seal in sheet.seals:
        if seal.revision == revision:
            return rooms.manifests.text(seal.worksheet_hash)
    raise NotFound(
        (f"Revisi {revision} belum disegel.", f"Revision {revision} is not sealed."),
        remedy=("Lihat `seals` lembar kerja.", "See the worksheet's `seals`."),
    )


def evaluators(rooms: Rooms, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Evaluators with their reservations, by id."""
    return [evaluator_view(found.state) for found in rooms.evaluators.select({}, after=after, limit=limit)]


def reviews(
    rooms: Rooms, actor: Actor, *, mine: bool, state: str | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """Review rows by id; everybody's only for the admin, and not with `mine`."""
    filter: dict[str, Any] = {} if actor.has("admin") and not mine else {"summary.evaluator": actor.id}
    if state:
        filter["summary.state"] = state
    return rows(rooms.reviews, filter, after=after, limit=limit)


def review(rooms: Rooms, actor: Actor, id: str) -> dict[str, Any]:
    """A review with the sealed answers that it judges; raises NotFound, NotYours."""
    found = rooms.reviews.load(id)
    access.require_own_review(actor, found.state)
    manifest = rooms.manifests.read(found.state.worksheet_hash)
    return {**review_view(found), "layers": manifest["layers"]}


def _sheet(rooms: Rooms, actor: Actor, unit: str, cycle: str) -> Worksheet:
    sheet = rooms.worksheets.load(worksheet_key(unit, cycle)).state
    access.require_worksheet_reader(actor, sheet)
    return sheet


def _instrument_row(id: str) -> dict[str, Any]:
    loaded = instrument_files.load(id)
    return {
        "id": loaded.id,
        "version": loaded.version,
        "name": said(loaded.name),
        "effective_from": loaded.effective_from,
        "legal_basis": loaded.legal_basis,
        "content_hash": loaded.content_hash,
        "targets": list(loaded.targets),
        "questions": len(loaded.questions),
    }
