"""Contacts of the CRM over HTTP: read whole, and found."""

from __future__ import annotations

from datetime import date

import pytest

from tests.api.crm.accepted import SOURCE, gift, person, problem, taken
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


async def test_a_contact_is_read_with_all_that_hangs_on_it(house: House) -> None:
    contact_id, _ = await taken(
        house,
        gift("1", ("GENERAL", 123_450), day=date(2020, 1, 2)),
        gift("2", ("GENERAL", 700), day=date(2020, 1, 3), currency="EUR"),
    )
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{contact_id}")
    assert (contact["name"], contact["contactType"], contact["isCurrentUserFollowing"]) == (
        "Ada Example",
        "Household",
        False,
    )
    assert (contact["lifeToDateGiving"], contact["yearToDateGiving"]) == ("$1,234.50", "$0.00")
    assert (contact["lastGiftAmount"], contact["lastGiftDate"]) == ("EUR 7.00", "1/3/2020")
    assert contact["contactReferences"] == [{"source": SOURCE, "id": "a1"}]
    assert (contact["address"]["city"], contact["address"]["isPrimary"]) == ("Town", True)
    assert contact["contactGiftsUrl"] == f"http://almoner.test/crm/api/Gift/ByContact/{contact_id}"
    individual = contact["contactIndividuals"][0]
    assert (individual["firstName"], individual["contactId"]) == ("Ada", contact_id)
    assert [(method["type"], method["value"]) for method in individual["contactMethods"]] == [
        ("Home Email", "Ada@example.org"),
        ("Home Phone", "555-0100"),
    ]


async def test_a_contact_that_never_gave(house: House) -> None:
    contact_id, _ = await taken(house, contact=person(city=None, email=None, phone=None))
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{contact_id}")
    assert (contact["lifeToDateGiving"], contact["lastGiftDate"], contact["address"]) == (
        "$0.00",
        "Unavailable",
        None,
    )
    assert contact["contactIndividuals"][0]["contactMethods"] == []


async def test_a_contact_is_found_by_reference_or_address(house: House) -> None:
    ada, _ = await taken(house)
    bea, _ = await taken(house, contact=person("b2", name="Bea", first_name="Bea", email="b@x.org"))
    api = house.tenant.crm
    by_reference = await api.get(f"/crm/api/Contact/{SOURCE}/a1")
    assert by_reference == await api.get(f"/crm/api/Contact/{ada}")
    by_email = await api.get("/crm/api/Contact/Find", email=" ADA@example.org ")
    assert by_email == {
        name: value for name, value in by_reference.items() if name != "isCurrentUserFollowing"
    }
    both = await api.get(
        "/crm/api/contact/find", email="ada@example.org", referencesource=SOURCE, ReferenceId="b2"
    )
    assert both["id"] == bea
    assert (await api.get("/crm/api/Contact/Find", email="b@x.org", referenceSource=SOURCE))["id"] == bea


async def test_an_archived_contact_is_found_only_when_no_other_has_the_address(house: House) -> None:
    old, _ = await taken(house)
    async with as_owner(house.app.db, house.tenant.id) as tx:
        await tx.conn.execute("UPDATE crm.contact SET is_archived = true WHERE id = $1", old)
    assert (await house.tenant.crm.get("/crm/api/Contact/Find", email="ada@example.org"))["id"] == old
    new, _ = await taken(house, contact=person("a2"))
    assert (await house.tenant.crm.get("/crm/api/Contact/Find", email="ada@example.org"))["id"] == new != old


async def test_what_finds_no_contact(house: House) -> None:
    await taken(house)
    missing = (
        "Contact/999",
        f"Contact/{SOURCE}/zzz",
        "Contact/Find?email=nobody@example.org",
        "Contact/Find?email=555-0100",
        f"Contact/Find?referenceSource={SOURCE}&referenceId=zzz&email=ada@example.org",
    )
    for path in missing:
        assert (await problem(house.tenant, "GET", path))[:2] == (404, "NOT_FOUND")
    assert (await problem(house.tenant, "GET", "Contact/Find"))[:2] == (400, "BAD_REQUEST")


async def test_a_contact_of_another_organization_is_not_found(house: House) -> None:
    contact_id, (gift_id,) = await taken(house, gift("1", ("GENERAL", 100)))
    other = await house.another_tenant()
    paths = (
        f"Contact/{contact_id}",
        f"Contact/{SOURCE}/a1",
        "Contact/Find?email=ada@example.org",
        f"Gift/{gift_id}",
    )
    for path in (*paths, f"Gift/{SOURCE}/1"):
        assert (await problem(other, "GET", path))[0] == 404
