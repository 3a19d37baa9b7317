"""What goes with gifts: premiums move their stock and come back with what is taken back or deleted; tributes are told and asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from almoner.crm.gift_extras.service import deductible_parts
from tests.api.crm.accepted import person, problem, project, taken
from tests.api.crm.premiums.test_premiums import premium
from tests.api.crm.tributes.test_tributes import individual, tribute
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


async def stock(house: House, made: Any) -> int:
    return int((await house.tenant.crm.get(f"/crm/api/Premium/{made['id']}"))["inventoryCount"])


def body(contact_id: int, amount: float = 100, **more: Any) -> dict[str, Any]:
    parts = [{"projectCode": "GENERAL", "amount": amount}]
    return {"contactId": contact_id, "amount": amount, "giftDesignations": parts, **more}


async def enter(house: House, **more: Any) -> Any:
    contact_id, _ = await taken(house)
    return await house.tenant.crm.post("/crm/api/Gift", body(contact_id, **more))


def giver(word: str) -> Any:
    """Somebody whom nobody else is taken for."""
    return person(word, name=word, first_name="G", last_name=word, email=f"{word}@example.org")


async def take_back(house: House, gift: Any, **more: Any) -> Any:
    return await house.tenant.crm.post(
        "/crm/api/Gift/ReversingTransaction", {"reversedGiftId": gift["id"], **more}
    )


async def test_what_is_given_out_leaves_the_stock(house: House) -> None:
    bag, cap = await premium(house), await premium(house, code="CAP", name="Cap")
    wanted = [
        {"premiumId": bag["id"], "quantity": 2},
        {"premiumId": str(bag["id"])},
        {"premiumId": cap["id"], "quantity": 9, "state": "Ignore"},
    ]
    gift = await enter(house, giftPremiums=wanted)
    (given,) = gift["giftPremiums"]
    assert (given["premiumId"], given["quantity"], given["display"]) == (bag["id"], 3, "Tote Bag (3)")
    assert [await stock(house, one) for one in (bag, cap)] == [0, 3]
    assert await house.tenant.crm.get(f"/crm/api/Gift/{gift['id']}") == gift
    await enter(house, giftPremiums=[{"premiumId": bag["id"]}])
    assert await stock(house, bag) == -1  # it was promised to the giver: the organization owes it


async def test_what_is_given_out_comes_back_when_nothing_is_left_of_the_gift(house: House) -> None:
    bag = await premium(house)
    gift = await enter(house, giftPremiums=[{"premiumId": bag["id"], "quantity": 2}])
    await take_back(house, gift, amount=60)
    assert await stock(house, bag) == 1
    await take_back(house, gift)
    assert await stock(house, bag) == 3
    (given,) = (await house.tenant.crm.get(f"/crm/api/Gift/{gift['id']}"))["giftPremiums"]
    assert given["isReturned"]


async def test_what_is_given_out_comes_back_with_a_gift_that_is_deleted(house: House) -> None:
    bag = await premium(house)
    gift = await enter(house, giftPremiums=[{"premiumId": bag["id"], "quantity": 2}], tributeType="InHonorOf")
    assert (await house.tenant.crm.call("DELETE", f"/crm/api/Gift/{gift['id']}")).status_code == 200
    assert await stock(house, bag) == 3


async def test_an_edit_gives_out_what_it_says_and_is_told_of(house: House, rows: OwnRows) -> None:
    bag, cap = await premium(house), await premium(house, code="CAP", name="Cap")
    person = await individual(house)
    wanted = {"tributeDescription": "For Bo", "acknowledgeeId": person}
    gift = await enter(house, giftPremiums=[{"premiumId": bag["id"], "quantity": 2}], **wanted)
    path = f"/crm/api/Gift/{gift['id']}"
    assert await house.tenant.crm.put(path, gift) == gift  # what was read goes back and changes nothing
    replaced = await house.tenant.crm.put(
        path, {**gift, "giftPremiums": [{"premiumId": cap["id"], "quantity": 3}], "tributeDescription": None}
    )
    assert [one["premium"] for one in replaced["giftPremiums"]] == ["Cap"]
    assert (replaced["tribute"], [await stock(house, one) for one in (bag, cap)]) == (None, [3, 0])
    found = await rows.fetch(
        "SELECT version, data::jsonb ->> 'tribute' AS was FROM crm.event"
        " WHERE organization_id = $1 AND kind = 'gift.updated' AND record_id = $2",
        gift["id"],
    )
    assert [tuple(row) for row in found] == [(2, "For Bo")]


async def test_an_edit_keeps_what_is_given_out_no_more(house: House) -> None:
    bag = await premium(house)
    gift = await enter(house, giftPremiums=[{"premiumId": bag["id"]}])
    await house.tenant.crm.put(
        f"/crm/api/Premium/{bag['id']}", {**bag, "inventoryCount": 7, "isActive": False}
    )
    path = f"/crm/api/Gift/{gift['id']}"
    assert len((await house.tenant.crm.put(path, gift))["giftPremiums"]) == 1
    cleared = await house.tenant.crm.put(path, {**gift, "giftPremiums": []})
    assert (cleared["giftPremiums"], await stock(house, bag)) == ([], 8)
    _, _, fields = await problem(house.tenant, "PUT", f"Gift/{gift['id']}", json=gift)
    assert fields == ["giftPremiums[0].premiumId"]


async def test_no_stock_is_lost_when_many_give_it_out_at_once(house: House) -> None:
    bag, cap = (
        await premium(house, inventoryCount=1_000),
        await premium(house, code="CAP", inventoryCount=1_000),
    )
    contact_id, _ = await taken(house)
    both = [{"premiumId": bag["id"], "quantity": 2}, {"premiumId": cap["id"]}]
    bodies = [body(contact_id, giftPremiums=both[:: 1 if n % 2 else -1]) for n in range(20)]
    answers = await asyncio.gather(
        *(house.tenant.crm.call("POST", "/crm/api/Gift", json=one) for one in bodies)
    )
    made = sum(answer.status_code == 200 for answer in answers)
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert [await stock(house, one) for one in (bag, cap)] == [1_000 - 2 * made, 1_000 - made]


async def test_gifts_that_swap_premiums_crosswise_do_not_wait_in_a_circle(house: House) -> None:
    swapped = [await premium(house, inventoryCount=100), await premium(house, code="CAP", inventoryCount=100)]
    out: list[dict[str, Any]] = [{"giftPremiums": [{"premiumId": one["id"]}]} for one in swapped]
    contact_ids = [(await taken(house, contact=giver(f"s{n}")))[0] for n in range(4)]
    gifts = [
        await house.tenant.crm.post("/crm/api/Gift", body(contact_id, **out[n % 2]))
        for n, contact_id in enumerate(contact_ids)
    ]

    async def swap(n: int) -> set[int]:
        path, said = f"/crm/api/Gift/{gifts[n]['id']}", {"giftDate": gifts[n]["giftDate"]}
        answers = [
            await house.tenant.crm.call("PUT", path, json={**said, **out[(n + turn) % 2]})
            for turn in range(1, 16)
        ]
        return {answer.status_code for answer in answers}

    assert await asyncio.gather(*(swap(n) for n in range(4))) == [{200}] * 4
    assert [await stock(house, one) for one in swapped] == [98, 98]


NOT_OF_REVERSALS: dict[str, Callable[[dict[str, int]], Any]] = {
    "giftPremiums": lambda ids: [{"premiumId": ids["premium"]}],
    "giftPassthroughs": lambda ids: [{"contactId": ids["contact"], "amount": 3}],
    "contactPassthroughId": lambda ids: ids["contact"],
    "giftAskId": lambda ids: ids["ask"],
}


@pytest.mark.parametrize("field", NOT_OF_REVERSALS)
async def test_nothing_goes_out_with_a_gift_that_takes_back_another(house: House, field: str) -> None:
    bag = await premium(house)
    contact_id, _ = await taken(house)
    asked = {"contactId": contact_id, "askAmount": 5, "askDate": "2024-01-01", "status": "Asked"}
    ask = await house.tenant.crm.post("/crm/api/GiftAsk", asked)
    other, _ = await taken(house, contact=giver("other"))
    said = NOT_OF_REVERSALS[field]({"premium": bag["id"], "contact": other, "ask": ask["id"]})
    gift = await enter(house, **{field: said})
    back = await take_back(house, gift, amount=5)
    path = f"Gift/{back['id']}"
    read = await house.tenant.crm.get(f"/crm/api/{path}")
    before = await stock(house, bag)
    assert await house.tenant.crm.put(f"/crm/api/{path}", read) == read
    _, code, fields = await problem(house.tenant, "PUT", path, json={**read, field: said})
    assert (code, fields) == ("VALIDATION_FAILED", [field])
    assert await stock(house, bag) == before


async def test_all_that_is_broken_is_named_and_nothing_is_given_out(house: House) -> None:
    bag = await premium(house)
    old = await premium(house, code="OLD", isActive=False)
    contact_id, _ = await taken(house)
    wrong = [{"premiumId": bag["id"]}, {"premiumId": old["id"]}, {"premiumId": 987654}]
    said = body(
        contact_id, giftPremiums=wrong, tributeId=987655, acknowledgeeId=987656, tributeType="InSpiteOf"
    )
    _, code, fields = await problem(house.tenant, "POST", "Gift", json=said)
    assert code == "VALIDATION_FAILED"
    assert set(fields) == {
        "giftPremiums[1].premiumId",
        "giftPremiums[2].premiumId",
        "tributeId",
        "acknowledgeeId",
        "tributeType",
    }
    _, _, fields = await problem(house.tenant, "POST", "Gift/Bulk", json=[body(contact_id), said])
    assert "[1].giftPremiums[2].premiumId" in fields
    assert await stock(house, bag) == 3


async def test_the_same_gift_again_gives_nothing_out_twice(house: House) -> None:
    bag = await premium(house)
    for _ in range(2):
        await enter(
            house, giftPremiums=[{"premiumId": bag["id"]}], transactionSource="Shop", transactionId="1"
        )
    assert await stock(house, bag) == 2


async def test_a_gift_says_whom_it_honours_and_is_found_by_it(house: House) -> None:
    person = await individual(house)
    ada = await tribute(
        house, firstName="Bo", lastName="Beloved", city="Springfield", defaultAcknowledgeeIndividualId=person
    )
    known = await enter(house, tributeId=ada["id"])
    assert (known["tribute"], known["tributeType"]) == ("In Memory Of Bo Beloved", "In Memory Of")
    assert (known["tributeId"], known["acknowledgeeIndividualId"]) == (ada["id"], person)
    told = await enter(house, tributeType="In Honor Of", tributeDescription="My teacher")
    assert (told["tribute"], told["tributeId"]) == ("In Honor Of My teacher", None)
    await enter(house)

    async def found(of: str, parameter: str, value: Any) -> list[int]:
        condition = {"parameter": parameter, "operator": "Is", "value": str(value)}
        page = await house.tenant.crm.post(f"/crm/api/{of}/Query", {"groups": [{"conditions": [condition]}]})
        return [row["id" if of == "Gift" else "giftId"] for row in page["list"]]

    for of in ("Gift", "GiftDesignation"):
        assert await found(of, "Tribute Id", ada["id"]) == [known["id"]]
        assert await found(of, "Tribute Type", "In Honor Of") == [told["id"]]
        assert await found(of, "Tribute", "my teacher") == [told["id"]]
        assert await found(of, "Tribute Last Name", "beloved") == [known["id"]]
        assert await found(of, "Acknowledgee Individual Id", person) == [known["id"]]
    assert await found("GiftDesignation", "Tribute City", "springfield") == [known["id"]]
    assert await found("GiftDesignation", "Acknowledgee First Name", "ada") == [known["id"]]
    assert await found("GiftDesignation", "Tribute Description", "My teacher") == [told["id"]]


async def test_gifts_are_found_by_what_was_given_out(house: House) -> None:
    bag = await premium(house)
    gift = await enter(house, giftPremiums=[{"premiumId": bag["id"]}])
    await enter(house)
    condition = {"parameter": "Premium Code", "operator": "Is", "value": "bag"}
    page = await house.tenant.crm.post("/crm/api/Gift/Query", {"groups": [{"conditions": [condition]}]})
    assert [row["id"] for row in page["list"]] == [gift["id"]]


async def test_a_receipt_names_what_is_deductible_without_what_came_in_return(house: House) -> None:
    bag = await premium(house, fairMarketValue=20)
    dinner = await project(house.tenant, "Dinner", isTaxDeductible=False)
    contact_id, _ = await taken(house)
    parts = [{"projectCode": "GENERAL", "amount": 70}, {"projectId": dinner["id"], "amount": 30}]
    said = {"contactId": contact_id, "amount": 100, "giftDesignations": parts}
    gift = await house.tenant.crm.post(
        "/crm/api/Gift", {**said, "giftPremiums": [{"premiumId": bag["id"], "quantity": 2}]}
    )
    assert [part["isTaxDeductible"] for part in gift["giftDesignations"]] == [True, False]
    await house.tenant.crm.put(f"/crm/api/Premium/{bag['id']}", {**bag, "fairMarketValue": 999})
    no_receipt = await house.tenant.crm.post("/crm/api/Gift", {**said, "isTaxDeductible": False})
    euros = await house.tenant.crm.post(
        "/crm/api/Gift", {**said, "currencyCode": "EUR", "giftPremiums": [{"premiumId": bag["id"]}]}
    )
    back = await take_back(house, gift)

    async with house.app.db.tenant(house.tenant.id) as tx:
        ids = [gift["id"], no_receipt["id"], euros["id"], back["id"]]
        told = await deductible_parts(tx, ids)
    seen = [(told[n].deductible_minor, told[n].non_deductible_minor, told[n].worth_minor) for n in ids]
    # What was wholly taken back came back: the two of them come to nothing.
    assert seen == [(7_000, 3_000, 0), (0, 10_000, 0), (None, None, 99_900), (-7_000, -3_000, 0)]
