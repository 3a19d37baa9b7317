"""Campaigns: what partners read, what staff write, and how far they have come."""

from __future__ import annotations

import pytest

from tests.api.crm.accepted import problem
from tests.api.crm.campaigns.sample import STAFF, body
from tests.support.house import House

pytestmark = pytest.mark.anyio

SEED = {
    "name": "Year-End Giving 2024",
    "startDateTimeUtc": "2024-11-01T00:00:00Z",
    "endDateTimeUtc": "2024-12-31T23:59:59Z",
    "givingGoal": 250000,
    "newGiverGoal": 100,
    "totalGiftGoal": 800,
}


async def test_a_campaign_is_read_as_the_seed_page_has_it(house: House) -> None:
    made = await house.tenant.crm.post(STAFF, SEED)
    found = await house.tenant.crm.get(f"/crm/api/Campaign/{made['campaignId']}")
    assert {name: found[name] for name in SEED} == SEED
    assert found["isArchived"] is False


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("PUT", "/{id}"), ("PATCH", "/{id}"), ("DELETE", "/{id}")],
)
async def test_a_partner_who_writes_is_told_who_does(house: House, method: str, path: str) -> None:
    made = await house.tenant.crm.post(STAFF, SEED)
    address = f"/crm/api/Campaign{path.format(id=made['campaignId'])}"
    answer = await house.tenant.crm.call(method, address, json=SEED)
    assert answer.status_code == 405
    assert method != "POST" or "read-only" in answer.text


async def test_everything_broken_in_a_campaign_is_told_at_once(house: House) -> None:
    broken = {
        "name": " ",
        "startDateTimeUtc": "2024-12-01",
        "endDateTimeUtc": "2024-11-01",
        "givingGoal": -1,
        "steps": ["Letter", "", "letter"],
    }
    assert await problem(house.tenant, "POST", "Staff/Campaign", json=broken) == (
        422,
        "VALIDATION_FAILED",
        ["name", "endDateTimeUtc", "givingGoal", "steps[1]", "steps[2]"],
    )


async def test_a_campaign_is_replaced_and_what_is_left_out_is_cleared(house: House) -> None:
    made = await house.tenant.crm.post(STAFF, body("winter"))
    await house.tenant.crm.put(f"{STAFF}/{made['campaignId']}", {"name": "Winter"})
    found = await house.tenant.crm.get(f"/crm/api/Campaign/{made['campaignId']}")
    assert (found["name"], found["givingGoal"], found["endDateTimeUtc"]) == ("Winter", None, None)
    steps = await house.tenant.crm.get(f"/crm/api/Campaign/GetStepsByCampaignId/{made['campaignId']}")
    assert steps == []


async def test_what_is_archived_is_listed_when_asked_and_comes_back(house: House) -> None:
    crm = house.tenant.crm
    made = await crm.post(STAFF, {"name": "Old"})
    await crm.put(f"{STAFF}/{made['campaignId']}/Archived", archived="true")
    assert made["campaignId"] not in [one["campaignId"] for one in (await crm.get(STAFF, take=1000))["list"]]
    shown = await crm.get(STAFF, archived="true", take=1000)
    assert made["campaignId"] in [one["campaignId"] for one in shown["list"]]
    back = await crm.put(f"{STAFF}/{made['campaignId']}/Archived", archived="false")
    assert back["isArchived"] is False


async def test_campaigns_are_found_by_hundreds_of_groups(house: House) -> None:
    made = [await house.tenant.crm.post(STAFF, {"name": f"Group {n}"}) for n in range(3)]
    ids = [one["campaignId"] for one in made]
    groups = [
        {"conditions": [{"parameter": "Campaign Id", "operator": "Is", "value": str(number)}]}
        for number in (*ids, *range(10**6, 10**6 + 500))
    ]
    found = await house.tenant.crm.post("/crm/api/Campaign/Query?take=1000", {"groups": groups})
    assert sorted(one["campaignId"] for one in found["list"]) == sorted(ids)


async def test_a_campaign_that_is_read_and_written_back_keeps_its_steps(house: House) -> None:
    made = await house.tenant.crm.post(STAFF, {"name": "Spring", "steps": ["Mail", "Call"]})
    assert made["steps"] == ["Mail", "Call"]
    kept = await house.tenant.crm.put(f"{STAFF}/{made['campaignId']}", made)
    assert kept["steps"] == ["Mail", "Call"]
