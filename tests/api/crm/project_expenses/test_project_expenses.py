"""What projects spend: it lowers balances, their own and those above, on its day and from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.api.crm.accepted import gift, problem, project, taken
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def spend(house: House, made: Any, amount: float, day: str = "2024-01-02", **more: Any) -> Any:
    body = {"projectId": made["id"], "expenseAmount": amount, "expenseDate": day, **more}
    return await house.tenant.crm.post("/crm/api/ProjectExpense", body)


async def balance(house: House, made: Any, **asked: Any) -> Any:
    return await house.tenant.crm.get(f"/crm/api/Project/{made['id']}/Balance", **asked)


async def world(house: House) -> tuple[Any, Any, Any]:
    """Water over Wells, and Health."""
    water = await project(house.tenant, "Water", beginningBalance=100)
    wells = await project(house.tenant, "Wells", parentId=water["id"])
    return water, wells, await project(house.tenant, "Health")


async def test_an_expense_lowers_the_balance_of_its_project_and_of_all_above(house: House) -> None:
    water, wells, health = await world(house)
    await taken(house, gift("1", ("WELLS", 3_000), ("WATER", 500), day=date(2024, 1, 1)))
    made = await spend(house, wells, 12.5, accountingCode="5200", expenseDescription="Pipes")
    assert (made["expenseAmount"], made["expenseDate"], made["parentProjectCode"]) == (
        12.5,
        "2024-01-02T00:00:00",
        "WATER",
    )
    seen = [(await balance(house, one))["currentBalance"] for one in (water, wells, health)]
    assert seen == [122.5, 17.5, 0]
    read = await house.tenant.crm.get(f"/crm/api/Project/{water['id']}")
    assert (read["currentBalance"], read["lifeToDateExpenseTotal"], read["lifeToDateGiving"]) == (
        122.5,
        12.5,
        35,
    )
    told = await balance(house, water)
    assert (told["ownLifeToDateGiving"], told["ownLifeToDateExpenseTotal"]) == (5, 0)
    told = await balance(house, wells)
    assert (told["ownLifeToDateGiving"], told["ownLifeToDateExpenseTotal"]) == (30, 12.5)


async def test_an_expense_counts_from_its_day_on_as_a_gift_does(house: House) -> None:
    water, wells, _ = await world(house)
    await taken(
        house,
        gift("1", ("WELLS", 3_000), day=date(2024, 1, 1)),
        gift("2", ("WATER", 7), day=date(2024, 1, 1), currency="JPY"),
    )
    await spend(house, wells, 10, "2024-02-01")
    await spend(house, water, 1, "2024-03-01")
    days = ("2023-12-31", "2024-01-31", "2024-02-01", "2024-12-31")
    seen = [await balance(house, water, asOf=day) for day in days]
    assert [each["currentBalance"] for each in seen] == [100, 130, 120, 119]
    assert [each["lifeToDateExpenseTotal"] for each in seen] == [0, 0, 10, 11]
    assert seen[-1] == await balance(house, water)
    assert [tuple(each.values()) for each in seen[-1]["givingByCurrency"]] == [
        ("JPY", 7, 1, 7),
        ("USD", 30, 1, 0),
    ]


async def test_an_expense_that_changes_moves_what_it_moved(house: House) -> None:
    water, wells, health = await world(house)
    made = await spend(house, wells, 10, expenseDescription="Pipes")
    path = f"/crm/api/ProjectExpense/{made['id']}"
    assert await house.tenant.crm.put(path, made) == made
    changed = await house.tenant.crm.put(path, {"expenseAmount": "3.25", "expenseDate": "12/31/2023"})
    assert (changed["expenseDescription"], changed["expenseDate"]) == (None, "2023-12-31T00:00:00")
    assert (await balance(house, water))["currentBalance"] == 96.75
    body = [{"id": wells["id"], "parentId": health["id"]}]
    assert (await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body)).status_code == 200
    seen = [(await balance(house, one))["currentBalance"] for one in (water, wells, health)]
    assert seen == [100, -3.25, -3.25]
    await house.tenant.crm.put(path, {"expenseAmount": 0})
    assert (await balance(house, health))["currentBalance"] == 0


async def test_a_balance_that_is_set_holds_and_expenses_move_it_on(house: House) -> None:
    water, wells, _ = await world(house)
    await spend(house, wells, 10)
    set_ = await house.tenant.crm.put(f"/crm/api/Project/{water['id']}/Balance", {"currentBalance": 500})
    assert (set_["currentBalance"], set_["beginningBalance"]) == (500, 100)
    await spend(house, wells, 20)
    assert (await balance(house, water))["currentBalance"] == 480


async def test_a_batch_is_entered_whole_or_not_at_all(house: House) -> None:
    water, wells, _ = await world(house)
    batch = [
        {"projectId": wells["id"], "expenseAmount": 1},
        {"projectId": 987654, "expenseAmount": 1.001, "expenseDate": "2999-01-01"},
    ]
    _, code, fields = await problem(
        house.tenant, "POST", "ProjectExpense/Batch", json={"projectExpenses": batch}
    )
    start = "projectExpenses[1]."
    assert code == "VALIDATION_FAILED"
    assert set(fields) == {f"{start}{name}" for name in ("projectId", "expenseAmount", "expenseDate")}
    assert (await balance(house, water))["lifeToDateExpenseTotal"] == 0
    good = {"projectExpenses": [{**batch[0], "expenseAmount": n} for n in range(1, 11)]}
    await house.tenant.crm.call("POST", "/crm/api/ProjectExpense/Batch", json=good)
    assert (await balance(house, water))["lifeToDateExpenseTotal"] == 55


async def test_expenses_of_a_project_are_found_by_code_words_and_page(house: House) -> None:
    _, wells, health = await world(house)
    await spend(house, health, 9)
    made = [
        await spend(house, wells, n, accountingCode=f"52{n}", expenseDescription="PIPES") for n in (1, 2, 3)
    ]
    ids = [one["id"] for one in made]

    async def found(**asked: Any) -> tuple[list[int], int]:
        page = await house.tenant.crm.get("/crm/api/ProjectExpense", **asked)
        return [one["id"] for one in page["list"]], page["total"]

    assert await found(projectCode="wells") == (ids, 3)
    assert await found(projectId=wells["id"], take=2) == (ids[:2], 3)
    assert await found(projectId=wells["id"], take=2, count=2) == (ids[2:], 3)
    assert await found(projectId=wells["id"], filter="523") == (ids[2:], 1)
    assert await found(projectId=wells["id"], filter="pipes", sortBy="expenseAmount", descending=True) == (
        ids[::-1],
        3,
    )
    refused = await house.tenant.crm.call("GET", "/crm/api/ProjectExpense")
    assert refused.status_code in (400, 422)
    assert "projectId or projectCode" in refused.json()["message"]
    assert await found(projectCode="none") == ([], 0)
