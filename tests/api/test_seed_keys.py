"""The page on data flow to the CRM: the three keys, where they stand, how partners seed them, and what makes nothing in the CRM."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from almoner.giving.campaigns.views import CampaignView
from almoner.giving.donors.views import DonorView
from almoner.giving.forms.views import FormView
from almoner.giving.gifts.views import GiftView
from almoner.giving.motivation_codes.views import MotivationCodeView
from almoner.giving.premiums.views import PremiumView
from almoner.giving.projects.views import ProjectView
from almoner.giving.segments.views import SegmentView
from tests.support.house import House, Tenant
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

KEYS = {"crmKey", "crmSecondKey", "crmKeyUrls"}
WHERE: dict[type[msgspec.Struct], set[str]] = {
    DonorView: KEYS,
    CampaignView: {"crmKey", "crmKeyUrls"},
    GiftView: set(),
    SegmentView: set(),
    FormView: set(),
    ProjectView: set(),
    MotivationCodeView: set(),
    PremiumView: set(),
}
"""The page's table, but for recurring gifts, which are not kept yet."""
IN_THE_CRM = ("campaign", "communication", "segment", "project")


async def campaign(tenant: Tenant, **more: Any) -> Any:
    """A campaign."""
    said = {"name": "Autumn", "startDate": "2024-09-01T00:00:00Z", **more}
    return await tenant.raise_.post("/raise/api/Campaign", said)


async def flip(tenant: Tenant, campaign_id: int) -> None:
    """Flip the switch of a campaign."""
    await tenant.raise_.put(f"/raise/api/Campaign/{campaign_id}/toggle-sync")


async def donor_of(tenant: Tenant, gift: Any) -> Any:
    """The donor of a gift."""
    return await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")


# --- What flows where -------------------------------------------------------------------------------------


async def test_campaigns_segments_projects_and_motivation_codes_make_nothing_in_the_crm(
    house: House, rows: OwnRows
) -> None:
    async def in_the_crm() -> dict[str, int]:
        return {
            table: len(await rows.fetch(f"SELECT FROM crm.{table} WHERE organization_id = $1"))
            for table in IN_THE_CRM
        }

    before, tenant = await in_the_crm(), house.tenant
    made = await campaign(tenant, segments=[{"name": "Friends", "code": "FR"}])
    for path in ("MotivationCode", "Project"):
        await tenant.raise_.post(f"/raise/api/{path}", {"name": "Radio", "code": "RADIO"})
    form = await tenant.raise_.post("/raise/api/Form", {"name": "Home", "campaignId": made["id"]})
    gift = await tenant.give(50, formId=form["id"], segmentCode="FR", motivationCode="RADIO")
    assert (await tenant.settled("gift", gift["id"]))["state"] == "synced"
    assert await in_the_crm() == before


# --- Cross-product identifiers ----------------------------------------------------------------------------


@pytest.mark.parametrize("view", WHERE, ids=lambda view: view.__name__)
def test_the_keys_stand_where_the_table_has_them_and_nowhere_else(view: type[msgspec.Struct]) -> None:
    assert KEYS & {field.encode_name for field in msgspec.structs.fields(view)} == WHERE[view]


async def test_of_several_entries_the_first_is_the_crms(house: House) -> None:
    gift = await house.tenant.give()
    await house.tenant.settled("donor", gift["donorId"])
    path = f"/raise/api/Donor/{gift['donorId']}"
    others = {"Aardvark": "7", "Zebra": "8"}
    donor = (await house.tenant.raise_.call("PATCH", path, json={"crmKeys": others})).json()
    assert list(donor["crmKeyUrls"]) == ["VirtuousCRM", "Aardvark", "Zebra"]
    entries = list(donor["crmKeyUrls"].values())
    assert entries[0]["url"] == f"http://almoner.test/Contact/{donor['crmKey']}"
    assert [entry["crmKey"] for entry in entries[1:]] == ["Aardvark_7", "Zebra_8"]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("PATCH", lambda key: {"crmKeys": {"VirtuousCRM": key}}),
        ("PATCH", lambda key: {"crmKeys": [{"integration": "VirtuousCRM", "crmKey": f"VirtuousCRM_{key}"}]}),
        ("PUT", lambda key: {"email": "new@example.org", "crmKey": key}),
        ("PUT", lambda key: {"email": "new@example.org", "crmKey": f"VirtuousCRM_{key}"}),
    ],
    ids=["a map", "a list", "a bare key", "a key as links show it"],
)
async def test_a_key_that_a_change_brings_is_followed_by_the_sync(
    house: House, rows: OwnRows, method: str, said: Any
) -> None:
    tenant = house.tenant
    first = await tenant.give(email="old@example.org")
    key = (await tenant.settled("donor", first["donorId"]))["crmKey"]
    paused = await campaign(tenant, canSync=False)
    second = await tenant.give(email="new@example.org", campaignId=paused["id"])
    await house.settle()
    answer = await tenant.raise_.call(method, f"/raise/api/Donor/{second['donorId']}", json=said(key))
    assert (answer.json()["crmKey"], answer.json()["seededCrmKey"]) == (None, key)
    third = await tenant.give(email="new@example.org")
    assert (await tenant.settled("gift", third["id"]))["state"] == "synced"
    donor = await donor_of(tenant, second)
    assert (donor["crmKey"], donor["seededCrmKey"]) == (key, None)
    assert len(await rows.fetch("SELECT 1 FROM crm.contact WHERE organization_id = $1")) == 1


# --- Controlling sync -------------------------------------------------------------------------------------


async def test_keys_stay_when_the_sync_is_switched_off(house: House) -> None:
    tenant = house.tenant
    made = await campaign(tenant, crmKey="22")
    gift = await tenant.give(campaignId=made["id"])
    key = (await tenant.settled("donor", gift["donorId"]))["crmKey"]
    assert key is not None
    await flip(tenant, made["id"])
    await tenant.give(campaignId=made["id"])
    await house.settle()
    kept = await tenant.raise_.get(f"/raise/api/Campaign/{made['id']}")
    assert (kept["canSync"], kept["crmKey"], list(kept["crmKeyUrls"])) == (False, "22", ["VirtuousCRM"])
    donor = await donor_of(tenant, gift)
    assert (donor["crmKey"], list(donor["crmKeyUrls"])) == (key, ["VirtuousCRM"])


async def test_a_donor_of_a_paused_parent_has_no_key(house: House) -> None:
    paused = await campaign(house.tenant, canSync=False)
    gift = await house.tenant.give(campaignId=paused["id"])
    await house.settle()
    donor = await donor_of(house.tenant, gift)
    assert (donor["crmKey"], donor["seededCrmKey"], donor["crmKeyUrls"]) == (None, None, {})
