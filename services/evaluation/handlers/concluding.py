"""What every conclusion leaves behind: its public bundle, kept under its hash, and the words about it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from services.evaluation import events, instrument_files
from services.evaluation.domain.adopted import AdoptedInstrument
from services.evaluation.domain.bundle import Judged, bundle_of, evidence_in
from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.proposal import Outcome, Proposal
from services.evaluation.domain.worksheet import Layer, Worksheet
from services.evaluation.rooms import Rooms
from services.evaluation.survey_rules import rule_on
from shared.failures import AlreadyExists
from shared.storage import Cause, Event


def at_the_screening(rooms: Rooms, ended: Proposal, filed: Worksheet, cause: Cause) -> tuple[Proposal, Sequence[Event]]:
    """A proposal that the TPI's own scores ended."""
    judged = Judged("tpi", (filed.values_of(Layer.TPI),), evidence=_evidence(rooms, ended))
    return _concluded(rooms, ended, judged, cause)


def at_the_panel(rooms: Rooms, ended: Proposal, cause: Cause) -> tuple[Proposal, Sequence[Event]]:
    """A proposal that the panel decided on the evaluators' scores and the survey."""
    sheets = tuple(ended.reviews[evaluator] for evaluator in ended.evaluators)
    article = rule_on(ended.survey.recorded_at.date()).article if ended.survey else ""
    return _concluded(rooms, ended, Judged("tpn", sheets, ended.survey, article, _evidence(rooms, ended)), cause)


def _concluded(rooms: Rooms, ended: Proposal, judged: Judged, cause: Cause) -> tuple[Proposal, Sequence[Event]]:
    """The bundle is kept under its own hash before the proposal names it: no hash is told without its bundle.

    A crash in between leaves a bundle that nobody names. Only of what will be public is the bundle itself told.
    """
    instrument = instrument_files.load(ended.instrument)
    _adopt(rooms, instrument, cause)
    bundle = bundle_of(ended, instrument, judged)
    named = replace(ended, bundle_sha256=rooms.bundles.keep(bundle, instrument_files.load_document(instrument.id)))
    said = [events.concluded(named)]
    return named, [*said, events.bundle_published(named, bundle)] if named.outcome is Outcome.QUALIFIED else said


def _adopt(rooms: Rooms, instrument: Instrument, cause: Cause) -> None:
    """Tell the instrument's content once, before the first bundle that names it."""
    if rooms.adopted.has(instrument.content_hash):
        return
    content = instrument_files.load_content(instrument.id)
    adopted = AdoptedInstrument(instrument.id, instrument.version, instrument.content_hash, content)
    with suppress(AlreadyExists):
        rooms.adopted.create(adopted.content_hash, adopted, [events.instrument_adopted(adopted)], cause)


def _evidence(rooms: Rooms, ended: Proposal) -> dict[str, list[str]]:
    return evidence_in(rooms.manifests.read(ended.worksheet_hash))
