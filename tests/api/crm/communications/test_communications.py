"""Communications of campaigns."""

from __future__ import annotations

import pytest

from tests.api.crm.accepted import problem
from tests.api.crm.campaigns.sample import STAFF
from tests.api.crm.communications.sample import body
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def campaign(house: House, *steps: str) -> int:
    """The id of a campaign with these steps."""
    made = await house.tenant.crm.post(STAFF, {"name": "Spring", "steps": list(steps)})
    return int(made["campaignId"])


async def test_a_communication_names_its_step_in_any_case(house: House) -> None:
    said = body("spring", await campaign(house, "First Letter"), communicationStep="first letter")
    made = await house.tenant.crm.post("/crm/api/Communication", said)
    assert made["communicationStep"] == "First Letter"
    assert made["campaignName"] == "Spring"


async def test_a_step_that_is_not_there_is_told_with_the_one_that_was_meant(house: House) -> None:
    said = body("spring", await campaign(house, "First Letter"), communicationStep="Frist Letter")
    answer = await house.tenant.crm.call("POST", "/crm/api/Communication", json=said)
    assert answer.status_code == 422
    assert "First Letter" in answer.text


async def test_everything_broken_in_a_communication_is_told_at_once(house: House) -> None:
    said = {"name": "", "campaignId": 10**9, "givingGoal": "1.001", "startDateTime": "soon"}
    status, _, fields = await problem(house.tenant, "POST", "Communication", json=said)
    assert (status, set(fields)) == (422, {"name", "campaignId", "givingGoal", "startDateTime"})


async def test_a_channel_of_ones_own_is_listed_and_written_as_it_is_there(house: House) -> None:
    crm, of = house.tenant.crm, await campaign(house)
    await crm.post("/crm/api/Communication", body("a", of, channelType="Carrier Pigeon"))
    again = await crm.post("/crm/api/Communication", body("b", of, channelType="carrier pigeon"))
    assert again["channelType"] == "Carrier Pigeon"
    listed = await crm.get("/crm/api/Communication/ChannelTypes")
    assert listed.count("Carrier Pigeon") == 1
    assert "Email" in listed
    assert "Appeal" in await crm.get("/crm/api/Communication/CommunicationTypes")


async def test_the_communications_of_a_campaign_are_found_by_a_piece_of_their_name(house: House) -> None:
    crm, of = house.tenant.crm, await campaign(house)
    for text in ("a letter", "b LETTER", "a call"):
        await crm.post("/crm/api/Communication", body(text, of, name=text))
    page = await crm.get(
        f"/crm/api/Communication/ByCampaign/{of}", filter="Letter", sortBy="Name", descending="true"
    )
    assert ([one["name"] for one in page["list"]], page["total"]) == (["b LETTER", "a letter"], 2)


async def test_hundreds_of_campaigns_are_asked_for_in_one_query(house: House) -> None:
    crm, of = house.tenant.crm, await campaign(house)
    made = await crm.post("/crm/api/Communication", body("mail", of))
    groups = [
        {"conditions": [{"parameter": "Campaign Id", "operator": "Is", "value": str(number)}]}
        for number in (of, *range(10**6, 10**6 + 500))
    ]
    found = await crm.post("/crm/api/Communication/Query?take=1000", {"groups": groups})
    assert [one["communicationId"] for one in found["list"]] == [made["communicationId"]]
    assert {"startdateTimeUtc", "createdDateTimeUtc", "lastModifiedDateTimeUtc"} <= found["list"][0].keys()
