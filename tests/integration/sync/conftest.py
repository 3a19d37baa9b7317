"""Houses for tests of the sync: one whose clock stands still, and one without workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from almoner.kernel.clock import ManualClock
from tests.support.house import House, open_house

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
THREE_TRIES = {"sync_attempts_max": 3, "sync_backoff_seconds": 10.0, "sync_backoff_seconds_max": 1000.0}


@pytest.fixture
async def conn(dsn: str) -> AsyncIterator[Any]:
    """A connection as the database's owner, past every policy."""
    opened = await asyncpg.connect(dsn)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """The clock of the house; it stands still."""
    return ManualClock(NOON)


@pytest.fixture
async def still(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house whose clock stands still and which gives a record up after three tries."""
    async with open_house(dsn, clock=clock, **THREE_TRIES) as house:
        yield house


@pytest.fixture
async def idle(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house without workers: a test does their work by hand."""
    async with open_house(dsn, clock=clock, sync_workers=0, **THREE_TRIES) as house:
        yield house
