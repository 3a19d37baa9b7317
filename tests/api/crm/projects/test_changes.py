"""Projects that change over HTTP: replaced, patched, their balances and their status, and what their events keep."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from tests.api.crm.accepted import gift, problem, project, taken
from tests.support.house import House, open_house
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

WHOLE: dict[str, Any] = {
    "name": "Water",
    "projectCode": "WATER",
    "revenueAccountingCode": "4100",
    "externalAccountingCode": "5101-001",
    "inventoryStatus": "Plenty",
    "type": "Program",
    "location": "Malawi",
    "onlineDisplayName": "Clean water",
    "description": "Wells",
    "durationType": "Years",
    "startDate": "2024-11-01",
    "endDate": "2025-11-01",
    "financialNeedAmount": 100,
    "financialNeedType": "Goal",
    "financialNeedFrequency": "Yearly",
    "isPublic": False,
    "isAvailableOnline": False,
    "isLimitedToFinancialNeed": True,
    "isTaxDeductible": False,
    "treatAsAccountsPayable": True,
    "isRestrictedToGiftSpecifications": True,
    "beginningBalance": 0.0,
    "currentBalance": 123.12,
}
BARE: dict[str, Any] = {
    "inventoryStatus": None,
    "type": None,
    "startDate": None,
    "financialNeedAmount": 0,
    "isPublic": True,
    "isActive": True,
    "isAvailableOnline": True,
    "isTaxDeductible": True,
    "isLimitedToFinancialNeed": False,
    "treatAsAccountsPayable": False,
    "revenueAccountingCode": None,
    "beginningBalance": 0,
    "parentId": None,
}


async def put(house: House, made: Any, body: Any, below: str = "") -> Any:
    """The project as it is after PUT."""
    return await house.tenant.crm.put(f"/crm/api/Project/{made['id']}{below}", body)


async def read(house: House, made: Any) -> Any:
    """The project as it is now."""
    return await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")


async def events(rows: OwnRows, made: Any) -> list[dict[str, Any]]:
    """What each change of a project keeps of before."""
    found = await rows.fetch(
        "SELECT data FROM crm.event WHERE organization_id = $1 AND kind = 'project.updated' AND record_id = $2 ORDER BY id",
        made["id"],
    )
    return [json.loads(row["data"]) for row in found]


# --- PUT


async def test_what_was_read_and_is_put_back_changes_nothing(house: House, rows: OwnRows) -> None:
    above = await project(house.tenant, "Above")
    made = await project(house.tenant, **WHOLE, parentId=above["id"])
    await taken(house, gift("1", ("WATER", 3_000)), gift("2", ("WATER", 100), currency="EUR"))
    before = await read(house, made)
    assert (before["beginningBalance"], before["currentBalance"]) == (0, 153.12)
    assert await put(house, made, before) == before
    assert await read(house, made) == before
    assert await events(rows, made) == []


async def test_what_is_left_out_is_cleared_and_the_code_stays(house: House, rows: OwnRows) -> None:
    above = await project(house.tenant, "Above")
    made = await project(house.tenant, **WHOLE, parentId=above["id"])
    await taken(house, gift("1", ("WATER", 3_000)))
    since = await put(house, made, {"name": "Wells"})
    assert since.items() >= {**BARE, "name": "Wells", "projectCode": "WATER", "currentBalance": 30}.items()
    (old,) = await events(rows, made)
    assert old.items() >= {"name": "Water", "parentId": above["id"], "currentBalance": 153.12}.items()
    assert "lifeToDateGiving" not in old and "projectCode" not in old


async def test_a_code_changes_where_the_body_has_one(house: House) -> None:
    made = await project(house.tenant, "Water")
    await project(house.tenant, "Other", projectCode="OTHER")
    assert (await put(house, made, {"name": "Water", "projectCode": "wet"}))["projectCode"] == "wet"
    assert (await house.tenant.crm.get("/crm/api/Project/Code/WET"))["id"] == made["id"]
    body = {"name": "Water", "projectCode": "Other"}
    refused = await problem(house.tenant, "PUT", f"Project/{made['id']}", json=body)
    assert refused == (409, "CONFLICT", ["projectCode"])


async def test_all_that_is_broken_is_named(house: House) -> None:
    made = await project(house.tenant, "Water")
    body = {"name": " ", "type": 7, "endDate": "soon", "parentId": 999, "currentBalance": 0.001}
    refused = await problem(house.tenant, "PUT", f"Project/{made['id']}", json=body)
    assert (refused[:2], set(refused[2])) == (
        (422, "VALIDATION_FAILED"),
        {"type", "name", "currentBalance", "endDate", "parentId"},
    )


# --- PATCH


async def test_each_element_changes_what_it_names(house: House, rows: OwnRows) -> None:
    water, wells = await project(house.tenant, **WHOLE), await project(house.tenant, "Wells")
    before = await read(house, water)
    body = [
        {"id": water["id"], "description": None, "financialNeedAmount": "7.50", "beginningBalance": 10},
        {"id": wells["id"], "projectCode": "W", "isActive": False, "nobody": 1},
    ]
    answer = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body)
    assert (answer.status_code, answer.json()) == (200, "2 projects are as asked.")
    assert answer.headers["X-Ignored-Fields"] == "[1].nobody"
    changed = {
        "description": None,
        "financialNeedAmount": 7.5,
        "beginningBalance": 10,
        "currentBalance": 133.12,
    }
    since = await read(house, water)
    assert {**since, **{name: before[name] for name in (*changed, "modifiedDateTimeUtc")}} == before
    assert {name: since[name] for name in changed} == changed
    assert await events(rows, water) == [{name: before[name] for name in changed}]
    assert await events(rows, wells) == [{"projectCode": "WELLS", "isActive": True}]


async def test_all_that_is_broken_in_any_element_is_named_and_nothing_changes(house: House) -> None:
    water, wells = await project(house.tenant, "Water"), await project(house.tenant, "Wells")
    body = [
        {"id": water["id"], "name": "Sea"},
        {"id": wells["id"], "name": " ", "isActive": "perhaps", "endDate": "soon"},
        {"id": 999, "parentId": 998, "financialNeedAmount": -1},
        {"id": water["id"], "projectCode": "GENERAL"},
        {"name": "Nobody"},
        7,
    ]
    refused = await problem(house.tenant, "PATCH", "Project", json=body)
    assert (refused[:2], set(refused[2])) == (
        (422, "VALIDATION_FAILED"),
        {
            "[1].name",
            "[1].isActive",
            "[1].endDate",
            "[2].id",
            "[2].parentId",
            "[2].financialNeedAmount",
            "[3].id",
            "[3].projectCode",
            "[4].id",
            "[5]",
        },
    )
    assert [await read(house, each) for each in (water, wells)] == [water, wells]


async def test_codes_in_use_are_a_conflict_when_nothing_else_is_broken(house: House) -> None:
    water, wells = await project(house.tenant, "Water"), await project(house.tenant, "Wells")
    body = [{"id": water["id"], "projectCode": "new"}, {"id": wells["id"], "projectCode": "NEW"}]
    refused = await problem(house.tenant, "PATCH", "Project", json=body)
    assert refused == (409, "CONFLICT", ["[1].projectCode"])
    body = [{"id": water["id"], "projectCode": "WELLS"}, {"id": wells["id"], "projectCode": "WATER"}]
    refused = await problem(house.tenant, "PATCH", "Project", json=body)
    assert refused == (409, "CONFLICT", ["[0].projectCode", "[1].projectCode"])


async def test_a_patch_is_a_list_and_no_longer_than_it_may_be(house: House) -> None:
    assert (await problem(house.tenant, "PATCH", "Project", json={"id": 1}))[:2] == (400, "BAD_REQUEST")
    many = [{"id": 10_000 + number} for number in range(1_001)]
    assert await problem(house.tenant, "PATCH", "Project", json=many) == (
        422,
        "VALIDATION_FAILED",
        ["[1000]", *(f"[{number}].id" for number in range(1_001))],
    )


async def test_a_patch_repeated_under_its_key_answers_the_same(house: House) -> None:
    made = await project(house.tenant, "Water")
    body, key = [{"id": made["id"], "currentBalance": 5}], {"Idempotency-Key": "once"}
    first = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body, headers=key)
    await taken(house, gift("1", ("WATER", 100)))
    again = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body, headers=key)
    assert first.json() == again.json() == "1 project is as asked."
    assert (await read(house, made))["currentBalance"] == 6


# --- balances


async def test_both_balances_are_kept_as_they_were_made_and_gifts_move_the_current_one(house: House) -> None:
    made = await project(house.tenant, "Water", beginningBalance=0, currentBalance=10)
    assert (made["beginningBalance"], made["currentBalance"]) == (0, 10)
    await taken(house, gift("1", ("WATER", 250)))
    assert (await read(house, made))["currentBalance"] == 12.5


async def test_a_balance_is_what_it_is_set_to_and_gifts_move_it_from_then_on(
    house: House, rows: OwnRows
) -> None:
    made = await project(house.tenant, "Water", beginningBalance=100)
    await taken(house, gift("1", ("WATER", 5_000)))
    both = await put(house, made, {"beginningBalance": 1, "currentBalance": 123.12}, "/Balance")
    assert (both["beginningBalance"], both["currentBalance"], both["lifeToDateGiving"]) == (1, 123.12, 50)
    await taken(house, gift("2", ("WATER", 100)))
    assert (await put(house, made, {"beginningBalance": 2}, "/Balance"))["currentBalance"] == 125.12
    assert (await put(house, made, {"currentBalance": -5}, "/Balance"))["beginningBalance"] == 2
    assert (await put(house, made, {"currentBalance": None}, "/Balance"))["currentBalance"] == 53
    balance = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}/Balance")
    assert (balance["beginningBalance"], balance["currentBalance"]) == (2, 53)
    assert await events(rows, made) == [
        {"beginningBalance": 100, "currentBalance": 150},
        {"beginningBalance": 1, "currentBalance": 124.12},
        {"currentBalance": 125.12},
        {"currentBalance": -5},
    ]
    answer = await house.tenant.crm.post(
        "/crm/api/Project/Query",
        {
            "groups": [
                {"conditions": [{"parameter": "Current Balance", "operator": "GreaterThan", "value": "52"}]}
            ]
        },
    )
    assert [one["id"] for one in answer["list"]] == [made["id"]]


# --- status


async def test_a_status_for_a_while_reverts_by_itself(dsn: str) -> None:
    clock = ManualClock(datetime(2026, 11, 3, 12, tzinfo=UTC))
    async with open_house(dsn, clock=clock) as house:
        made = await project(house.tenant, "Water", inventoryStatus="Plenty")
        where = f"/crm/api/Project/{made['id']}/Status"
        answer = await house.tenant.crm.call(
            "PUT", where, params={"inventoryStatus": "Sold out", "durationMinutes": "30"}
        )
        assert (answer.status_code, answer.content) == (200, b"")
        shown = await read(house, made)
        assert shown["inventoryStatus"] == "Sold out"
        assert await put(house, made, shown) == shown
        clock.advance(timedelta(minutes=29))
        assert (await read(house, made))["inventoryStatus"] == "Sold out"
        clock.advance(timedelta(minutes=1))
        assert (await read(house, made))["inventoryStatus"] == "Plenty"
        await house.tenant.crm.call("PUT", where, params={"inventoryStatus": "Few"})
        clock.advance(timedelta(days=400))
        assert (await read(house, made))["inventoryStatus"] == "Few"


async def test_a_query_finds_a_status_by_the_clock_that_it_is_told_by(dsn: str) -> None:
    clock = ManualClock(datetime(2026, 11, 3, 12, tzinfo=UTC))
    async with open_house(dsn, clock=clock) as house:
        made = await project(house.tenant, "Water", inventoryStatus="Plenty")
        where = f"/crm/api/Project/{made['id']}/Status"
        await house.tenant.crm.call("PUT", where, params={"inventoryStatus": "Gone", "durationMinutes": "30"})
        condition = {"parameter": "Inventory Status", "operator": "Is", "value": "Gone"}
        asked = {"groups": [{"conditions": [condition]}]}
        told = []
        for minutes in (29, 1):
            clock.advance(timedelta(minutes=minutes))
            found = await house.tenant.crm.post("/crm/api/Project/Query", asked)
            told.append([one["inventoryStatus"] for one in found["list"]])
        assert told == [["Gone"], []]


@pytest.mark.parametrize("params", [{"inventoryStatus": ""}, {"inventoryStatus": "  "}, {}])
async def test_a_blank_status_is_none(house: House, params: dict[str, str]) -> None:
    made = await project(house.tenant, "Water", inventoryStatus="Plenty")
    where = f"/crm/api/Project/{made['id']}/Status"
    answer = await house.tenant.crm.call("PUT", where, params=params)
    assert answer.status_code == 200
    assert (await read(house, made))["inventoryStatus"] is None


@pytest.mark.parametrize("minutes", ["0", "-1", "99999999", "soon"])
async def test_a_while_is_some_minutes(house: House, minutes: str) -> None:
    made = await project(house.tenant, "Water")
    path = f"Project/{made['id']}/Status?inventoryStatus=x&durationMinutes={minutes}"
    assert await problem(house.tenant, "PUT", path) == (422, "VALIDATION_FAILED", ["durationMinutes"])
