"""A donor that another transaction holds: the sync goes on with all others, and follows with this one when it is let go."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from almoner.kernel.clock import ManualClock
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import reached
from tests.integration.sync.test_trouble import in_order, states
from tests.support.house import House

pytestmark = pytest.mark.anyio

HOLD = "SELECT FROM giving.donor WHERE organization_id = $1 AND email = $2 FOR UPDATE"


@pytest.mark.parametrize("retries", [0, 3], ids=["fresh", "retried"])
async def test_a_held_donor_keeps_nobody_else_and_is_no_failed_attempt(
    idle: House, clock: ManualClock, retries: int
) -> None:
    """The others follow while somebody holds it, in seconds; it follows when it is let go."""
    tenant = idle.tenant
    held = await tenant.give(10, email="held@example.org")
    async with idle.app.db.tenant(tenant.id) as tx:
        await tx.conn.execute(HOLD, tenant.id, "held@example.org")
        others = [await tenant.give(20, email=f"other{n}@example.org") for n in range(4)]
        async with asyncio.timeout(15):
            await drained(idle)
            for _ in range(retries):
                clock.advance(timedelta(seconds=10))
                await idle.sync.hand.retry_due()
        assert await states(tenant, *others) == [None] * 4
        await reached(tenant, "donor", held["donorId"], "retrying", attempts=0)
    clock.advance(timedelta(seconds=10))
    await in_order(tenant, [held])
