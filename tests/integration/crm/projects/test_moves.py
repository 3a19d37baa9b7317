"""Projects that move in the tree: what was given counts above them as if they had always been there, whoever gives meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from almoner.crm.contract import ReverseGift
from tests.api.crm.accepted import gift, key, person, problem, project, taken, told
from tests.integration.crm.projects.test_totals import funds
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

WRITERS = 8
STEPS = 12
PROJECTS = 7
GIVERS = 5


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House, rows: OwnRows) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it, and the tree is what parents say."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    assert await rows.fetch(_WRONG_TREE) == []


_WRONG_TREE = """
WITH RECURSIVE tree (project_id, ancestor_id) AS (
    SELECT id, id FROM crm.project WHERE organization_id = $1
    UNION
    SELECT t.project_id, p.parent_id FROM tree t
    JOIN crm.project p ON p.organization_id = $1 AND p.id = t.ancestor_id AND p.parent_id IS NOT NULL
), kept AS (SELECT project_id, ancestor_id FROM crm.project_ancestor WHERE organization_id = $1)
(TABLE tree EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE tree)
"""


async def move(house: House, made: Any, parent: Any) -> Any:
    """The project under another parent, or none."""
    body = [{"id": made["id"], "parentId": parent and parent["id"]}]
    answer = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body)
    assert answer.status_code == 200, answer.text
    return await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")


async def world(house: House) -> tuple[Any, ...]:
    """Water over Africa over Wells, and Health beside them."""
    water = await project(house.tenant, "Water")
    africa = await project(house.tenant, "Africa", parentId=water["id"])
    wells = await project(house.tenant, "Wells", parentId=africa["id"])
    return water, africa, wells, await project(house.tenant, "Health")


async def test_a_subtree_takes_what_it_was_given_along(house: House, rows: OwnRows) -> None:
    _, africa, _, health = await world(house)
    await taken(house, gift("1", ("WELLS", 30)), gift("2", ("AFRICA", 200), day=date(2024, 1, 1)))
    await taken(house, gift("3", ("WATER", 1_000)), contact=person("b", name="B", email="b@x.org"))
    await taken(house, gift("4", ("WELLS", 7), currency="EUR"))
    moved = await move(house, africa, health)
    assert (moved["parentName"], moved["lifeToDateGiving"]) == ("Health", 2.3)
    found = await funds(rows)
    assert found["HEALTH", "USD", 0] == (230, 2, 1)
    assert found["HEALTH", "USD", 2023] == (30, 1, 1)
    assert found["HEALTH", "EUR", 0] == (7, 1, 1)
    assert found["WATER", "USD", 0] == (1_000, 1, 1)
    assert found["WATER", "EUR", 0] == (0, 0, 0)
    assert found["AFRICA", "USD", 0] == (230, 2, 1)
    await taken(house, gift("5", ("WELLS", 1)))
    assert (await funds(rows))["HEALTH", "USD", 0] == (231, 3, 1)


async def test_who_gave_to_both_sides_is_one_giver_before_and_after(house: House, rows: OwnRows) -> None:
    water, africa, wells, health = await world(house)
    await taken(house, gift("1", ("WELLS", 30), ("WATER", 70)), gift("2", ("HEALTH", 5)))
    assert (await funds(rows))["WATER", "USD", 0] == (100, 1, 1)
    await move(house, wells, health)
    found = await funds(rows)
    assert found["WATER", "USD", 0] == (70, 1, 1)
    assert found["HEALTH", "USD", 0] == (35, 2, 1)
    assert found["AFRICA", "USD", 0] == (0, 0, 0)
    await move(house, wells, water)
    found = await funds(rows)
    assert found["WATER", "USD", 0] == (100, 1, 1)
    assert found["HEALTH", "USD", 0] == (5, 1, 1)
    await move(house, wells, africa)
    assert (await funds(rows))["AFRICA", "USD", 0] == (30, 1, 1)


async def test_a_project_may_come_to_stand_by_itself(house: House, rows: OwnRows) -> None:
    _, africa, _, _ = await world(house)
    await taken(house, gift("1", ("WELLS", 30)))
    body = {"name": "Africa"}
    alone = await house.tenant.crm.put(f"/crm/api/Project/{africa['id']}", body)
    assert (alone["parentId"], alone["isSubProject"], alone["lifeToDateGiving"]) == (None, False, 0.3)
    assert (await funds(rows))["WATER", "USD", 0] == (0, 0, 0)


async def test_no_project_becomes_a_part_of_itself(house: House) -> None:
    water, africa, wells, _ = await world(house)
    for made, parent in ((water, wells), (water, africa), (wells, wells)):
        body = {"name": made["name"], "parentId": parent["id"]}
        refused = await problem(house.tenant, "PUT", f"Project/{made['id']}", json=body)
        assert refused == (422, "VALIDATION_FAILED", ["parentId"])
    swap = [
        {"id": made["id"], "parentId": parent["id"]} for made, parent in ((africa, wells), (wells, water))
    ]
    answer = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=swap)
    assert answer.status_code == 200  # the two change places
    loop = [
        {"id": water["id"], "parentId": africa["id"]},
        {"id": africa["id"], "parentId": water["id"]},
        {"id": wells["id"], "name": "Dry wells"},
    ]
    refused = await problem(house.tenant, "PATCH", "Project", json=loop)
    assert (refused[:2], set(refused[2])) == ((422, "VALIDATION_FAILED"), {"[0].parentId", "[1].parentId"})


async def test_a_move_keeps_what_was_and_since_when(house: House, rows: OwnRows) -> None:
    water, africa, _, health = await world(house)
    await move(house, africa, health)
    await move(house, africa, None)
    found = await rows.fetch(
        "SELECT data::jsonb ->> 'parentName' AS name FROM crm.event"
        " WHERE organization_id = $1 AND kind = 'project.updated' ORDER BY id"
    )
    assert [row["name"] for row in found] == ["Water", "Health"]
    found = await rows.fetch(
        "SELECT parent_id FROM crm.project_parent WHERE organization_id = $1 ORDER BY from_on"
    )
    assert [row["parent_id"] for row in found] == [water["id"], None]


async def test_what_was_taken_back_moves_too(house: House, rows: OwnRows) -> None:
    _, _, wells, health = await world(house)
    await taken(house, gift("1", ("WELLS", 30), ("WATER", 70)))
    await told(house, ReverseGift(key=key("r1"), of=key("1"), version=1, on=date(2024, 2, 1), minor=50))
    await move(house, wells, health)
    found = await funds(rows)
    assert found["HEALTH", "USD", 0] == (15, 1, 1)
    assert found["WATER", "USD", 0] == (35, 1, 1)


# --- eight writers at once ---------------------------------------------------------------------------------------


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(6))
async def test_figures_are_exact_after_eight_who_give_move_and_close_at_once(house: House, seed: int) -> None:
    choose = random.Random(seed)
    made = [await project(house.tenant, f"P{n}") for n in range(PROJECTS)]
    await told(house, *(_giver(n) for n in range(GIVERS)))
    await asyncio.gather(*(_writer(house, random.Random(choose.random()), n, made) for n in range(WRITERS)))


def _giver(n: int) -> Any:
    return person(f"g{n}", name=f"G {n}", first_name="G", last_name=str(n), email=f"g{n}@x.org")


async def _writer(house: House, choose: random.Random, writer: int, made: list[Any]) -> None:
    for step in range(STEPS):
        act = choose.choice((_give, _give, _enter, _enter, _move, _move, _close, _make, _rename))
        await act(house, choose, f"{writer}.{step}", made)


async def _give(house: House, choose: random.Random, word: str, made: list[Any]) -> None:
    """Gifts of some givers, some of them new; until they are taken. One that names a closed project is refused alone."""
    givers = [_giver(choose.randrange(GIVERS + 2)) for _ in range(choose.randint(1, 3))]
    gifts = [
        gift(
            choose.choice((f"{word}.{n}", "one", "two")),
            *(
                (made[place]["projectCode"], choose.randint(1, 999))
                for place in choose.sample(range(PROJECTS), choose.randint(1, 3))
            ),
            day=choose.choice((date(2023, 12, 31), date(2024, 1, 1))),
            currency=choose.choice(("USD", "USD", "EUR")),
            version=choose.randint(1, 9),
            giver=giver.key,
        )
        for n, giver in enumerate(givers)
    ]
    for _attempt in range(50):
        try:
            await told(house, *givers, *gifts)
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            continue
        return
    raise AssertionError("gifts are refused again and again")


async def _enter(house: House, choose: random.Random, word: str, made: list[Any]) -> None:
    """A gift that a partner enters, and now and then takes back; of a closed project it is refused."""
    key_ = {"referenceSource": "Elsewhere", "referenceId": f"g{choose.randrange(GIVERS)}"}
    found = (await house.tenant.crm.call("GET", "/crm/api/Contact/Find", params=key_)).json()
    parts = [
        {"projectId": one["id"], "amount": choose.randint(1, 99)}
        for one in choose.sample(made, choose.randint(1, 2))
    ]
    body = {
        "contactId": found["id"],
        "amount": sum(part["amount"] for part in parts),
        "giftDate": choose.choice(("2023-12-31", "2024-01-01")),
        "giftDesignations": parts,
        "transactionSource": "Shop",
        "transactionId": word,
    }
    answer = await _asked(house, "POST", "Gift", body, {200, 400, 503})
    if answer.status_code == 200 and choose.random() < 0.5:
        back = {"reversedGiftId": answer.json()["id"], "amount": 0.5}
        await _asked(house, "POST", "Gift/ReversingTransaction", back, {200, 503})


async def _move(house: House, choose: random.Random, _: str, made: list[Any]) -> None:
    moved = choose.sample(made, choose.randint(1, 2))
    body = [
        {"id": one["id"], "parentId": choose.choice((None, *(each["id"] for each in made)))} for one in moved
    ]
    await _asked(house, "PATCH", "Project", body, {200, 422})


async def _close(house: House, choose: random.Random, _: str, made: list[Any]) -> None:
    active = choose.choice(("true", "true", "false"))
    await _asked(house, "PUT", f"Project/{choose.choice(made)['id']}/Active?active={active}", None, {200})


async def _make(house: House, choose: random.Random, word: str, made: list[Any]) -> None:
    body = {"name": f"New {word}", "parentId": choose.choice(made)["id"]}
    await _asked(house, "POST", "Project", body, {200})


async def _rename(house: House, choose: random.Random, word: str, made: list[Any]) -> None:
    """As a client does that knows no better: all that was read goes back, its parent of then with it."""
    number = choose.choice(made)["id"]
    read = await house.tenant.crm.get(f"/crm/api/Project/{number}")
    await _asked(house, "PUT", f"Project/{number}", {**read, "description": word}, {200, 422})


async def _asked(house: House, method: str, path: str, body: Any, expected: set[int]) -> httpx.Response:
    answer = await house.tenant.crm.call(method, f"/crm/api/{path}", json=body)
    assert answer.status_code in expected, f"{method} {path} {body}: {answer.text}"
    return answer
