"""Settling, on which the tests lean: it goes as far as the clock allows, for all organizations, and comes to an end."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from almoner.kernel.clock import ManualClock
from tests.integration.sync import reasons
from tests.integration.sync.reasons import POISON, crm_project, giving_project
from tests.support.house import House, Sync, Tenant

pytestmark = pytest.mark.anyio


async def reason(tenant: Tenant, gift: Any) -> str | None:
    """Why a gift is not synced, as it is now."""
    return (await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["reason"]


async def test_nothing_syncs_before_it_is_told_to_and_then_everybody_s(house: House) -> None:
    other = await house.another_tenant()
    mine, theirs = await house.tenant.give(), await other.give()
    assert [await reason(house.tenant, mine), await reason(other, theirs)] == ["queued", "queued"]
    await house.settle()
    assert [await reason(house.tenant, mine), await reason(other, theirs)] == [None, None]


async def test_what_can_be_mended_is_tried_in_the_same_settling(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "WELLS")
    gift = await tenant.give(projects=[{"code": "WELLS"}])
    await house.settle()
    assert await reason(tenant, gift) == "project_unknown"
    await crm_project(tenant, "WELLS")
    await house.settle()
    assert await reason(tenant, gift) is None


async def test_what_is_due_later_waits_for_the_clock(idle: House, conn: Any, clock: ManualClock) -> None:
    await reasons.poison_contacts(conn)
    gift = await idle.tenant.give(donor={"firstName": POISON, "lastName": None})
    await idle.settle()
    await reasons.cure(conn)
    await idle.settle()
    assert await reason(idle.tenant, gift) == "waiting_for_donor"
    clock.advance(timedelta(seconds=10))
    await idle.settle()
    assert await reason(idle.tenant, gift) is None


async def test_a_sync_that_never_comes_to_rest_is_told() -> None:
    async def moved() -> int:
        return 1

    restless = SimpleNamespace(drain_once=moved, retry_due=moved, mend=moved)
    with pytest.raises(AssertionError, match="still moves"):
        await Sync(cast("Any", restless), is_free=False).settle()
