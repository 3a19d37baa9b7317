"""How far receipts are behind: gifts that were not looked at yet, and letters that were not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.giving.events import LOG
from almoner.giving.receipts.issuer import CONSUMER, CREATED
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)

COUNTED_MAX = 2_000
"""So many events of each part of the log, and so many letters, are counted; a page that asks each second must not count a whole campaign."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """New gifts of which nobody knows yet whether they get a receipt, letters that wait to be sent, and since when the first of either does.

    `has_more`: there are more than were counted. `reason`: why a letter that was tried could not go yet, the latest.
    """

    gifts: int
    letters: int
    since: datetime | None
    has_more: bool
    reason: str | None = None
    letters_since: datetime | None = None


async def waiting(tx: Tx) -> Waiting:
    """What of an organization waits, counted up to `COUNTED_MAX`."""
    gifts = await LOG.reader(CONSUMER).unread(tx, CREATED, COUNTED_MAX)
    queued = await _queries.waiting_letters(tx, most=COUNTED_MAX)
    first = [since for since in (gifts.since, queued["since"]) if since is not None]
    has_more = gifts.has_more or queued["letters"] == COUNTED_MAX
    return Waiting(
        gifts.events, queued["letters"], min(first, default=None), has_more, queued["reason"], queued["since"]
    )
