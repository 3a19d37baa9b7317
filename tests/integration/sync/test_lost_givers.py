"""A CRM that knows nothing of a giver any more is told of it again; a record that goes to another donor goes with that one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from almoner.sync import store
from almoner.sync.rules import State
from almoner.sync.worker import SyncWorker
from tests.integration.sync import reasons
from tests.integration.sync.hand import drained
from tests.integration.sync.test_remote import Elsewhere, another_crm, sides, worker_for, works_through
from tests.integration.sync.test_third_entity import (
    Promise,
    RecurringGifts,
    happened,
    planted,
    promised,
    record,
)
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

__all__ = ["planted"]


async def forgets(conn: Any, organization_id: int) -> None:
    """A CRM that lost who its givers are."""
    await conn.execute("DELETE FROM crm.contact_reference WHERE organization_id = $1", organization_id)


async def states(house: House, destination: str, *records: tuple[str, int]) -> list[State | None]:
    """The states of records at a destination."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        found = [await store.read_record(tx, destination, *each) for each in records]
    return [None if each is None else each.state for each in found]


async def goes_on(house: House, clock: ManualClock, worker: SyncWorker) -> None:
    """Time passes, and what is due is tried."""
    for _ in range(6):
        await drained(house)
        await worker.retry_due()
        clock.advance(timedelta(seconds=200))


async def test_a_giver_that_is_lost_is_put_again_by_a_retry(
    idle: House, clock: ManualClock, conn: Any
) -> None:
    first = await idle.tenant.give(10)
    worker = await drained(idle)
    await reasons.giving_project(idle.tenant, "WELLS")
    second = await idle.tenant.give(20, projects=[{"code": "WELLS"}])
    await drained(idle)
    await forgets(conn, idle.tenant.id)
    await reasons.crm_project(idle.tenant, "WELLS")
    await worker.mend()
    await goes_on(idle, clock, worker)
    here = ("donor", first["donorId"]), ("gift", second["id"])
    assert await states(idle, "crm", *here) == [State.SYNCED, State.SYNCED]
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []


async def test_a_giver_that_is_lost_elsewhere_is_put_again(
    idle: House, clock: ManualClock, conn: Any
) -> None:
    there = await another_crm(idle)
    worker = worker_for(idle, Elsewhere(idle.app.db.first, there.id))
    await idle.tenant.give(10)
    await works_through(idle, clock, worker)
    await forgets(conn, there.id)
    await idle.tenant.give(20)
    await works_through(idle, clock, worker)
    giving, taken = await sides(idle, there)
    assert giving == taken and len(taken) == 2


async def test_what_goes_to_another_donor_is_retried_with_that_one(
    idle: House, planted: RecurringGifts, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = [
        int((await idle.tenant.give(10, isTestMode=True, email=email))["donorId"])
        for email in ("a@x.org", "b@x.org")
    ]
    await happened(idle, planted, Promise(5, a, 1, 2500))
    await drained(idle)
    await happened(idle, planted, Promise(5, b, 2, 4000))
    with monkeypatch.context() as broken:
        broken.setattr(planted, "change", None)
        worker = await drained(idle)
    await goes_on(idle, clock, worker)
    known = await record(idle, 5)
    assert (known.state, known.donor_id, (await promised(idle, 5))["amount"]) == (State.SYNCED, b, 40)
    assert await states(idle, "crm", ("donor", a), ("donor", b)) == [State.SYNCED, State.SYNCED]
