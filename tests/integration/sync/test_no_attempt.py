"""Somebody else's lock, or a CRM that is away, is no attempt at a record: nothing is given up for it, however often it is met."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from almoner.kernel.clock import ManualClock
from almoner.kernel.errors import Unavailable
from almoner.sync import store
from almoner.sync.rules import State
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import correct
from tests.integration.sync.test_remote import Elsewhere, another_crm, sides, worker_for, works_through
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

LOCKED = {
    "a donor": "SELECT FROM giving.donor FOR UPDATE",
    "a contact": "SELECT FROM crm.contact FOR UPDATE",
    "a project": "SELECT FROM crm.project FOR UPDATE",
    "the CRM's totals": "SELECT FROM crm.tally FOR UPDATE",
    "a gift of the CRM": "SELECT FROM crm.gift FOR UPDATE",
    "the sync's totals": "SELECT FROM sync.tally FOR UPDATE",
}
AWAY = {
    "503": Unavailable("The CRM is being looked after."),
    "refused": ConnectionRefusedError("nobody listens"),
    "too late": TimeoutError("no answer"),
    "its database is away": asyncpg.ConnectionDoesNotExistError("lost"),
    "its database is shut down": asyncpg.AdminShutdownError("bye"),
    "its database is full": asyncpg.TooManyConnectionsError("full"),
    "held there": asyncpg.LockNotAvailableError("held"),
}


async def attempts(house: House, destination: str, *places: tuple[str, int]) -> list[int]:
    async with house.app.db.tenant(house.tenant.id) as tx:
        found = [await store.read_record(tx, destination, *place) for place in places]
    return [0 if each is None else each.attempts for each in found]


@pytest.mark.parametrize("held", LOCKED.values(), ids=LOCKED)
async def test_a_lock_here_is_no_attempt_and_all_follows_when_it_is_let_go(
    idle: House, conn: Any, clock: ManualClock, held: str
) -> None:
    tenant = idle.tenant
    old = await tenant.give(10)
    await drained(idle)
    new = [await tenant.give(20), await tenant.give(30, email="bo@example.org")]
    await correct(tenant, old["id"], amount=15)
    await conn.execute("BEGIN")
    await conn.execute(held)
    places = [("donor", old["donorId"]), *(("gift", gift["id"]) for gift in (old, *new))]
    for _ in range(6):
        await drained(idle)
        clock.advance(timedelta(seconds=1000))
        await idle.sync.hand.retry_due()
    assert await attempts(idle, "crm", *places) == [0] * 4
    await conn.execute("ROLLBACK")
    await drained(idle)
    for _ in range(6):
        clock.advance(timedelta(seconds=1000))
        await idle.sync.hand.retry_due()
    async with idle.app.db.tenant(tenant.id) as tx:
        states = [await store.read_record(tx, "crm", *place) for place in places]
    assert [each and each.state for each in states] == [State.SYNCED] * 4
    assert await wrong_figures(idle.app.db, tenant.id) == []


@pytest.mark.parametrize("error", AWAY.values(), ids=AWAY)
async def test_a_crm_elsewhere_that_cannot_take_anything_now_is_no_attempt(
    idle: House, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    there = await another_crm(idle)
    line = Elsewhere(idle.app.db.first, there.id)
    worker = worker_for(idle, line)
    gift = await idle.tenant.give(10)
    await worker._register()
    await worker.drain_once()

    async def away(*_: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(line, "send", away)
        for _ in range(6):
            await worker.retry_due()
            clock.advance(timedelta(hours=1))
    places = ("donor", gift["donorId"]), ("gift", gift["id"])
    assert await attempts(idle, "elsewhere", *places) == [0, 0]
    await works_through(idle, clock, worker)
    giving, taken = await sides(idle, there)
    assert giving == taken and len(taken) == 1
