"""Cells as people write them: amounts, days, yes and no. What can be read in two ways is refused, for nobody would see a sum or a day that is another. Pure."""

from __future__ import annotations

import re

from almoner.kernel.currencies import EXPONENTS

_PLAIN = re.compile(r"([+-]?)(?:\$\s*)?(\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?)", re.ASCII)
_COMMA = re.compile(r"\d,\d{1,3}(?![\d.,])", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_POINTS = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\b.*", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})/\d{1,2}/\d{4}\b.*", re.ASCII)
_MONTHS = 12
FLAGS = {
    "true": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "no": False,
    "n": False,
    "0": False,
}
"""Words for yes and no, in small letters."""


class CellError(ValueError):
    """A cell that cannot be read; the text says why without quoting it."""


def plain_amount(text: str, currency: str) -> str:
    """The number in `1,234.50` or `$1,234.50` as `1234.50`; what is written in no such way stays as it is.

    Raises `CellError` for what could be read in two ways: a comma before the cents, or before three digits where the currency has three places; and
    `2.500` where it has fewer, for where a point stands before thousands it is a thousand times as much.
    """
    found = _PLAIN.fullmatch(text)
    if found is None:
        if _COMMA.search(text):
            raise CellError(
                "A comma before the cents is not read. Write 12,50 as 12.50, and 1.234,50 as 1234.50."
            )
        return text
    sign, number = found.groups()
    plain = f"{sign}{number.replace(',', '')}"
    if EXPONENTS.get(currency) == 3 and number.count(",") == 1 and "." not in number:
        raise CellError(f"One comma in an amount of {currency} can be read in two ways: write it without.")
    if EXPONENTS.get(currency, 0) < 3 and "," not in number and _THOUSANDS.fullmatch(plain):
        raise CellError(
            "Three digits behind a point can be read in two ways. Write 2500.00, or 2.50; or name the currency that has three."
        )
    return plain


def doubt_of_day(text: str) -> str | None:
    """What to do about a day with points, as nobody writes it who has the month first; and about one that shows that the file has the day first."""
    if _POINTS.fullmatch(text):
        return "Can be read in two ways. Write the day as 2024-12-31."
    found = _SLASHES.fullmatch(text)
    if found is not None and int(found[1]) > _MONTHS:
        return "The day stands before the month here. Rows in which it is 12 or less would be read the other way round: write all days of the file as 2024-12-31."
    return None
