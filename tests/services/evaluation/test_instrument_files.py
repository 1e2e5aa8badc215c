"""Loading instruments: what is there, their hash, and every fault of a malformed file named with its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.evaluation.instrument_files import (
    InstrumentFileInvalid,
    available,
    content_hash,
    hash_of,
    load,
    load_document,
    read_instrument,
)
from shared.failures import NotFound

Change = Callable[[dict[str, Any]], object]


def test_two_versions_of_the_instrument_live_side_by_side() -> None:
    assert available() == ("lke-2014", "lke-2021")
    assert load("lke-2014").version == "2014"
    assert load("lke-2021").version == "2021"
    assert load("lke-2014").content_hash != load("lke-2021").content_hash


def test_an_instrument_is_made_once() -> None:
    assert load("lke-2021") is load("lke-2021")


@pytest.mark.parametrize("name", ["lke-2019", "../lke-2021", "", "lke-2021.yaml", "/etc/passwd"])
def test_an_unknown_instrument_is_refused_with_those_that_exist(name: str) -> None:
    with pytest.raises(NotFound) as refused:
        load(name)
    assert "lke-2014, lke-2021" in refused.value.remedy[1]


def test_the_hash_is_the_sha256_of_the_canonical_json_of_the_whole_file() -> None:
    document = load_document("lke-2021")
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert content_hash("lke-2021") == hashlib.sha256(canonical).hexdigest() == load("lke-2021").content_hash


def test_the_hash_changes_with_any_text_and_not_with_the_order_of_keys() -> None:
    document = load_document("lke-2021")
    assert hash_of(dict(reversed(document.items()))) == content_hash("lke-2021")
    document["legal_basis"] += "."
    assert hash_of(document) != content_hash("lke-2021")


def test_a_document_is_plain_data_without_binary_floats() -> None:
    def kinds(value: Any) -> set[type]:
        if isinstance(value, dict):
            return {str}.union(*(kinds(below) for below in value.values()))
        return set().union(*(kinds(below) for below in value)) if isinstance(value, list) else {type(value)}

    assert kinds(load_document("lke-2021")) == {str, bool}


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["components"][0]["weight"] = 60.0
        document["scales"]["abc"]["values"]["B"] = "a half"
        del document["legal_basis"]
        document["colour"] = "red"

    faults = _faults(tmp_path, spoil)
    assert set(faults) == {"/components/0/weight", "/scales/abc/values/B", "/legal_basis", "/colour"}
    assert all(messages["id"] and messages["en"] for messages in faults.values())
    assert faults["/components/0/weight"]["id"].startswith("Harus desimal sebagai teks")
    assert faults["/legal_basis"] == {"id": "Wajib ada.", "en": "Missing data for required field."}


def test_a_mapping_that_is_none_is_named(tmp_path: Path) -> None:
    faults = _faults(tmp_path, lambda document: document.update(scales=["abc"], thresholds={7: []}))
    assert faults["/scales"]["id"] == "Harus pasangan kunci dan nilai."
    assert "/thresholds/7" in faults


def _area(document: dict[str, Any], code: str, aspect: int = 0) -> Any:
    areas = document["components"][0]["aspects"][aspect]["areas"]
    return next(area for area in areas if area["code"] == code)


def _question(document: dict[str, Any]) -> Any:
    return _area(document, "MP")["subindicators"][0]["questions"][0]


def _lhkpn(document: dict[str, Any]) -> Any:
    return _area(document, "PW", 1)["subindicators"][2]["questions"][0]


def _item(document: dict[str, Any], number: int = 0) -> Any:
    return document["components"][1]["aspects"][0]["items"][number]


def _gate(document: dict[str, Any], number: int) -> Any:
    return document["thresholds"]["WBK"][number]


DISAGREEMENTS: list[tuple[str, str, Change]] = [
    ("/id", "Must be the file's name", lambda d: d.update(id="lke-2022")),
    ("/components", "must be A", lambda d: d["components"].reverse()),
    ("/components", "add up to 101.0, not to 100.0", lambda d: d["components"][1].update(weight="41")),
    ("/components/1/aspects/0", "not to 22.5", lambda d: _item(d).update(weight="17")),
    ("/components/0/aspects/0/areas/0", "not to 4.0", lambda d: _area(d, "MP")["subindicators"][0].update(weight="1")),
    ("/components", "one question for each survey", lambda d: _item(d)["question"].pop("survey")),
    ("/scales/abc", "`values` belongs to option", lambda d: d["scales"]["abc"].pop("values")),
    ("/scales/persen", "`maximum` belongs to index", lambda d: d["scales"]["persen"].update(maximum="1")),
    ("/scales/abc/values", "fall from 1 to 0", lambda d: d["scales"]["abc"]["values"].update(B="1.5")),
    ("/scales/abc/values", "fall from 1 to 0", lambda d: d["scales"]["abc"]["values"].update(C="0.1")),
    ("questions/0/id", "used 2 times", lambda d: _question(d).update(id="A.I.MP.i.b")),
    ("questions/0/id", "must read A.I.MP.i.<letter>", lambda d: _question(d).update(id="A.I.TL.i.z")),
    ("questions/0/scale", "no such scale", lambda d: _question(d).update(scale="abcdef")),
    ("questions/0/options", "options must be those", lambda d: _question(d)["options"].pop("Ya")),
    ("questions/0", "`ratio` belongs", lambda d: _lhkpn(d).pop("ratio")),
    ("items/1/question/survey", "needs an index scale", lambda d: _item(d, 1)["question"].update(survey="ipak")),
    ("ratio/formula", "wajibb is no counted input", lambda d: _lhkpn(d)["ratio"].update(formula="sudah / wajibb")),
    ("ratio/formula", "Must read 'a / b'", lambda d: _lhkpn(d)["ratio"].update(formula="sudah * wajib")),
    ("ratio/formula", "Must read 'a / b'", lambda d: _lhkpn(d)["ratio"].update(formula=7)),
    ("ratio/inputs", "siapa is no counted input", lambda d: _lhkpn(d)["ratio"]["inputs"][0]["sum_of"].append("siapa")),
    ("ratio/inputs", "listed twice", lambda d: _lhkpn(d)["ratio"]["inputs"].append(_lhkpn(d)["ratio"]["inputs"][4])),
    ("ratio", "0 to 1", lambda d: _lhkpn(d)["ratio"].update(clamp=["1", "0"])),
    ("ratio", "0 to 1", lambda d: _lhkpn(d)["ratio"]["zero_denominator"].update(value="2")),
    ("/thresholds/WBK/1/gate", "listed twice", lambda d: _gate(d, 1).update(gate="total")),
    ("/thresholds/WBK/4/of", "no such part", lambda d: _gate(d, 4).update(of="B.I.z")),
    ("/thresholds/WBK/2/of", "no such part", lambda d: _gate(d, 2).update(of="MP")),
    ("/thresholds/WBK/0/limit", "up to 100", lambda d: _gate(d, 0).update(limit="101")),
    ("/thresholds/WBK/0/limit", "above 0", lambda d: _gate(d, 0).update(limit="0")),
    ("/thresholds/WBK/4/index", "not 15.75 points", lambda d: _gate(d, 4).update(index="3.5")),
    ("/thresholds/WBK/5/index", "not 2.5 points", lambda d: _gate(d, 5).update(index="2")),
]


@pytest.mark.parametrize(("place", "message", "change"), DISAGREEMENTS)
def test_entries_that_disagree_are_named(tmp_path: Path, place: str, message: str, change: Change) -> None:
    faults = _faults(tmp_path, change)
    assert any(found.endswith(place) and message in said["en"] and said["id"] for found, said in faults.items()), faults


def test_a_gate_may_measure_any_subindicator_or_a_single_area(tmp_path: Path) -> None:
    document = load_document("lke-2021")
    article = {"article": "uji"}
    document["thresholds"]["WBK"] += [
        {"gate": "tim", "measures": "subindicator", "of": "A.I.MP.i", "limit": "0.25", **article},
        {"gate": "mp", "measures": "area_percent", "of": "MP", "limit": "50", **article},
    ]
    rules = read_instrument(_written(tmp_path, yaml.safe_dump(document, sort_keys=False))).gate_rules["WBK"]
    assert [(rule.gate, rule.of) for rule in rules[-2:]] == [("tim", "A.I.MP.i"), ("mp", "MP")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id: [", "Not valid YAML"),
        ("- a\n- b\n", "Must be a mapping"),
        ("id: a\nid: b\n", "repeated keys ['id']"),
        ("", "Must be a mapping"),
        ("id: !!python/object/apply:os.getcwd []\n", "Not valid YAML"),
    ],
)
def test_a_file_that_is_no_mapping_is_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InstrumentFileInvalid) as refused:
        read_instrument(_written(tmp_path, content))
    assert message in refused.value.said[1]
    assert "lke-2021.yaml" in refused.value.said[0]


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lke-2021.yaml"
    path.write_bytes(b"id: \xff")
    with pytest.raises(InstrumentFileInvalid, match="Not valid YAML"):
        read_instrument(path)


def _faults(folder: Path, change: Change) -> dict[str, dict[str, str]]:
    document = deepcopy(load_document("lke-2021"))
    change(document)
    with pytest.raises(InstrumentFileInvalid) as refused:
        read_instrument(_written(folder, yaml.safe_dump(document, sort_keys=False)))
    return {error["pointer"]: error["messages"] for error in refused.value.errors}


def _written(folder: Path, content: str) -> Path:
    path = folder / "lke-2021.yaml"
    path.write_text(content, encoding="utf-8")
    return path
