"""A donor that another transaction holds: the sync goes on with all others, and follows with this one when it is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from almoner.kernel.clock import ManualClock
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import reached
from tests.integration.sync.test_trouble import in_order, states
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

HOLD = "SELECT FROM giving.donor WHERE organization_id = $1 AND email = $2 FOR UPDATE"


@pytest.mark.parametrize("retries", [0, 3], ids=["fresh", "retried"])
async def test_a_held_donor_keeps_nobody_else_and_is_no_failed_attempt(
    idle: House, clock: ManualClock, retries: int
) -> None:
    """The others follow while somebody holds it, in seconds; it follows when it is let go."""
    tenant = idle.tenant
    held = await tenant.give(10, email="held@example.org")
    async with idle.app.db.tenant(tenant.id) as tx:
        await tx.conn.execute(HOLD, tenant.id, "held@example.org")
        others = [await tenant.give(20, email=f"other{n}@example.org") for n in range(4)]
        async with asyncio.timeout(15):
            await drained(idle)
            for _ in range(retries):
                clock.advance(timedelta(seconds=10))
                await idle.sync.hand.retry_due()
        assert await states(tenant, *others) == [None] * 4
        await reached(tenant, "donor", held["donorId"], "retrying", attempts=0)
    clock.advance(timedelta(seconds=10))
    await in_order(tenant, [held])


HELD = {
    "its tally": "sync.tally",
    "the tally of its CRM": "crm.tally",
    "its projects": "crm.project",
    "its contacts": "crm.contact",
}
"""What somebody may hold of an organization, so that none of its gifts can be settled."""


EVERY_SLOT = {
    "sync.tally": """
        INSERT INTO sync.tally (organization_id, destination, entity, state, currency, slot, n, minor, there_n, there_minor)
        SELECT DISTINCT t.organization_id, t.destination, t.entity, t.state, t.currency, s, 0, 0, 0, 0
        FROM sync.tally t, generate_series(0, 63) s WHERE t.organization_id = $1 ON CONFLICT DO NOTHING""",
    "crm.tally": """
        INSERT INTO crm.tally (organization_id, currency, slot, gift_count, given_minor)
        SELECT DISTINCT t.organization_id, t.currency, s, 0, 0
        FROM crm.tally t, generate_series(0, 63) s WHERE t.organization_id = $1 ON CONFLICT DO NOTHING""",
}
"""Sums are kept in slots that come with their first use: a slot that is not there yet nobody holds."""

ATTEMPTS = "SELECT max(attempts) FROM sync.record WHERE organization_id = $1"


async def met(step: Awaitable[object]) -> int:
    """How many times a donor's work met a row that somebody holds, while `step` was done: each such time others wait."""
    with capture_logs() as logs:
        await step
    return sum(log["event"] == "sync_record_failed" for log in logs)


@pytest.mark.parametrize("table", HELD.values(), ids=HELD)
async def test_what_somebody_holds_of_one_organization_keeps_no_other_and_it_follows(
    idle: House, conn: Any, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Two of its donors meet the held rows, not all of them; then one a look, until the rows are free."""
    monkeypatch.setattr("almoner.sync.held.HELD_SECONDS", 1000.0)
    held, other = idle.tenant, await idle.another_tenant()
    stuck = [await held.give(10, email=f"held{n}@example.org") for n in range(12)]
    await drained(idle)
    worker = idle.sync.hand
    if table in EVERY_SLOT:
        await conn.execute(EVERY_SLOT[table], held.id)
    await conn.execute("BEGIN")
    await conn.execute(f"SELECT FROM {table} WHERE organization_id = $1 FOR UPDATE", held.id)
    stuck += [await held.give(20, email=f"held{n}@example.org") for n in range(12)]
    others = [await other.give(20, email=f"other{n}@example.org") for n in range(12)]
    meetings = await met(drained(idle))
    assert await states(other, *others) == [None] * 12
    clock.advance(timedelta(seconds=10))
    meetings += await met(worker.retry_due())
    stuck += [await held.give(30, email=f"held{n}@example.org") for n in range(12)]
    others = [await other.give(30, email=f"other{n}@example.org") for n in range(12)]
    meetings += await met(drained(idle))
    assert meetings <= 3
    assert await states(other, *others) == [None] * 12
    await conn.execute("ROLLBACK")
    assert await conn.fetchval(ATTEMPTS, held.id) == 0
    clock.advance(timedelta(seconds=10))
    while await worker.retry_due():
        clock.advance(timedelta(seconds=10))
    assert await states(held, *stuck) == [None] * 36
    for donor_id in {gift["donorId"] for gift in stuck}:
        await in_order(held, [gift for gift in stuck if gift["donorId"] == donor_id])
    assert await wrong_figures(idle.app.db, held.id) == []
