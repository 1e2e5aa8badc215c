"""The program that recomputes a bundle agrees with the engine, names what was changed, and needs nothing but Python."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation import instrument_files
from services.evaluation.domain.proposal import conclusion_of
from shared.recomputing import recompute as program
from shared.recomputing.cli import recompute as zi_recompute
from shared.recomputing.recompute import NotABundle, canonical, content_of, member_at, recompute, sha256_of
from tests.services.evaluation.conclusions import at_the_panel, at_the_screening, golden_case, published, surveyed
from tests.services.evaluation.domain.sheets import sheets

FOLDER = Path(__file__).parents[2] / "services/evaluation/golden"
GOLDEN, RESULT = FOLDER / "bundle.json", FOLDER / "bundle-result.json"
CONTENT = GOLDEN.read_bytes()
drawn = settings(max_examples=250, derandomize=True, deadline=None, database=None)


def random_sheets(instrument: str = "lke-2021") -> st.SearchStrategy[dict[str, Any]]:
    loaded = instrument_files.load(instrument)
    return sheets(loaded).map(lambda sheet: {id_: sheet[id_] for id_ in sheet if id_ in loaded.reviewed})


def indices() -> st.SearchStrategy[str]:
    return st.integers(0, 40_000).map(lambda n: f"{n // 10_000}.{n % 10_000:04d}")


def agrees_with_the_engine(content: bytes, verdict: Any) -> None:
    """To the exact fraction, gate by gate."""
    result = recompute(content)
    assert result["faults"] == []
    exact = {name: Fraction(text) for name, text in result["exact"].items()}
    expected = {"total": verdict.total, "pengungkit": verdict.pengungkit, "hasil": verdict.hasil}
    assert exact == expected | {f"area_{code}": area.score for code, area in verdict.areas.items()}
    told = [(gate["gate"], gate["passed"], Fraction(gate["limit"])) for gate in result["gates"]]
    assert told == [(gate.gate, gate.passed, gate.limit) for gate in verdict.gates]
    assert result["passed"] == verdict.passed


@drawn
@given(st.lists(random_sheets(), min_size=1, max_size=5), indices(), indices(), st.sampled_from(["WBK", "WBBM"]))
def test_any_panels_conclusion_recomputes_to_the_exact_fractions_of_the_engine(
    drawn_sheets: list[dict[str, Any]], ipak: str, ipkp: str, target: str
) -> None:
    ended, judged = at_the_panel(drawn_sheets, surveyed(ipak, ipkp), target=target)
    agrees_with_the_engine(published(ended, judged), conclusion_of(ended).verdict)


@settings(drawn, max_examples=60)
@given(sheets(instrument_files.load("lke-2021")))
def test_any_failed_screening_recomputes_too(sheet: dict[str, Any]) -> None:
    ended, judged = at_the_screening(sheet)
    assert not conclusion_of(ended).verdict.passed, "random sheets fail; draw another strategy"
    agrees_with_the_engine(published(ended, judged), conclusion_of(ended).verdict)


@settings(drawn, max_examples=40)
@given(st.lists(random_sheets("lke-2014"), min_size=3, max_size=3))
def test_another_instrument_comes_with_its_own_rules(drawn_sheets: list[dict[str, Any]]) -> None:
    ended, judged = at_the_panel(drawn_sheets, surveyed(), instrument="lke-2014")
    agrees_with_the_engine(published(ended, judged), conclusion_of(ended).verdict)


def test_the_golden_bundle_is_still_written_byte_for_byte() -> None:
    assert published(*golden_case()) == CONTENT


def test_the_golden_bundle_recomputes_to_the_golden_result() -> None:
    assert recompute(CONTENT) == json.loads(RESULT.read_text("utf-8"))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value that holds no other."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [leaf for name, below in inner for leaf in leaves(below, (*path, name))]
    return found or [path]


LEAVES = leaves(json.loads(CONTENT))


def changed_at(path: tuple[Any, ...], kind: str) -> Any:
    """The golden bundle with one value changed, or removed, as somebody would who writes canonically."""
    bundle = json.loads(CONTENT)
    holder = bundle
    for name in path[:-1]:
        holder = holder[name]
    old = holder[path[-1]]
    if kind == "remove":
        del holder[path[-1]]
    elif kind == "retype":
        holder[path[-1]] = [old]
    elif isinstance(old, bool) or old is None:
        holder[path[-1]] = not old
    elif isinstance(old, int):
        holder[path[-1]] = old + 1
    else:
        holder[path[-1]] = "0" if old != "0" else "1"
    return bundle


def names(place: str, path: Sequence[Any]) -> bool:
    """Whether a fault's place names the question or the section in which `path` lies; its hash goes by its own name."""
    named, path = place.split("/"), list(path)
    for prefix in (["hashes", "sections"], ["hashes"]):
        path = path[len(prefix) :] if path[: len(prefix)] == prefix and len(path) > len(prefix) else path
        named = named[len(prefix) :] if named[: len(prefix)] == prefix and len(named) > len(prefix) else named
    depth = 2 if path[0] == "questions" else 1
    return named[:depth] == path[:depth]


def places_of(content: bytes) -> list[str]:
    """Where something does not agree, or why this is no bundle."""
    try:
        return [fault["place"] for fault in recompute(content)["faults"]]
    except NotABundle as error:
        return [error.fault.place]


@settings(drawn, max_examples=400)
@given(st.sampled_from(LEAVES), st.sampled_from(["change", "remove", "retype"]))
def test_any_changed_value_is_found_and_named(path: tuple[Any, ...], kind: str) -> None:
    places = places_of(canonical(changed_at(path, kind)))
    assert any(names(place, path) for place in places), f"{path}: {places}"


@settings(drawn, max_examples=250)
@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found_and_named(at: int, by: int) -> None:
    changed = bytearray(CONTENT)
    changed[at] ^= by
    places, at_member = places_of(bytes(changed)), member_at(CONTENT.decode(), at)
    assert places
    # In a section's own name there is no member to name; in a question's name, there is its section.
    named = (place.startswith(at_member) or names(place, at_member.split("/")) for place in places)
    assert any(named), f"{at}: {at_member}: {places}"


@settings(drawn, max_examples=120)
@given(st.sampled_from([path for path in LEAVES if path[0] == "questions" and path[2] in {"value", "points"}]))
def test_a_number_that_was_changed_with_all_its_hashes_is_named_by_recomputing_it(path: tuple[Any, ...]) -> None:
    bundle = resealed(changed_at(path, "change"))
    places = [fault["place"] for fault in recompute(canonical(bundle))["faults"]]
    assert places == ["/".join(path)]


def resealed(bundle: dict[str, Any]) -> dict[str, Any]:
    """The bundle with all its hashes made anew, as a forger would."""
    sections = {name: bundle[name] for name in program.SECTIONS}
    sections["instrument"] = {name: bundle["instrument"][name] for name in ("hash", "id", "version")}
    parts = {
        "sections": {name: sha256_of(section) for name, section in sections.items()},
        "questions": {name: sha256_of(question) for name, question in bundle["questions"].items()},
    }
    bundle["hashes"] = {**parts, "bundle": sha256_of(parts)}
    return bundle


def test_an_answer_that_was_bettered_with_all_its_hashes_is_named_with_what_follows_from_it() -> None:
    bundle = json.loads(CONTENT)
    bundle["questions"]["A.I.TL.ii.a"]["answers"] = ["A", "A", "A"]
    places = [fault["place"] for fault in recompute(canonical(resealed(bundle)))["faults"]]
    assert places[:2] == ["questions/A.I.TL.ii.a/value", "questions/A.I.TL.ii.a/points"]
    assert {"result/total", "result/areas/TL/score", "result/gates/area_TL/measured"} <= set(places)


def test_a_forger_who_makes_everything_agree_is_found_by_the_published_hash() -> None:
    bundle = json.loads(CONTENT)
    bundle["about"]["unit_name"] = "RSUD Lain"
    content = canonical(resealed(bundle))
    assert recompute(content)["faults"] == []
    published_hash = recompute(CONTENT)["bundle_sha256"]
    assert [fault["place"] for fault in recompute(content, published_hash)["faults"]] == [""]
    assert recompute(CONTENT, published_hash.upper())["agrees"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"about": {"outcome": "qualified", "predicate": "WBBM"}}, "about/predicate"),
        ({"about": {"outcome": "failed"}}, "about/predicate"),
        ({"about": {"stage": "screening"}}, "about/stage"),
        ({"method": {"sheets": 4}}, "questions/A.I.MP.i.a/answers"),
        ({"survey": {"ipak": "3.99"}}, "survey/ipak"),
        ({"result": {"passed": False}}, "result/passed"),
    ],
)
def test_what_contradicts_itself_is_named_though_every_hash_agrees(change: dict[str, Any], place: str) -> None:
    bundle = json.loads(CONTENT)
    for section, values in change.items():
        bundle[section] |= values
    assert place in [fault["place"] for fault in recompute(canonical(resealed(bundle)))["faults"]]


def test_a_copy_that_is_laid_out_anew_is_told_where_it_begins_to_differ() -> None:
    faults = recompute(json.dumps(json.loads(CONTENT), indent=1).encode())["faults"]
    assert [fault["en"] for fault in faults] == ["Not in canonical form at byte 1."]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", ""),
        (b"[]", "format"),
        (b'{"format":"zona-bundle/2"}', "format"),
        (b'{"questions":{"A.I.MP.i.a":{"answers":[x', "questions/A.I.MP.i.a/answers/0"),
        (b'{"about":{"unit":"\xff"}}', "about/unit"),
        (b'{"about":1,"about":2}', "about"),
        (b'{"survey":{"ipak":3.72}}', "survey/ipak"),
        (b'{"survey":[NaN]}', "survey/0"),
        (b"[" * 100_000, ""),
        (b'{"n":' + b"9" * 5000 + b"}", ""),
    ],
)
def test_what_is_no_bundle_is_refused_with_its_place(content: bytes, place: str) -> None:
    with pytest.raises(NotABundle) as refused:
        recompute(content)
    assert refused.value.fault.place == place


@pytest.mark.parametrize(
    "broken",
    [
        {"components": []},
        {"components": [{"aspects": [None]}]},
        {"components": [{"code": "A", "aspects": [{"code": "I", "areas": [{"code": "MP", "subindicators": [7]}]}]}]},
        {"scales": 3},
        {"thresholds": {"WBK": [{"gate": "total", "measures": "aspect", "of": "X", "limit": "1e9", "article": ""}]}},
    ],
)
def test_a_hostile_instrument_breaks_nothing_but_the_agreement(broken: dict[str, Any]) -> None:
    bundle = json.loads(CONTENT)
    bundle["instrument"]["document"] |= broken
    bundle["instrument"]["hash"] = sha256_of(bundle["instrument"]["document"])
    assert recompute(canonical(resealed(bundle)))["faults"]


def test_a_place_in_a_broken_text_is_told_by_the_names_that_lead_there() -> None:
    text = '{"a":{"b":[1,{"c":"x, } y"},3'
    places = {0: "", 6: "a", 10: "a/b", 11: "a/b/0", 19: "a/b/1/c", 26: "a/b/1/c", 27: "a/b/1", 28: "a/b/2"}
    assert {at: member_at(text, at) for at in places} == places


def test_the_program_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(program.__file__).read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def alone(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A copy of the program elsewhere, with neither site-packages nor this project in reach."""
    copy = tmp_path / "recompute.py"
    copy.write_bytes(Path(program.__file__).read_bytes())
    command = [sys.executable, "-I", "-S", str(copy), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)


def test_a_copy_of_the_program_recomputes_alone(tmp_path: Path) -> None:
    done = alone(tmp_path, str(GOLDEN), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1]) == json.loads(RESULT.read_text("utf-8"))


def test_a_copy_of_the_program_names_what_was_changed(tmp_path: Path) -> None:
    forged = tmp_path / "forged.json"
    forged.write_bytes(CONTENT.replace(b'"respondents":24', b'"respondents":42'))
    done = alone(tmp_path, str(forged))
    assert done.returncode == 1
    assert f"{forged}: survey: " in done.stderr
    assert "DOES NOT AGREE" in done.stdout


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["--sha256", "0" * 64], 1)])
def test_zi_recompute_gives_one_json_object_on_its_last_line(arguments: list[str], status: int) -> None:
    done = CliRunner().invoke(zi_recompute, [str(GOLDEN), "--json", *arguments])
    assert done.exit_code == status
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["total"], result["passed"], result["agrees"]) == ("88.001347", True, status == 0)


def test_zi_recompute_refuses_a_file_that_is_none_with_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(zi_recompute, [str(tmp_path / "nowhere.json"), "--json"])
    assert done.exit_code == 2
    assert "nowhere.json" in done.stderr
    assert "→" in done.stderr


@pytest.fixture
def address() -> Iterator[str]:
    """Where the folder of the golden bundle is served."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(FOLDER))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_address_is_read_as_a_file_is(address: str) -> None:
    assert CliRunner().invoke(zi_recompute, [f"{address}/bundle.json"]).exit_code == 0


def test_an_address_that_has_none_is_refused(address: str) -> None:
    done = CliRunner().invoke(zi_recompute, [f"{address}/nowhere.json"])
    assert done.exit_code == 2
    assert "404" in done.stderr


def test_a_file_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "LARGEST", 1000)
    with pytest.raises(NotABundle):
        content_of(str(GOLDEN))


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.json"
    hostile.write_bytes(CONTENT.replace(b'"method":', b'"\\u001b[2Jmethod":', 1))
    done = CliRunner().invoke(zi_recompute, [str(hostile)])
    assert done.exit_code == 1
    assert "\x1b" not in done.output
