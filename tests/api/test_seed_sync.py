"""The page on data flow to the CRM, row by row, for what this version covers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from almoner.sync.entities.donor import SOURCE
from tests.support.house import House, Tenant
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


async def campaign(tenant: Tenant, **more: Any) -> Any:
    """A campaign that syncs."""
    return await tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Autumn", "startDate": "2024-09-01T00:00:00Z", **more}
    )


async def toggle(tenant: Tenant, campaign_id: int) -> Any:
    """The campaign after its switch was flipped as the page's sample does: PUT, and no body."""
    answer = await tenant.raise_.call("PUT", f"/raise/api/Campaign/{campaign_id}/toggle-sync")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def crm_gifts(rows: OwnRows) -> list[str]:
    """The giving ids of the gifts that are in the CRM."""
    return [
        row["id"]
        for row in await rows.fetch(
            "SELECT transaction_id AS id FROM crm.gift WHERE organization_id = $1 ORDER BY id"
        )
    ]


# --- What flows where -------------------------------------------------------------------------------------


async def test_a_donor_becomes_a_contact_and_a_gift_a_gift(house: House) -> None:
    gift = await house.tenant.give(50, firstName="Ada")
    assert (await house.tenant.settled("gift", gift["id"]))["state"] == "synced"
    found = await house.tenant.crm.get(f"/crm/api/Gift/{SOURCE}/{gift['id']}")
    assert (found["amount"], found["sourceRaiseGiftId"]) == (50, gift["id"])


async def test_nothing_flows_from_the_crm_to_giving(house: House) -> None:
    await house.tenant.crm.post("/crm/api/Project", {"name": "Wells", "projectCode": "WELLS"})
    projects = await house.tenant.raise_.get("/raise/api/Project/list")
    assert [project["code"] for project in projects["items"]] == ["GENERAL", "CREDITCARDCOSTS"]


async def test_a_synced_gift_tells_its_campaign(house: House) -> None:
    made = await campaign(house.tenant)
    gift = await house.tenant.give(campaignId=made["id"])
    await house.tenant.settled("gift", gift["id"])
    origin = (await house.tenant.crm.get(f"/crm/api/Gift/{SOURCE}/{gift['id']}"))["origin"]
    assert (origin["campaignId"], origin["campaignName"]) == (made["id"], "Autumn")


async def test_a_synced_gift_tells_its_form_and_segment_and_what_came_with_it(house: House) -> None:
    made = await campaign(house.tenant, segments=[{"name": "Friends", "code": "fr-1"}])
    mug = {"name": "Mug", "code": "MUG", "inventoryCount": 5}
    premium = await house.tenant.raise_.post("/raise/api/Premium", mug)
    await house.tenant.crm.post("/crm/api/Premium", {**mug, "code": "mug"})
    said = {"name": "Home page", "campaignId": made["id"], "motivationCode": "radio"}
    form = await house.tenant.raise_.post("/raise/api/Form", said)
    tribute = {"type": "InMemoryOf", "name": "Bo", "message": "with love"}
    more = {"segmentCode": "FR-1", "premiumId": premium["id"], "tribute": tribute, "costs": 2}
    gift = await house.tenant.give(50, formId=form["id"], **more)
    assert (await house.tenant.settled("gift", gift["id"]))["state"] == "synced"
    found = await house.tenant.crm.get(f"/crm/api/Gift/{SOURCE}/{gift['id']}")
    origin = {name: found["origin"][name] for name in ("campaignId", "formId", "formName", "segmentName")}
    assert origin == {
        "campaignId": made["id"],
        "formId": form["id"],
        "formName": "Home page",
        "segmentName": "Friends",
    }
    assert (found["origin"]["motivationCode"], found["origin"]["coveredCosts"]) == ("radio", 2)
    assert (found["amount"], found["tributeType"], found["tributeDescription"]) == (
        52,
        "In Memory Of",
        "Bo: with love",
    )
    assert [(each["premium"], each["quantity"]) for each in found["giftPremiums"]] == [("Mug", 1)]
    shelf = await house.tenant.crm.get("/crm/api/Premium/Code/mug")
    assert shelf["inventoryCount"] == 4


# --- Cross-product identifiers ----------------------------------------------------------------------------


def build_crm_link(donor: dict[str, Any]) -> str | None:
    """The page's buildCrmLink, line by line."""
    entries = list((donor.get("crmKeyUrls") or {}).values())
    return None if len(entries) == 0 else entries[0]["url"]


async def test_the_key_and_its_link_are_there_once_synced(house: House) -> None:
    gift = await house.tenant.give()
    await house.tenant.settled("donor", gift["donorId"])
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    (entry,) = donor["crmKeyUrls"].values()
    assert set(entry) == {"crmKey", "url"}
    assert entry["crmKey"].endswith(f"_{donor['crmKey']}")
    assert build_crm_link(donor) == entry["url"] == f"http://almoner.test/Contact/{donor['crmKey']}"


async def test_without_a_link_there_is_no_key_and_no_address(house: House) -> None:
    gift = await house.tenant.give(isTestMode=True)
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert (donor["crmKey"], donor["crmSecondKey"], donor["crmKeyUrls"], build_crm_link(donor)) == (
        None,
        None,
        {},
        None,
    )


async def test_pattern_1_the_key_joins_donor_and_contact(house: House) -> None:
    gift = await house.tenant.give(email="ada@example.org")
    await house.tenant.settled("donor", gift["donorId"])
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{donor['crmKey']}")
    assert str(contact["id"]) == donor["crmKey"]
    assert {"source": SOURCE, "id": str(donor["id"])} in contact["contactReferences"]
    (method,) = contact["contactIndividuals"][0]["contactMethods"]
    assert method["value"] == donor["email"] == "ada@example.org"


async def test_a_key_given_with_the_gift_seeds_the_link(house: House, rows: OwnRows) -> None:
    first = await house.tenant.give(email="old@example.org")
    key = (await house.tenant.settled("donor", first["donorId"]))["crmKey"]
    second = await house.tenant.give(email="new@example.org", crmKey=key)
    assert second["donorId"] != first["donorId"]
    assert (await house.tenant.settled("donor", second["donorId"]))["crmKey"] == key
    assert len(await rows.fetch("SELECT 1 FROM crm.contact WHERE organization_id = $1")) == 1


def keys_of(donor: dict[str, Any]) -> tuple[Any, Any, Any]:
    return donor["crmKey"], donor["seededCrmKey"], build_crm_link(donor)


async def test_a_seeded_key_is_no_link_until_the_sync_has_found_it_right(house: House) -> None:
    first = await house.tenant.give(email="old@example.org")
    key = (await house.tenant.settled("donor", first["donorId"]))["crmKey"]
    second = await house.tenant.give(email="new@example.org", crmKey=key)
    path = f"/raise/api/Donor/{second['donorId']}"
    assert keys_of(await house.tenant.raise_.get(path)) == (None, key, None)
    await house.settle()
    assert keys_of(await house.tenant.raise_.get(path)) == (key, None, f"http://almoner.test/Contact/{key}")


@pytest.mark.parametrize("wrong", ["999999", "no key/at all?"])
async def test_a_seeded_key_that_names_nobody_never_is_a_link(house: House, wrong: str) -> None:
    gift = await house.tenant.give(crmKey=wrong)
    path = f"/raise/api/Donor/{gift['donorId']}"
    assert (await house.tenant.settled("donor", gift["donorId"]))["reason"] == "contact_not_found"
    assert keys_of(await house.tenant.raise_.get(path)) == (None, wrong, None)


async def test_a_key_that_is_changed_is_no_link_until_it_is_found_right_again(house: House) -> None:
    first, second = (
        await house.tenant.give(email="a@example.org"),
        await house.tenant.give(email="b@example.org"),
    )
    key = (await house.tenant.settled("donor", first["donorId"]))["crmKey"]
    path = f"/raise/api/Donor/{second['donorId']}"
    await house.tenant.settled("donor", second["donorId"])
    answer = await house.tenant.raise_.call("PATCH", path, json={"crmKey": key})
    assert keys_of(answer.json()) == (None, key, None)
    await house.settle()
    assert keys_of(await house.tenant.raise_.get(path)) == (key, None, f"http://almoner.test/Contact/{key}")


async def test_a_campaign_keeps_the_key_it_was_made_with(house: House) -> None:
    made = await campaign(house.tenant, crmKey="22")
    assert made["crmKey"] == "22"
    assert build_crm_link(made) is not None


# --- Controlling sync -------------------------------------------------------------------------------------


async def test_toggle_sync_flips_the_switch_and_flips_it_back(house: House) -> None:
    made = await campaign(house.tenant)
    assert made["canSync"] is True
    assert (await toggle(house.tenant, made["id"]))["canSync"] is False
    assert (await house.tenant.raise_.get(f"/raise/api/Campaign/{made['id']}"))["canSync"] is False
    assert (await toggle(house.tenant, made["id"]))["canSync"] is True


async def test_flips_at_the_same_time_are_each_kept(house: House) -> None:
    made = await campaign(house.tenant)
    await asyncio.gather(*(toggle(house.tenant, made["id"]) for _ in range(5)))
    history = await house.tenant.raise_.get(f"/raise/api/Campaign/{made['id']}/sync-changes")
    assert [flip["canSync"] for flip in history["items"]] == [False, True, False, True, False]


async def test_while_off_new_gifts_are_made_and_stay(house: House, rows: OwnRows) -> None:
    paused = await campaign(house.tenant, canSync=False)
    gift = await house.tenant.give(25, campaignId=paused["id"])
    assert (await house.tenant.raise_.get(f"/raise/api/Gift/{gift['id']}"))["amount"] == 25
    state = await house.tenant.settled("gift", gift["id"])
    assert (state["state"], state["reason"], state["crmKey"]) == ("withheld", "campaign_sync_off", None)
    assert await crm_gifts(rows) == []


async def test_turning_it_off_leaves_earlier_gifts_in_the_crm(house: House) -> None:
    made = await campaign(house.tenant)
    gift = await house.tenant.give(campaignId=made["id"])
    before = await house.tenant.settled("gift", gift["id"])
    await toggle(house.tenant, made["id"])
    await house.tenant.settled("gift", (await house.tenant.give(campaignId=made["id"]))["id"])
    assert await house.tenant.settled("gift", gift["id"]) == before
    assert (await house.tenant.crm.get(f"/crm/api/Gift/{before['crmKey']}"))["id"] == int(before["crmKey"])


async def test_a_gift_made_just_before_the_switch_still_goes(house: House, rows: OwnRows) -> None:
    made = await campaign(house.tenant)
    gifts = await asyncio.gather(
        *(house.tenant.give(n + 1, f"d{n}@example.org", campaignId=made["id"]) for n in range(20))
    )
    await toggle(house.tenant, made["id"])
    states = [await house.tenant.settled("gift", gift["id"]) for gift in gifts]
    assert {state["state"] for state in states} == {"synced"}


async def test_turning_it_on_again_brings_new_gifts_only(house: House, rows: OwnRows) -> None:
    made = await campaign(house.tenant, canSync=False)
    during = await house.tenant.give(campaignId=made["id"])
    await toggle(house.tenant, made["id"])
    after = await house.tenant.give(campaignId=made["id"])
    assert (await house.tenant.settled("gift", after["id"]))["state"] == "synced"
    assert (await house.tenant.settled("gift", during["id"]))["reason"] == "campaign_sync_off"
    assert await crm_gifts(rows) == [str(after["id"])]


async def test_a_donor_of_paused_campaigns_alone_stays(house: House, rows: OwnRows) -> None:
    paused = await campaign(house.tenant, canSync=False)
    gift = await house.tenant.give(campaignId=paused["id"])
    await house.tenant.settled("gift", gift["id"])
    assert (await house.tenant.settled("donor", gift["donorId"]))["reason"] == "no_syncing_campaign"
    assert await rows.fetch("SELECT 1 FROM crm.contact WHERE organization_id = $1") == []


async def test_a_donor_with_another_campaign_that_syncs_goes(house: House, rows: OwnRows) -> None:
    paused, syncing = await campaign(house.tenant, canSync=False), await campaign(house.tenant)
    withheld = await house.tenant.give(campaignId=paused["id"])
    synced = await house.tenant.give(campaignId=syncing["id"])
    assert (await house.tenant.settled("gift", synced["id"]))["state"] == "synced"
    assert (await house.tenant.settled("donor", withheld["donorId"]))["state"] == "synced"
    assert await crm_gifts(rows) == [str(synced["id"])]


async def test_a_pause_keeps_who_when_and_why(house: House) -> None:
    made = await campaign(house.tenant)
    path = f"/raise/api/Campaign/{made['id']}"
    await house.tenant.raise_.put(f"{path}/toggle-sync", reason="data cleanup")
    (flip,) = (await house.tenant.raise_.get(f"{path}/sync-changes"))["items"]
    assert flip["reason"] == "data cleanup" and flip["changedBy"] == "first key" and flip["changedDate"]


# --- When crmKey is missing -------------------------------------------------------------------------------


async def test_an_organization_without_the_crm_never_has_a_key(house: House) -> None:
    alone = await house.another_tenant("Alone", integration="none")
    gift = await alone.give()
    assert (await alone.settled("gift", gift["id"]))["reason"] == "no_integration"
    assert (await alone.settled("donor", gift["donorId"]))["reason"] == "no_integration"
    assert (await alone.raise_.get(f"/raise/api/Donor/{gift['donorId']}"))["crmKey"] is None


async def test_a_failed_record_says_why(house: House) -> None:
    await house.tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    gift = await house.tenant.give(projects=[{"code": "WELLS"}])
    state = await house.tenant.settled("gift", gift["id"])
    assert (state["state"], state["reason"]) == ("failed", "project_unknown")
    assert "WELLS" in state["detail"]


async def test_giving_does_not_read_the_crm_nor_the_other_way_round(house: House) -> None:
    for caller, path in (
        (house.tenant.raise_, "/crm/api/Contact/1"),
        (house.tenant.crm, "/raise/api/Donor/list"),
    ):
        assert (await caller.call("GET", path)).status_code == 401
