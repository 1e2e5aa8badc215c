"""Answers as sentences for a person, Indonesian and English."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from shared.failures import Said


def explained(
    text: Said,
    required: str,
    measured: str | None,
    *,
    article: str,
    held: bool,
    affirmation: str | None,
    excepted: tuple[str, date, str] | None,
) -> Said:
    """The answer as a sentence in both languages: what was asked, what stands, what lets it pass or what is missing.

    `excepted`: officer, day and reason of a recorded override.
    """
    asked = (f"{text[0]}: diminta {required}", f"{text[1]}: {required} is asked for")
    stands = ("belum ada datanya", "nothing is recorded")
    if measured is not None:
        stands = (f"tercatat {measured}", f"{measured} is recorded")
    end = (f"belum terpenuhi ({article})", f"not met ({article})")
    if held:
        end = ("terpenuhi", "met")
    elif excepted is not None:
        officer, day, reason = excepted
        end = (f"dikecualikan oleh {officer} pada {day}: {reason}", f"excepted by {officer} on {day}: {reason}")
    elif affirmation is not None:
        end = (f"boleh diusulkan dengan afirmasi ({affirmation})", f"may be proposed by affirmation ({affirmation})")
    return f"{asked[0]}; {stands[0]}; {end[0]}.", f"{asked[1]}; {stands[1]}; {end[1]}."


def shown(number: Fraction) -> str:
    """An exact number for a person: a decimal when it has one, else rounded to two places."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    places = 2
    if rest == 1:
        places = next(n for n in range(number.denominator.bit_length() + 1) if (number * 10**n).denominator == 1)
    digits = f"{round(abs(number) * 10**places):0{places + 1}d}"
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if number < 0 else "") + whole + (f".{decimals}" if places else "")
