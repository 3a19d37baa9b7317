"""What a worker does beside draining: when that fails, for one or for all, the gifts go on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from almoner.platform.database import Tx
from almoner.sync import mend
from tests.integration.sync.reasons import reached
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_a_look_for_mended_causes_that_always_fails_stops_no_gift(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    async def broken(tx: Tx, *_: Any) -> int:
        looks.append(tx.organization_id)
        raise ValueError("nobody thought of it")

    await idle.tenant.raise_.post("/raise/api/Project", {"name": "Lonely", "code": "LONELY"})
    held = await idle.tenant.give(projects=[{"code": "LONELY"}])
    await idle.settle()
    monkeypatch.setattr(mend, "queue_mended", broken)
    worker = asyncio.create_task(idle.sync.hand.run())
    # The part may be in its hands when the test would settle: waited for, not worked.
    idle.sync.is_free = True
    try:
        while len(looks) < 2:  # noqa: ASYNC110 - looks are counted
            await asyncio.sleep(0.02)
        gift = await idle.tenant.give(10, email="b@example.org")
        await reached(idle.tenant, "gift", gift["id"], None)
    finally:
        worker.cancel()
        idle.sync.is_free = False
    await reached(idle.tenant, "gift", held["id"], "project_unknown")


async def test_a_worker_ends_though_a_step_takes_being_cancelled_for_the_trouble_of_one_organization(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = asyncio.Event()

    async def broken(*_: Any) -> int:
        looks.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("what was cancelled says something else")

    await idle.tenant.raise_.post("/raise/api/Project", {"name": "Lonely", "code": "LONELY"})
    await idle.tenant.give(projects=[{"code": "LONELY"}])
    await idle.settle()
    monkeypatch.setattr(mend, "queue_mended", broken)
    worker = asyncio.create_task(idle.sync.hand.run())
    await looks.wait()
    worker.cancel()
    await asyncio.wait({worker}, timeout=10)
    was_done = worker.done()
    worker.cancel()
    assert was_done


async def test_one_organization_s_trouble_keeps_no_other_from_being_mended(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await idle.another_tenant("Other")
    for tenant in (idle.tenant, other):
        await tenant.raise_.post("/raise/api/Project", {"name": "Lonely", "code": "LONELY"})
    gifts = [await tenant.give(projects=[{"code": "LONELY"}]) for tenant in (idle.tenant, other)]
    await idle.settle()
    real = mend.queue_mended

    async def broken(tx: Tx, *rest: Any) -> int:
        if tx.organization_id == idle.tenant.id:
            raise ValueError("nobody thought of it")
        return await real(tx, *rest)

    monkeypatch.setattr(mend, "queue_mended", broken)
    for tenant in (idle.tenant, other):
        await tenant.crm.post("/crm/api/Project", {"name": "Lonely", "projectCode": "LONELY"})
    await idle.settle()
    await reached(idle.tenant, "gift", gifts[0]["id"], "project_unknown")
    await reached(other, "gift", gifts[1]["id"], None)
