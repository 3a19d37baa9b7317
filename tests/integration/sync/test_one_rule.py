"""What makes a row unreadable is one rule: the sync puts aside, says and lets the doctor name the same; together they are one cause."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.giving import contract as giving
from almoner.kernel.ids import ID_MAX
from almoner.sync.rules import Reason
from almoner.sync.triage import service as triage
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import reached, retry
from tests.integration.sync.test_unreadable import breaks, mends, unguarded
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

LACKS = [
    ("gift", "version", "NULL"),
    ("gift", "currency", "NULL"),
    ("gift", "amount_minor", "NULL"),
    ("gift", "can_sync", "NULL"),
    ("gift", "is_test_mode", "NULL"),
    ("gift", "project_ids", "NULL"),
    ("gift", "project_ids", "'{999999}'"),
    ("gift", "project_minor", "'{1,2}'"),
    ("gift", "gift_on", "'0044-03-15 BC'"),
    ("gift", "received_at", "'9999-12-30 12:00Z'"),
    ("gift", "received_at", "'9999-12-31 12:00Z'"),
    ("gift", "received_at", "'0001-01-01 12:00Z'"),
    ("donor", "version", "NULL"),
    ("donor", "created_at", "'infinity'"),
    ("donor", "created_at", "'9999-12-30 12:00Z'"),
    ("donor", "modified_at", "'0001-01-01 12:00Z'"),
]


@pytest.mark.parametrize(("entity", "column", "value"), LACKS)
async def test_what_the_sync_puts_aside_the_doctor_names_by_the_same_column(
    idle: House, conn: Any, entity: str, column: str, value: str
) -> None:
    await unguarded(conn)
    tenant = idle.tenant
    table, said = f"giving.{entity}", "project_ids" if column == "project_minor" else column
    await conn.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
    await conn.execute("ALTER TABLE giving.gift DROP CONSTRAINT IF EXISTS gift_projects_sum_to_amount")
    gift = await tenant.give(10)
    bad = gift["id"] if entity == "gift" else gift["donorId"]
    was = await breaks(conn, table, column, value, bad)
    await drained(idle)
    aside = await reached(tenant, entity, bad, "record_unreadable", attempts=0)
    assert aside["detail"] == f"{entity} {bad}: {said}"
    async with idle.app.db.tenant(tenant.id) as tx:
        found = await giving.broken_records(tx, 10)
    assert [(one.record, one.id, one.column) for one in found] == [(entity, bad, said)]
    assert "%" not in found[0].lack
    await mends(conn, table, column, was, bad)
    await retry(tenant, entity, bad)
    await reached(tenant, "gift", gift["id"], None)
    async with idle.app.db.tenant(tenant.id) as tx:
        assert await giving.broken_records(tx, 10) == []


async def test_many_gifts_that_cannot_be_read_are_one_cause_and_one_press_tries_them_all(
    idle: House, conn: Any
) -> None:
    await unguarded(conn)
    tenant = idle.tenant
    gifts = [await tenant.give(10, email=f"kim{n}@example.org") for n in range(6)]
    ids = [gift["id"] for gift in gifts]
    await conn.execute("UPDATE giving.gift SET gift_on = '20000-01-01' WHERE id = ANY ($1)", ids)
    donor = await tenant.give(20, email="bo@example.org"), await tenant.give(20, email="cy@example.org")
    donor_ids = [gift["donorId"] for gift in donor]
    await conn.execute("UPDATE giving.donor SET created_at = 'infinity' WHERE id = ANY ($1)", donor_ids)
    await drained(idle)
    async with idle.app.db.tenant(tenant.id) as tx:
        page = await triage.causes(tx)
        found = {cause.entity: cause for cause in page.items}
        assert (page.total, len(page.items)) == (2, 2)
        assert {cause.reason for cause in page.items} == {Reason.RECORD_UNREADABLE}
        assert (found["gift"].detail, found["gift"].gifts) == (None, 6)
        assert (found["donor"].detail, found["donor"].donors, found["donor"].gifts) == (None, 2, 2)
        listed = await triage.gifts_with(tx, [Reason.RECORD_UNREADABLE], ID_MAX, 10)
        assert listed == sorted(ids, reverse=True)
    await conn.execute("UPDATE giving.gift SET gift_on = '2025-06-01' WHERE id = ANY ($1)", ids)
    await conn.execute("UPDATE giving.donor SET created_at = now() WHERE id = ANY ($1)", donor_ids)
    async with idle.app.db.tenant(tenant.id) as tx:
        assert await triage.retry_cause(tx, "gift", Reason.RECORD_UNREADABLE, None, NOON) == 6
        assert await triage.retry_cause(tx, "donor", Reason.RECORD_UNREADABLE, None, NOON) == 2
    for gift in (*gifts, *donor):
        await reached(tenant, "gift", gift["id"], None)
    assert await wrong_figures(idle.app.db, tenant.id) == []
