"""Colours of the style sheet against WCAG 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for marks (1.4.11)."""

from __future__ import annotations

import re

import pytest

from services.registry.web import STYLES

TEXT = [
    ("ink", "paper"), ("ink", "sheet"), ("quiet", "paper"), ("quiet", "sheet"), ("link", "paper"), ("link", "sheet"),
    ("brand", "paper"), ("holds", "holds-wash"), ("ended", "ended-wash"), ("ink", "holds-wash"), ("ink", "ended-wash"),
    ("holds", "paper"), ("on-button", "button"), ("link", "ended-wash"), ("link", "holds-wash"),
]  # fmt: skip
MARKS = [
    ("rule", "paper"), ("rule", "sheet"), ("bar", "track"), ("bar", "paper"), ("limit", "paper"), ("focus", "paper"),
    ("focus", "sheet"), ("brand", "sheet"), ("ended", "paper"), ("button", "paper"),
]  # fmt: skip


def schemes() -> dict[str, dict[str, str]]:
    """The custom colours of both schemes; the dark one overrides the light one."""
    styles = STYLES.read_text(encoding="utf-8").partition("@media print")[0]
    roots = re.findall(r":root \{(.*?)\}", styles, re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", root)) for root in roots)
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2, definitions)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (MARKS, 3.0)], ids=["text", "marks"])
def test_colours_contrast_enough(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = schemes()[scheme]
    weak = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}
