"""A worker that works only when told to, and not further than told."""

from __future__ import annotations

from almoner.sync.worker import SyncWorker
from tests.support.house import House


async def drained(house: House) -> SyncWorker:
    """The same after it took all that is in the log."""
    made = house.sync.hand
    while await made.drain_once():
        pass
    return made
