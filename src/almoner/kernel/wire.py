"""How instants are written on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime

_NEVER = (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
_EDGES = tuple(never.year for never in _NEVER)
_NO_DAYS = (date.max, date.min)
"""What the driver reads of PostgreSQL's `infinity` and `-infinity`, which no calendar has."""


def utc_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and `Z`: `2024-11-01T00:00:00.000Z`. `ValueError` for one that never comes."""
    return _in_utc(instant).isoformat(timespec="milliseconds")[:-6] + "Z"


def local_text(instant: datetime) -> str:
    """UTC without a zone mark and with milliseconds, as CRM+ records carry it (crm-api.md section 6). `ValueError` for one that never comes."""
    return _in_utc(instant).isoformat(timespec="milliseconds").removesuffix("+00:00")


def day_text(day: date) -> str:
    """A day of the calendar: `2024-11-01`. `ValueError` for one that never comes."""
    if day in _NO_DAYS:
        raise ValueError("This day never comes.")
    return day.isoformat()


def _in_utc(instant: datetime) -> datetime:
    if instant.year in _EDGES and instant.replace(tzinfo=UTC) in _NEVER:
        raise ValueError("This instant never comes.")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
