"""A gift is corrected, a donor is changed: what may be said, what is refused, and that the CRM follows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.refusals import fields_of
from tests.integration.sync import reasons
from tests.integration.sync.reasons import correct
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


async def refused(tenant: Tenant, path: str, **said: Any) -> set[str]:
    """The broken fields of a change that must be refused."""
    answer = await tenant.raise_.call("PATCH", path, json=said)
    assert answer.status_code == 400, answer.text
    return fields_of("raise", answer.json())


async def crm_gift(house: House, gift: Any) -> Any:
    """The CRM's gift of a giving gift."""
    return await house.tenant.crm.get(f"/crm/api/Gift/RaiseDonors/{gift['id']}")


async def test_a_correction_reaches_the_crm_with_its_money_and_its_day(house: House, rows: OwnRows) -> None:
    for code in ("WELLS", "SCHOOLS"):
        await reasons.giving_project(house.tenant, code)
        await reasons.crm_project(house.tenant, code)
    gift = await house.tenant.give(30, campaignId=await reasons.campaign(house.tenant))
    await house.settle()
    split = [{"code": "wells", "amount": "5.50"}, {"code": "SCHOOLS", "amount": "4.50"}]
    answer = await correct(
        house.tenant, gift["id"], amount="10.00", projects=split, date="2024-02-29", notes=" for the well "
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["amount"], told["date"], told["notes"]) == (10, "2024-02-29", "for the well")
    assert [(part["name"], part["amount"]) for part in told["projects"]] == [
        ("WELLS", "$5.50"),
        ("SCHOOLS", "$4.50"),
    ]
    assert (told["transactionId"], told["campaignId"]) == (gift["transactionId"], gift["campaignId"])
    before = await house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}")
    assert (before["state"], before["reason"]) == ("pending", "queued"), "though nobody has looked at it yet"
    assert (before["version"], before["syncedVersion"]) == (2, 1)
    await house.settle()
    after = await house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}")
    assert (after["state"], after["version"], after["syncedVersion"]) == ("synced", 2, 2)
    there = await crm_gift(house, gift)
    assert (there["amount"], there["notes"]) == (10, "for the well")
    assert [part["amountDesignated"] for part in there["giftDesignations"]] == [5.5, 4.5]
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    (event,) = await rows.fetch(
        "SELECT version, data::json ->> 'amount' AS amount, data::json ->> 'date' AS date FROM giving.event"
        " WHERE organization_id = $1 AND kind = 'gift.updated'"
    )
    assert (event["version"], float(event["amount"]), event["date"]) == (2, 30, gift["date"])


async def test_what_is_said_again_is_no_correction(house: House, rows: OwnRows) -> None:
    gift = await house.tenant.give(30, notes="once")
    for said in ({}, {"notes": "once"}, {"amount": 30}, {"date": gift["date"]}):
        assert (await correct(house.tenant, gift["id"], **said)).json() == gift
    assert (
        await rows.fetch("SELECT FROM giving.event WHERE organization_id = $1 AND kind = 'gift.updated'")
        == []
    )


async def test_a_correction_that_cannot_be_names_every_broken_field(house: House) -> None:
    gift = await house.tenant.give(30)
    path = f"/raise/api/Gift/{gift['id']}"
    tenant = house.tenant
    assert await refused(tenant, path, amount=0, date="yesterday") == {"amount", "date"}
    assert await refused(tenant, path, date="2999-01-01") == {"date"}
    assert await refused(tenant, path, amount="1.001") == {"amount"}
    assert await refused(tenant, path, projects=[{"code": "NOWHERE"}]) == {"projects[0].code"}
    halves = [{"projectId": gift["projects"][0]["projectId"], "amount": 10}] * 2
    assert await refused(tenant, path, projects=halves) == {"projects"}
    assert await refused(tenant, path, projects=[]) == {"projects"}
    assert (await correct(tenant, 999_999, notes="x")).status_code == 404
    assert await tenant.raise_.get(path) == gift


async def test_a_split_gift_gets_a_new_amount_only_with_a_new_split(house: House) -> None:
    await reasons.giving_project(house.tenant, "WELLS")
    general = (await house.tenant.give(1))["projects"][0]["projectId"]
    split = [{"code": "WELLS", "amount": 10}, {"projectId": general, "amount": 20}]
    gift = await house.tenant.give(30, projects=split)
    assert await refused(house.tenant, f"/raise/api/Gift/{gift['id']}", amount=40) == {"projects"}


async def test_a_change_is_held_while_its_campaign_is_paused_and_follows_by_itself(house: House) -> None:
    tenant = house.tenant
    campaign_id = await reasons.campaign(tenant)
    gift = await tenant.give(10, campaignId=campaign_id)
    await house.settle()
    await reasons.toggle(tenant, campaign_id)
    await correct(tenant, gift["id"], amount=25)
    await house.settle()
    state = await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}")
    assert (state["reason"], state["syncedVersion"]) == ("held_campaign_paused", 1)
    assert (await crm_gift(house, gift))["amount"] == 10
    await reasons.toggle(tenant, campaign_id)
    await house.settle()
    assert (await crm_gift(house, gift))["amount"] == 25
    assert await wrong_figures(house.app.db, tenant.id) == []


async def test_what_is_learned_of_a_donor_later_reaches_the_contact(house: House) -> None:
    """First only an address is known, then a name, a phone and a place: as more gifts come, and by a change."""
    first = await house.tenant.give(10, email="nn@example.org", donor={"firstName": None, "lastName": None})
    await house.settle()
    more = {
        "firstName": "Nina",
        "lastName": "Nord",
        "phone": "555-0123",
        "address1": "1 Elm St",
        "city": "Ely",
    }
    await house.tenant.give(20, email="nn@example.org", donor=more)
    await house.settle()
    contact = await house.tenant.crm.get(f"/crm/api/Contact/RaiseDonors/{first['donorId']}")
    assert (contact["name"], contact["address"]["city"]) == ("Nina Nord", "Ely")
    path = f"/raise/api/Donor/{first['donorId']}"
    answer = await house.tenant.raise_.call(
        "PATCH", path, json={"lastName": "Sud", "email": "nina@example.org"}
    )
    assert (answer.json()["lastName"], answer.json()["firstName"]) == ("Sud", "Nina")
    await house.settle()
    contact = await house.tenant.crm.get(f"/crm/api/Contact/RaiseDonors/{first['donorId']}")
    (person,) = contact["contactIndividuals"]
    assert (contact["name"], person["lastName"]) == ("Nina Sud", "Sud")
    assert {method["value"] for method in person["contactMethods"]} == {"nina@example.org", "555-0123"}


async def test_a_nameless_donor_who_turns_out_an_organization_gets_its_contact(house: House) -> None:
    who = {"sourceSystem": "ledger", "sourceKey": "7", "firstName": None, "lastName": None}
    first = await house.tenant.give(10, email=None, donor=who)
    await house.settle()
    state = await house.tenant.raise_.get(f"/raise/api/Sync/donor/{first['donorId']}")
    assert state["reason"] == "missing_required_field"
    named = {**who, "isOrganization": True, "organizationName": "Example Ltd"}
    await house.tenant.give(20, email=None, donor=named)
    await house.settle()
    contact = await house.tenant.crm.get(f"/crm/api/Contact/RaiseDonors/{first['donorId']}")
    assert (contact["name"], contact["contactType"]) == ("Example Ltd", "Organization")
    assert (await crm_gift(house, first))["contactId"] == contact["id"]


async def test_a_wrong_crm_key_is_mended_by_a_change_and_all_gifts_follow(house: House) -> None:
    tenant = house.tenant
    other = await tenant.give(10, email="other@example.org")
    gift = await tenant.give(10, donor={"crmKey": "999999"})
    await house.settle()
    there = await crm_gift(house, other)
    path = f"/raise/api/Donor/{gift['donorId']}"
    said = {"crmKeys": {"VirtuousCRM": f"VirtuousCRM_{there['contactId']}"}}
    answer = await tenant.raise_.call("PATCH", path, json=said)
    assert answer.json()["seededCrmKey"] == str(there["contactId"])
    await house.settle()
    assert (await crm_gift(house, gift))["contactId"] == there["contactId"]
    blank = await tenant.raise_.call("PATCH", path, json={"crmKey": " "})
    assert blank.status_code == 409 and f"as contact {there['contactId']}" in blank.text


async def test_a_donor_s_change_that_cannot_be_is_refused(house: House) -> None:
    gift = await house.tenant.give(10, email="ada@example.org")
    await house.tenant.give(10, email="bo@example.org")
    path = f"/raise/api/Donor/{gift['donorId']}"
    tenant = house.tenant
    assert await refused(tenant, path, email="nowhere", crmKeys={"": "1"}) == {"crmKeys", "email"}
    assert await refused(tenant, path, isOrganization=True) == {"organizationName"}
    taken = await tenant.raise_.call("PATCH", path, json={"email": "BO@example.org"})
    assert taken.status_code == 409
    assert (await tenant.raise_.call("PATCH", "/raise/api/Donor/999999", json={})).status_code == 404
