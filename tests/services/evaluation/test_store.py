"""What is written ahead of a worksheet's own update stays harmless when it is written twice."""

from __future__ import annotations

import pytest

from services.evaluation.domain.worksheet import Answered, Layer, Superseded
from services.evaluation.rooms import Rooms
from shared.failures import NotFound
from tests.services.evaluation.samples import NOW


def test_a_replaced_answer_copied_twice_stands_once(rooms: Rooms) -> None:
    old = Superseded(Layer.TPI, "A.I.MP.i.a", Answered("Ya", 1, "ann", NOW))
    other = Superseded(Layer.TPI, "A.I.MP.i.b", Answered("A", 1, "ann", NOW))
    rooms.history.keep("u.2026", [old])
    rooms.history.keep("u.2026", [old, other])
    assert [one["question"] for one in rooms.history.page("u.2026", "tpi", after=None, limit=9)] == [
        "A.I.MP.i.a",
        "A.I.MP.i.b",
    ]


def test_a_manifest_kept_twice_stays_as_it_was(rooms: Rooms) -> None:
    rooms.manifests.keep("h", '{"a":1}')
    rooms.manifests.keep("h", '{"a":1}')
    assert rooms.manifests.read("h") == {"a": 1}
    with pytest.raises(NotFound):
        rooms.manifests.text("other")


def test_a_sweep_never_goes_back(rooms: Rooms) -> None:
    assert rooms.sweeps.swept_until("x") == ""
    for until in ("2026-05-02", "2026-05-01"):
        rooms.sweeps.advance("x", until)
    assert rooms.sweeps.swept_until("x") == "2026-05-02"
