"""Givers who share a contact, and references that went along with one that was merged: who parts takes back what is theirs, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from almoner.crm.contacts.service import forget_reference
from almoner.crm.contract import Key, MergeContacts, PutContact
from almoner.platform.database.files import load_migrations
from tests.api.crm.accepted import SOURCE, gift, key, person, told
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


def giver(id_: str, **fields: Any) -> PutContact:
    """A giver with a name and an address of their own."""
    return person(id_, name=id_, first_name=id_, last_name=id_, email=f"{id_}@x.org", phone=None, **fields)


async def merge(house: House, id_: str, into: str, version: int = 2) -> str:
    """What the CRM did when it heard that one giver is another."""
    (outcome,) = await told(house, MergeContacts(key=key(id_), into=key(into), version=version))
    return outcome.did


async def part(house: House, id_: str, version: int = 3, **fields: Any) -> None:
    """A giver is itself again."""
    (outcome,) = await told(house, giver(id_, version=version, is_apart=True, **fields))
    assert outcome.problem is None


async def contacts(house: House, *ids: str | Key) -> list[int]:
    """The contacts that givers are by now."""
    keys = [id_ if isinstance(id_, Key) else key(id_) for id_ in ids]
    return [(await house.tenant.crm.get(f"/crm/api/Contact/{each.source}/{each.id}"))["id"] for each in keys]


async def shared(house: House) -> tuple[int, int]:
    """Two givers, `a` and `b`, of one contact, and `q` of another: the ids of both contacts."""
    first, other = await told(house, giver("a"), giver("q"))
    await told(house, giver("b", seeded=str(first.crm_id)))
    await told(house, gift("1", ("GENERAL", 1000), giver=key("a")))
    return first.crm_id or 0, other.crm_id or 0


async def lifetime(house: House, contact_id: int) -> str:
    """What a contact gave."""
    found = await house.tenant.crm.get(f"/crm/api/Contact/{contact_id}")
    assert found["mergedIntoContactId"] is None, "it is a contact of its own"
    return str(found["lifeToDateGiving"])


async def test_who_shares_a_contact_is_merged_alone(house: House) -> None:
    ours, theirs = await shared(house)
    given = gift("2", ("GENERAL", 500), giver=key("b"))
    await told(house, given)
    assert await merge(house, "b", "q") == "changed"
    assert await contacts(house, "a", "b", "q") == [ours, theirs, theirs]
    await told(house, replace(given, version=2, giver=key("q")))
    assert (await lifetime(house, ours), await lifetime(house, theirs)) == ("$10.00", "$5.00")
    await part(house, "b", seeded=str(ours))
    await told(house, replace(given, version=3, giver=key("b")))
    assert await contacts(house, "a", "b", "q") == [ours, ours, theirs]
    assert (await lifetime(house, ours), await lifetime(house, theirs)) == ("$15.00", "$0.00")
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_one_of_a_shared_contact_who_was_merged_into_the_other_takes_nobody_along(house: House) -> None:
    """As nobody else is the contact, it goes whole; the one who parts from it takes back what both were."""
    ours, theirs = await shared(house)
    assert await merge(house, "b", "a") == "same"
    assert await merge(house, "a", "q") == "changed"
    assert await contacts(house, "a", "b") == [theirs, theirs]
    await part(house, "b", seeded=str(ours))
    assert await contacts(house, "a", "b") == [theirs, ours], "the other is merged still"
    await part(house, "a")
    assert await contacts(house, "a", "b") == [ours, ours]
    assert await lifetime(house, ours) == "$0.00", "gifts come back when their source says so"


async def test_references_come_back_with_the_contact_that_they_went_along_with(house: House) -> None:
    """Those of another system, and of a giver who was merged into it before, through any number of merges."""
    elsewhere = replace(giver("x"), key=Key("Third", "x"))
    told_of = await told(house, giver("a"), giver("b"), giver("q"), giver("r"))
    a, b, q, r = [outcome.crm_id or 0 for outcome in told_of]
    await told(house, replace(elsewhere, seeded=str(b)))
    for id_, into in (("a", "b"), ("b", "q"), ("q", "r")):
        assert await merge(house, id_, into) == "changed"
    assert await contacts(house, "a", "b", "q", elsewhere.key) == [r, r, r, r]
    await part(house, "b")
    assert await contacts(house, "a", "b", "q", elsewhere.key) == [b, b, r, b]
    await part(house, "q")
    await part(house, "a")
    assert await contacts(house, "a", "b", "q", elsewhere.key) == [a, b, q, b]


async def test_who_is_merged_into_another_since_the_last_word_was_parted_first(house: House) -> None:
    """Of a merge, its undoing and a further merge the CRM may hear the last alone."""
    told_of = await told(house, giver("a"), giver("b"), giver("q"))
    a, b, q = [outcome.crm_id or 0 for outcome in told_of]
    await told(house, gift("1", ("GENERAL", 1000), giver=key("b")))
    assert await merge(house, "a", "b", 2) == "changed"
    assert await merge(house, "a", "q", 4) == "changed"
    assert await contacts(house, "a", "b", "q") == [q, b, q]
    assert await lifetime(house, b) == "$10.00"
    await part(house, "a", version=5)
    assert await contacts(house, "a", "b", "q") == [a, b, q]


async def test_a_giver_who_moved_on_by_its_own_word_comes_back_with_nobody(house: House) -> None:
    elsewhere = replace(giver("x"), key=Key("Third", "x"))
    a, b, q = [outcome.crm_id or 0 for outcome in await told(house, giver("a"), giver("b"), giver("q"))]
    await told(house, replace(elsewhere, seeded=str(a)))
    assert await merge(house, "a", "b") == "changed"
    await told(house, replace(elsewhere, version=2, seeded=str(q)))
    await part(house, "a")
    assert await contacts(house, "a", "b", elsewhere.key) == [a, b, q]


async def test_who_was_forgotten_while_merged_and_is_meant_anew_has_its_contact_like_anybody(
    house: House,
) -> None:
    """What the reference was before says nothing of the contact that it means since."""
    _, b, d, q = [outcome.crm_id or 0 for outcome in await told(house, *map(giver, "abdq"))]
    assert await merge(house, "a", "b") == "changed"
    async with house.app.db.tenant(house.tenant.id) as tx:
        await forget_reference(tx, SOURCE, "a", version=3, contact_id=None)
    await told(house, giver("a", version=4, seeded=str(d)))
    await told(house, gift("1", ("GENERAL", 1000), giver=key("a")))
    assert await merge(house, "d", "q") == "changed"
    assert await contacts(house, "a", "b", "d", "q") == [d, b, q, q], (
        "the giver shares the contact, which stays"
    )
    assert await lifetime(house, d) == "$10.00"


async def test_who_was_merged_before_that_was_kept_shares_no_contact(house: House) -> None:
    """Neither one whose contact went into the other's, nor one who was the same contact."""
    told_of = await told(house, *map(giver, "abq"))
    _, b, q = [outcome.crm_id or 0 for outcome in told_of]
    await told(house, giver("c", seeded=str(b)))
    assert [await merge(house, id_, "b") for id_ in "ac"] == ["changed", "same"]
    (file,) = [file for file in load_migrations() if file.name.endswith("merged-before")]
    async with as_owner(house.app.db, house.tenant.id) as tx:
        before = "UPDATE crm.contact_reference SET merged_contact_id = NULL WHERE organization_id = $1"
        await tx.conn.execute(before, house.tenant.id)
        await tx.conn.execute(file.text)
    assert await merge(house, "b", "q") == "changed"
    assert await contacts(house, "a", "b", "c", "q") == [q, q, q, q]
    merged = await house.tenant.crm.get(f"/crm/api/Contact/{b}")
    assert merged["mergedIntoContactId"] == q, "nobody is left at it"
