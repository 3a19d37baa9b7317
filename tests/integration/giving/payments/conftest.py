"""What the stories of payments share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.giving.payments.world import World
from tests.support.house import House


@pytest.fixture
async def world(house: House) -> AsyncIterator[World]:
    """A world whose books agree when the test is over, and again after everything was looked at."""
    made = World(house)
    yield made
    await made.agrees()
    for _ in range(5):
        await made.sweep()
    await made.agrees()
    assert not {"asked", "cancelling"} & set(await made.states())
