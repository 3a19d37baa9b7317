"""What is mended for several causes at once, and what somebody tries again by hand, never wait for each other in a ring."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from almoner.platform.database import Tx
from almoner.sync import mend
from almoner.sync.destinations import BUILTIN
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import campaign, correct, crm_project, giving_project, reached, toggle
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

SLOT = "SELECT pg_backend_pid() & 7"


async def two_of_one_slot(house: House, stack: AsyncExitStack) -> tuple[Tx, Tx]:
    """Transactions of two connections that move the same rows of the tally. Of nine, two do."""
    by_slot: dict[int, Tx] = {}
    while True:
        tx = await stack.enter_async_context(house.app.db.tenant(house.tenant.id))
        slot = await tx.conn.fetchval(SLOT)
        if slot in by_slot:
            return by_slot[slot], tx
        by_slot[slot] = tx


async def test_a_mended_project_and_a_resumed_campaign_do_not_meet_somebody_s_retry_in_a_ring(
    idle: House, conn: Any
) -> None:
    tenant = idle.tenant
    of = await campaign(tenant)
    paused = await tenant.give(10, campaignId=of)
    await drained(idle)
    await toggle(tenant, of)
    await correct(tenant, paused["id"], amount=20)
    await giving_project(tenant, "ROOF")
    waits = await tenant.give(10, email="bo@example.org", projects=[{"code": "ROOF"}])
    await drained(idle)
    await crm_project(tenant, "ROOF")
    await toggle(tenant, of)
    async with AsyncExitStack() as stack:
        worker, somebody = await two_of_one_slot(idle, stack)
        # Somebody tries the paused gift again: its row is locked, and the tally comes next.
        await somebody.conn.execute(
            "SELECT FROM sync.record WHERE entity = 'gift' AND record_id = $1 FOR NO KEY UPDATE", paused["id"]
        )
        mending = asyncio.create_task(mend.queue_mended(worker, BUILTIN, NOON))
        await asyncio.sleep(0.3)
        asked = await somebody.conn.fetchval(
            "SELECT sync_code.requeue($1, 'gift', ARRAY[$2]::bigint[], $3, 'crm')",
            *(tenant.id, paused["id"], NOON),
        )
        assert asked == 1
        await somebody.conn.execute("COMMIT; BEGIN")
        assert await mending in (1, 2)
    for gift in (paused, waits):
        await reached(tenant, "gift", gift["id"], None)
    assert await wrong_figures(idle.app.db, tenant.id) == []
