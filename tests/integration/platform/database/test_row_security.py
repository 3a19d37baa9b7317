"""Row-level security under the application role: SQL of one organization neither sees nor writes another's rows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.support.house import House, Tenant
from tests.support.rows import Rows
from tests.support.samples import samples, word

pytestmark = pytest.mark.anyio


@pytest.fixture
async def theirs(house: House) -> Tenant:
    """Another organization, with a record of every kind; `house.tenant` has one too."""
    other = await house.another_tenant()
    for tenant in (house.tenant, other):
        for sample in samples():
            await sample.make(tenant, word())
    await house.settle()
    return other


@pytest.fixture
async def app_role(house: House, theirs: Tenant) -> AsyncIterator[Any]:
    """A connection under the application role that belongs to no organization."""
    async with house.app.db.first.pool.acquire() as conn:
        yield conn


async def test_sql_of_one_organization_sees_only_its_rows(
    house: House, all_rows: Rows, theirs: Tenant, app_role: Any
) -> None:
    for table in await all_rows.tables(of_tenant=True):
        async with house.app.db.tenant(house.tenant.id) as tx:
            others = f"SELECT count(*) FROM {table} WHERE organization_id <> {house.tenant.id}"
            assert await tx.conn.fetchval(others) == 0, table


async def test_sql_of_no_organization_sees_nothing(all_rows: Rows, app_role: Any) -> None:
    for table in await all_rows.tables(of_tenant=True):
        assert await app_role.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_sql_of_one_organization_writes_no_row_of_another(
    house: House, all_rows: Rows, theirs: Tenant
) -> None:
    a, b = house.tenant.id, theirs.id
    before = await all_rows.of_organization(b)
    for table in await all_rows.tables(of_tenant=True):
        columns = await _columns(all_rows, table)
        stored = await all_rows.fetch(
            f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE organization_id = $1", b
        )
        copy = (
            f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
            f" SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1)"
        )
        for statement, values in (
            (copy, [json.dumps({"organization_id": b}) if not stored else stored[0]["row"]]),
            (f"UPDATE {table} SET organization_id = {b}", []),
            (f"UPDATE {table} SET organization_id = {a} WHERE organization_id = {b}", []),
            (f"DELETE FROM {table} WHERE organization_id = {b}", []),
        ):
            await _try(house, statement, values)
    assert await all_rows.of_organization(b) == before


@pytest.mark.parametrize("product", ["giving", "crm"])
async def test_a_function_writes_no_row_of_another_organization(
    house: House, theirs: Tenant, product: str
) -> None:
    """The predicate is the belt, row-level security the braces: they hold inside functions too."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.app.db.tenant(house.tenant.id) as tx:
            await tx.conn.execute(f"SELECT {product}_code.append_event($1, 1, 'test', 1, now())", theirs.id)


async def _columns(all_rows: Rows, table: str) -> str:
    found = await all_rows.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        table,
    )
    return ", ".join(row["attname"] for row in found)


async def _try(house: House, statement: str, values: list[object]) -> None:
    """Run `statement` as A: it is refused by a policy or a missing right, or it touches no row."""
    try:
        async with house.app.db.tenant(house.tenant.id) as tx:
            outcome = await tx.conn.execute(statement, *values)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError):
        return
    assert outcome in ("UPDATE 0", "DELETE 0"), f"{statement}: {outcome}"
