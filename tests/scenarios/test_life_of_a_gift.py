"""The life of a gift, told once from end to end: given, split, synced, paused, resumed, and the year turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from almoner.giving.gifts.service import totals
from almoner.kernel.clock import ManualClock
from tests.integration.sync.reasons import campaign, reached, toggle
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant, open_house

pytestmark = pytest.mark.anyio

NEW_YEARS_EVE = datetime(2025, 1, 1, 7, 30, tzinfo=UTC)  # half past eleven in the evening in Los Angeles


async def _projects(tenant: Tenant) -> None:
    """Water with wells below it in the CRM; both, side by side, in giving."""
    water = await tenant.crm.post("/crm/api/Project", {"name": "Water", "projectCode": "WATER"})
    await tenant.crm.post(
        "/crm/api/Project", {"name": "Wells", "projectCode": "WELLS", "parentId": water["id"]}
    )
    for code in ("Water", "Wells"):
        await tenant.raise_.post("/raise/api/Project", {"name": code, "code": code.upper()})


async def _balance(tenant: Tenant, code: str) -> tuple[Any, Any]:
    project = await tenant.crm.get(f"/crm/api/Project/Code/{code}")
    return project["lifeToDateGiving"], project["lifeToDateGiftCount"]


async def _exact(house: House, tenant: Tenant) -> None:
    assert await wrong_figures(house.app.db, tenant.id) == []


async def test_the_life_of_a_gift(dsn: str) -> None:
    clock = ManualClock(NEW_YEARS_EVE)
    async with open_house(dsn, clock=clock) as house:
        tenant = await house.another_tenant("West", time_zone="America/Los_Angeles")
        await _projects(tenant)
        spring = await campaign(tenant, "Spring", startDate="2024-12-01T00:00:00Z", givingGoal=1000)

        # Ada gives 100.00 on New Year's Eve, two thirds of it to the wells.
        split = [{"code": "wells", "amount": "66.67"}, {"code": "WATER", "amount": "33.33"}]
        first = await tenant.give(100, campaignId=spring, projects=split)
        assert first["date"] == "2024-12-31"
        state = await reached(tenant, "gift", first["id"], None)
        gift = await tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}")
        assert gift["giftDate"].startswith("2024-12-31")
        assert gift["origin"]["campaignName"] == "Spring"
        assert await _balance(tenant, "WELLS") == (66.67, 1)
        assert await _balance(tenant, "WATER") == (100, 1)

        # The campaign is paused, and the year turns. Her next gift stays in giving; another donor's does too.
        await tenant.raise_.put(f"/raise/api/Campaign/{spring}/toggle-sync", reason="fixing codes")
        clock.advance(timedelta(hours=1))
        paused = await tenant.give(50, campaignId=spring)
        stranger = await tenant.give(5, email="bo@example.org", campaignId=spring)
        assert paused["date"] == "2025-01-01"
        await reached(tenant, "gift", paused["id"], "campaign_sync_off")
        await reached(tenant, "donor", stranger["donorId"], "no_syncing_campaign")

        # A gift outside the campaign goes over meanwhile, to the contact she has.
        aside = await tenant.give(7, email="ADA@example.org")
        await reached(tenant, "gift", aside["id"], None)

        # The pause ends. What comes now goes over; what was withheld stays where it is, and is on record as such.
        await toggle(tenant, spring)
        resumed = await tenant.give(
            20, campaignId=spring, email="bo@example.org", projects=[{"code": "WELLS"}]
        )
        await reached(tenant, "gift", resumed["id"], None)
        await reached(tenant, "donor", stranger["donorId"], None)
        for withheld in (paused, stranger):
            await reached(tenant, "gift", withheld["id"], "campaign_sync_off", state="withheld")
        history = await tenant.raise_.get(f"/raise/api/Campaign/{spring}/sync-changes")
        assert [(change["canSync"], change["reason"]) for change in history["items"]] == [
            (False, "fixing codes"),
            (True, None),
        ]

        # Both sides' books. Giving has all five gifts, the CRM the three that went over, and no cent is elsewhere.
        async with house.app.db.tenant(tenant.id) as tx:
            assert await totals(tx) == {"USD": (5, 18_200)}
        donor = await tenant.raise_.get(f"/raise/api/Donor/{first['donorId']}")
        ada = await tenant.crm.get(f"/crm/api/Contact/{donor['crmKey']}")
        assert ada["lifeToDateGiving"] == "$107.00"
        assert ada["yearToDateGiving"] == "$7.00"
        assert (await tenant.crm.get(f"/crm/api/Gift/ByContact/{ada['id']}"))["total"] == 2
        assert await _balance(tenant, "WELLS") == (86.67, 2)
        assert await _balance(tenant, "WATER") == (120, 2)
        assert await _balance(tenant, "GENERAL") == (7, 1)
        raised = await tenant.raise_.get(f"/raise/api/Campaign/{spring}")
        assert (raised["raisedAmount"], raised["totalGifts"], raised["totalDonors"]) == ("$175.00", 4, 2)
        await _exact(house, tenant)


async def test_two_organizations_live_side_by_side_in_one_log(dsn: str) -> None:
    """Same e-mails, same codes, same moment: each organization's books hold its own gifts and nothing else."""
    async with open_house(dsn) as house:
        tenants = [
            house.tenant,
            await house.another_tenant("B"),
            await house.another_tenant("C", currency="EUR"),
        ]
        gifts = [
            (tenant, await tenant.give(10 * (n + 1), email=f"d{turn % 2}@example.org"))
            for turn in range(6)
            for n, tenant in enumerate(tenants)
        ]
        for tenant, gift in gifts:
            await reached(tenant, "gift", gift["id"], None)
        for n, tenant in enumerate(tenants):
            assert await _balance(tenant, "GENERAL") == (60 * (n + 1), 6)
            await _exact(house, tenant)
