"""The three partner patterns of the seed page on funds, as an integration would be written for the original."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.gifts import sample
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

QUERY = "/crm/api/Project/Query"


async def active_projects(house: House) -> dict[str, dict[str, Any]]:
    """Pattern 1, step 1: the projects that a customer may map to, by code."""
    conditions = [
        {"parameter": "Is Active", "operator": "IsTrue"},
        {"parameter": "Is Public", "operator": "IsTrue"},
    ]
    page = (await house.tenant.crm.call("POST", QUERY, json={"groups": [{"conditions": conditions}]})).json()
    return {project["projectCode"]: project for project in page["list"]}


async def give(house: House, contact_id: int, designation: dict[str, Any], amount: float = 25) -> Any:
    """A gift with one designation of the whole amount."""
    body = {
        "contactId": contact_id,
        "amount": amount,
        "giftDesignations": [{**designation, "amountDesignated": amount}],
    }
    answer = await house.tenant.crm.call("POST", "/crm/api/Gift", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def contact(house: House) -> int:
    """Who gives."""
    return int((await sample.make(house.tenant, "partner"))["contactId"])


async def test_a_platform_with_fixed_funds_maps_them_to_codes(house: House, contact: int) -> None:
    for body in (
        {"name": "Clean Water", "projectCode": "CLEAN-WATER"},
        {"name": "Old Roof", "projectCode": "ROOF", "isActive": False},
        {"name": "Internal", "projectCode": "INTERNAL", "isPublic": False},
    ):
        await house.tenant.crm.post("/crm/api/Project", body)
    assert set(await active_projects(house)) == {"GENERAL", "CLEAN-WATER"}
    mapping = {"water": "CLEAN-WATER", "wherever needed": "GENERAL"}
    for option in ("water", "wherever needed", "water"):
        await give(house, contact, {"projectCode": mapping[option]})
    projects = await active_projects(house)
    assert projects["CLEAN-WATER"]["lifeToDateGiving"] == 50.0
    assert projects["CLEAN-WATER"]["lifeToDateGiftCount"] == 2
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_report_sweeps_all_projects_and_picks_up_what_changed_later(house: House) -> None:
    async def sweep(body: dict[str, Any]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        while True:
            query = {"skip": str(len(found)), "take": "1000"}
            page = (await house.tenant.crm.call("POST", QUERY, json=body, params=query)).json()
            found |= {project["id"]: project for project in page["list"]}
            if len(found) >= page["total"]:
                return found

    made = [await house.tenant.crm.post("/crm/api/Project", {"name": f"Fund {n}"}) for n in range(4)]
    first = await sweep({})
    assert len(first) == 6  # the default one and the one of covered costs among them
    since = max(project["modifiedDateTimeUtc"] for project in first.values())
    closed = made[2]["id"]
    await house.tenant.crm.call("PUT", f"/crm/api/Project/{closed}/Active", params={"active": "false"})
    condition = {"parameter": "Last Modified DateTime UTC", "operator": "After", "value": since}
    later = await sweep({"groups": [{"conditions": [condition]}]})
    assert list(later) == [closed]
    assert later[closed]["isActive"] is False


async def test_accounts_and_funds_meet_in_the_accounting_code(house: House, contact: int) -> None:
    ledger = {"5101-001": 40.0, "5200": 60.0}
    for account in ledger:
        body = {"name": f"Account {account}", "externalAccountingCode": account}
        await house.tenant.crm.post("/crm/api/Project", body)
    for account, amount in ledger.items():
        await give(house, contact, {"externalAccountingCode": account}, amount)
    page = (await house.tenant.crm.call("POST", "/crm/api/GiftDesignation/Query", json={})).json()
    booked: dict[str, float] = {}
    for row in page["list"]:
        if account := row["projectExternalAccountingCode"]:
            booked[account] = booked.get(account, 0) + row["amountDesignated"]
    assert booked == ledger
