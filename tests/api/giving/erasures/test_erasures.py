"""A donor who asks to be forgotten: no table holds a word of the person any more, and the books hold every cent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

WORDS = ("zwetschge", "quittenweg", "5550177", "mirabelle", "holunder", "wachholder", "sanddorn")
"""Nobody else says them: an address, a street, a number, a name, a comment, a note, a reason."""
_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relnamespace::regnamespace::text IN ('platform', 'giving', 'crm', 'sync')
"""


async def places_of(house: House) -> dict[str, set[str]]:
    """The tables that hold each word somewhere, of all that the organization's server has."""
    found: dict[str, set[str]] = {}
    async with as_owner(house.app.db, house.tenant.id) as tx:
        for (table,) in await tx.conn.fetch(_TABLES):
            for word in WORDS:
                holds = f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text ILIKE $1)"
                if await tx.conn.fetchval(holds, f"%{word}%"):
                    found.setdefault(word, set()).add(table)
    return found


async def known(house: House) -> Any:
    """A gift of somebody of whom a lot is known: two addresses, corrections, a merge, a gift that moved, answers that are kept."""
    tenant = house.tenant
    person = {
        "firstName": "Mirabelle",
        "lastName": "Mirabelle",
        "phone": "5550177",
        "address1": "1 Quittenweg",
    }
    body = {"comment": "Holunder", "notes": "Wachholder"}
    gift = await tenant.give(10, "zwetschge@example.org", donor=person, **body)
    path = f"/raise/api/Donor/{gift['donorId']}"
    await tenant.raise_.post(
        f"{path}/contact-methods", {"kind": "email", "value": "zwetschge@work.example.org"}
    )
    await tenant.raise_.call(
        "PATCH",
        path,
        json={"middleName": "Mirabelle", "notes": "Wachholder"},
        headers={"Idempotency-Key": "once"},
    )
    await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json={"notes": "Wachholder again"})
    await tenant.raise_.call("PATCH", path, json={"middleName": "M."})
    twin = await tenant.give(5, "mirabelle.zwetschge@example.org", donor=person)
    wrong = await tenant.give(3, "bo@example.org", comment="Holunder")
    await house.settle()
    await tenant.raise_.post(
        f"/raise/api/Gift/{wrong['id']}/transfer", {"donorId": gift["donorId"], "reason": "Sanddorn"}
    )
    await tenant.raise_.post(f"{path}/merge", {"duplicateId": twin["donorId"], "reason": "Sanddorn"})
    await house.settle()
    return gift


async def test_no_table_holds_a_word_of_the_person(house: House) -> None:
    gift = await known(house)
    raise_, path = house.tenant.raise_, f"/raise/api/Donor/{gift['donorId']}"
    assert set(await places_of(house)) == set(WORDS)
    key = (await raise_.get(path))["crmKey"]
    seen = await raise_.get(f"{path}/erasure")
    assert (seen["isDone"], len(seen["mergedDonorIds"])) == (False, 1)
    assert set(await places_of(house)) == set(WORDS)
    done = await raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    assert done == seen | {"isDone": True}
    await house.settle()
    assert await places_of(house) == {}
    donor = await raise_.get(path)
    assert (donor["isGdprDeleted"], donor["isArchived"], donor["email"], donor["name"]) == (
        True,
        True,
        None,
        "",
    )
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{key}")
    assert (contact["name"], contact["lifeToDateGiving"]) == ("Erased contact", "$18.00")
    assert (await raise_.get(f"{path}/gifts"))["total"] == 3
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_new_gift_by_the_same_address_is_a_new_donors(house: House) -> None:
    gift = await house.tenant.give(10)
    path = f"/raise/api/Donor/{gift['donorId']}"
    await house.tenant.raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    again = await house.tenant.give(20)
    assert again["donorId"] != gift["donorId"]
    await house.settle()
    ones, others = [(await house.tenant.settled("donor", one["donorId"]))["crmKey"] for one in (gift, again)]
    assert ones != others
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_an_erased_donor_is_changed_by_nobody(house: House) -> None:
    gift, raise_ = await house.tenant.give(10), house.tenant.raise_
    path = f"/raise/api/Donor/{gift['donorId']}"
    wrong = await raise_.call("POST", f"{path}/erasure", json={"confirmedDonorId": gift["donorId"] + 1})
    assert set(wrong.json()["errors"]) == {"confirmedDonorId"}
    await raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    other = await house.tenant.give(1, "bo@example.org")
    for method, where, body in (
        ("PATCH", path, {"lastName": "X"}),
        ("POST", f"{path}/addresses", {"address1": "X"}),
        ("POST", f"{path}/erasure", {"confirmedDonorId": gift["donorId"]}),
        ("POST", f"{path}/merge", {"duplicateId": other["donorId"]}),
    ):
        assert (await raise_.call(method, where, json=body)).status_code == 409


async def test_a_contact_of_which_others_speak_keeps_its_name(house: House) -> None:
    """Another donor is the same contact by its key."""
    gift = await house.tenant.give(10)
    key = (await house.tenant.settled("donor", gift["donorId"]))["crmKey"]
    second = await house.tenant.give(5, "ada@work.example.org", donor={"crmKey": key})
    await house.settle()
    path = f"/raise/api/Donor/{gift['donorId']}"
    await house.tenant.raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    await house.settle()
    assert (await house.tenant.crm.get(f"/crm/api/Contact/{key}"))["name"] == "Ada Example"
    path = f"/raise/api/Donor/{second['donorId']}"
    await house.tenant.raise_.post(f"{path}/erasure", {"confirmedDonorId": second["donorId"]})
    await house.settle()
    assert (await house.tenant.crm.get(f"/crm/api/Contact/{key}"))["name"] == "Erased contact"
