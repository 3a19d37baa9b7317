"""The life of a donor, told once from end to end over a moved clock: a gift under the wrong name, two donors who are one, and a wish to be forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant, open_house

pytestmark = pytest.mark.anyio

NEW_YEARS_EVE = datetime(2024, 12, 31, 12, tzinfo=UTC)


async def _contact(tenant: Tenant, donor_id: int) -> Any:
    state = await tenant.settled("donor", donor_id)
    return await tenant.crm.get(f"/crm/api/Contact/{state['crmKey']}")


async def _given(house: House, tenant: Tenant, donor_id: int) -> tuple[str, str]:
    """What a donor's contact gave in all and in the year; every figure is exact meanwhile."""
    await house.settle()
    assert await wrong_figures(house.app.db, tenant.id) == []
    contact = await _contact(tenant, donor_id)
    return contact["lifeToDateGiving"], contact["yearToDateGiving"]


async def test_the_life_of_a_donor(dsn: str) -> None:
    clock = ManualClock(NEW_YEARS_EVE)
    async with open_house(dsn, clock=clock, sync_workers=0) as house:
        tenant = house.tenant
        raise_ = tenant.raise_

        # Ada and Bo give on New Year's Eve; Bo's gift was typed in with Ada's address.
        ada = await tenant.give(100, "ada@example.org")
        bo = await tenant.give(10, "bo@example.org", donor={"firstName": "Bo", "lastName": "Other"})
        wrong = await tenant.give(40, "ada@example.org", comment="From Bo")
        assert await _given(house, tenant, ada["donorId"]) == ("$140.00", "$140.00")

        # It is noticed in January: the gift moves with its day, so last year's figures move too.
        clock.advance(timedelta(days=20))
        body = {"donorId": bo["donorId"], "reason": "typed in with Ada's address"}
        moved = await raise_.post(f"/raise/api/Gift/{wrong['id']}/transfer", body)
        assert (moved["donorId"], moved["date"]) == (bo["donorId"], "2024-12-31")
        assert await _given(house, tenant, ada["donorId"]) == ("$100.00", "$0.00")
        assert await _given(house, tenant, bo["donorId"]) == ("$50.00", "$0.00")

        # Bo gives from work, and staff take the two for one.
        work = await tenant.give(5, "bo@work.example.org", donor={"firstName": "B.", "lastName": "Other"})
        await house.settle()
        path = f"/raise/api/Donor/{bo['donorId']}"
        await raise_.post(f"{path}/merge", {"duplicateId": work["donorId"]})
        assert await _given(house, tenant, bo["donorId"]) == ("$55.00", "$5.00")

        # A month later it turns out to be Bo's daughter; what she gave since by her address stays with Bo until somebody moves it.
        clock.advance(timedelta(days=30))
        since = await tenant.give(7, "bo@work.example.org")
        await raise_.post(f"/raise/api/Donor/{work['donorId']}/unmerge", {"reason": "his daughter"})
        assert await _given(house, tenant, bo["donorId"]) == ("$57.00", "$7.00")
        assert await _given(house, tenant, work["donorId"]) == ("$5.00", "$5.00")
        await raise_.post(f"/raise/api/Gift/{since['id']}/transfer", {"donorId": work["donorId"]})
        assert await _given(house, tenant, work["donorId"]) == ("$12.00", "$12.00")

        # She asks to be forgotten: the books keep 12.00, and her next gift is a stranger's.
        clock.advance(timedelta(days=30))
        await raise_.post(
            f"/raise/api/Donor/{work['donorId']}/erasure", {"confirmedDonorId": work["donorId"]}
        )
        assert await _given(house, tenant, work["donorId"]) == ("$12.00", "$12.00")
        assert (await _contact(tenant, work["donorId"]))["name"] == "Erased contact"
        again = await tenant.give(3, "bo@work.example.org")
        assert again["donorId"] not in (work["donorId"], bo["donorId"])
        assert await _given(house, tenant, again["donorId"]) == ("$3.00", "$3.00")
        assert await _given(house, tenant, bo["donorId"]) == ("$50.00", "$0.00")
