"""A worker that works only when told to, and not further than told."""

from __future__ import annotations

from tests.support.house import Hand, House


async def drained(house: House) -> Hand:
    """The same after it took all that is in the log."""
    made = house.sync.hand
    while await made.drain_once():
        pass
    return made
