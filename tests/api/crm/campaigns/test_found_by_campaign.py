"""Gifts and designations are found by the campaigns that they are a part of: by their projects on the gift's day, or by their segment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import project, taken
from tests.api.crm.campaigns.sample import STAFF
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def campaign(house: House, name: str, *entries: dict[str, Any]) -> Any:
    """A campaign with projects on days."""
    made = await house.tenant.crm.post(STAFF, {"name": name})
    for entry in entries:
        await house.tenant.crm.post(f"{STAFF}/{made['campaignId']}/Project", entry)
    return made


async def gift(house: House, day: str, *parts: Any, **more: Any) -> Any:
    """A gift of 10 to each project."""
    contact_id, _ = await taken(house)
    split = [{"projectId": part["id"], "amountDesignated": 10} for part in parts]
    said = {"contactId": contact_id, "giftDate": day, "amount": 10 * len(parts), "giftDesignations": split}
    return await house.tenant.crm.post("/crm/api/Gift", {**said, **more})


async def found(house: House, what: str, parameter: str, value: Any, operator: str = "Is") -> list[Any]:
    """The records whose campaign is so."""
    condition = {"parameter": parameter, "operator": operator, "value": value}
    asked = {"groups": [{"conditions": [condition]}]}
    return list((await house.tenant.crm.post(f"/crm/api/{what}/Query", asked))["list"])


async def test_a_gift_is_found_by_the_campaign_of_a_project_below_on_its_day(house: House) -> None:
    wells = await project(house.tenant, "Wells")
    deep = await project(house.tenant, "Deep wells", parentId=wells["id"])
    roof = await project(house.tenant, "Roof")
    year = await campaign(
        house, "Water", {"projectId": wells["id"], "fromDate": "2024-11-01", "untilDate": "2024-12-31"}
    )
    within = await gift(house, "2024-12-01", deep, roof)
    await gift(house, "2025-01-01", deep)
    for parameter, value in (("Campaign Name", "water"), ("Campaign Id", year["campaignId"])):
        assert [one["id"] for one in await found(house, "Gift", parameter, value)] == [within["id"]]
        (part,) = await found(house, "GiftDesignation", parameter, value)
        assert (part["giftId"], part["projectId"]) == (within["id"], deep["id"])
        assert (part["campaignName"], part["campaignNames"]) == ("Water", ["Water"])
    others = await found(house, "GiftDesignation", "Campaign Id", year["campaignId"], "IsNot")
    assert {part["projectId"] for part in others} == {roof["id"], deep["id"]} and len(others) == 2


async def test_a_gift_is_found_by_the_campaign_of_its_segment_with_all_its_parts(house: House) -> None:
    wells, roof = await project(house.tenant, "Wells"), await project(house.tenant, "Roof")
    mail = await campaign(house, "Mail")
    await campaign(house, "Water", {"projectId": wells["id"]})
    crm = house.tenant.crm
    sent = await crm.post(
        "/crm/api/Communication",
        {
            "name": "Letter",
            "campaignId": mail["campaignId"],
            "channelType": "Direct Mail",
            "communicationType": "Appeal",
        },
    )
    await crm.post(
        "/crm/api/Segment", {"name": "All", "code": "M-1", "communicationId": sent["communicationId"]}
    )
    made = await gift(house, "2024-12-01", wells, roof, segmentCode="M-1")
    for name in ("Mail", "Water"):
        assert [one["id"] for one in await found(house, "Gift", "Campaign Name", name)] == [made["id"]]
    parts = await found(house, "GiftDesignation", "Campaign Name", "Mail")
    told = {part["project"]: (part["campaignName"], part["campaignNames"]) for part in parts}
    assert told == {"Wells": ("Mail", ["Mail", "Water"]), "Roof": ("Mail", ["Mail"])}


async def test_what_takes_a_gift_back_is_found_where_that_was(house: House) -> None:
    wells = await project(house.tenant, "Wells")
    await campaign(
        house, "Water", {"projectId": wells["id"], "fromDate": "2024-11-01", "untilDate": "2024-12-31"}
    )
    made = await gift(house, "2024-12-01", wells)
    await house.tenant.crm.post(
        "/crm/api/Gift/ReversingTransaction", {"reversedGiftId": made["id"], "giftDate": "2025-02-01"}
    )
    assert len(await found(house, "Gift", "Campaign Name", "Water")) == 2
    assert len(await found(house, "GiftDesignation", "Campaign Name", "Water")) == 2
