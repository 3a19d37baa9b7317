"""Rounds of statements beside each other: one that cannot go on is no other's trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from almoner.giving.receipts.service import troubles
from almoner.giving.receipts.statements import CANNOT_GO_ON, StatementRunner
from almoner.kernel.clock import ManualClock
from tests.support.house import House, Tenant
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


async def round_of(tenant: Tenant) -> Any:
    """A gift of 2025 with its receipt, and the round of its year."""
    gift = await tenant.give(10, date="2025-03-01")
    await tenant.raise_.post(f"/raise/api/Receipt/gift/{gift['id']}")
    return await tenant.raise_.post("/raise/api/Receipt/statements", {"year": 2025})


CANNOT = f"Statements of 2025: {CANNOT_GO_ON.format('TypeError')}"


async def reasons(house: House, tenant: Tenant) -> list[str]:
    """What staff are told that stands still."""
    async with house.app.db.tenant(tenant.id) as tx:
        return [one.reason for one in await troubles(tx)]


async def test_a_round_that_cannot_go_on_keeps_no_other_waiting_and_goes_on_once_it_can(house: House) -> None:
    ours, theirs = house.tenant, await house.another_tenant()
    runs = [await round_of(ours), await round_of(theirs)]
    said = "UPDATE giving.receipt SET said = $2::text::jsonb WHERE organization_id = $1 RETURNING (SELECT said::text)"
    async with as_owner(house.app.db, ours.id) as tx:
        whole = await tx.conn.fetchval(
            "SELECT said::text FROM giving.receipt WHERE organization_id = $1", ours.id
        )
        await tx.conn.execute(said, ours.id, "{}")
    clock = ManualClock(datetime.now(UTC) + timedelta(seconds=5))
    runner = StatementRunner(house.app.stations[0].server, clock, "", 5.0)

    async def states() -> list[str]:
        while await runner.look():
            pass
        of = zip((ours, theirs), runs, strict=True)
        return [
            (await tenant.raise_.get(f"/raise/api/Receipt/statements/{run['id']}"))["state"]
            for tenant, run in of
        ]

    with capture_logs() as told:
        assert await states() == ["running", "done"]
    assert [(one["event"], one["organization"]) for one in told] == [("statements_not_made", ours.id)]
    assert await reasons(house, ours) == [CANNOT] and await reasons(house, theirs) == []
    assert (await ours.raise_.get(f"/raise/api/Receipt/statements/{runs[0]['id']}"))["trouble"] in CANNOT
    async with as_owner(house.app.db, ours.id) as tx:
        await tx.conn.execute(said, ours.id, whole)
    clock.advance(timedelta(minutes=2))
    assert await states() == ["done", "done"]
    assert await reasons(house, ours) == []
    assert (await ours.raise_.get(f"/raise/api/Receipt/statements/{runs[0]['id']}"))["trouble"] is None
