"""A donor whose key names somebody else's contact is linked to it, as the key asks, and it is told that the two differ."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.giving.donors.service import linked_donors
from almoner.sync import links
from tests.integration.sync.reasons import reached
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio

MOSS = {"firstName": "Bo", "lastName": "Moss"}


async def contact_of_bo(tenant: Tenant) -> str:
    """The contact of Bo Moss, bo@example.org."""
    gift = await tenant.give(5, email="bo@example.org", donor=MOSS)
    await reached(tenant, "gift", gift["id"], None)
    return str((await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}"))["crmKey"])


async def given_with(tenant: Tenant, key: str, **donor: Any) -> Any:
    """A gift of another donor that names the contact, once it is there."""
    gift = await tenant.give(7, donor={**donor, "crmKey": key})
    await reached(tenant, "gift", gift["id"], None)
    return gift


async def warnings(tenant: Tenant, gift: Any) -> tuple[Any, Any]:
    """What is warned of at the donor and at the gift."""
    donor = await tenant.raise_.get(f"/raise/api/Sync/donor/{gift['donorId']}")
    return donor["warning"], (await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["warning"]


async def test_a_key_of_somebody_else_links_and_is_warned_of(house: House) -> None:
    tenant = house.tenant
    key = await contact_of_bo(tenant)
    gift = await given_with(tenant, key)
    donor = await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert donor["crmKey"] == key
    state = await tenant.raise_.get(f"/raise/api/Sync/donor/{gift['donorId']}")
    assert (state["state"], state["reason"], state["warning"]) == ("synced", None, "contact_differs")
    assert f"linked to contact {key} by a key" in state["explanation"]
    assert await warnings(tenant, gift) == ("contact_differs", "contact_differs")


@pytest.mark.parametrize("said", [{"lastName": "moss"}, {"email": "Bo@Example.org"}])
async def test_the_same_name_or_address_is_warned_of_no_more(house: House, said: dict[str, str]) -> None:
    tenant = house.tenant
    key = await contact_of_bo(tenant)
    gift = await given_with(tenant, key)
    if "email" in said:
        # The address is Bo's own in giving: Bo gives it up first.
        (bo,) = [one for one in await everybody(tenant) if one["email"] == "bo@example.org"]
        await tenant.raise_.call("PATCH", f"/raise/api/Donor/{bo['id']}", json={"email": "gone@example.org"})
    await tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json=said)
    assert await warnings(tenant, gift) == (None, None)


async def everybody(tenant: Tenant) -> Any:
    """All donors."""
    return (await tenant.raise_.get("/raise/api/Donor/list"))["items"]


async def test_who_is_found_or_made_is_not_warned_of(house: House) -> None:
    gift = await house.tenant.give(5)
    await reached(house.tenant, "gift", gift["id"], None)
    assert await warnings(house.tenant, gift) == (None, None)


async def test_what_is_not_there_yet_is_not_warned_of(house: House) -> None:
    gift = await house.tenant.give(7, donor={"crmKey": "424242"})
    assert await warnings(house.tenant, gift) == (None, None)


async def test_all_of_an_organization_are_found_a_portion_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = house.tenant
    key = await contact_of_bo(tenant)
    for name in ("one", "two", "three"):
        gift = await tenant.give(1, email=f"{name}@example.org", donor={"crmKey": key, "lastName": name})
        await reached(tenant, "gift", gift["id"], None)
    monkeypatch.setattr(links, "PORTION", 2)
    async with house.app.db.tenant(tenant.id) as tx:
        linked = await linked_donors(tx, 0, 10)
        assert await links.all_strangers(tx) == dict.fromkeys(linked[1:], int(key))
    assert len(linked) == 4
