"""The sync through both APIs: what goes over, what is withheld or fails and why, and how it heals."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.sync.rules import STATE_OF_REASON, Reason
from tests.integration.sync import reasons
from tests.integration.sync.reasons import NOWHERE, STORIES, reached, retry
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant, open_house

pytestmark = pytest.mark.anyio


OF_CHANGES = {Reason.HELD_CAMPAIGN_PAUSED, Reason.GIFT_REVERSED}
"""Reasons of what is in the CRM already, in an earlier version."""


@pytest.mark.parametrize("reason", list(Reason))
async def test_every_reason_is_reached_in_its_one_state(house: House, owner: Any, reason: Reason) -> None:
    entity, record_id = await STORIES[reason](house.tenant, owner)
    state = await reached(house.tenant, entity, record_id, reason.value)
    assert state["state"] == STATE_OF_REASON[reason].value
    is_there = state["syncedVersion"] > 0
    assert is_there is (reason in OF_CHANGES)
    assert (state["crmKey"] is None) is not is_there and (state["url"] is None) is not is_there
    assert state["explanation"]


async def count(owner: Any, table: str, tenant: Tenant) -> int:
    """How many rows of a table are an organization's."""
    return await owner.fetchval(f"SELECT count(*) FROM {table} WHERE organization_id = $1", tenant.id)


async def crm_gift_of(tenant: Tenant, gift: Any) -> Any:
    """The CRM's gift of a giving gift."""
    return await tenant.crm.get(f"/crm/api/Gift/RaiseDonors/{gift['id']}")


async def crm_gifts(tenant: Tenant, contact_id: int) -> int:
    """How many gifts the CRM holds for a contact."""
    return (await tenant.crm.get(f"/crm/api/Gift/ByContact/{contact_id}"))["total"]


# --- what goes over --------------------------------------------------------------------------------------------


async def test_a_gift_arrives_whole_and_both_sides_name_each_other(house: House, owner: Any) -> None:
    tenant = house.tenant
    for code in ("WELLS", "SCHOOLS"):
        await reasons.giving_project(tenant, code)
        await reasons.crm_project(tenant, code.lower())
    split = [{"code": "WELLS", "amount": "10.01"}, {"code": "SCHOOLS", "amount": "20.02"}]
    given = await tenant.give(
        "30.03",
        projects=split,
        isAnonymous=True,
        notes="for the well",
        segmentCode="S1",
        donor={"phone": "555-0100", "address1": "1 Elm St", "city": "Ely", "postal": "12345"},
    )
    state = await reached(tenant, "gift", given["id"], None)
    donor = await tenant.raise_.get(f"/raise/api/Donor/{given['donorId']}")
    person = await tenant.crm.get(f"/crm/api/Contact/{donor['crmKey']}")
    assert donor["crmKeyUrls"]["VirtuousCRM"] == {
        "crmKey": f"VirtuousCRM_{person['id']}",
        "url": f"http://almoner.test/Contact/{person['id']}",
    }
    assert {"source": "RaiseDonors", "id": str(donor["id"])} in person["contactReferences"]
    assert (person["name"], person["address"]["city"]) == ("Ada Example", "Ely")
    methods = person["contactIndividuals"][0]["contactMethods"]
    assert {method["value"] for method in methods} == {"ada@example.org", "555-0100"}
    assert (await tenant.crm.get(f"/crm/api/Contact/RaiseDonors/{donor['id']}"))["id"] == person["id"]

    gift = await tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}")
    assert gift == await crm_gift_of(tenant, given)
    assert (gift["amount"], gift["contactId"], gift["isPrivate"]) == (30.03, person["id"], True)
    assert (gift["notes"], gift["segmentCode"]) == ("for the well", "S1")
    assert (gift["transactionSource"], gift["transactionId"]) == ("RaiseDonors", str(given["id"]))
    parts = [(part["projectCode"].upper(), part["amountDesignated"]) for part in gift["giftDesignations"]]
    assert parts == [("WELLS", 10.01), ("SCHOOLS", 20.02)]
    for code, amount in parts:
        project = await tenant.crm.get(f"/crm/api/Project/Code/{code}")
        assert (project["lifeToDateGiving"], project["lifeToDateGiftCount"]) == (amount, 1)
    events = await owner.fetch(
        "SELECT kind, key_id FROM crm.event WHERE key_id <> 0 AND organization_id = $1 ORDER BY id", tenant.id
    )
    assert [tuple(row.values()) for row in events] == [
        ("contact.created", person["id"]),
        ("gift.created", person["id"]),
    ]
    assert await wrong_figures(house.app.db, tenant.id) == []


async def test_a_paused_campaign_withholds_and_resuming_does_not_backfill(house: House) -> None:
    tenant = house.tenant
    campaign_id = await reasons.campaign(tenant)
    before = await tenant.give(10, campaignId=campaign_id)
    await reasons.toggle(tenant, campaign_id)
    during = await tenant.give(20, campaignId=campaign_id)
    elsewhere = await tenant.give(25)
    await reasons.toggle(tenant, campaign_id)
    after = await tenant.give(30, campaignId=campaign_id)
    for gift in (before, elsewhere, after):
        await reached(tenant, "gift", gift["id"], None)
    await reached(tenant, "gift", during["id"], "campaign_sync_off", state="withheld")
    refused = await tenant.raise_.call("POST", f"/raise/api/Sync/gift/{during['id']}/retry")
    assert refused.status_code == 409
    contact_id = (await crm_gift_of(tenant, before))["contactId"]
    assert await crm_gifts(tenant, contact_id) == 3


async def test_a_donor_is_withheld_until_a_gift_of_theirs_syncs(house: House) -> None:
    tenant = house.tenant
    paused = await reasons.campaign(tenant, canSync=False)
    first = await tenant.give(10, campaignId=paused)
    await reached(tenant, "donor", first["donorId"], "no_syncing_campaign")
    donor = await tenant.raise_.get(f"/raise/api/Donor/{first['donorId']}")
    assert donor["crmKey"] is None and donor["crmKeyUrls"] == {}
    second = await tenant.give(20)
    await reached(tenant, "gift", second["id"], None)
    linked = await reached(tenant, "donor", first["donorId"], None)
    assert await crm_gifts(tenant, int(linked["crmKey"])) == 1
    await reached(tenant, "gift", first["id"], "campaign_sync_off")


async def test_test_gifts_and_organizations_without_crm_reach_no_crm(house: House, owner: Any) -> None:
    alone = await house.another_tenant("Alone", integration="none")
    test = await house.tenant.give(10, isTestMode=True)
    lone = await alone.give(10)
    for tenant, gift, reason in ((house.tenant, test, "test_mode"), (alone, lone, "no_integration")):
        await reached(tenant, "gift", gift["id"], reason)
        await reached(tenant, "donor", gift["donorId"], reason)
    assert await count(owner, "crm.contact", house.tenant) == 0
    assert await count(owner, "crm.gift", house.tenant) == 0


# --- whom it goes to -------------------------------------------------------------------------------------------


async def test_a_seeded_key_names_the_contact(house: House, owner: Any) -> None:
    contact_id = await reasons.contact(owner, house.tenant, "other@example.org", "Some", "Body")
    gift = await house.tenant.give(10, crmKey=str(contact_id))
    await reached(house.tenant, "gift", gift["id"], None)
    assert (await crm_gift_of(house.tenant, gift))["contactId"] == contact_id
    assert await count(owner, "crm.contact", house.tenant) == 1


@pytest.mark.parametrize("seeded", [NOWHERE, "VirtuousCRM_1", "0", "-1", "9" * 30])
async def test_a_seeded_key_to_nowhere_fails_aloud_and_once_mended_all_follow_in_order(
    house: House, owner: Any, seeded: str
) -> None:
    tenant = house.tenant
    gifts = [await tenant.give(n, donor={"crmKey": seeded}) for n in (1, 2, 3)]
    other = await tenant.give(9, email="stranger@example.org")
    await reached(tenant, "donor", gifts[0]["donorId"], "contact_not_found", state="failed")
    for gift in gifts:
        await reached(tenant, "gift", gift["id"], "waiting_for_donor", state="pending")
    await reached(tenant, "gift", other["id"], None)
    await retry(tenant, "donor", gifts[0]["donorId"])
    await reached(tenant, "donor", gifts[0]["donorId"], "contact_not_found")

    contact_id = await reasons.contact(owner, tenant, "ada@example.org", "Ada", "Example")
    await owner.execute(
        "UPDATE giving.donor SET crm_key = $2 WHERE id = $1", gifts[0]["donorId"], str(contact_id)
    )
    await retry(tenant, "donor", gifts[0]["donorId"])
    crm_ids = [int((await reached(tenant, "gift", gift["id"], None))["crmKey"]) for gift in gifts]
    assert crm_ids == sorted(crm_ids)
    assert await crm_gifts(tenant, contact_id) == 3


async def test_the_key_of_another_organization_s_contact_is_a_key_to_nowhere(
    house: House, owner: Any
) -> None:
    other = await house.another_tenant()
    theirs = await reasons.contact(owner, other, "ada@example.org", "Ada", "Example")
    gift = await house.tenant.give(10, crmKey=str(theirs))
    await reached(house.tenant, "donor", gift["donorId"], "contact_not_found")


async def test_an_archived_contact_keeps_later_gifts_out_until_it_is_back(house: House, owner: Any) -> None:
    first = await house.tenant.give(10)
    await reached(house.tenant, "gift", first["id"], None)
    contact_id = (await crm_gift_of(house.tenant, first))["contactId"]
    await reasons.archive(owner, contact_id)
    second = await house.tenant.give(20)
    await reached(house.tenant, "gift", second["id"], "contact_archived", state="failed")
    await reasons.archive(owner, contact_id, archived=False)
    await retry(house.tenant, "gift", second["id"])
    await reached(house.tenant, "gift", second["id"], None)
    assert await crm_gifts(house.tenant, contact_id) == 2


async def test_a_contact_is_found_by_email_and_name_in_any_case_and_by_neither_alone(
    house: House, owner: Any
) -> None:
    tenant = house.tenant
    known = await reasons.contact(owner, tenant, "ada@example.org", "ADA", "example")
    await reasons.contact(owner, tenant, "cy@example.org", "Cyrus", "Example")
    await reasons.contact(owner, tenant, "dee@example.com", "Dee", "Example")
    same = await tenant.give(10, email="Ada@Example.org")
    by_email = await tenant.give(10, email="cy@example.org", donor={"firstName": "Cynthia"})
    by_name = await tenant.give(10, email="dee@example.org", donor={"firstName": "Dee"})
    for gift in (same, by_email, by_name):
        await reached(tenant, "gift", gift["id"], None)
    assert (await crm_gift_of(tenant, same))["contactId"] == known
    assert await count(owner, "crm.contact", house.tenant) == 5


async def test_an_ambiguous_contact_heals_when_one_of_them_goes(house: House, owner: Any) -> None:
    ids = [await reasons.contact(owner, house.tenant, "ada@example.org", "Ada", "Example") for _ in range(2)]
    gift = await house.tenant.give(10)
    await reached(house.tenant, "donor", gift["donorId"], "contact_ambiguous", state="failed")
    await reached(house.tenant, "gift", gift["id"], "waiting_for_donor")
    await reasons.archive(owner, ids[1])
    await retry(house.tenant, "donor", gift["donorId"])
    await reached(house.tenant, "gift", gift["id"], None)
    assert (await crm_gift_of(house.tenant, gift))["contactId"] == ids[0]


# --- what it is for --------------------------------------------------------------------------------------------


async def test_a_gift_to_an_unknown_project_follows_by_itself_when_the_crm_gets_it(house: House) -> None:
    tenant = house.tenant
    for code in ("WELLS", "ROOFS"):
        await reasons.giving_project(tenant, code)
    split = [{"code": "WELLS", "amount": 4}, {"code": "ROOFS", "amount": 6}]
    stuck = await tenant.give(10, projects=split)
    later = await tenant.give(5)
    await reached(tenant, "gift", stuck["id"], "project_unknown", detail="ROOFS")
    await reached(tenant, "gift", later["id"], None)
    await reasons.crm_project(tenant, "Roofs")
    await reached(tenant, "gift", stuck["id"], "project_unknown", detail="WELLS")
    await reasons.crm_project(tenant, "wells")
    await reached(tenant, "gift", stuck["id"], None)
    assert await wrong_figures(house.app.db, tenant.id) == []


async def test_a_gift_to_an_inactive_project_follows_when_it_opens(house: House) -> None:
    tenant = house.tenant
    await reasons.giving_project(tenant, "WELLS")
    project_id = await reasons.crm_project(tenant, "WELLS")
    await tenant.crm.put(f"/crm/api/Project/{project_id}/Active", active=False)
    gift = await tenant.give(10, projects=[{"code": "WELLS"}])
    await reached(tenant, "gift", gift["id"], "project_inactive", state="failed", detail="WELLS")
    await tenant.crm.put(f"/crm/api/Project/{project_id}/Active", active=True)
    await reached(tenant, "gift", gift["id"], None)


# --- the answer to why -----------------------------------------------------------------------------------------


async def test_asking_about_what_is_not_there(house: House) -> None:
    other = await house.another_tenant()
    theirs = await other.give(10)
    for path, status in (
        ("gift/424242", 404),
        ("donor/424242", 404),
        (f"gift/{theirs['id']}", 404),
        (f"donor/{theirs['donorId']}", 404),
        ("campaign/1", 400),
    ):
        assert (await house.tenant.raise_.call("GET", f"/raise/api/Sync/{path}")).status_code == status, path
        again = await house.tenant.raise_.call("POST", f"/raise/api/Sync/{path}/retry")
        assert again.status_code == status, path


async def test_two_processes_on_one_database_share_the_work(dsn: str, conn: Any) -> None:
    async with open_house(dsn, sync_batch_max=7) as one, open_house(dsn, sync_batch_max=7) as two:
        tenants = [one.tenant, two.tenant]
        gifts = [(t, await t.give(n + 1, email=f"d{n % 9}@example.org")) for n in range(40) for t in tenants]
        for tenant, gift in gifts:
            await reached(tenant, "gift", gift["id"], None)
        assert await conn.fetchval("SELECT count(*) FROM crm.gift") == 80
        assert await conn.fetchval("SELECT count(*) FROM crm.contact") == 18
        for house in (one, two):
            assert await wrong_figures(two.app.db, house.tenant.id) == []
