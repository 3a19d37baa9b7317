"""Two people whose addresses look alike are two donors and two contacts; one person is one however the address is written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, Tenant, give_body

pytestmark = pytest.mark.anyio

LOOK_ALIKE = [
    ("strasse@fold.org", "stra\u00dfe@fold.org"),
    ("fi@fold.org", "\ufb01@fold.org"),
    ("ada@fold.org", "\uff41da@fold.org"),
]


async def contact_of(tenant: Tenant, gift: Any) -> Any:
    """The contact that a gift reached."""
    state = await tenant.settled("donor", gift["donorId"])
    return await tenant.crm.get(f"/crm/api/Contact/{state['crmKey']}")


@pytest.mark.parametrize(("first", "second"), LOOK_ALIKE)
async def test_two_people_are_two_donors_and_two_contacts(house: House, first: str, second: str) -> None:
    tenant = house.tenant
    ada = await tenant.give(10, first, donor={"firstName": "Ada", "lastName": "One"})
    bo = await tenant.give(20, second, donor={"firstName": "Bo", "lastName": "Two"})
    assert ada["donorId"] != bo["donorId"]
    one, two = await contact_of(tenant, ada), await contact_of(tenant, bo)
    assert (one["name"], two["name"]) == ("Ada One", "Bo Two")
    for address, contact in ((first, one), (second, two)):
        assert (await tenant.crm.get("/crm/api/Contact/Find", email=address))["id"] == contact["id"]


async def test_one_person_is_one_donor_however_the_address_is_written(house: House) -> None:
    tenant = house.tenant
    ways = (
        "Ad\u00e9@B\u00fccher.example.org",
        "ade\u0301@xn--bcher-kva.example.org",
        "AD\u00c9@b\u00fccher.example.org",
    )
    gifts = [await tenant.give(10, way) for way in ways]
    assert len({gift["donorId"] for gift in gifts}) == 1
    contact = await contact_of(tenant, gifts[0])
    for way in ways:
        assert (await tenant.crm.get("/crm/api/Contact/Find", email=way))["id"] == contact["id"]


@pytest.mark.parametrize("address", ["a@@b.c", "a@b..c", "a,b@c.d", '"@x.y', "a\u200b@b.co", "a\u202e@b.co"])
async def test_an_address_that_no_mailbox_can_have_is_refused_and_nothing_is_charged(
    house: House, address: str
) -> None:
    tenant = house.tenant
    before = await tenant.raise_.get("/raise/api/Gift/list")
    answer = await tenant.raise_.call("POST", "/raise/api/Raise/give", json=give_body(10, address))
    assert answer.status_code == 400
    assert answer.json()["errors"]["donor.email"][0].startswith("This is not an e-mail address. ")
    assert (await tenant.raise_.get("/raise/api/Gift/list"))["total"] == before["total"]


async def test_a_donor_takes_an_address_only_that_a_mailbox_can_have(house: House) -> None:
    tenant = house.tenant
    gift = await tenant.give(10, "ada@fold.org")
    path = f"/raise/api/Donor/{gift['donorId']}"
    answer = await tenant.raise_.call("PATCH", path, json={"email": "ada@@fold.org"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["email"]
    assert (await tenant.raise_.get(path))["donorEmailAddresses"][0]["value"] == "ada@fold.org"
