"""Cells that can be read in two ways. The API reads them in one; in a file they are refused, for nobody would see a sum or a day that is another. Pure."""

from __future__ import annotations

import re

from almoner.kernel.currencies import EXPONENTS

_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
_POINTS = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\b.*", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})/\d{1,2}/\d{4}\b.*", re.ASCII)
_MONTHS = 12


def doubt_of_amount(text: str, currency: str) -> str | None:
    """What to do about an amount such as `2.500`: where a point stands before thousands it is a thousand times as much."""
    if EXPONENTS.get(currency, 0) < 3 and _THOUSANDS.fullmatch(text):
        return "Three digits behind a point can be read in two ways. Write 2500.00, or 2.50; or name the currency that has three."
    return None


def doubt_of_day(text: str) -> str | None:
    """What to do about a day with points, as nobody writes it who has the month first; and about one that shows that the file has the day first."""
    if _POINTS.fullmatch(text):
        return "Can be read in two ways. Write the day as 2024-12-31."
    found = _SLASHES.fullmatch(text)
    if found is not None and int(found[1]) > _MONTHS:
        return "The day stands before the month here. Rows in which it is 12 or less would be read the other way round: write all days of the file as 2024-12-31."
    return None
