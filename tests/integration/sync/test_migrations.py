"""The migration that makes the tally, on records as they were before it."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from almoner.platform.database.files import load_migrations
from almoner.sync import service
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import giving_project
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

BEFORE = """
DROP TABLE sync.tally;
ALTER TABLE sync.record DROP COLUMN currency, DROP COLUMN minor, DROP COLUMN counted_as
"""


async def migrate(conn: Any) -> None:
    """Take back what the migration made, and run it on the rows that stay."""
    (file,) = [one for one in load_migrations() if one.name == "sync/20261127-1103-kept-figures"]
    await conn.execute(BEFORE)
    await conn.execute(file.text)


async def test_the_records_that_are_there_are_counted_with_their_gifts_money(idle: House, conn: Any) -> None:
    tenants = [idle.tenant, await idle.another_tenant("Euro", currency="EUR")]
    for tenant in tenants:
        await giving_project(tenant, "LONELY")
        await tenant.give(10)
        await tenant.give(20, isTestMode=True, email="bo@example.org")
        await tenant.give(40, projects=[{"code": "LONELY"}])
    await drained(idle)
    await tenants[0].give(80)
    await migrate(conn)
    for tenant, currency in zip(tenants, ("USD", "EUR"), strict=True):
        assert await wrong_figures(idle.app.db, tenant.id) == []
        async with idle.app.db.tenant(tenant.id) as tx:
            assert await service.gift_totals(tx) == {
                "synced": {currency: (1, 1000)},
                "withheld": {currency: (1, 2000)},
                "failed": {currency: (1, 4000)},
            }


async def test_the_application_sees_no_tally_of_another_organization(idle: House, conn: Any) -> None:
    other = await idle.another_tenant()
    await other.give(10)
    await drained(idle)
    await migrate(conn)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        assert await tx.conn.fetch("SELECT FROM sync.tally") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.conn.execute(
                "INSERT INTO sync.tally VALUES ($1, 'gift', 'synced', 'USD', 0, 1, 1)", other.id
            )
        await tx.conn.execute("ROLLBACK; BEGIN")
