"""What the flags of projects do to gifts: a closed project takes nothing new on any path, and keeps what it has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from almoner.crm.gifts.enter import enter_each
from almoner.crm.gifts.requests import GiftBody
from almoner.platform.http import decode_body
from almoner.platform.organizations.service import create_key
from almoner.platform.wire import encode_json
from tests.api.crm.accepted import project, taken
from tests.support.house import House

pytestmark = pytest.mark.anyio

TEXT = "The project WATER is inactive and takes no new designations."


async def close(house: House, made: Any) -> None:
    await house.tenant.crm.call("PUT", f"/crm/api/Project/{made['id']}/Active?active=false")


async def world(house: House) -> tuple[Any, dict[str, Any], Any]:
    """A project, a gift for it as it is entered, and one that was."""
    made = await project(house.tenant, "Water")
    contact_id, _ = await taken(house)
    parts = [{"projectId": made["id"], "amount": 5}]
    body = {"contactId": contact_id, "amount": 5, "giftDesignations": parts}
    return made, body, await house.tenant.crm.post("/crm/api/Gift", body)


async def test_a_closed_project_takes_no_new_gift(house: House) -> None:
    made, body, _ = await world(house)
    await close(house, made)
    for path, sent in (("Gift", body), ("Gift/Bulk", [body])):
        refused = await house.tenant.crm.call("POST", f"/crm/api/{path}", json=sent)
        assert refused.status_code == 400
        assert TEXT in refused.text
    async with house.app.db.tenant(house.tenant.id) as tx:
        bodies = [decode_body(encode_json(body), GiftBody)]
        (entered,) = await enter_each(tx, bodies, datetime.now(UTC), parts_max=50)
    assert (entered.did, [error.message for error in entered.errors]) == ("refused", [TEXT])


async def test_what_a_closed_project_was_given_stays_and_can_be_taken_back(house: House) -> None:
    made, _, gift = await world(house)
    await close(house, made)
    read = await house.tenant.crm.get(f"/crm/api/Gift/{gift['id']}")
    assert read["giftDesignations"][0]["projectId"] == made["id"]
    back = await house.tenant.crm.post("/crm/api/Gift/ReversingTransaction", {"reversedGiftId": gift["id"]})
    assert back["giftDesignations"][0]["amountDesignated"] == -5


async def test_a_part_says_whether_a_receipt_may_name_it(house: House) -> None:
    made, _, gift = await world(house)
    await house.tenant.crm.call(
        "PATCH", "/crm/api/Project", json=[{"id": made["id"], "isTaxDeductible": False}]
    )
    read = await house.tenant.crm.get(f"/crm/api/Gift/{gift['id']}")
    assert not read["giftDesignations"][0]["isTaxDeductible"]
    page = await house.tenant.crm.post("/crm/api/GiftDesignation/Query", {})
    assert [row["isTaxDeductible"] for row in page["list"]] == [False]


async def test_people_find_what_is_not_public_when_they_ask_for_it(house: House) -> None:
    made = await project(house.tenant, "Secret", isPublic=False)
    searched = await house.tenant.crm.post("/crm/api/Project/Search", {"search": "secret"})
    assert searched == {"list": [], "total": 0}
    found = await house.tenant.crm.post("/crm/api/Project/Search?hidden=true", {"search": "secret"})
    conditions = [
        {"parameter": "Is Public", "operator": "IsFalse"},
        {"parameter": "Project Name", "operator": "Is", "value": "Secret"},
    ]
    asked = await house.tenant.crm.post("/crm/api/Project/Query", {"groups": [{"conditions": conditions}]})
    assert found == asked == {"list": [made], "total": 1}


async def test_who_only_enters_gifts_takes_none_back(house: House) -> None:
    _, _, gift = await world(house)
    async with house.app.db.tenant(house.tenant.id) as tx:
        token = await create_key(tx, "crm", "entry", ["gift:create"])
    path, body = "/crm/api/Gift/ReversingTransaction", {"reversedGiftId": gift["id"]}
    headers = {"Authorization": f"Bearer {token}"}
    assert (await house.tenant.crm.call("POST", path, json=body, headers=headers)).status_code == 403
