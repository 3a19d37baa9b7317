"""Several addresses, e-mail addresses and phone numbers of a donor: the donor shows the first of each, a gift finds it by any."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

ADDRESS = {"address1": "1 Elm Street", "city": "Salem", "state": "Oregon", "postal": "97301", "country": "US"}


async def path_of(house: House, email: str = "ada@example.org", **donor: Any) -> str:
    gift = await house.tenant.give(10, email, donor=donor)
    return f"/raise/api/Donor/{gift['donorId']}"


async def test_what_came_with_a_gift_is_the_first_of_its_kind(house: House) -> None:
    path = await path_of(house, phone="555-0100", **ADDRESS)
    donor = await house.tenant.raise_.get(path)
    (email,), (phone,), (address,) = (
        donor[name] for name in ("donorEmailAddresses", "donorPhoneNumbers", "donorAddresses")
    )
    assert len({email["id"], phone["id"]}) == 2
    assert donor["primaryAddress"] == address
    assert (await house.tenant.raise_.get(f"{path}/contact-methods"))["items"] == [email, phone]
    assert await house.tenant.raise_.get(f"{path}/addresses/{address['id']}") == address


async def test_a_further_one_leaves_the_first_with_its_number(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house, **ADDRESS)
    before = await raise_.get(path)
    await raise_.post(f"{path}/contact-methods", {"kind": "email", "value": "ada@work.example.org"})
    await raise_.post(f"{path}/addresses", {"address1": "2 Oak Street"})
    donor = await raise_.get(path)
    assert donor["donorEmailAddresses"][0] == before["donorEmailAddresses"][0]
    assert donor["primaryAddress"] == before["primaryAddress"]
    assert [one["value"] for one in donor["donorEmailAddresses"]] == [
        "ada@example.org",
        "ada@work.example.org",
    ]
    assert donor["email"] == "ada@example.org"


async def test_another_primary_one_is_mirrored_and_reaches_the_crm(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house)
    body = {"kind": "email", "value": "ada@work.example.org", "isPrimary": True}
    await raise_.post(f"{path}/contact-methods", body)
    made = await raise_.post(f"{path}/addresses", {"address1": "2 Oak Street", "countryString": "US"})
    donor = await raise_.get(path)
    assert donor["email"] == "ada@work.example.org"
    assert donor["primaryAddress"] == made
    assert [one["isPrimary"] for one in donor["donorEmailAddresses"]] == [True, False]
    state = await house.tenant.settled("donor", donor["id"])
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{state['crmKey']}")
    (method,) = contact["contactIndividuals"][0]["contactMethods"]
    assert method["value"] == "ada@work.example.org"
    assert contact["address"]["address1"] == "2 Oak Street"


async def test_a_gift_with_any_of_the_addresses_is_the_donors(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house)
    await raise_.post(f"{path}/contact-methods", {"kind": "email", "value": "ada@work.example.org"})
    gift = await house.tenant.give(20, "ADA@work.example.org")
    donor = await raise_.get(path)
    assert (gift["donorId"], donor["email"]) == (donor["id"], "ada@example.org")
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_no_mailbox_is_two_donors(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house)
    other = await path_of(house, "bo@example.org")
    await raise_.post(f"{path}/contact-methods", {"kind": "email", "value": "ada@work.example.org"})
    for value in ("bo@example.org", "ada@work.example.org"):
        answer = await raise_.call("POST", f"{path}/contact-methods", json={"kind": "email", "value": value})
        assert answer.status_code == 409
    for value in ("ada@work.example.org", "ada@example.org"):
        assert (await raise_.call("PATCH", other, json={"email": value})).status_code == 409


async def test_a_change_of_the_donor_is_one_of_the_first(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house, phone="555-0100", **ADDRESS)
    await raise_.post(f"{path}/contact-methods", {"kind": "email", "value": "ada@work.example.org"})
    first = (await raise_.get(path))["donorEmailAddresses"][0]["id"]
    patch = {"email": "new@example.org", "phone": "555-0199", "city": "Bend"}
    donor = (await raise_.call("PATCH", path, json=patch)).json()
    assert donor["donorEmailAddresses"][0] | {"value": ""} == donor["donorEmailAddresses"][0] | {
        "id": first,
        "value": "",
    }
    assert donor["donorEmailAddresses"][0]["value"] == "new@example.org"
    assert donor["donorPhoneNumbers"][0]["value"] == "555-0199"
    assert donor["primaryAddress"]["city"] == "Bend"
    donor = (await raise_.call("PATCH", path, json={"email": "ada@work.example.org"})).json()
    told = [(one["value"], one["isPrimary"]) for one in donor["donorEmailAddresses"]]
    assert told == [("ada@work.example.org", True), ("new@example.org", False)]


async def test_the_oldest_other_takes_the_place_of_one_that_goes(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house, phone="555-0100")
    await raise_.post(f"{path}/contact-methods", {"kind": "email", "value": "ada@work.example.org"})
    first = (await raise_.get(path))["donorEmailAddresses"][0]["id"]
    assert (await raise_.call("DELETE", f"{path}/contact-methods/{first}")).status_code == 204
    donor = await raise_.get(path)
    assert donor["email"] == "ada@work.example.org"
    (last,) = donor["donorEmailAddresses"]
    answer = await raise_.call("DELETE", f"{path}/contact-methods/{last['id']}")
    assert answer.status_code == 409
    phone = donor["donorPhoneNumbers"][0]["id"]
    assert (await raise_.call("DELETE", f"{path}/contact-methods/{phone}")).status_code == 204
    assert (await raise_.get(path))["phone"] is None
    gift = await house.tenant.give(20, "ada@example.org")
    assert gift["donorId"] != donor["id"]


async def test_an_address_is_no_other_donors(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house, **ADDRESS)
    other = await path_of(house, "bo@example.org")
    address = (await raise_.get(path))["primaryAddress"]["id"]
    for method in ("GET", "PUT", "DELETE"):
        body = {"json": {"address1": "3 Ash Street"}} if method == "PUT" else {}
        assert (await raise_.call(method, f"{other}/addresses/{address}", **body)).status_code == 404


async def test_a_replaced_donor_is_what_was_said(house: House) -> None:
    raise_, path = house.tenant.raise_, await path_of(house, phone="555-0100", **ADDRESS)
    await house.settle()
    key = (await raise_.get(path))["crmKey"]
    donor = await raise_.put(path, {"firstName": "Ada", "lastName": "Byron", "email": "ada@example.org"})
    assert (donor["name"], donor["phone"], donor["primaryAddress"], donor["crmKey"]) == (
        "Ada Byron",
        None,
        None,
        key,
    )
    answer = await raise_.call("PUT", path, json={"firstName": "Ada", "isOrganization": True})
    assert set(answer.json()["errors"]) == {"email", "organizationName"}
    assert (
        await raise_.call("PUT", "/raise/api/Donor/999999999", json={"email": "x@example.org"})
    ).status_code == 404


@pytest.mark.parametrize(
    "keys",
    [
        {"VirtuousCRM": "12", "Blackbaud": "b-7"},
        [{"integration": "virtuouscrm", "crmKey": "12"}, {"integration": "Blackbaud", "crmKey": "b-7"}],
    ],
)
async def test_keys_of_several_systems_by_map_or_list(house: House, keys: Any) -> None:
    raise_, path = house.tenant.raise_, await path_of(house)
    donor = (await raise_.call("PATCH", path, json={"crmKeys": keys})).json()
    assert (donor["seededCrmKey"], donor["crmSecondKey"]) == ("12", "b-7")
    assert donor["crmKeyUrls"] == {"Blackbaud": {"crmKey": "Blackbaud_b-7", "url": None}}
    donor = (await raise_.call("PATCH", path, json={"crmSecondKey": "mine"})).json()
    assert donor["crmSecondKey"] == "mine"
    twice = {"crmKeys": [{"integration": "A", "crmKey": "1"}, {"integration": "A", "crmKey": "2"}]}
    assert set((await raise_.call("PATCH", path, json=twice)).json()["errors"]) == {"crmKeys"}
