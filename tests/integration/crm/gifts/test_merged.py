"""A contact that was merged: what comes for it goes to the one it went into, and the figures with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.crm.accepted import gift, person, taken, told
from tests.integration.sync import reasons
from tests.integration.sync.conftest import owner as owner
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def another(house: House, owner: Any, n: int) -> int:
    """A contact that nothing refers to."""
    return await reasons.contact(owner, house.tenant, f"other{n}@example.org", "Other", str(n))


async def merge(owner: Any, contact_id: int, into: int) -> None:
    """What a merge leaves behind of the contact that goes."""
    await owner.execute("UPDATE crm.contact SET merged_into_id = $2 WHERE id = $1", contact_id, into)


async def contacts_of(rows: OwnRows) -> list[int]:
    """The contact of each gift, in the order of the gifts."""
    found = await rows.fetch("SELECT contact_id FROM crm.gift WHERE organization_id = $1 ORDER BY id")
    return [row["contact_id"] for row in found]


async def test_the_next_gift_of_a_reference_goes_to_the_survivor(
    house: House, owner: Any, rows: OwnRows
) -> None:
    gone, _ = await taken(house, gift("1", ("GENERAL", 5)))
    survivor = await another(house, owner, 1)
    await merge(owner, gone, survivor)
    accepted, _ = await taken(house, gift("2", ("GENERAL", 7)))
    assert accepted == survivor
    assert await contacts_of(rows) == [gone, survivor]


async def test_a_chain_of_merges_is_followed_to_its_end(house: House, owner: Any, rows: OwnRows) -> None:
    gone, _ = await taken(house, gift("1", ("GENERAL", 5)))
    between, survivor = await another(house, owner, 1), await another(house, owner, 2)
    await merge(owner, gone, between)
    await merge(owner, between, survivor)
    await taken(house, gift("2", ("GENERAL", 7)))
    assert await contacts_of(rows) == [gone, survivor]


async def test_the_seeded_key_of_a_merged_contact_names_its_survivor(
    house: House, owner: Any, rows: OwnRows
) -> None:
    gone, survivor = await another(house, owner, 1), await another(house, owner, 2)
    await merge(owner, gone, survivor)
    await taken(house, gift("1", ("GENERAL", 7)), contact=person(seeded=str(gone)))
    assert await contacts_of(rows) == [survivor]


async def test_a_contact_that_was_linked_before_its_merge_is_followed_too(
    house: House, owner: Any, rows: OwnRows
) -> None:
    gone, _ = await taken(house, gift("1", ("GENERAL", 5)))
    survivor = await another(house, owner, 1)
    await merge(owner, gone, survivor)
    await told(house, gift("2", ("GENERAL", 7)))
    assert await contacts_of(rows) == [gone, survivor]


async def test_gifts_of_both_sides_of_a_merge_in_one_batch_make_one_giver(
    house: House, owner: Any, rows: OwnRows
) -> None:
    gone, _ = await taken(house, gift("1", ("GENERAL", 5)))
    survivor = await another(house, owner, 1)
    await merge(owner, gone, survivor)
    other = person("b1", seeded=str(survivor))
    await told(house, other, gift("2", ("GENERAL", 2), giver=other.key), gift("3", ("GENERAL", 3)))
    assert await contacts_of(rows) == [gone, survivor, survivor]
    (fund,) = await rows.fetch(
        "SELECT sum(giver_count)::int AS n FROM crm.project_giving WHERE organization_id = $1 AND year = 0"
    )
    assert fund["n"] == 2


async def test_gifts_reach_the_survivor_through_the_whole_sync(
    house: House, owner: Any, rows: OwnRows
) -> None:
    first = await house.tenant.give(10)
    await house.settle()
    (gone,) = await contacts_of(rows)
    survivor = await another(house, owner, 1)
    await merge(owner, gone, survivor)
    again = await house.tenant.give(20)
    assert again["donorId"] == first["donorId"]
    state = await reasons.reached(house.tenant, "gift", again["id"], None)
    assert (await house.tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}"))["contactId"] == survivor
