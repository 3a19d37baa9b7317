"""What gifts are applied to: chosen when the gift is entered, told by both, followed through what is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.api.crm.pledges.sample import body as pledge
from tests.api.crm.recurring_gifts.sample import body as schedule
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def giver(house: House) -> int:
    """A contact who gave once."""
    return int((await contacts.make(house.tenant, "ada"))["id"])


async def give(house: House, contact_id: int, amount: Any, **more: Any) -> Any:
    """A gift that was entered."""
    split = [{"projectCode": "GENERAL", "amountDesignated": amount}]
    body = {"contactId": contact_id, "amount": amount, "giftDesignations": split, **more}
    return await house.tenant.crm.post("/crm/api/Gift", body)


async def take_back(house: House, gift_id: int, amount: Any = None) -> Any:
    """What takes a gift back, in part or whole."""
    body = {"reversedGiftId": gift_id, "amount": amount}
    return await house.tenant.crm.post("/crm/api/Gift/ReversingTransaction", body)


async def promised(house: House, contact_id: int, **more: Any) -> Any:
    """A pledge of 40, 40 and 20."""
    return await house.tenant.crm.post("/crm/api/v2/Pledge", pledge(contactId=contact_id, **more))


async def paid(house: House, pledge_id: int) -> tuple[Any, Any, list[Any], str]:
    """What came of a pledge, what is left, by payment, and how it stands."""
    there = await house.tenant.crm.get(f"/crm/api/v2/Pledge/{pledge_id}")
    parts = [payment["actualAmount"] for payment in there["payments"]]
    return there["amountPaid"], there["balance"], parts, there["status"]


async def test_a_gift_fills_the_payments_of_a_pledge_in_their_order(house: House, giver: int) -> None:
    made = await promised(house, giver)
    assert await paid(house, made["id"]) == (0, 100, [0, 0, 0], "Active")
    gift = await give(house, giver, 50, pledgePayments=[{"pledgeId": made["id"]}])
    assert await paid(house, made["id"]) == (50, 50, [40, 10, 0], "Active")
    assert [(each["actualAmount"], each["giftId"]) for each in gift["pledgePayments"]] == [
        (40, gift["id"]),
        (10, gift["id"]),
    ]
    await give(house, giver, 60, pledgePayments=[{"pledgeId": made["id"], "amount": 50}])
    assert await paid(house, made["id"]) == (100, 0, [40, 40, 20], "Completed")
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_what_is_taken_back_of_a_gift_is_open_again(house: House, giver: int) -> None:
    made = await promised(house, giver)
    gift = await give(house, giver, 100, pledgePayments=[{"pledgeId": made["id"], "amount": 90}])
    await take_back(house, gift["id"], 10)
    assert await paid(house, made["id"]) == (90, 10, [40, 40, 10], "Active"), (
        "the ten that paid nothing go first"
    )
    await take_back(house, gift["id"], 35)
    assert await paid(house, made["id"]) == (55, 45, [40, 15, 0], "Active")
    await take_back(house, gift["id"])
    assert await paid(house, made["id"]) == (0, 100, [0, 0, 0], "Active")
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_payment_is_named_by_its_id(house: House, giver: int) -> None:
    made = await promised(house, giver)
    last = made["payments"][-1]["id"]
    await give(house, giver, 20, pledgePayments=[{"id": last, "amount": "20.00", "state": "Add"}])
    there = await house.tenant.crm.get(f"/crm/api/Pledge/{made['id']}")
    assert [payment["actualAmount"] for payment in there["payments"]] == [0, 0, 20]
    assert there["nextPaymentDate"] == "2024-01-31T00:00:00"


async def test_a_gift_to_a_recurring_gift_is_its_payment_nearest_to_the_day(house: House, giver: int) -> None:
    made = await house.tenant.crm.post("/crm/api/RecurringGift", schedule("r1", contactId=giver))
    body = {"contactId": giver, "amount": 25, "giftDate": "2024-04-02"}
    part = {"id": made["id"], "amount": 25, "state": "Add"}
    gift = await house.tenant.crm.post("/crm/api/Gift", {**body, "recurringGiftPayments": [part]})
    (payment,) = gift["recurringGiftPayments"]
    assert (payment["expectedPaymentDate"], payment["gift"]["amount"]) == ("2024-03-31T00:00:00", 25)
    assert [part["projectCode"] for part in gift["giftDesignations"]] == ["GENERAL"], (
        "as the schedule is split"
    )
    await take_back(house, gift["id"])
    rows = (await house.tenant.crm.get(f"/crm/api/RecurringGiftPayment/{made['id']}"))["list"]
    assert [row["gift"] for row in rows if row["id"] == payment["id"]] == [None], "open again"


async def test_a_payment_of_a_recurring_gift_is_named_by_its_id(house: House, giver: int) -> None:
    made = await house.tenant.crm.post("/crm/api/RecurringGift", schedule("r1", contactId=giver))
    second = (await house.tenant.crm.get(f"/crm/api/RecurringGift/Payment/{made['id']}"))["list"][1]
    part = {"paymentId": f"RecurringGiftPayment-{second['id']}", "amount": 25}
    gift = await give(house, giver, 25, giftDate="2024-02-29", recurringGiftPayments=[part])
    assert [each["id"] for each in gift["recurringGiftPayments"]] == [second["id"]]


async def test_a_gift_that_is_applied_to_nothing_says_so(house: House, giver: int) -> None:
    gift = await give(house, giver, 5)
    assert (gift["recurringGiftPayments"], gift["pledgePayments"]) == ([], [])
    assert (gift["giftAskId"], gift["grantId"], gift["plannedGiftId"]) == (None, None, None)


async def test_all_that_is_wrong_with_what_a_gift_is_applied_to_is_named(house: House, giver: int) -> None:
    made = await promised(house, giver)
    strange = await house.another_tenant()
    other = (await contacts.make(strange, "bea"))["id"]
    theirs = await strange.crm.post("/crm/api/v2/Pledge", pledge(contactId=other))
    body = {
        "contactId": giver,
        "amount": 5,
        "giftDesignations": [{"projectCode": "GENERAL", "amount": 5}],
        "pledgePayments": [
            {"pledgeId": theirs["id"] + 10_000, "amount": 4},
            {"amount": 1},
            {"pledgeId": made["id"], "amount": 4},
        ],
        "recurringGiftPayments": [{"id": 999_999}, {"paymentId": "Payment"}],
        "grantId": 999_999,
    }
    answer = await house.tenant.crm.call("POST", "/crm/api/Gift", json=body)
    told = {error["field"]: error["code"] for error in answer.json()["error"]["details"]}
    assert answer.status_code == 422
    assert told == {
        "pledgePayments[0].pledgeId": "UNKNOWN",
        "pledgePayments[1].id": "REQUIRED",
        "pledgePayments": "OUT_OF_RANGE",
        "recurringGiftPayments[0].id": "UNKNOWN",
        "recurringGiftPayments[1].paymentId": "INVALID",
        "grantId": "UNKNOWN",
    }


async def test_the_same_gift_again_is_applied_once(house: House, giver: int) -> None:
    made = await promised(house, giver)
    more = {"pledgePayments": [{"pledgeId": made["id"]}], "transactionSource": "Shop", "transactionId": "1"}
    for _ in range(2):
        await give(house, giver, 30, **more)
    assert (await paid(house, made["id"]))[0] == 30


async def test_a_gift_in_another_currency_pays_nothing(house: House, giver: int) -> None:
    made = await promised(house, giver)
    body = {
        "contactId": giver,
        "amount": 5,
        "currencyCode": "EUR",
        "pledgePayments": [{"pledgeId": made["id"]}],
    }
    split = [{"projectCode": "GENERAL", "amount": 5}]
    answer = await house.tenant.crm.call("POST", "/crm/api/Gift", json={**body, "giftDesignations": split})
    assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (422, "INCONSISTENT")


async def test_a_gift_that_is_sent_back_as_it_was_read_is_applied_as_it_was(house: House, giver: int) -> None:
    made = await promised(house, giver)
    schedule_id = (await house.tenant.crm.post("/crm/api/RecurringGift", schedule("r1", contactId=giver)))[
        "id"
    ]
    parts = {
        "pledgePayments": [{"pledgeId": made["id"], "amount": 45}],
        "recurringGiftPayments": [{"id": schedule_id}],
    }
    gift = await give(house, giver, 50, **parts)
    for part in (*gift["pledgePayments"], *gift["recurringGiftPayments"]):
        part["state"] = "Updated"
    told = ("pledgePayments", "recurringGiftPayments", "version")
    again = await house.tenant.crm.put(f"/crm/api/Gift/{gift['id']}", gift)
    for part in (*gift["pledgePayments"], *gift["recurringGiftPayments"]):
        del part["state"]
    assert [again.get(name) for name in told] == [gift.get(name) for name in told]


async def test_a_replaced_gift_is_applied_to_what_is_said(house: House, giver: int) -> None:
    made = await promised(house, giver)
    gift = await give(house, giver, 50, pledgePayments=[{"pledgeId": made["id"], "amount": 45}])
    first, second = [part["id"] for part in gift["pledgePayments"]]
    body = {"amount": 40, "giftDesignations": [{"projectCode": "GENERAL", "amount": 40}]}
    path = f"/crm/api/Gift/{gift['id']}"
    await house.tenant.crm.put(path, body)
    assert (await paid(house, made["id"]))[2] == [40, 0, 0], "what its money covers, the first first"
    await house.tenant.crm.put(path, {"pledgePayments": [{"id": second, "amount": 12, "state": "Update"}]})
    assert (await paid(house, made["id"]))[2] == [0, 12, 0]
    last = made["payments"][-1]["id"]
    parts = [{"id": second, "state": "Delete"}, {"id": last, "amount": 7, "state": "Add"}]
    await house.tenant.crm.put(path, {"pledgePayments": parts})
    assert (await paid(house, made["id"]))[2] == [0, 0, 7]
    assert first != second and await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_deleted_gift_is_gone_from_what_it_paid(house: House, giver: int) -> None:
    made = await promised(house, giver)
    gift = await give(house, giver, 50, pledgePayments=[{"pledgeId": made["id"]}])
    await house.tenant.crm.call("DELETE", f"/crm/api/Gift/{gift['id']}")
    assert await paid(house, made["id"]) == (0, 100, [0, 0, 0], "Active")
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_what_takes_a_gift_back_pays_nothing(house: House, giver: int) -> None:
    made = await promised(house, giver)
    back = await take_back(house, (await give(house, giver, 50))["id"])
    body = {"pledgePayments": [{"pledgeId": made["id"]}]}
    answer = await house.tenant.crm.call("PUT", f"/crm/api/Gift/{back['id']}", json=body)
    assert answer.status_code == 422 and answer.json()["error"]["details"][0]["field"] == "pledgePayments"
