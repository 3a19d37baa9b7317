"""What an event of Stripe comes to asks for all donors at once, in one order: who acts on another holds up nobody for good."""

from __future__ import annotations

import asyncio

import pytest

from almoner.giving.payments.rules import Word
from almoner.giving.reversals.words import hear
from tests.integration.giving.stripe.world import StripeWorld
from tests.support.rows import Rows, waits

pytestmark = pytest.mark.anyio

_HOLD = "SELECT id FROM giving.donor WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"


async def test_an_event_holds_no_donor_while_it_waits_for_one_before(
    world: StripeWorld, all_rows: Rows
) -> None:
    """A word about another gift is due too: its donor comes later in the order."""
    given = await world.give(key="a", donor={"email": "ada@example.org"})
    other = await world.give(key="b", donor={"email": "bo@example.org"})
    id_, now = world.tenant.id, world.house.app.clock.now()
    payment_id = other.gift.transaction_id
    assert payment_id is not None
    assert given.gift.donor_id < other.gift.donor_id
    said = Word("refund", "done", "Stripe", "re_there_done", payment_id, "re_there", 100, "USD", now)
    async with world.house.app.db.tenant(id_) as tx:
        await hear(tx, [said], now)
    world.fake.books.open_dispute(given.gift.transaction_id)

    async def take(body: bytes, signature: str) -> int:
        await world.stripe.receive(id_, body, signature)
        return 200

    await world.fake.send_notices(take)
    (row,) = await world.rows("SELECT id FROM giving.stripe_event WHERE kind = 'charge.dispute.created'")
    async with world.house.app.db.tenant(id_) as tx:
        await tx.conn.execute(_HOLD, id_, given.gift.donor_id)
        acting = asyncio.create_task(world.stripe.settle(id_, row["id"], lease_seconds=60))
        await waits(await all_rows.at_home(id_), tx.conn.get_server_pid())
        await tx.conn.execute(f"{_HOLD} NOWAIT", id_, other.gift.donor_id)
    assert await acting
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
    assert await world.reversals(other.gift.id) == ["refund done 1"]
