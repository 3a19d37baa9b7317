"""Campaigns, segments, forms, projects, premiums and motivation codes: what is peculiar to each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.giving.campaigns.sample import body as campaign_body
from tests.api.giving.premiums.sample import body as premium_body
from tests.api.giving.segments.sample import body as segment_body
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio

RAISE = "/raise/api"


async def campaign(tenant: Tenant, **more: Any) -> Any:
    """A new campaign."""
    return await tenant.raise_.post(f"{RAISE}/Campaign", {**campaign_body("spring"), **more})


async def refused(tenant: Tenant, method: str, path: str, body: Any = None, status: int = 400) -> Any:
    """The fields and sentence of a refusal."""
    answer = await tenant.raise_.call(method, f"{RAISE}/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_day_starts_at_the_organizations_midnight_and_utc_stands_in_its_place(house: House) -> None:
    tenant = await house.another_tenant("Berlin", time_zone="Europe/Berlin")
    made = await campaign(tenant, startDate="2026-07-01", endDate="2026-07-31")
    assert (made["startDate"][:19], made["duration"]) == ("2026-06-30T22:00:00", "31 days")
    exact = await campaign(tenant, startDateTimeUtc="2026-07-01T00:00:00")
    assert (exact["startDate"][:19], exact["duration"]) == ("2026-07-01T00:00:00", "Ongoing")


async def test_goals_are_told_and_taken_away(house: House) -> None:
    made = await campaign(house.tenant, totalGiftGoal=4)
    await house.tenant.give(10, campaignId=made["id"])
    path = f"{RAISE}/Campaign/{made['id']}"
    told = await house.tenant.raise_.get(path)
    assert (told["totalGiftsPercentage"], told["averageGiftGoalFormatted"], told["hasAverageGiftGoal"]) == (
        25,
        "$10.00",
        True,
    )
    left = await house.tenant.raise_.put(path, {**campaign_body("x"), "hasAverageGiftGoal": False})
    assert (left["averageGiftGoal"], left["hasAverageGiftGoal"], left["totalGifts"]) == (None, False, 1)


async def test_a_campaign_keeps_its_key_and_switch_when_nothing_is_said_of_them(house: House) -> None:
    made = await campaign(house.tenant, crmKeys={"VirtuousCRM": "VirtuousCRM_12"}, canSync=False)
    assert (made["crmKey"], made["canSync"]) == ("12", False)
    path = f"{RAISE}/Campaign/{made['id']}"
    kept = await house.tenant.raise_.put(path, campaign_body("renamed"))
    assert (kept["crmKey"], kept["canSync"]) == ("12", False)
    await house.tenant.raise_.put(f"{path}/toggle-sync")
    listed = [{"integration": "VirtuousCRM", "crmKey": "13"}]
    other = await house.tenant.raise_.put(path, {**campaign_body("x"), "crmKeys": listed})
    assert (other["crmKey"], other["canSync"]) == ("13", True)
    told = await refused(
        house.tenant,
        "PUT",
        f"Campaign/{made['id']}",
        {**campaign_body("x"), "crmKey": "1", "crmKeys": listed},
    )
    assert set(told["errors"]) == {"crmKey"}
    blank = await house.tenant.raise_.put(path, {**campaign_body("x"), "crmKey": ""})
    assert blank["crmKey"] is None


async def test_every_change_of_the_switch_says_who_when_and_why(house: House) -> None:
    made = await campaign(house.tenant)
    path = f"{RAISE}/Campaign/{made['id']}"
    for _ in range(2):
        await house.tenant.raise_.put(f"{path}/sync", {"canSync": False, "reason": " moving house "})
    await house.tenant.raise_.put(path, {**campaign_body("x"), "canSync": True})
    changes = (await house.tenant.raise_.get(f"{path}/sync-changes"))["items"]
    assert [(each["canSync"], each["changedBy"], each["reason"]) for each in changes] == [
        (False, "first key", "moving house"),
        (True, "first key", None),
    ]


async def test_a_campaign_goes_only_when_nothing_hangs_below_it(house: House) -> None:
    made = await campaign(house.tenant, segments=[{"name": "Friends", "code": "fr-1"}])
    path = f"Campaign/{made['id']}"
    told = await refused(house.tenant, "DELETE", path, status=409)
    assert told["detail"].startswith(f"A segment still names campaign {made['id']}")
    (segment,) = (await house.tenant.raise_.get(f"{RAISE}/Segment/list", campaignId=made["id"]))["items"]
    await house.tenant.raise_.call("DELETE", f"{RAISE}/Segment/{segment['id']}")
    await house.tenant.raise_.put(f"{RAISE}/{path}/toggle-sync")
    gone = await house.tenant.raise_.call("DELETE", f"{RAISE}/{path}")
    assert gone.status_code < 300
    assert (await house.tenant.raise_.call("GET", f"{RAISE}/{path}")).status_code == 404


async def test_segments_in_the_body_are_made_and_replaced_by_their_code(house: House) -> None:
    made = await campaign(house.tenant, segments=[{"name": "Friends", "code": "fr-1"}])
    again = [{"name": "Old friends", "code": "FR-1"}, {"name": "New", "code": "nw"}]
    await house.tenant.raise_.put(f"{RAISE}/Campaign/{made['id']}", {**campaign_body("x"), "segments": again})
    told = (await house.tenant.raise_.get(f"{RAISE}/Segment/list", campaignId=made["id"]))["items"]
    assert {each["name"] for each in told} == {"Old friends", "New"}
    other = await refused(
        house.tenant, "POST", "Campaign", {**campaign_body("x"), "segments": again}, status=400
    )
    assert set(other["errors"]) == {"segments[0].code", "segments[1].code"}


async def test_a_segment_stays_with_its_campaign_and_its_code_is_its_own(house: House) -> None:
    made, other = await campaign(house.tenant), await campaign(house.tenant)
    segment = await house.tenant.raise_.post(f"{RAISE}/Segment", segment_body("straße", made["id"]))
    path = f"Segment/{segment['id']}"
    moved = await refused(house.tenant, "PUT", path, segment_body("straße", other["id"]))
    assert set(moved["errors"]) == {"campaignId"}
    taken = await refused(house.tenant, "POST", "Segment", segment_body("STRASSE", other["id"]), 409)
    assert "STRASSE" in taken["detail"]


async def test_there_is_one_default_project_and_the_one_of_costs_is_nobodys(house: House) -> None:
    listed = (await house.tenant.raise_.get(f"{RAISE}/Project/list"))["items"]
    kinds = {each["code"]: (each["isDefault"], each["isForCosts"], each["id"]) for each in listed}
    assert kinds["GENERAL"][:2] == (True, False) and kinds["CREDITCARDCOSTS"][:2] == (False, True)
    told = await refused(
        house.tenant, "PUT", f"Project/{kinds['CREDITCARDCOSTS'][2]}", {"name": "x", "code": "y"}, 409
    )
    assert "cannot be changed" in told["detail"]
    general = f"Project/{kinds['GENERAL'][2]}"
    off = await refused(house.tenant, "PUT", general, {"name": "x", "code": "y", "isActive": False})
    assert set(off["errors"]) == {"isActive"}
    wells = {"name": "Wells", "code": "WELLS", "isDefault": True}
    await house.tenant.raise_.post(f"{RAISE}/Project", wells)
    since = (await house.tenant.raise_.get(f"{RAISE}/Project/list"))["items"]
    assert [each["code"] for each in since if each["isDefault"]] == ["WELLS"]


async def test_stock_rises_beside_gifts_and_what_is_not_counted_begins_to_be(house: House) -> None:
    made = await house.tenant.raise_.post(f"{RAISE}/Premium", premium_body("mug", inventoryCount=None))
    assert made["inventoryCount"] is None and made["fairValueFormatted"] == "$12.50"
    path = f"{RAISE}/Premium/Increment/{made['id']}"
    assert (await house.tenant.raise_.put(path, incrementor=3))["inventoryCount"] == 3
    kept = {name: value for name, value in premium_body("mug").items() if name != "inventoryCount"}
    again = await house.tenant.raise_.put(f"{RAISE}/Premium/{made['id']}", kept)
    assert again["inventoryCount"] == 3


async def test_a_form_names_what_is_there_and_belongs_together(house: House) -> None:
    made, other = await campaign(house.tenant), await campaign(house.tenant)
    segment = await house.tenant.raise_.post(f"{RAISE}/Segment", segment_body("a", made["id"]))
    said = {"name": "Home", "campaignId": other["id"], "segmentId": segment["id"], "premiumId": 9**9}
    told = await refused(
        house.tenant, "POST", "Form", {**said, "defaultSplit": [{"projectId": 9**9, "weight": 1}]}
    )
    assert set(told["errors"]) == {"segmentId", "premiumId", "defaultSplit[0].projectId"}


async def test_what_a_segment_gave_is_told_without_what_went_back(house: House) -> None:
    made = await campaign(house.tenant)
    segment = await house.tenant.raise_.post(f"{RAISE}/Segment", segment_body("net", made["id"]))
    gifts = [await house.tenant.give(10, segmentId=segment["id"]) for _ in range(3)]
    asked = await house.tenant.give(10, segmentId=segment["id"], paymentMethodId="tok_refund_pending")
    await house.tenant.give(10, segmentId=segment["id"], isTestMode=True)
    for gift, amount in ((gifts[0], 4), (gifts[1], 10), (asked, 5)):
        await house.tenant.raise_.post(f"{RAISE}/Gift/{gift['id']}/refund", {"amount": amount})
    told = await house.tenant.raise_.get(f"{RAISE}/Segment/{segment['id']}")
    assert (told["totalGifts"], told["totalGiftAmount"], told["highestGiftAmount"]) == (4, "$26.00", "$10.00")
    raised = await house.tenant.raise_.get(f"{RAISE}/Campaign/{made['id']}")
    assert (raised["totalGifts"], raised["raisedAmount"]) == (4, told["totalGiftAmount"])
