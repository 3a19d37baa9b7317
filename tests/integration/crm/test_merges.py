"""The CRM is told that two givers are one: gifts, notes and words go to the survivor, once, whatever comes late or twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from almoner.crm.contract import MergeContacts, Outcome, Problem
from tests.api.crm.accepted import gift, key, person, taken, told
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def the_contact(house: House, id_: str = "a1") -> Any:
    """A contact as the API tells it."""
    return await house.tenant.crm.get(f"/crm/api/Contact/Elsewhere/{id_}")


def did(outcomes: list[Outcome]) -> list[str]:
    """What was done, in order."""
    return [outcome.did for outcome in outcomes]


def bea(**fields: Any) -> Any:
    """Another giver."""
    return person("b1", name="Bea", first_name="Bea", email="b@x.org", phone=None, **fields)


def merge(id_: str, into: str, version: int) -> MergeContacts:
    """One giver is another."""
    return MergeContacts(key=key(id_), into=key(into), version=version)


async def test_a_late_or_repeated_merge_merges_no_strangers(house: House) -> None:
    cy = person("c1", name="Cy", first_name="Cy", email="c@x.org", phone=None)
    await told(house, person(), bea(), cy)
    assert did(await told(house, merge("a1", "b1", 2))) == ["changed"]
    assert did(await told(house, merge("a1", "c1", 1))) == ["same"], "older than what is known"
    there = (await the_contact(house, "c1"))["id"]
    assert did(await told(house, person(version=3, seeded=str(there)))) != ["refused"]
    assert did(await told(house, merge("a1", "b1", 2))) == ["same"], "said before the giver was another's"
    assert (await the_contact(house, "a1"))["id"] == (await the_contact(house, "c1"))["id"]
    assert (await the_contact(house, "b1"))["id"] != there


async def test_who_is_found_by_what_a_merged_contact_had_is_the_survivor(house: House) -> None:
    await told(house, person(), bea(), merge("a1", "b1", 2))
    (again,) = await told(house, person("d1"))
    assert (again.did, again.crm_id) == ("same", (await the_contact(house, "b1"))["id"])


async def test_notes_go_with_their_contact(house: House) -> None:
    contact_id, _ = await taken(house)
    note = {"contactId": contact_id, "type": "Call", "note": "Rang", "noteDateTime": "3/5/2024"}
    made = await house.tenant.crm.post("/crm/api/ContactNote", note)
    await told(house, bea(), merge("a1", "b1", 2))
    moved = await house.tenant.crm.get(f"/crm/api/ContactNote/{made['id']}")
    assert moved["contactId"] == (await the_contact(house, "b1"))["id"]


async def test_nobody_is_merged_into_an_archived_contact(house: House, rows: OwnRows) -> None:
    await told(house, person(), bea())
    there = (await the_contact(house, "b1"))["id"]
    await rows.fetch(
        "UPDATE crm.contact SET is_archived = true WHERE organization_id = $1 AND id = $2 RETURNING id", there
    )
    (refused,) = await told(house, merge("a1", "b1", 2))
    assert refused.problem is Problem.CONTACT_ARCHIVED


async def test_two_of_one_household_move_house_again_and_again(house: House) -> None:
    """Their addresses come to say the same: each still changes one."""
    first, second = person("a1", address1="1 Old St"), bea(address1="2 Old St")
    await told(house, first, second, merge("a1", "b1", 1))
    for version, street in ((2, "5 New St"), (3, "7 Newer St"), (4, "9 Newest St")):
        for each in (second, first):
            moved = replace(each, version=version, reach=replace(each.reach, address1=street))
            assert did(await told(house, moved)) != ["refused"]
    assert (await the_contact(house, "b1"))["address"]["address1"] == "9 Newest St"


async def test_a_giver_linked_by_key_to_another_s_contact_renames_nobody(house: House) -> None:
    await told(house, person(), bea(last_name="Bell"))
    there = (await the_contact(house, "b1"))["id"]
    linked = person(version=2, seeded=str(there), prefix="Dr.")
    await told(house, linked)
    await told(
        house, replace(linked, version=3, name="Adele", person=replace(linked.person, first_name="Adele"))
    )
    found = await the_contact(house, "b1")
    (individual,) = found["contactIndividuals"]
    assert (found["name"], individual["firstName"], individual["prefix"]) == ("Bea", "Bea", None)


async def test_a_merge_that_changes_nothing_names_the_giver_s_own_contact(house: House) -> None:
    (own, _) = await told(house, person(version=3), bea())
    (stale,) = await told(house, merge("a1", "b1", 1))
    assert (stale.did, stale.crm_id) == ("same", own.crm_id)


async def test_a_merge_that_comes_again_after_the_survivor_was_linked_elsewhere_moves_nothing(
    house: House, rows: OwnRows
) -> None:
    cy = person("c1", name="Cy", first_name="Cy", email="c@x.org", phone=None)
    *_, other = await told(house, person(), bea(), cy)
    await told(house, gift("1", ("GENERAL", 1000)), gift("2", ("GENERAL", 500), giver=key("b1")))
    await told(house, merge("a1", "b1", 2))
    await told(house, bea(version=2, seeded=str(other.crm_id)))
    gifts = "SELECT transaction_id, contact_id, version FROM crm.gift WHERE organization_id = $1 ORDER BY 1"
    before = await rows.fetch(gifts)
    assert did(await told(house, merge("a1", "b1", 2))) == ["same"]
    assert await rows.fetch(gifts) == before


async def test_words_about_a_merged_giver_count_by_their_version_whenever_they_come(house: House) -> None:
    await told(house, person(), bea(), merge("a1", "b1", 3))
    assert did(await told(house, person(version=2, phone="555-0200"))) == ["same"], "older than the merge"
    assert did(await told(house, person(version=3, phone="555-0300"))) == ["changed"], "said with the merge"


async def test_a_giver_merged_into_itself_may_still_change(house: House) -> None:
    await told(house, person(), merge("a1", "a1", 9))
    assert did(await told(house, person(version=5, phone="555-0500"))) == ["changed"]


async def test_merges_may_follow_each_other_without_end(house: House) -> None:
    names = [f"c{n}" for n in range(105)]
    for name in names:
        await told(house, person(name, name=name, first_name=name, email=f"{name}@x.org", phone=None))
    await told(house, gift("1", ("GENERAL", 1000), giver=key("c0")))
    for name, into in pairwise(names):
        assert did(await told(house, merge(name, into, 1))) == ["changed"]
    (found,) = await told(house, person("new", name="c0", first_name="c0", email="c0@x.org"))
    assert found.crm_id == (await the_contact(house, "c104"))["id"]
