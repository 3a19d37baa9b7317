"""Plans of pledges that change while gifts pay them."""

from __future__ import annotations

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.api.crm.pledges.sample import body
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

PLEDGE = "/crm/api/v2/Pledge"


async def test_a_plan_that_only_shrinks_lets_what_is_too_much_pay_what_is_open(house: House) -> None:
    """40, 40 and 20; the second and the last are paid; then only 40 and 40 are promised."""
    giver = (await contacts.make(house.tenant, "ada"))["id"]
    crm = house.tenant.crm
    made = await crm.post(PLEDGE, body(contactId=giver))
    for payment, amount in ((made["payments"][1]["id"], 40), (made["payments"][2]["id"], 20)):
        gift = {
            "contactId": giver,
            "amount": amount,
            "giftDesignations": [{"projectCode": "GENERAL", "amount": amount}],
            "pledgePayments": [{"id": payment, "amount": amount, "state": "Add"}],
        }
        await crm.post("/crm/api/Gift", gift)
    said = body(contactId=giver, amountPledged=80)
    said["payments"] = said["payments"][:2]
    shrunk = await crm.put(f"{PLEDGE}/{made['id']}", said)
    assert [part["actualAmount"] for part in shrunk["payments"]] == [20, 40]
    assert shrunk["nextPaymentDate"].startswith("2024-01-31")
    assert await wrong_figures(house.app.db, house.tenant.id) == []
