"""Text that leaves the house for a spreadsheet program is never obeyed by it."""

import csv
import io

import pytest

from shared.spreadsheet_text import inert


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_a_program_would_obey_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "RSUD Kota Contoh", "K-01", "1 + 1", "a=b", "'=1", "– garis", "3.72"])
def test_all_other_text_stays_as_it_is(text):
    assert inert(text) == text


def test_nothing_in_the_export_of_institutions_is_obeyed(monkeypatch):
    from click.testing import CliRunner

    from services.units import cli

    monkeypatch.setattr(cli, "institutions", lambda: iter([("K01", "=1+1", "ministry", "")]))
    out = CliRunner().invoke(cli.units, ["export-institutions"]).output
    assert list(csv.reader(io.StringIO(out)))[1] == ["K01", "'=1+1", "ministry", ""]
