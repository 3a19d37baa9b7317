"""A connection of the pool, when the server does not answer in time."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from almoner.platform.database import Server

pytestmark = pytest.mark.anyio


class SlowPool:
    """A pool that cannot take a connection back in time, as when a cancelled statement does not end."""

    async def acquire(self) -> object:
        """A connection, at once."""
        return object()

    async def release(self, conn: object, **_: float) -> None:
        """Give up, as asyncpg's pool does."""
        await asyncio.sleep(0)
        raise TimeoutError


async def test_who_is_cancelled_ends_cancelled_though_the_connection_does_not_come_back() -> None:
    server, has_it = Server(cast("Any", SlowPool()), "postgresql://nowhere"), asyncio.Event()

    async def work() -> None:
        async with server.connection():
            has_it.set()
            await asyncio.sleep(60)

    working = asyncio.create_task(work())
    await has_it.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_what_was_done_counts_though_the_connection_does_not_come_back() -> None:
    async with Server(cast("Any", SlowPool()), "postgresql://nowhere").connection() as conn:
        assert conn is not None
