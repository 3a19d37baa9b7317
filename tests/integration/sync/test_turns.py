"""Each organization has its turn: many who are due of one, or rows of it that somebody holds, keep no other's retries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from almoner.sync import store
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import crm_project, giving_project
from tests.integration.sync.test_far_behind import MOST, READ
from tests.integration.sync.test_trouble import states
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

LIMIT = 20

DUE = """
INSERT INTO sync.record (organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason, attempts, due_at,
    happened_at, changed_at)
SELECT $1::bigint, 'crm', 'donor', 1000000 * $1::bigint + n, 1000000 * $1::bigint + n, 1, 0, n, 'retrying', 0, $3::timestamptz + n * interval '1 second',
    $3, $3
FROM generate_series(1, $2) n
"""


async def due_of(conn: Any, later: timedelta = timedelta(days=1)) -> dict[int, int]:
    """How many donors of each organization a look finds due."""
    rows = await store.queries.due_donors(conn, destination="crm", now=NOON + later, limit=LIMIT)
    owners = [row["organization_id"] for row in rows]
    return {owner: owners.count(owner) for owner in owners}


async def test_a_look_finds_of_each_organization_its_share(idle: House, conn: Any) -> None:
    one, two, three = idle.tenant.id, (await idle.another_tenant()).id, (await idle.another_tenant()).id
    await conn.execute(DUE, one, 300, NOON - timedelta(days=9))
    assert await due_of(conn) == {one: LIMIT}
    await conn.execute(DUE, two, 300, NOON)
    assert await due_of(conn) == {one: LIMIT / 2, two: LIMIT / 2}
    await conn.execute(DUE, three, 1, NOON + timedelta(hours=1))
    assert await due_of(conn) == {one: LIMIT // 3, two: LIMIT // 3, three: 1}
    assert await due_of(conn, timedelta(minutes=-1)) == {one: LIMIT}


async def test_a_look_reads_few_rows_however_many_are_due(idle: House, conn: Any) -> None:
    other = await idle.another_tenant()
    await conn.execute(DUE, idle.tenant.id, 20_000, NOON - timedelta(days=9))
    await conn.execute(DUE, other.id, 20_000, NOON + timedelta(days=9))
    await conn.execute("VACUUM ANALYZE sync.record")
    async with conn.transaction():
        before = await conn.fetchval(READ)
        assert await due_of(conn) == {idle.tenant.id: LIMIT}
        assert await conn.fetchval(READ) - before < MOST


@pytest.mark.timeout(120)
async def test_many_donors_of_rows_that_somebody_holds_keep_no_other_s_retries(
    idle: House, conn: Any, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("almoner.sync.worker.DUE_LIMIT", LIMIT)
    monkeypatch.setattr("almoner.sync.held.HELD_SECONDS", 1000.0)
    held, other = idle.tenant, await idle.another_tenant()
    many = 3 * LIMIT
    given = [await held.give(10, email=f"held{n}@example.org") for n in range(many)]
    await drained(idle)
    await conn.execute("BEGIN")
    await conn.execute("SELECT FROM crm.contact WHERE organization_id = $1 FOR UPDATE", held.id)
    given += [await held.give(20, email=f"held{n}@example.org") for n in range(many)]
    await drained(idle)
    clock.advance(timedelta(seconds=1))
    await giving_project(other, "ROOF")
    waits = await other.give(10, projects=[{"code": "ROOF"}])
    await drained(idle)
    await crm_project(other, "ROOF")
    worker = idle.sync.hand
    assert await worker.mend() == 1
    for _ in range(2):
        clock.advance(timedelta(seconds=10))
        await worker.retry_due()
    assert await states(other, waits) == [None]
    await conn.execute("ROLLBACK")
    while await worker.retry_due():
        clock.advance(timedelta(seconds=10))
    assert await states(held, *given) == [None] * len(given)
    assert await wrong_figures(idle.app.db, held.id) == []
