"""Amounts of money in any currency as SQL that compares and sorts them exactly. Pure."""

from __future__ import annotations

from almoner.kernel.currencies import EXPONENTS

DIGITS_MAX = max(EXPONENTS.values())
"""Digits behind the point of the currency that has most."""


def comparable(minor: str, currency: str | None) -> str:
    """A column of minor units, with the column of its currency, in the smallest unit of any: 5 is less than 6, whatever the currency."""
    by_digits: dict[int, list[str]] = {}
    for code, digits in EXPONENTS.items():
        by_digits.setdefault(digits, []).append(code)
    del by_digits[2]
    cases = " ".join(
        f"WHEN {currency} IN ({', '.join(map(repr, codes))}) THEN {10 ** (DIGITS_MAX - digits)}"
        for digits, codes in by_digits.items()
    )
    return f"{minor} * CASE {cases} ELSE 10 END"
