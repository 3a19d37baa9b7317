"""Premiums over HTTP: their codes, their stock, and that nothing of it is lost when many move it at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.crm.accepted import problem, taken
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

BAG = {
    "name": "Tote Bag",
    "code": "BAG",
    "price": 25,
    "fairMarketValue": "20.50",
    "cost": 7,
    "inventoryCount": 3,
}


async def premium(house: House, **fields: Any) -> Any:
    return await house.tenant.crm.post("/crm/api/Premium", {**BAG, **fields})


async def test_a_premium_is_made_read_and_replaced(house: House) -> None:
    made = await premium(house, description=" Cotton ")
    assert (made["fairMarketValue"], made["description"], made["isActive"], made["inventoryCount"]) == (
        20.5,
        "Cotton",
        True,
        3,
    )
    path = f"/crm/api/Premium/{made['id']}"
    for one in (path, "/crm/api/Premium/Code/bag"):
        assert await house.tenant.crm.get(one) == made
    assert await house.tenant.crm.put(path, made) == made
    replaced = await house.tenant.crm.put(path, {"name": "Bag", "code": "bag2", "isActive": False})
    assert (replaced["price"], replaced["description"], replaced["isActive"]) == (0, None, False)
    assert replaced["inventoryCount"] == 3  # it moves by itself: what is not said of it is not cleared
    page = await house.tenant.crm.get("/crm/api/Premium", sortBy="Name")
    assert page == {"list": [replaced], "total": 1}


async def test_codes_are_unique_in_whatever_case(house: House) -> None:
    await premium(house)
    other = await premium(house, code="CAP")
    assert await problem(house.tenant, "POST", "Premium", json={**BAG, "code": "bag"}) == (
        409,
        "CONFLICT",
        ["code"],
    )
    refused = await problem(house.tenant, "PUT", f"Premium/{other['id']}", json=BAG)
    assert refused == (409, "CONFLICT", ["code"])


async def test_all_that_is_broken_is_named(house: House) -> None:
    body = {"name": " ", "code": "", "price": -1, "cost": 1.001, "inventoryCount": 1}
    _, code, fields = await problem(house.tenant, "POST", "Premium", json=body)
    assert (code, sorted(fields)) == ("VALIDATION_FAILED", ["code", "cost", "name", "price"])


async def test_stock_is_raised_and_lowered_by_hand_and_never_below_nothing(house: House) -> None:
    made = await premium(house)

    async def moved(how: str, **by: Any) -> Any:
        query = "&".join(f"{name}={value}" for name, value in by.items())
        return await house.tenant.crm.call("PUT", f"/crm/api/Premium/{how}/{made['id']}?{query}")

    seen = [await moved("Increment"), await moved("Increment", incrementor=5), await moved("Decrement")]
    seen.append(await moved("Decrement", decrementor=-8))
    assert [answer.json()["inventoryCount"] for answer in seen] == [4, 9, 8, 0]
    for how, by in (("Decrement", {}), ("Decrement", {"decrementor": 1}), ("Increment", {"incrementor": -1})):
        assert (await moved(how, **by)).status_code in (400, 422)
    assert (await house.tenant.crm.get(f"/crm/api/Premium/{made['id']}"))["inventoryCount"] == 0


async def test_a_stock_that_is_owed_is_told_as_it_is_when_more_is_to_be_taken(house: House) -> None:
    made = await premium(house, inventoryCount=1)
    contact_id, _ = await taken(house)
    out = {"giftPremiums": [{"premiumId": made["id"], "quantity": 4}]}
    split = [{"projectCode": "GENERAL", "amount": 5}]
    said = {"contactId": contact_id, "amount": 5, "giftDesignations": split, **out}
    await house.tenant.crm.post("/crm/api/Gift", said)
    answer = await house.tenant.crm.call("PUT", f"/crm/api/Premium/Decrement/{made['id']}")
    assert "There are -3: no more can be taken." in answer.text


async def test_none_of_many_who_move_a_stock_at_once_is_lost(house: House, rows: OwnRows) -> None:
    made = await premium(house, inventoryCount=100)
    paths = [
        f"/crm/api/Premium/{how}/{made['id']}"
        for how in ("Increment", "Decrement", "Decrement")
        for _ in range(15)
    ]
    answers = await asyncio.gather(*(house.tenant.crm.call("PUT", path) for path in paths))
    done = [path for path, answer in zip(paths, answers, strict=True) if answer.status_code == 200]
    by = sum(1 if "Increment" in path else -1 for path in done)
    assert (await house.tenant.crm.get(f"/crm/api/Premium/{made['id']}"))["inventoryCount"] == 100 + by
    assert {answer.status_code for answer in answers} <= {200, 503}
    found = await rows.fetch("SELECT version FROM crm.premium WHERE organization_id = $1")
    assert [row["version"] for row in found] == [1 + len(done)]


async def test_premiums_are_found_by_text_and_by_query(house: House) -> None:
    bag, cap = await premium(house), await premium(house, name="Cap", code="CAP", inventoryCount=0)
    found = await house.tenant.crm.post("/crm/api/Premium/Search", {"search": "TOTE"})
    assert found == {"list": [bag], "total": 1}
    condition = {"parameter": "Inventory Count", "operator": "LessThan", "value": "1"}
    found = await house.tenant.crm.post("/crm/api/Premium/Query", {"groups": [{"conditions": [condition]}]})
    assert found == {"list": [cap], "total": 1}


async def test_a_premium_has_the_organizations_own_fields(house: House) -> None:
    field = {"recordType": "Premium", "name": "Colour", "dataType": "Text"}
    await house.tenant.crm.post("/crm/api/CustomField", field)
    made = await premium(house, customFields={"colour": "Red"})
    assert made["customFields"] == [{"name": "Colour", "value": "Red", "displayName": "Colour"}]
    await premium(house, code="CAP")
    condition = {"parameter": "Colour", "operator": "Is", "value": "red"}
    found = await house.tenant.crm.post("/crm/api/Premium/Query", {"groups": [{"conditions": [condition]}]})
    assert found == {"list": [made], "total": 1}
    (told,) = await house.tenant.crm.get("/crm/api/Premium/CustomFields")
    assert told["name"] == "Colour"
    path = f"/crm/api/Premium/{made['id']}"
    assert await house.tenant.crm.put(path, made) == made
    cleared = await house.tenant.crm.put(path, {"name": "Bag", "code": "BAG"})
    assert cleared["customFields"] == []
