"""The CRM's key that comes with a gift: written in either way, never two, and no word against what a donor has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, Tenant, give_body

pytestmark = pytest.mark.anyio


async def contact_of(tenant: Tenant, email: str) -> str:
    """The key of a donor who is in the CRM."""
    gift = await tenant.give(email=email)
    key: str = (await tenant.settled("donor", gift["donorId"]))["crmKey"]
    return key


@pytest.mark.parametrize("where", ["crmKey", "donor.crmKey"])
async def test_a_key_as_links_show_it_is_the_key(house: House, where: str) -> None:
    key = await contact_of(house.tenant, "old@example.org")
    written = f" VirtuousCRM_{key}"
    more: dict[str, Any] = {"crmKey": written} if where == "crmKey" else {"donor": {"crmKey": written}}
    gift = await house.tenant.give(email="new@example.org", **more)
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert donor["seededCrmKey"] == key
    assert (await house.tenant.settled("donor", gift["donorId"]))["crmKey"] == key


async def test_two_keys_that_differ_are_refused_and_both_are_named(shared_house: House) -> None:
    body = give_body(email="two@example.org", crmKey="12", donor={"crmKey": "13"})
    answer = await shared_house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"crmKey", "donor.crmKey"}


async def test_one_key_said_twice_in_two_ways_is_one_key(house: House) -> None:
    gift = await house.tenant.give(crmKey="12", donor={"crmKey": "VirtuousCRM_12"})
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert donor["seededCrmKey"] == "12"


async def test_a_blank_key_says_none(house: House) -> None:
    gift = await house.tenant.give(crmKey=" ", donor={"crmKey": "12"})
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert donor["seededCrmKey"] == "12"


async def test_a_donor_who_has_a_key_keeps_it(house: House) -> None:
    key = await contact_of(house.tenant, "ada@example.org")
    gift = await house.tenant.give(email="ada@example.org", crmKey="999999")
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert (donor["crmKey"], donor["seededCrmKey"]) == (key, None)


@pytest.mark.parametrize("name", ["country", "countryString"])
async def test_the_country_of_an_address_is_kept_by_either_name(house: House, name: str) -> None:
    address = {"address1": "1 Main St", name: "France"}
    gift = await house.tenant.give(billingAddress=address, shippingAddress=address, donor=address)
    for which in ("billingAddress", "shippingAddress"):
        assert gift[which]["countryString"] == "France"
    path = f"/raise/api/Donor/{gift['donorId']}"
    assert (await house.tenant.raise_.get(path))["primaryAddress"]["countryString"] == "France"
    added = await house.tenant.raise_.post(f"{path}/addresses", address)
    assert added["countryString"] == "France"


async def test_two_countries_are_refused(shared_house: House) -> None:
    body = give_body(billingAddress={"address1": "1", "country": "France", "countryString": "Spain"})
    answer = await shared_house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["billingAddress.country"])
