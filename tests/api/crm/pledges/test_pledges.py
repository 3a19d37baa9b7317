"""Pledges: their payments follow what they say, what came stays; the rest may be written off once."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.api.crm.accepted import problem
from tests.api.crm.contacts import sample as contacts
from tests.api.crm.pledges.sample import body
from tests.support.house import House

pytestmark = pytest.mark.anyio

PLEDGE = "/crm/api/v2/Pledge"


@pytest.fixture
async def giver(house: House) -> int:
    """A contact who gave once."""
    return int((await contacts.make(house.tenant, "ada"))["id"])


async def pledged(house: House, contact_id: int, **more: Any) -> Any:
    """A pledge."""
    return await house.tenant.crm.post(PLEDGE, body(contactId=contact_id, **more))


async def pay(house: House, contact_id: int, pledge_id: int, amount: int) -> None:
    """A gift that pays a pledge."""
    split = [{"projectCode": "GENERAL", "amount": amount}]
    gift = {"contactId": contact_id, "amount": amount, "giftDesignations": split}
    await house.tenant.crm.post("/crm/api/Gift", {**gift, "pledgePayments": [{"pledgeId": pledge_id}]})


def plan(pledge: Any) -> list[tuple[str, float]]:
    """The days and amounts that are expected."""
    return [(each["expectedPaymentDate"][:10], each["expectedAmount"]) for each in pledge["payments"]]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"frequency": "Once"}, [("2024-06-30", 100)]),
        ({"frequency": "ONE-TIME", "expectedFulfillmentDate": None}, [("2024-01-15", 100)]),
        ({"frequency": "Quarterly"}, [("2024-01-15", 50), ("2024-04-15", 50)]),
        ({"frequency": "Annual"}, [("2024-01-15", 100)]),
        ({"frequency": "Bimonthly", "expectedFulfillmentDate": "2024-02-20"}, [("2024-01-15", 33.33), ("2024-01-30", 33.33), ("2024-02-15", 33.34)]),
        ({"frequency": "Weekly", "amountPledged": "0.02"}, [("2024-01-15", 0.01), ("2024-01-22", 0.01)]),
        ({"frequency": "Custom", "payments": None}, [("2024-06-30", 100)]),
    ],
)  # fmt: skip
async def test_payments_follow_from_the_frequency_and_sum_to_the_pledge(
    house: House, giver: int, said: dict[str, Any], wanted: list[tuple[str, float]]
) -> None:
    made = await pledged(house, giver, **said)
    assert plan(made) == wanted


async def test_what_was_read_and_is_sent_back_changes_nothing(house: House, giver: int) -> None:
    made = await pledged(house, giver)
    await pay(house, giver, made["id"], 50)
    there = await house.tenant.crm.get(f"{PLEDGE}/{made['id']}")
    assert await house.tenant.crm.put(f"{PLEDGE}/{made['id']}", there) == there


async def test_a_new_pledge_is_not_called_broken_while_it_has_no_payments(house: House, giver: int) -> None:
    def broken() -> float:
        return REGISTRY.get_sample_value("almoner_broken_records_total", {"record": "crm.pledge"}) or 0

    before = broken()
    await pledged(house, giver)
    assert broken() == before


async def test_another_plan_keeps_what_came(house: House, giver: int) -> None:
    made = await pledged(house, giver)
    await pay(house, giver, made["id"], 95)
    changed = await house.tenant.crm.put(f"{PLEDGE}/{made['id']}", body(frequency="Once", amountPledged=120))
    assert [(each["actualAmount"], each["expectedAmount"]) for each in changed["payments"]] == [(95, 120)]
    assert (changed["balance"], changed["payments"][0]["id"]) == (25, made["payments"][0]["id"])


async def test_the_rest_is_written_off_once_and_gifts_may_still_come(house: House, giver: int) -> None:
    made = await pledged(house, giver)
    await pay(house, giver, made["id"], 50)
    path = f"{PLEDGE}/WriteOff/{made['id']}"
    gone = await house.tenant.crm.put(path, {"reason": " Moved away "})
    assert (gone["status"], gone["balance"], gone["amountPaid"]) == ("Written Off", 0, 50)
    assert (gone["writeOffReason"], gone["nextPaymentDate"]) == ("Moved away", None)
    assert await problem(house.tenant, "PUT", f"v2/Pledge/WriteOff/{made['id']}", json={}) == (
        409,
        "CONFLICT",
        [],
    )
    await pay(house, giver, made["id"], 50)
    assert (await house.tenant.crm.get(f"{PLEDGE}/{made['id']}"))["status"] == "Completed"


async def test_a_reason_is_a_hundred_letters_and_may_be_left_out(house: House, giver: int) -> None:
    made = await pledged(house, giver)
    path = f"v2/Pledge/WriteOff/{made['id']}"
    assert await problem(house.tenant, "PUT", path, json={"reason": "x" * 101}) == (
        422,
        "VALIDATION_FAILED",
        ["reason"],
    )
    answer = await house.tenant.crm.call("PUT", f"/crm/api/{path}")
    assert (answer.status_code, answer.json()["status"]) == (200, "Written Off")


async def test_all_that_is_wrong_is_named(house: House, giver: int) -> None:
    said = body(
        contactId=999_999,
        amountPledged=0,
        projectId=999_999,
        giftAskId=999_999,
        expectedFulfillmentDate="2023-01-01",
    )
    said["payments"][0]["expectedAmount"] = "0.001"
    status, code, fields = await problem(house.tenant, "POST", "v2/Pledge", json=said)
    assert (status, code) == (422, "VALIDATION_FAILED")
    assert set(fields) == {"contactId", "amountPledged", "projectId", "giftAskId", "expectedFulfillmentDate",
                           "payments[0].expectedAmount"}  # fmt: skip
    wrong = body(contactId=giver, amountPledged=99)
    assert (await problem(house.tenant, "POST", "v2/Pledge", json=wrong))[2] == ["payments"]


async def test_pledges_are_found_by_what_came(house: House, giver: int) -> None:
    made = [await pledged(house, giver) for _ in range(3)]
    for pledge, amount in zip(made, (0, 50, 100), strict=True):
        if amount:
            await pay(house, giver, pledge["id"], amount)

    async def found(parameter: str, operator: str, value: Any) -> list[int]:
        condition = {"parameter": parameter, "operator": operator, "value": value}
        page = await house.tenant.crm.post(f"{PLEDGE}/Query", {"groups": [{"conditions": [condition]}]})
        return [row["id"] for row in page["list"]]

    assert await found("Status", "Is", "Completed") == [made[2]["id"]]
    assert await found("Amount Paid", "GreaterThanOrEqual", 50) == [made[1]["id"], made[2]["id"]]
    assert await found("Balance", "Is", 50) == [made[1]["id"]]
    assert await found("Next Payment Date", "Is", "2024-01-31") == [made[0]["id"]]


async def test_fields_of_the_organization_s_own_are_kept_and_asked_for(house: House, giver: int) -> None:
    field = {"recordType": "Pledge", "name": "Source", "dataType": "Text"}
    await house.tenant.crm.post("/crm/api/CustomField", field)
    made = await pledged(house, giver, customFields=[{"name": "source", "value": "Gala"}])
    assert [(each["name"], each["value"]) for each in made["customFields"]] == [("Source", "Gala")]
    assert [each["name"] for each in await house.tenant.crm.get(f"{PLEDGE}/CustomFields")] == ["Source"]
    asked = {"groups": [{"conditions": [{"parameter": "Source", "operator": "Is", "value": "Gala"}]}]}
    assert (await house.tenant.crm.post("/crm/api/Pledge/Query", asked))["total"] == 1
    cleared = await house.tenant.crm.put(f"{PLEDGE}/{made['id']}", body())
    assert cleared["customFields"] == []


async def test_one_that_is_raised_after_it_was_written_off_is_open_again(house: House, giver: int) -> None:
    made = await pledged(house, giver)
    path = f"{PLEDGE}/{made['id']}"
    await house.tenant.crm.put(f"{PLEDGE}/WriteOff/{made['id']}", {"reason": "gone"})

    same = await house.tenant.crm.put(path, body())
    raised = await house.tenant.crm.put(path, body(frequency="Once", amountPledged=150))

    assert (same["status"], same["balance"]) == ("Written Off", 0)
    assert (raised["status"], raised["balance"], raised["writeOffDateTimeUtc"]) == ("Active", 150, None)


async def test_a_plan_that_shrank_and_grows_is_filled_in_order(house: House, giver: int) -> None:
    made = await pledged(house, giver)
    await pay(house, giver, made["id"], 90)
    path = f"{PLEDGE}/{made['id']}"

    shrunk = await house.tenant.crm.put(path, body(frequency="Once"))
    grown = await house.tenant.crm.put(path, body())

    assert [part["actualAmount"] for part in shrunk["payments"]] == [90]
    assert [part["actualAmount"] for part in grown["payments"]] == [40, 40, 10]
