"""The lag is of gifts that went directly; those that waited until something was mended stand apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from almoner.sync.lag.service import Lags, lag_by_second, lag_overall
from tests.integration.sync.reasons import (
    NOWHERE,
    POISON,
    contact,
    correct,
    crm_project,
    cure,
    giving_project,
    poison_gifts,
    reached,
)
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio

SPAN = timedelta(minutes=2)


async def lags(house: House) -> Lags:
    """The lag of the house's gifts over the last two minutes."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await lag_overall(tx, house.app.clock.now(), SPAN)


async def waited(tenant: Tenant, gift_id: int) -> bool:
    """Whether the API says that a gift waited."""
    return (await tenant.raise_.get(f"/raise/api/Sync/gift/{gift_id}"))["waitedDate"] is not None


async def test_a_gift_that_waited_for_its_project_is_no_slow_gift(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "ROOF")
    late = await tenant.give(10, projects=[{"code": "ROOF"}])
    await house.settle()
    direct = await tenant.give(20, email="bo@example.org")
    await house.settle()
    assert ((await lags(house)).directly.gifts, (await lags(house)).waited.gifts) == (1, 0)
    await crm_project(tenant, "ROOF")
    await house.settle()
    found = await lags(house)
    assert (found.directly.gifts, found.waited.gifts) == (1, 1)
    assert found.waited.p99_seconds > found.directly.p99_seconds
    assert (await waited(tenant, late["id"]), await waited(tenant, direct["id"])) == (True, False)
    async with house.app.db.tenant(tenant.id) as tx:
        seconds = await lag_by_second(tx, house.app.clock.now(), SPAN)
    assert sum(second.gifts for second in seconds) == 1


async def test_a_gift_behind_a_donor_who_failed_waited_too(house: House, owner: Any) -> None:
    tenant = house.tenant
    first = await tenant.give(10, donor={"crmKey": NOWHERE})
    await house.settle()
    second = await tenant.give(20)
    await house.settle()
    meant = await contact(owner, tenant, "ada@example.org", "Ada", "Example")
    answer = await tenant.raise_.call(
        "PATCH", f"/raise/api/Donor/{first['donorId']}", json={"crmKey": str(meant)}
    )
    assert answer.is_success, answer.text
    await house.settle()
    assert ((await lags(house)).directly.gifts, (await lags(house)).waited.gifts) == (0, 2)
    assert await waited(tenant, first["id"]) and await waited(tenant, second["id"])


async def test_what_failed_unexpectedly_and_was_tried_again_counts_as_it_is(house: House, owner: Any) -> None:
    """Nobody mended anything: the time that the sync itself needed stays in the figure."""
    tenant = house.tenant
    await tenant.settled("gift", (await tenant.give(10))["id"])
    await poison_gifts(owner)
    gift = await tenant.give(20, notes=POISON)
    await reached(tenant, "gift", gift["id"], "retrying")
    await cure(owner)
    await tenant.raise_.post(f"/raise/api/Sync/gift/{gift['id']}/retry")
    await reached(tenant, "gift", gift["id"], None)
    assert ((await lags(house)).directly.gifts, (await lags(house)).waited.gifts) == (2, 0)


async def test_a_later_change_of_a_gift_that_waited_went_directly(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "ROOF")
    gift = await tenant.give(10, projects=[{"code": "ROOF"}])
    await house.settle()
    await crm_project(tenant, "ROOF")
    await house.settle()
    assert await waited(tenant, gift["id"])
    await correct(tenant, gift["id"], notes="for the roof")
    await house.settle()
    assert not await waited(tenant, gift["id"])
