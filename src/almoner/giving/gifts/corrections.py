"""What staff corrected of a gift, as the log of events tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)

FIELDS = {
    "amount": "amount",
    "projects": "split",
    "date": "day",
    "segment": "segment",
    "isAnonymous": "anonymity",
    "notes": "notes",
    "comment": "comment",
}
"""What a correction may change (`GiftPatchBody`), as the wire names it and as people do."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was corrected at a time (UTC): the names of it, and the amount that stood there before, written, where that is among it."""

    at: datetime
    fields: Sequence[str]
    amount_before: str | None


async def corrections_of(tx: Tx, gift_id: int) -> list[Correction]:
    """The corrections of a gift that are known, the oldest first: what was corrected before an erasure is forgotten with it."""
    rows = await _queries.corrections(tx, id=gift_id, fields=list(FIELDS))
    return [_told(row["happened_at"], msgspec.json.decode(row["data"])) for row in rows]


def _told(at: datetime, was: dict[str, Any]) -> Correction:
    fields = [word for name, word in FIELDS.items() if name in was]
    return Correction(at, fields, was.get("formattedAmount"))
