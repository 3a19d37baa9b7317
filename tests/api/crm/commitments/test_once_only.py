"""A gift's money counts once: however often, by whomever and in whatever way it is said to keep promises."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.api.crm.gift_asks.sample import body as ask_body
from tests.api.crm.pledges.sample import body as pledge
from tests.api.crm.recurring_gifts.sample import body as schedule
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import open_rows

pytestmark = pytest.mark.anyio

PAYMENT = "/crm/api/RecurringGiftPayment"


@pytest.fixture
async def giver(house: House) -> int:
    """A contact who gave once."""
    return int((await contacts.make(house.tenant, "ada"))["id"])


async def give(house: House, contact_id: int, amount: Any, **more: Any) -> Any:
    """A gift that was entered."""
    split = [{"projectCode": "GENERAL", "amountDesignated": amount}]
    body = {"contactId": contact_id, "amount": amount, "giftDesignations": split, **more}
    return await house.tenant.crm.post("/crm/api/Gift", body)


async def scheduled(house: House, giver: int, text: str) -> Any:
    """A recurring gift of 25 a month."""
    return await house.tenant.crm.post("/crm/api/RecurringGift", schedule(text, contactId=giver))


async def came(house: House, made: Any) -> list[Any]:
    """The payments of a recurring gift that came."""
    rows = (await house.tenant.crm.get(f"{PAYMENT}/{made['id']}", take=100))["list"]
    return [row for row in rows if row["gift"] is not None]


async def stored(house: House, statement: str, *values: object) -> list[Any]:
    """The first column of what is stored where the organization lives."""
    async with open_rows((await house.app.db.home(house.tenant.id)).dsn) as rows:
        return [value for (value,) in await rows.fetch(statement, *values)]


async def counted(house: House, gift_id: int) -> list[int]:
    """How much of a gift counts for each of its links, in their order."""
    asked = (
        "SELECT counted_minor FROM crm.applied_gift WHERE organization_id = $1 AND gift_id = $2 ORDER BY id"
    )
    return await stored(house, asked, house.tenant.id, gift_id)


async def deadlocks(house: House) -> int:
    """How often two waited for each other crosswise since the database was made."""
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return int((await stored(house, asked))[0])


async def test_a_gift_pays_one_of_two_recurring_gifts(house: House, giver: int) -> None:
    first, second = await scheduled(house, giver, "r1"), await scheduled(house, giver, "r2")
    gift = await give(house, giver, 25)

    await house.tenant.crm.post(f"{PAYMENT}/{first['id']}", {"giftId": gift["id"]})
    answer = await house.tenant.crm.call("POST", f"{PAYMENT}/{second['id']}", json={"giftId": gift["id"]})

    assert answer.status_code == 422, answer.text
    assert "left" in answer.text
    assert len(await came(house, first)) == 1
    assert await came(house, second) == []


async def test_what_is_left_of_a_gift_pays_another_recurring_gift(house: House, giver: int) -> None:
    first, second = await scheduled(house, giver, "r1"), await scheduled(house, giver, "r2")
    gift = await give(house, giver, 40)

    await house.tenant.crm.post(f"{PAYMENT}/{first['id']}", {"giftId": gift["id"], "amount": 25})
    too_much = {"giftId": gift["id"], "amount": 16}
    answer = await house.tenant.crm.call("POST", f"{PAYMENT}/{second['id']}", json=too_much)
    await house.tenant.crm.post(f"{PAYMENT}/{second['id']}", {"giftId": gift["id"]})

    assert answer.status_code == 422, answer.text
    assert await counted(house, gift["id"]) == [2500, 1500]
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_all_of_a_gift_is_not_paid_twice_over_when_it_shrinks(house: House, giver: int) -> None:
    first, second = await scheduled(house, giver, "r1"), await scheduled(house, giver, "r2")
    ask = await house.tenant.crm.post("/crm/api/GiftAsk", ask_body("asked", contactId=giver))
    gift = await give(house, giver, 40, giftAskId=ask["id"])
    await house.tenant.crm.post(f"{PAYMENT}/{first['id']}", {"giftId": gift["id"], "amount": 25})
    await house.tenant.crm.post(f"{PAYMENT}/{second['id']}", {"giftId": gift["id"]})

    await house.tenant.crm.post(
        "/crm/api/Gift/ReversingTransaction", {"reversedGiftId": gift["id"], "amount": 20}
    )

    assert await counted(house, gift["id"]) == [2000, 2000, 0]
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_the_same_payment_again_is_answered_with_the_first(house: House, giver: int) -> None:
    made = await scheduled(house, giver, "r1")
    gift = await give(house, giver, 25)
    path = f"{PAYMENT}/{made['id']}"

    first = await house.tenant.crm.post(path, {"giftId": gift["id"]})
    again = await asyncio.gather(*(house.tenant.crm.post(path, {"giftId": gift["id"]}) for _ in range(6)))

    assert [each["id"] for each in again] == [first["id"]] * 6
    assert len(await came(house, made)) == 1


async def test_the_same_payment_by_many_at_once_is_one(house: House, giver: int) -> None:
    made = await scheduled(house, giver, "r1")
    gift = await give(house, giver, 25)
    path = f"{PAYMENT}/{made['id']}"

    told = await asyncio.gather(*(house.tenant.crm.post(path, {"giftId": gift["id"]}) for _ in range(6)))

    assert len({each["id"] for each in told}) == 1
    assert len(await came(house, made)) == 1


async def test_a_payment_that_a_gift_came_for_takes_no_other(house: House, giver: int) -> None:
    made = await scheduled(house, giver, "r1")
    (payment, *_) = (await house.tenant.crm.get(f"{PAYMENT}/{made['id']}"))["list"]
    path = f"{PAYMENT}/{made['id']}"

    answers = await asyncio.gather(
        *(house.tenant.crm.call("POST", path, json={"paymentId": payment["id"]}) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await came(house, made)) == 1
    (settled,) = await came(house, made)
    again = await house.tenant.crm.post(path, {"paymentId": payment["id"], "giftId": settled["gift"]["id"]})
    assert again["id"] == payment["id"]


async def test_a_payment_that_was_dismissed_takes_no_gift(house: House, giver: int) -> None:
    made = await scheduled(house, giver, "r1")
    (payment, *_) = (await house.tenant.crm.get(f"{PAYMENT}/{made['id']}"))["list"]
    await house.tenant.crm.put(f"{PAYMENT}/Dismiss/{payment['id']}", {"dismissed": True})

    answer = await house.tenant.crm.call("POST", f"{PAYMENT}/{made['id']}", json={"paymentId": payment["id"]})

    assert answer.status_code == 409, answer.text
    assert "dismissed" in answer.text
    assert await came(house, made) == []


async def test_a_replaced_gift_keeps_no_more_than_it_is(house: House, giver: int) -> None:
    promised = await house.tenant.crm.post("/crm/api/v2/Pledge", pledge(contactId=giver, amountPledged=100))
    gift = await give(house, giver, 25, pledgePayments=[{"pledgeId": promised["id"], "amount": 25}])
    kept = {"id": gift["pledgePayments"][0]["id"], "amount": 30}
    split = [{"projectCode": "GENERAL", "amountDesignated": 25}]
    body = {"amount": 25, "giftDesignations": split, "pledgePayments": [kept]}

    answer = await house.tenant.crm.call("PUT", f"/crm/api/Gift/{gift['id']}", json=body)
    more = {**body, "pledgePayments": [{"id": kept["id"]}, {"pledgeId": promised["id"], "amount": 5}]}
    together = await house.tenant.crm.call("PUT", f"/crm/api/Gift/{gift['id']}", json=more)
    twice = {**body, "pledgePayments": [{"id": kept["id"]}, {"id": kept["id"]}]}
    doubled = await house.tenant.crm.call("PUT", f"/crm/api/Gift/{gift['id']}", json=twice)
    in_euros = {"amount": 25, "giftDesignations": split, "currencyCode": "EUR"}
    changed = await house.tenant.crm.call("PUT", f"/crm/api/Gift/{gift['id']}", json=in_euros)

    assert [each.status_code for each in (answer, together, doubled, changed)] == [422] * 4
    assert (await house.tenant.crm.get(f"/crm/api/v2/Pledge/{promised['id']}"))["amountPaid"] == 25


async def test_gifts_and_payments_of_one_contact_wait_for_each_other_in_one_order(
    house: House, giver: int
) -> None:
    made = await scheduled(house, giver, "r1")
    gifts = [await give(house, giver, 25) for _ in range(15)]
    path = f"{PAYMENT}/{made['id']}"
    before = await deadlocks(house)

    async def paid(n: int) -> int:
        if n % 3 == 0:
            split = [{"projectCode": "GENERAL", "amountDesignated": 25}]
            body = {
                "contactId": giver,
                "amount": 25,
                "giftDesignations": split,
                "recurringGiftPayments": [{"id": made["id"]}],
            }
            return int((await house.tenant.crm.call("POST", "/crm/api/Gift", json=body)).status_code)
        said = {} if n % 3 == 1 else {"giftId": gifts[n // 3]["id"]}
        return int((await house.tenant.crm.call("POST", path, json=said)).status_code)

    statuses = await asyncio.gather(*(paid(n) for n in range(45)))
    # What a session counted is told a second later.
    await asyncio.sleep(1.2)

    assert set(statuses) == {200}
    assert await deadlocks(house) == before
    assert len(await came(house, made)) == 45
