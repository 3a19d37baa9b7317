"""A split that does not sum to its gift is refused by HTTP, and by the database itself when SQL is written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

AMOUNT = 300
WRONG = {
    "too little": ([1, 2], [100, 199]),
    "too much": ([1, 2], [100, 201]),
    "overflowing": ([1, 2], [2**63 - 1, 2**63 - 1]),
    "a part more than projects": ([1], [100, 200]),
    "a project more than parts": ([1, 2, 3], [100, 200]),
    "nothing": ([], []),
    "a null part": ([1, 2], [300, None]),
    "a null part alone": ([1], [None]),
    "a null project": ([1, None], [100, 200]),
    "a part of zero": ([1, 2], [300, 0]),
    "a negative part": ([1, 2], [400, -100]),
    "rows of rows": ([[1, 2], [3, 4]], [[100, 100], [50, 50]]),
}
wrong = pytest.mark.parametrize(("projects", "parts"), WRONG.values(), ids=WRONG)


@asynccontextmanager
async def _as_application(house: House) -> AsyncIterator[Any]:
    """A connection as raw SQL has it: the application role, the tenant named by hand."""
    conn = await asyncpg.connect(house.app.db.first.dsn)
    try:
        await conn.execute("SET ROLE almoner_app")
        await conn.execute(f"SET almoner.organization_id = '{house.tenant.id}'")
        yield conn
    finally:
        await conn.close()


async def _insert_giving(conn: Any, house: House, donor_id: int, projects: list, parts: list) -> None:
    await conn.execute(
        """INSERT INTO giving.gift (organization_id, id, donor_id, amount_minor, currency, project_ids,
            project_minor, gift_on, received_at, modified_at, can_sync, payment_type, gateway, transaction_id,
            version)
        VALUES ($1, nextval('giving.gift_id_seq'), $2, $3, 'USD', $4, $5, '2025-01-01', now(), now(), true, 'Cash',
            'raw', 'raw', 1)""",
        house.tenant.id,
        donor_id,
        AMOUNT,
        projects,
        parts,
    )


async def _insert_crm(conn: Any, house: House, contact_id: int, projects: list, parts: list) -> None:
    await conn.execute(
        """INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency,
            designation_ids, designation_project_ids, designation_minor, created_at, modified_at, version)
        VALUES ($1, nextval('crm.gift_id_seq'), $2, 'Cash', '2025-01-01', $3, 'USD', $4, $5, $6, now(), now(), 1)""",
        house.tenant.id,
        contact_id,
        AMOUNT,
        [n for n, _ in enumerate(projects, 10**12)]
        if projects and not isinstance(projects[0], list)
        else projects,
        projects,
        parts,
    )


async def _projects(conn: Any, table: str, numbers: Any) -> Any:
    """Projects that are there, for the numbers that stand for them; three and more are the first again."""
    ids = [
        row["id"]
        for row in await conn.fetch(f"SELECT id FROM {table} WHERE code_key <> 'creditcardcosts' ORDER BY id")
    ]
    assert len(ids) == 2

    def named(number: Any) -> Any:
        if isinstance(number, list):
            return [named(each) for each in number]
        return None if number is None else ids[number - 1 if number < 3 else 0]

    return named(numbers)


async def _synced(house: House) -> tuple[dict, dict]:
    """A gift of 3.00 that is on both sides, each with two projects: its giving record and its sync state."""
    await house.tenant.raise_.post("/raise/api/Project", {"name": "Second", "code": "SECOND"})
    await house.tenant.crm.post("/crm/api/Project", {"name": "Second", "code": "SECOND"})
    gift = await house.tenant.give("3.00")
    state = await house.tenant.settled("gift", gift["id"])
    assert state["state"] == "synced"
    return gift, state


@wrong
async def test_the_database_refuses_a_wrong_split_of_a_giving_gift(
    house: House, projects: list, parts: list
) -> None:
    gift, _ = await _synced(house)
    async with _as_application(house) as conn:
        good = await _projects(conn, "giving.project", [1, 2])
        projects = await _projects(conn, "giving.project", projects)
        await _insert_giving(conn, house, gift["donorId"], good, [100, 200])
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.DataError)):
            await _insert_giving(conn, house, gift["donorId"], projects, parts)
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.DataError)):
            await conn.execute(
                "UPDATE giving.gift SET project_ids = $2, project_minor = $3 WHERE id = $1",
                gift["id"],
                projects,
                parts,
            )
        assert await conn.fetchval("SELECT count(*) FROM giving.gift") == 2


@wrong
async def test_the_database_refuses_wrong_designations_of_a_crm_gift(
    house: House, projects: list, parts: list
) -> None:
    _, state = await _synced(house)
    crm_gift = await house.tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}")
    async with _as_application(house) as conn:
        good = await _projects(conn, "crm.project", [1, 2])
        projects = await _projects(conn, "crm.project", projects)
        await _insert_crm(conn, house, crm_gift["contactId"], good, [100, 200])
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.DataError)):
            await _insert_crm(conn, house, crm_gift["contactId"], projects, parts)
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.DataError)):
            await conn.execute(
                "UPDATE crm.gift SET designation_project_ids = $2, designation_minor = $3 WHERE id = $1",
                crm_gift["id"],
                projects,
                parts,
            )
        assert await conn.fetchval("SELECT count(*) FROM crm.gift") == 2


NAMES_NOBODY = (
    "UPDATE giving.gift SET project_ids = '{999999}' WHERE id = $1",
    "UPDATE crm.gift SET designation_project_ids = '{999999}' WHERE id = $1",
)


async def test_a_project_that_does_not_exist_is_refused_whoever_writes(house: House) -> None:
    gift, state = await _synced(house)
    contact_id = (await house.tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}"))["contactId"]
    async with _as_application(house) as conn:
        one = (await _projects(conn, "giving.project", [1]))[0]
        for projects in ([999_999], [one, 999_999]):
            parts = [AMOUNT] if len(projects) == 1 else [100, 200]
            with pytest.raises(
                asyncpg.ForeignKeyViolationError, match="names project 999999, which does not exist"
            ):
                await _insert_giving(conn, house, gift["donorId"], projects, parts)
        with pytest.raises(
            asyncpg.ForeignKeyViolationError, match="names project 999999, which does not exist"
        ):
            await _insert_crm(conn, house, contact_id, [999_999], [AMOUNT])
        for statement, id_ in zip(NAMES_NOBODY, (gift["id"], int(state["crmKey"])), strict=True):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await conn.execute(statement, id_)


async def test_a_project_of_another_organization_is_none(house: House) -> None:
    gift, _ = await _synced(house)
    other = await house.another_tenant()
    theirs = (await other.raise_.get("/raise/api/Project/list"))["items"][0]["id"]
    async with _as_application(house) as conn:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await _insert_giving(conn, house, gift["donorId"], [theirs], [AMOUNT])


async def test_the_amount_cannot_leave_its_split(house: House) -> None:
    gift, state = await _synced(house)
    async with _as_application(house) as conn:
        for statement, id_ in (
            ("UPDATE giving.gift SET amount_minor = 301 WHERE id = $1", gift["id"]),
            ("UPDATE giving.gift SET project_minor = '{299}' WHERE id = $1", gift["id"]),
            ("UPDATE crm.gift SET amount_minor = 301 WHERE id = $1", int(state["crmKey"])),
            ("UPDATE crm.gift SET designation_ids = '{1,2}' WHERE id = $1", int(state["crmKey"])),
            ("UPDATE crm.gift SET designation_ids = '{NULL}' WHERE id = $1", int(state["crmKey"])),
        ):
            with pytest.raises(asyncpg.CheckViolationError):
                await conn.execute(statement, id_)


async def test_the_application_role_can_neither_delete_gifts_nor_rewrite_events(house: House) -> None:
    await _synced(house)
    async with _as_application(house) as conn:
        for statement in (
            "DELETE FROM giving.gift",
            "DELETE FROM giving.donor",
            "DELETE FROM giving.event",
            "UPDATE giving.event SET kind = 'x'",
            "DELETE FROM giving.event_0",
            "UPDATE crm.event SET kind = 'x'",
            "DELETE FROM crm.event_0",
            "UPDATE platform.event_cursor SET after_id = 0",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)


@pytest.mark.parametrize(
    ("projects", "field"),
    [
        ([{"code": "A", "amount": 10}, {"code": "B", "amount": 19.99}], "projects"),
        ([{"code": "A", "amount": 30.01}], "projects"),
        ([{"code": "A", "amount": 30}, {"code": "B", "amount": 0}], "projects[1].amount"),
        ([{"code": "A", "amount": 40}, {"code": "B", "amount": -10}], "projects[1].amount"),
        ([{"code": "A", "amount": 10}, {"code": "B"}], "projects[1].amount"),
        ([{"code": "A", "amount": 10.005}, {"code": "B", "amount": 19.995}], "projects[0].amount"),
        ([{"amount": 30}], "projects[0].projectId"),
    ],
)
async def test_http_refuses_a_wrong_split(house: House, projects: list, field: str) -> None:
    for code in ("A", "B"):
        await house.tenant.raise_.post("/raise/api/Project", {"name": code, "code": code})
    answer = await house.tenant.raise_.call(
        "POST", "/raise/api/Raise/give", json=give_body(30, projects=projects)
    )
    assert answer.status_code == 400, answer.text
    assert field in answer.json()["errors"]
    async with house.app.db.tenant(house.tenant.id) as tx:
        assert await tx.conn.fetchval("SELECT count(*) FROM giving.gift") == 0
        assert await tx.conn.fetchval("SELECT count(*) FROM giving.donor") == 0
