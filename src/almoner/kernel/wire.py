"""How instants are written on the wire."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and `Z`: `2024-11-01T00:00:00.000Z`."""
    here = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return here.isoformat(timespec="milliseconds")[:-6] + "Z"


def local_text(instant: datetime) -> str:
    """UTC without a zone mark and with milliseconds, as CRM+ records carry it (crm-api.md section 6)."""
    here = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return here.isoformat(timespec="milliseconds").removesuffix("+00:00")
