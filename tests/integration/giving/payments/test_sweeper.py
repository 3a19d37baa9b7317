"""The sweeper looks after all organizations: one whose gateway takes long holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sweeper import AT_ONCE, DUE_MAX, EACH, Due, PaymentSweeper, Sweeper
from almoner.platform.database import Connection
from tests.integration.giving.payments.world import World, paid_and_lost
from tests.support.house import House
from tests.support.plans import Plans, explained
from tests.support.till import Till

pytestmark = pytest.mark.anyio

SLOW, QUICK, BROKEN = 1, 2, 3


class Played(Sweeper):
    """A sweeper of a list: one organization takes until it is let go, another is done at once, one fails."""

    what = "play"

    def __init__(self, house: House, list_: list[Due]) -> None:
        super().__init__(house.app.db.first, settle_seconds=0.04, timeout_seconds=30)
        self.list = list_
        self.begun: list[Due] = []
        self.done: list[Due] = []
        self.let_go, self.is_begun, self.is_quick = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def due(self, conn: Connection) -> Sequence[Due]:
        """As the statements answer: a share of each organization, what is in hand too, for its lease may not be written yet."""
        shares = [[one for one in self.list if one[0] == id_][:EACH] for id_ in (SLOW, QUICK, BROKEN)]
        return [one for share in shares for one in share][:DUE_MAX]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Settle one."""
        self.begun.append((organization_id, id_))
        self.is_begun.set()
        if organization_id == BROKEN:
            raise KeyError
        if organization_id == SLOW:
            await self.let_go.wait()
        self.list.remove((organization_id, id_))
        self.done.append((organization_id, id_))
        if not any(id_ == QUICK for id_, _ in self.list):
            self.is_quick.set()
        return True


async def test_one_that_takes_long_holds_up_no_other(house: House) -> None:
    slow = [(SLOW, n) for n in range(2 * AT_ONCE)]
    sweeper = Played(house, [*slow, *((QUICK, n) for n in range(3 * AT_ONCE))])
    sweeping = asyncio.create_task(sweeper.sweep())
    async with asyncio.timeout(20):
        await sweeper.is_quick.wait()
        assert {organization_id for organization_id, _ in sweeper.done} == {QUICK}
        assert [one for one in sweeper.begun if one[0] == SLOW] == slow[:EACH]
        sweeper.is_quick.clear()
        sweeper.list.append((QUICK, -1))
        await sweeper.is_quick.wait()
        sweeper.let_go.set()
        assert await sweeping == 5 * AT_ONCE + 1
    assert sorted(sweeper.begun) == sorted(sweeper.done)


async def test_what_fails_names_its_organization_and_rests(house: House) -> None:
    sweeper = Played(house, [(BROKEN, 7)])
    with capture_logs() as lines:
        assert await sweeper.sweep() == 0
    assert sweeper.begun == [(BROKEN, 7)]
    (line,) = [line for line in lines if line["event"] == "play_not_settled"]
    assert (line["organization"], line["play"]) == (BROKEN, 7)


async def test_who_is_ended_ends_what_is_in_hand(house: House) -> None:
    sweeper = Played(house, [(SLOW, 1)])
    sweeping = asyncio.create_task(sweeper.sweep())
    await sweeper.is_begun.wait()
    sweeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweeping
    sweeper.let_go.set()
    await asyncio.sleep(0)
    assert sweeper.done == []


MANY = 2_000
_INTENTS = f"""
    INSERT INTO giving.payment_intent (organization_id, state, gateway, gateway_key, amount_minor, currency, look_at, created_at, modified_at)
    SELECT $1, 'asked', 'Till', gen_random_uuid(), 100, 'USD', clock_timestamp() - interval '1 day', now(), now()
    FROM generate_series(1, {MANY})
"""


@pytest.fixture
async def many(house: House) -> AsyncIterator[Plans]:
    """An organization of which much is due, for longer than anything else."""
    async with explained(house.app.db, house.tenant.id) as plans:
        await plans.tx.conn.execute(_INTENTS, house.tenant.id)
        await plans.tx.conn.execute("ANALYZE giving.payment_intent")
        plans.clear()
        yield plans


async def test_what_is_due_is_taken_of_each_organization(many: Plans, house: House) -> None:
    other = await house.another_tenant()
    await many.tx.conn.execute(_INTENTS.replace("'1 day'", "'1 hour'"), other.id)
    many.clear()
    await many.tx.conn.execute("SELECT set_config('almoner.organization_id', '', true)")
    sweeper = PaymentSweeper(house.app.db.first, Gateways(Till()), settle_seconds=60, timeout_seconds=5)
    due = await sweeper.due(many.tx.conn)
    of = [organization_id for organization_id, _ in due]
    assert (of.count(house.tenant.id), of.count(other.id)) == (EACH, EACH)
    rows, step = await many.busiest()
    assert 0 < rows <= 200, step


async def test_a_payment_that_cannot_be_looked_for_is_told_with_its_organization(house: House) -> None:
    world = World(house)
    await paid_and_lost(world, "one")
    await world.make_due()
    sweeper = PaymentSweeper(
        house.app.db.first, Gateways(Till("Other")), settle_seconds=60, timeout_seconds=5
    )
    with capture_logs() as lines:
        await sweeper.sweep()
    found = [line for line in lines if line["event"] == "payment_not_settled"]
    assert house.tenant.id in {line["organization"] for line in found}


class Asked(Till):
    """A till at which something happens to a payment while it is given back: a refund of it fails, say, and a notice asks for another look."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house
        self.looks = 0

    async def find(self, key: str, since: datetime) -> Sequence[str]:
        self.looks += 1
        return await super().find(key, since)

    async def cancel(self, transaction_id: str) -> None:
        await super().cancel(transaction_id)
        async with self._house.app.db.tenant(self._house.tenant.id) as tx:
            await tx.conn.execute(
                "SELECT giving_code.look_for_stray(organization_id, gateway_key) FROM giving.payment_intent"
                " WHERE organization_id = $1",
                tx.organization_id,
            )


async def test_a_look_that_is_asked_for_while_somebody_looks_comes_after_that(house: House) -> None:
    """Whoever looks may have seen the payment as it was before."""
    till = Asked(house)
    world = World(house, till)
    await paid_and_lost(world, "one")
    await world.make_due()
    while await world.sweeper.sweep():
        pass
    assert till.looks == 2
    assert await world.states() == ["cancelled"]
