"""A misspelt code or name is refused with those that it is like, wherever it is said."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.gifts.settings import choose_default_project
from almoner.kernel.errors import NotFound
from tests.api.crm.contacts import sample as contacts
from tests.support.house import House

pytestmark = pytest.mark.anyio

MEANT = "Did you mean one of these: CLEAN-WATER?"


@pytest.fixture
async def giver(house: House) -> int:
    """A contact; with a fund and a campaign to be named wrongly."""
    post = house.tenant.crm.post
    fund = {"name": "Clean Water", "projectCode": "CLEAN-WATER", "externalAccountingCode": "5101-001"}
    await post("/crm/api/Project", fund)
    await post("/crm/api/Staff/Campaign", {"name": "Year-End 2024"})
    return int((await contacts.make(house.tenant, "ada"))["id"])


@pytest.mark.parametrize(
    ("part", "meant"),
    [
        ({"projectCode": "clean-watre"}, MEANT),
        ({"externalAccountingCode": "5101-01"}, "Did you mean one of these: 5101-001?"),
        ({"projectCode": "zzz"}, "There is no project with the code zzz."),
        ({"projectId": 999999999}, "There is no project with the id 999999999."),
    ],
)
async def test_a_gifts_project(house: House, giver: int, part: dict[str, Any], meant: str) -> None:
    gift = {"contactId": giver, "amount": 5, "giftDesignations": [{**part, "amountDesignated": 5}]}
    answer = await house.tenant.crm.call("POST", "/crm/api/Gift", json=gift)
    assert answer.status_code == 400
    (detail,) = answer.json()["error"]["details"]
    assert detail["message"].endswith(meant)


@pytest.mark.parametrize(
    ("parameter", "value", "meant"),
    [
        ("Project Code", "CLEANWATER", MEANT),
        ("Project Name", "Clean Watr", "Did you mean one of these: Clean Water?"),
        ("Campaign Name", "Year End 2024", "Did you mean one of these: Year-End 2024?"),
        ("Campaign Name", "qqq", "there is none called 'qqq'."),
    ],
)
async def test_a_name_in_a_query(house: House, giver: int, parameter: str, value: str, meant: str) -> None:
    groups = [{"conditions": [{"parameter": parameter, "operator": "Is", "value": value}]}]
    answer = await house.tenant.crm.call("POST", "/crm/api/Gift/Query", json={"groups": groups})
    assert answer.status_code == 400
    (detail,) = answer.json()["error"]["details"]
    assert detail["message"].endswith(meant)


async def test_a_project_by_its_code_in_an_address_a_campaign_or_a_command(house: House, giver: int) -> None:
    answer = await house.tenant.crm.call("GET", "/crm/api/Project/Code/CLEANWATER")
    assert answer.status_code == 404 and MEANT in answer.text
    (campaign,) = (await house.tenant.crm.get("/crm/api/Staff/Campaign"))["list"]
    path = f"/crm/api/Staff/Campaign/{campaign['campaignId']}/Project"
    answer = await house.tenant.crm.call("POST", path, json={"projectCode": "CLEANWATER"})
    assert answer.status_code == 422 and MEANT in answer.text
    async with house.app.db.tenant(house.tenant.id) as tx:
        with pytest.raises(NotFound, match="CLEAN-WATER"):
            await choose_default_project(tx, "CLEANWATER")


async def test_nobody_is_told_of_anothers(house: House, giver: int) -> None:
    other = await house.another_tenant()
    answer = await other.crm.call("GET", "/crm/api/Project/Code/CLEANWATER")
    assert answer.status_code == 404 and "CLEAN-WATER" not in answer.text
