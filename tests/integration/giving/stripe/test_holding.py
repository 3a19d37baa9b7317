"""An event of Stripe's is about one payment: whoever acts on it locks the donor of that gift alone, and so waits for nobody else's."""

from __future__ import annotations

import asyncio

import pytest

from almoner.giving.payments.rules import Word
from almoner.giving.reversals import words
from almoner.giving.reversals.words import hear, settle_words
from tests.integration.giving.stripe.world import StripeWorld

pytestmark = pytest.mark.anyio

_HOLD = "SELECT id FROM giving.donor WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"


async def _disputed(world: StripeWorld, payment_id: str) -> int:
    """The event of a dispute of this payment, which has come and was not acted on."""
    world.fake.books.open_dispute(payment_id)

    async def take(body: bytes, signature: str) -> int:
        await world.stripe.receive(world.tenant.id, body, signature)
        return 200

    await world.fake.send_notices(take)
    (row,) = await world.rows("SELECT id FROM giving.stripe_event WHERE kind = 'charge.dispute.created'")
    return int(row["id"])


async def test_an_event_waits_for_the_donor_of_no_other_gift(world: StripeWorld) -> None:
    """Words about another gift are due too, which somebody has in hand."""
    other = await world.give(key="a", donor={"email": "ada@example.org"})
    given = await world.give(key="b", donor={"email": "bo@example.org"})
    id_, now, app = world.tenant.id, world.house.app.clock.now(), world.house.app
    payment_id = other.gift.transaction_id
    assert given.gift.transaction_id is not None
    said = Word("refund", "done", "Stripe", "re_there_done", payment_id, "re_there", 100, "USD", now)
    async with app.db.tenant(id_) as tx:
        await hear(tx, [said], now)
    event_id = await _disputed(world, given.gift.transaction_id)
    async with app.db.tenant(id_) as tx:
        await tx.conn.execute(_HOLD, id_, other.gift.donor_id)
        async with asyncio.timeout(20):
            assert await world.stripe.settle(id_, event_id, lease_seconds=60)
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
    assert await world.reversals(other.gift.id) == []
    async with app.db.tenant(id_) as tx:
        assert await settle_words(tx, now) == 1
    assert await world.reversals(other.gift.id) == ["refund done 1"]


async def test_an_event_settles_its_own_words_however_many_others_are_due(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "AT_ONCE", 1)
    given, now = await world.give(), world.house.app.clock.now()
    assert given.gift.transaction_id is not None
    others = [
        Word("dispute", "open", "Stripe", f"dp_{n}_open", f"pi_{n}", f"a{n}", 100, "USD", now)
        for n in range(20)
    ]
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        await hear(tx, others, now)
    event_id = await _disputed(world, given.gift.transaction_id)
    assert await world.stripe.settle(world.tenant.id, event_id, lease_seconds=60)
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
