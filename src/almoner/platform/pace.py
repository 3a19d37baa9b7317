"""Work that may wait makes room: the more of the time somebody is being served, the longer it rests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

SHARE_MIN = 0.02
"""What is left to work that may wait while somebody is served all the time: it goes on, however long that lasts."""
SLICE_SECONDS = 0.05
"""How often one who rests looks whether it may go on."""
REST_SECONDS_MAX = 10.0
"""Longest rest after one piece of work."""


class Load:
    """For how long somebody was being served by this process: whatever of it should not wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds, and never goes back."""
        self._clock = clock
        self._at_once = 0
        self._since = 0.0
        self._seconds = 0.0

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Somebody is being served while the block runs."""
        if not self._at_once:
            self._since = self._clock()
        self._at_once += 1
        try:
            yield
        finally:
            self._at_once -= 1
            if not self._at_once:
                self._seconds += self._clock() - self._since

    @property
    def seconds(self) -> float:
        """Seconds so far in which there was somebody."""
        return self._seconds + (self._clock() - self._since if self._at_once else 0.0)


def share(occupied: float) -> float:
    """Which part of the time work that may wait takes, where somebody is served for the part `occupied` of it: all of it at 0, `SHARE_MIN` at 1."""
    return max((1.0 - occupied) ** 2, SHARE_MIN)


def is_rested(worked: float, rested: float, occupied_seconds: float) -> bool:
    """Whether `rested` seconds are enough after `worked`, where somebody was served for `occupied_seconds` of both together."""
    if rested >= REST_SECONDS_MAX or worked + rested <= 0:
        return True
    part = share(min(occupied_seconds / (worked + rested), 1.0))
    return worked <= (worked + rested) * part


class Pace:
    """The pace of work that may wait, beside all that is counted in `load`."""

    def __init__(
        self,
        load: Load,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._load = load
        self._clock = clock
        self._sleep = sleep

    async def do(self, piece: Callable[[], Awaitable[int | None]]) -> int | None:
        """Do one piece of work, and rest if there was something to do: not at all while nobody was served. Answers what `piece` does."""
        began, occupied = self._clock(), self._load.seconds
        done = await piece()
        worked = self._clock() - began
        while done and not is_rested(worked, self._clock() - began - worked, self._load.seconds - occupied):
            await self._sleep(SLICE_SECONDS)
        return done
