"""Houses for tests of the sync: one whose clock stands still, and one without workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from almoner.kernel.clock import ManualClock
from tests.integration.sync.reasons import cure
from tests.support.house import House, open_house

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
THREE_TRIES = {"sync_attempts_max": 3, "sync_backoff_seconds": 10.0, "sync_backoff_seconds_max": 1000.0}


@pytest.fixture
async def conn(dsn: str) -> AsyncIterator[Any]:
    """A connection to the test's own database as its owner, past every policy."""
    opened = await asyncpg.connect(dsn)
    yield opened
    await opened.close()


@pytest.fixture
async def owner(shared_dsn: str) -> AsyncIterator[Any]:
    """A connection to the shared database as its owner; what it held or poisoned is free and cured after the test."""
    opened = await asyncpg.connect(shared_dsn)
    yield opened
    if opened.is_in_transaction():
        await opened.execute("ROLLBACK")
    await cure(opened)
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """The clock of the house; it stands still."""
    return ManualClock(NOON)


@pytest.fixture
async def idle(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house on a fresh database without workers, whose clock stands still; it gives a record up after three tries."""
    async with open_house(dsn, clock=clock, sync_workers=0, **THREE_TRIES) as house:
        yield house
