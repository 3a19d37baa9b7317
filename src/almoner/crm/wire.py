"""How the CRM writes and reads days and links (crm-api.md section 6)."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)
_AMERICAN = re.compile(
    r"(?P<month>\d{1,2})([/.])(?P<day>\d{1,2})\2(?P<year>\d{4})(?: .*)?", re.ASCII | re.DOTALL
)


def midnight_text(day: date) -> str:
    """A day as the full shapes have it: `2023-12-07T00:00:00`, of no zone."""
    return f"{day.isoformat()}T00:00:00"


def short_text(day: date) -> str:
    """A day as the formatted fields and list rows have it: `12/7/2023`, no leading zeros."""
    return f"{day.month}/{day.day}/{day.year}"


def parse_day(text: str) -> date:
    """The day written in `text` as clients write it: `2023-12-07`, with or without a time, `12/7/2023`, `12.7.2023`.

    A time of day and its zone are ignored, never shifted. Raises `ValueError`.
    """
    match = _ISO.fullmatch(text.strip()) or _AMERICAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text[:30]}' is not a day.")
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def link(path: str, record_id: int) -> str:
    """The relative address of a record or of a list that belongs to it: `/api/Gift/9`."""
    return f"/api/{path}/{record_id}"
