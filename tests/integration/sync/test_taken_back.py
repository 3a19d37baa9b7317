"""A link that is taken back while the sync sends the donor's older version: the contact that was linked by mistake is not the donor's any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from almoner.console.donors import service as links
from almoner.crm import contract as crm
from almoner.giving.donors.service import read_donor
from almoner.kernel.clock import ManualClock
from almoner.sync.destinations import BuiltinCrm
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import NOWHERE, contact
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


class Pause:
    """The sync stops at its next sending, before it or after it, until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, is_after: bool) -> None:
        self.reached, self.over = asyncio.Event(), asyncio.Event()
        pause = self

        async def send(_: BuiltinCrm, tx: Any, changes: Any, now: Any) -> Any:
            if not is_after:
                await pause.here()
            outcomes = await crm.accept(tx, changes, now)
            if is_after:
                await pause.here()
            return outcomes

        monkeypatch.setattr(BuiltinCrm, "send", send)

    async def here(self) -> None:
        """Once: who comes again goes on."""
        if not self.reached.is_set():
            self.reached.set()
            await self.over.wait()


async def link(house: House, donor_id: int, key: int, seen: str) -> None:
    """Link a donor to a contact by hand."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        assert await links.link_donor(tx, donor_id, str(key), seen, NOON, is_confirmed=True) == "linked"


async def take_back(house: House, donor_id: int, key: int) -> str:
    """Take that back."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await links.take_back(tx, donor_id, str(key), NOON)


@pytest.mark.parametrize("is_after", [False, True], ids=["read, not sent", "sent, not settled"])
@pytest.mark.parametrize("is_there", [False, True], ids=["the link itself", "a later change"])
async def test_a_link_taken_back_while_it_is_sent_does_not_stay(
    idle: House,
    conn: Any,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_there: bool,
    is_after: bool,
) -> None:
    gift = await idle.tenant.give(10, donor={"crmKey": NOWHERE})
    donor_id = gift["donorId"]
    await drained(idle)
    wrong = await contact(conn, idle.tenant, "bo@example.org", "Bo", "Moss")
    await link(idle, donor_id, wrong, NOWHERE)
    if is_there:
        await idle.settle()
        await idle.tenant.raise_.call("PATCH", f"/raise/api/Donor/{donor_id}", json={"phone": "1"})
    pause = Pause(monkeypatch, is_after=is_after)
    sync = asyncio.create_task(idle.settle())
    await asyncio.wait_for(pause.reached.wait(), 20)
    back = asyncio.create_task(take_back(idle, donor_id, wrong))
    await asyncio.wait([back], timeout=0.5)
    pause.over.set()
    assert await back == "taken-back"
    await sync
    # Where the sync met the one who took back, it gave way and comes again.
    clock.advance(timedelta(minutes=1))
    await idle.settle()
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        donor = await read_donor(tx, donor_id)
    assert donor.crm_linked and donor.crm_key not in (None, str(wrong))
    later = await idle.tenant.give(7)
    assert later["donorId"] == donor_id
    await idle.settle()
    told = await idle.tenant.crm.get(f"/crm/api/Gift/RaiseDonors/{later['id']}")
    assert str(told["contactId"]) == donor.crm_key
    references = (await idle.tenant.crm.get(f"/crm/api/Contact/{wrong}"))["contactReferences"]
    assert references == []
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []
