"""A worker that works only when told to."""

from __future__ import annotations

from almoner.sync.worker import SyncWorker
from tests.support.house import House


async def worker(house: House) -> SyncWorker:
    """A worker for `house` that works only when told to."""
    app = house.app
    made = SyncWorker(app.db, app.wake, app.clock, app.settings)
    await made._register()
    return made


async def drained(house: House) -> SyncWorker:
    """The same after it took all that is in the log."""
    made = await worker(house)
    while await made.drain_once():
        pass
    return made
