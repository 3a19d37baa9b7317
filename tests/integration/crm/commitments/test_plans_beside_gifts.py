"""Who plans a pledge anew while a gift that pays it is written: one waits for the other, and never both."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.api.crm.pledges.sample import body
from tests.support.house import House
from tests.support.rows import Rows, waits

pytestmark = pytest.mark.anyio


async def paid(house: House) -> tuple[int, int]:
    """A pledge of two payments, and the gift that pays both."""
    giver = (await contacts.make(house.tenant, "ada"))["id"]
    crm = house.tenant.crm
    pledge = await crm.post(
        "/crm/api/v2/Pledge", body(contactId=giver, frequency="Quarterly", amountPledged=100)
    )
    gift = {"contactId": giver, "amount": 90, "giftDesignations": [{"projectCode": "GENERAL", "amount": 90}]}
    made = await crm.post("/crm/api/Gift", {**gift, "pledgePayments": [{"pledgeId": pledge["id"]}]})
    return pledge["id"], made["id"]


async def test_a_pledge_that_is_planned_anew_waits_for_a_gift_that_pays_it_and_holds_nothing_meanwhile(
    house: House, all_rows: Rows
) -> None:
    pledge_id, gift_id = await paid(house)
    planned = body(frequency="Once", amountPledged=120)
    async with house.app.db.tenant(house.tenant.id) as tx:
        # As a PUT of the gift does, step by step: held, of another amount, and applied again.
        await tx.conn.execute("SET LOCAL lock_timeout = '500ms'")
        await tx.conn.execute("SELECT crm_code.hold_gifts($1, $2)", house.tenant.id, [gift_id])
        await tx.conn.execute(
            "UPDATE crm.applied_gift SET amount_minor = 4000 WHERE organization_id = $1 AND gift_id = $2",
            house.tenant.id,
            gift_id,
        )
        put = asyncio.create_task(
            house.tenant.crm.call("PUT", f"/crm/api/v2/Pledge/{pledge_id}", json=planned)
        )
        await waits(all_rows, tx.conn.get_server_pid())
        links = f'[{{"gift_id": {gift_id}, "kind": "pledge", "id": {pledge_id}, "amount_minor": 500}}]'
        await tx.conn.execute("SELECT crm_code.apply_gifts($1, $2, current_date)", house.tenant.id, links)
    answer = await put
    assert answer.status_code == 200
    there = await house.tenant.crm.get(f"/crm/api/v2/Pledge/{pledge_id}")
    assert there["amountPaid"] == 85
    assert [(each["expectedAmount"], each["actualAmount"]) for each in there["payments"]] == [(120, 85)]
