"""Staff and partners find donors as they type."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

PEOPLE: dict[str, dict[str, Any]] = {
    "zoe.obrien@example.org": {"firstName": "Zoë", "lastName": "O'Brien-Smith", "phone": "+1 (555) 010-0123"},
    "max@mail.example": {"firstName": "Max", "lastName": "van der Berg", "state": "Ohio", "postal": "45501-1234"},
    "info@wells.example": {"isOrganization": True, "organizationName": "Wells & Søns Trust", "postal": "SW1A 1AA"},
    "ada@example.org": {"firstName": "Ada", "lastName": "Maxwell", "state": "New York"},
}  # fmt: skip


@pytest.fixture
async def donors(house: House) -> dict[int, str]:
    """The e-mail address of each donor, by id."""
    raise_ = house.tenant.raise_
    given = [
        await raise_.post("/raise/api/Raise/give", give_body(10, email, donor=donor))
        for email, donor in PEOPLE.items()
    ]
    return {gift["donorId"]: email for gift, email in zip(given, PEOPLE, strict=True)}


ASKED = {
    "z": ["zoe"],
    "ZOE": ["zoe"],
    "zoë o'br": ["zoe"],
    "obrien": ["zoe"],
    "smith zo": ["zoe"],
    "5550100123": ["zoe"],
    "010-0123": ["zoe"],
    "(555) 010": ["zoe"],
    "zoe.ob": ["zoe"],
    "zoe.obrien@example.org": ["zoe"],
    "@example": ["ada", "zoe"],
    "max": ["ada", "max"],
    "berg der max": ["max"],
    "ohi": ["max"],
    "45501": ["max"],
    "new york": ["ada"],
    "sons well": ["info"],
    "sw1a": ["info"],
    "sw1a1aa": ["info"],
    "SW1A 1AA": ["info"],
    "nobody": [],
    "!!!": [],
    "": [],
    "%": [],
    "' OR 1=1": [],
}


async def test_donors_are_found_by_the_starts_of_their_words(house: House, donors: dict[int, str]) -> None:
    for text, wanted in ASKED.items():
        page = await house.tenant.raise_.get("/raise/api/Donor/search", filter=text)
        found = sorted(donors[donor["id"]].partition("@")[0].partition(".")[0] for donor in page["items"])
        assert (found, page["total"]) == (wanted, len(wanted)), text


async def test_an_id_finds_its_donor_and_a_page_a_part_by_name(house: House, donors: dict[int, str]) -> None:
    raise_ = house.tenant.raise_
    first = min(donors)
    assert first in {
        one["id"] for one in (await raise_.get("/raise/api/Donor/search", filter=str(first)))["items"]
    }
    whole = await raise_.get("/raise/api/Donor/search", filter="max")
    assert [one["lastName"] for one in whole["items"]] == ["Maxwell", "van der Berg"]
    part = await raise_.get("/raise/api/Donor/search", filter="max", Skip="1", Take="1")
    assert (part["total"], [one["lastName"] for one in part["items"]]) == (2, ["van der Berg"])


async def test_who_gave_just_now_is_found_and_what_changed_too(house: House, donors: dict[int, str]) -> None:
    raise_ = house.tenant.raise_
    ada = next(id_ for id_, email in donors.items() if email.startswith("ada"))
    answer = await raise_.call("PATCH", f"/raise/api/Donor/{ada}", json={"lastName": "King"})
    assert answer.status_code == 200
    assert (await raise_.get("/raise/api/Donor/search", filter="kin ad"))["total"] == 1
    assert (await raise_.get("/raise/api/Donor/search", filter="maxwell"))["total"] == 0
    listed = await raise_.get("/raise/api/Donor/list", Filter="king", SortBy="name")
    assert [donor["id"] for donor in listed["items"]] == [ada]


async def test_another_organization_finds_none_of_them(house: House, donors: dict[int, str]) -> None:
    other = await house.another_tenant()
    for text in ("max", "@example", str(min(donors))):
        assert (await other.raise_.get("/raise/api/Donor/search", filter=text))["items"] == []
        assert (await other.raise_.get("/raise/api/Donor/list", Filter=text))["items"] == []
        assert (await other.raise_.post("/raise/api/Donor/query", {"filter": text}))["total"] == 0


async def test_a_donor_is_found_by_every_address_and_number(house: House) -> None:
    """In the search, in queries of donors and of gifts, and where an address is looked up."""
    raise_ = house.tenant.raise_
    gift = await house.tenant.give(10, "ada@example.org")
    other = await house.tenant.give(10, "bo@example.org")
    path = f"/raise/api/Donor/{gift['donorId']}/contact-methods"
    await raise_.post(path, {"kind": "email", "value": "a.lovelace@Quince.example"})
    await raise_.post(path, {"kind": "phone", "value": "+1 (555) 010-4477"})
    await raise_.post(path, {"kind": "phone", "value": "+1 (555) 010-9988"})
    for text in ("a.lovelace@quince.example", "a.lovelace", "@quince", "5550109988", "0104477"):
        found = await raise_.get("/raise/api/Donor/search", filter=text)
        assert [donor["id"] for donor in found["items"]] == [gift["donorId"]], text
        for noun, id_ in (("Donor", gift["donorId"]), ("Gift", gift["id"])):
            page = await raise_.post(f"/raise/api/{noun}/query", {"groups": [], "filter": text})
            assert [item["id"] for item in page["items"]] == [id_], (noun, text)
    again = await house.tenant.give(5, "A.Lovelace@quince.example")
    assert again["donorId"] == gift["donorId"] != other["donorId"]
