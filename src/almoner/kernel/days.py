"""Days of the calendar as people and clients write them."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)
_AMERICAN = re.compile(
    r"(?P<month>\d{1,2})([/.])(?P<day>\d{1,2})\2(?P<year>\d{4})(?: .*)?", re.ASCII | re.DOTALL
)


YEARS = range(1900, 2200)
"""Years that what is entered may lie in: no slip of a digit or marker of "never" is kept as a day."""
NEVER = date(1, 1, 1)
"""How .NET writes a date that nobody set."""


def kept_day(text: str) -> date | None:
    """As `parse_day`, of a day that is to be kept; None for `0001-01-01`, which says nothing.

    Raises `ValueError`, and `OverflowError` for a year that is out of `YEARS`; both with a sentence.
    """
    day = parse_day(text)
    if day == NEVER:
        return None
    if day.year not in YEARS:
        raise OverflowError(f"The year must lie in {YEARS[0]} to {YEARS[-1]}.")
    return day


def parse_day(text: str) -> date:
    """The day written in `text` as clients write it: `2023-12-07`, with or without a time, `12/7/2023`, `12.7.2023`.

    A time of day and its zone are ignored, never shifted. Raises `ValueError`.
    """
    match = _ISO.fullmatch(text.strip()) or _AMERICAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text[:30]}' is not a day.")
    return date(int(match["year"]), int(match["month"]), int(match["day"]))
