"""However many organizations wait for something, each has its turn, and no look for what is mended is longer than it is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import crm_project, giving_project
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio


async def test_looks_that_have_time_for_one_organization_reach_them_all_in_turn(idle: House) -> None:
    tenants = [idle.tenant, await idle.another_tenant("Second"), await idle.another_tenant("Third")]
    waits = [await _waits(tenant) for tenant in tenants]
    hand = await drained(idle)
    for tenant in tenants:
        await crm_project(tenant, "ROOF")
    mended = [await hand.mend(0) for _ in range(3)]
    assert mended == [1, 1, 1]
    assert await hand.mend(0) == 0
    while await hand.retry_due():
        pass
    for tenant, gift in zip(tenants, waits, strict=True):
        assert (await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["state"] == "synced"


async def test_one_that_stays_waiting_keeps_no_other_from_its_turn(idle: House) -> None:
    first, second = idle.tenant, await idle.another_tenant("Second")
    for tenant in (first, second):
        await _waits(tenant)
    hand = await drained(idle)
    await crm_project(second, "ROOF")
    assert [await hand.mend(0) for _ in range(2)] == [0, 1]


async def _waits(tenant: Tenant) -> Any:
    """A gift for a project that the CRM does not know yet."""
    await giving_project(tenant, "ROOF")
    return await tenant.give(10, projects=[{"code": "ROOF"}])
