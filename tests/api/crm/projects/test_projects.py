"""Projects of the CRM over HTTP: made, found, closed, and their totals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import pytest

from almoner.crm.gifts.service import totals
from almoner.crm.projects.service import totals_are_exact
from almoner.kernel.clock import ManualClock
from tests.api.crm.accepted import gift, person, problem, project, taken
from tests.support.house import House, open_house
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

NEW_YEAR_IN_UTC = datetime(2024, 1, 1, 3, 0, tzinfo=UTC)


@asynccontextmanager
async def house_at(dsn: str, now: datetime) -> AsyncIterator[House]:
    async with open_house(dsn, clock=ManualClock(now)) as opened:
        yield opened


async def test_a_project_is_made_and_read_three_ways(house: House) -> None:
    api = house.tenant.crm
    made = await project(
        house.tenant,
        "Clean Water Initiative",
        projectCode="CLEAN-WATER",
        externalAccountingCode="5101-001",
        onlineDisplayName="Clean Water",
        type="Program",
        location="International",
        beginningBalance="47823.50",
        financialNeedAmount=100,
        startDate="11/1/2024",
        isPublic=False,
    )
    assert (made["projectCode"], made["currentBalance"], made["financialNeedAmount"]) == (
        "CLEAN-WATER",
        47823.5,
        100,
    )
    assert (made["startDate"], made["endDate"], made["isPublic"]) == ("2024-11-01T00:00:00", None, False)
    assert (made["isActive"], made["isAvailableOnline"], made["isTaxDeductible"]) == (True, True, True)
    assert await api.get(f"/crm/api/Project/{made['id']}") == made
    assert await api.get("/crm/api/Project/Code/CLEAN-WATER") == made
    assert await api.get("/crm/api/project/code/clean-water") == made
    assert await api.get(f"/crm/api/Project/{made['id']}/Balance") == {
        "projectId": made["id"],
        "beginningBalance": 47823.5,
        "currentBalance": 47823.5,
        "lifeToDateGiving": 0,
        "lifeToDateGiftCount": 0,
    }


async def test_a_project_without_a_code_gets_a_free_one(house: House) -> None:
    codes = [
        (await project(house.tenant, name))["projectCode"]
        for name in ("Clean Water", "Clean water!", "clean WATER")
    ]
    assert codes == ["CLEAN-WATER", "CLEAN-WATER-2", "CLEAN-WATER-3"]


async def test_projects_of_one_name_made_at_once_all_get_a_code(house: House) -> None:
    made = await asyncio.gather(*(project(house.tenant, "Clean Water") for _ in range(30)))
    assert {one["projectCode"] for one in made} == {
        "CLEAN-WATER",
        *(f"CLEAN-WATER-{n}" for n in range(2, 31)),
    }


async def test_a_code_in_use_is_refused_in_any_case(house: House) -> None:
    await project(house.tenant, "Water", projectCode="WATER")
    refused = await problem(house.tenant, "POST", "Project", json={"name": "Other", "projectCode": "water"})
    assert refused == (409, "CONFLICT", ["projectCode"])


async def test_what_is_wrong_with_a_project_is_told_at_once(house: House) -> None:
    wrong = {"name": " ", "beginningBalance": 1.001, "startDate": "soon"}
    refused = await problem(house.tenant, "POST", "Project", json=wrong)
    assert refused == (422, "VALIDATION_FAILED", ["name", "beginningBalance", "startDate"])
    orphan = await problem(house.tenant, "POST", "Project", json={"name": "Orphan", "parentId": 999})
    assert orphan == (422, "VALIDATION_FAILED", ["parentId"])


async def test_a_repeated_create_makes_one_project(house: House) -> None:
    first, again = [
        await house.tenant.crm.post("/crm/api/Project", {"name": "Water"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert first == again


async def test_an_unknown_project_is_not_found(house: House) -> None:
    for path in ("Project/999", "Project/999/Balance", "Project/Code/nowhere", "Project/abc"):
        assert (await problem(house.tenant, "GET", path))[:2] == (404, "NOT_FOUND")
    assert (await problem(house.tenant, "PUT", "Project/999/Active?active=false"))[:2] == (404, "NOT_FOUND")


async def test_a_project_of_another_organization_is_not_found(house: House) -> None:
    made = await project(house.tenant, "Water")
    other = await house.another_tenant()
    assert (await problem(other, "GET", f"Project/{made['id']}"))[0] == 404
    assert (await problem(other, "GET", "Project/Code/WATER"))[0] == 404
    assert (await problem(other, "POST", "Project", json={"name": "Below", "parentId": made["id"]}))[0] == 422


async def test_a_project_is_closed_and_opened(house: House) -> None:
    made = await project(house.tenant, "Water")
    for active in (False, False, True):
        changed = await house.tenant.crm.put(f"/crm/api/Project/{made['id']}/Active", active=active)
        assert changed["isActive"] is active
    assert await events(house, made["id"]) == ["project.created", "project.updated", "project.updated"]


async def events(house: House, record_id: int) -> list[str]:
    async with house.app.db.tenant(house.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT kind FROM crm.event WHERE organization_id = $1 AND record_id = $2 AND key_id = 0"
            " AND part = platform.event_part($1, 0) AND kind LIKE 'project.%' ORDER BY id",
            tx.organization_id,
            record_id,
        )
    return [row["kind"] for row in rows]


# --- totals


async def test_giving_to_a_sub_project_counts_for_all_above_it(house: House) -> None:
    water = await project(house.tenant, "Water", beginningBalance=10)
    africa = await project(house.tenant, "Africa", parentId=water["id"])
    wells = await project(house.tenant, "Wells", parentId=africa["id"])
    assert (wells["parentName"], wells["isSubProject"]) == ("Africa", True)
    await taken(house, gift("1", ("WELLS", 3_000), ("WATER", 2_000)), gift("2", ("AFRICA", 500)))
    await taken(
        house, gift("3", ("WELLS", 100), currency="EUR"), contact=person("b2", name="B", last_name="B")
    )
    figures = [await house.tenant.crm.get(f"/crm/api/Project/{one['id']}") for one in (water, africa, wells)]
    assert [one["lifeToDateGiving"] for one in figures] == [55, 35, 30]
    assert [one["lifeToDateGiftCount"] for one in figures] == [2, 2, 1]
    assert [one["lifeToDateGiversCount"] for one in figures] == [1, 1, 1]
    assert [one["currentBalance"] for one in figures] == [65, 35, 30]
    balance = await house.tenant.crm.get(f"/crm/api/Project/{water['id']}/Balance")
    assert (balance["currentBalance"], balance["lifeToDateGiving"], balance["lifeToDateGiftCount"]) == (
        65,
        55,
        2,
    )


async def test_the_year_is_the_organizations(dsn: str) -> None:
    async with house_at(dsn, NEW_YEAR_IN_UTC) as house:
        tenant = await house.another_tenant("Westward", time_zone="America/New_York")
        west = House(house.app, tenant, house.sync)
        days = (date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 1))
        contact_id, _ = await taken(west, *(gift(f"{day}", ("GENERAL", 1_000), day=day) for day in days))
        contact = await tenant.crm.get(f"/crm/api/Contact/{contact_id}")
        assert (contact["lifeToDateGiving"], contact["yearToDateGiving"]) == ("$40.00", "$20.00")
        fund = await tenant.crm.get("/crm/api/Project/Code/GENERAL")
        assert (fund["calendarYearToDateGiving"], fund["calendarYearToDateGiftCount"]) == (20, 2)
        assert (fund["calendarYearToDateGiversCount"], fund["lifeToDateGiftCount"]) == (1, 4)


async def test_kept_totals_are_compared_with_the_gifts(house: House) -> None:
    water = await project(house.tenant, "Water")
    below = await project(house.tenant, "Wells", parentId=water["id"])
    await taken(house, gift("1", ("WELLS", 700), ("GENERAL", 300)), gift("2", ("WATER", 1), currency="EUR"))
    async with as_owner(house.app.db, house.tenant.id) as tx:
        assert await totals_are_exact(tx) == []
        assert await totals(tx) == {"EUR": (1, 1), "USD": (1, 1_000)}
        await tx.conn.execute(
            "UPDATE crm.project_total SET given_minor = given_minor + 5 WHERE project_id = $1 AND currency = 'USD'",
            water["id"],
        )
        await tx.conn.execute("DELETE FROM crm.project_total WHERE project_id = $1", below["id"])
        wrong = await totals_are_exact(tx)
    assert [(one.of, one.kept[0], one.exact[0]) for one in wrong] == [
        (f"project {water['id']} USD in all", 705, 700),
        (f"project {below['id']} USD in all", 0, 700),
    ]
