"""What processors said is read by refund and by payment, however much they said before."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from almoner.giving.reversals import words
from tests.support.house import House
from tests.support.plans import Plans, explained

pytestmark = pytest.mark.anyio

MANY, FEW = 2_000, 200

_SAID = f"""
    INSERT INTO giving.processor_word (organization_id, gateway, event_id, kind, state, payment_id, transaction_id, amount_minor, currency,
        happened_at, reason, received_at, settled_at, look_at)
    SELECT $1, 'Till', 'evt_' || n, 'refund', 'done', 'till_' || n, 're_' || n, 100, 'USD', now(), 'Asked for.', now(),
        CASE WHEN n > 1 THEN now() END, CASE WHEN n = 1 THEN now() END
    FROM generate_series(1, {MANY}) AS n
"""


@pytest.fixture
async def many(house: House) -> AsyncIterator[Plans]:
    """Much was said, and one word waits."""
    async with explained(house.app.db, house.tenant.id) as plans:
        await plans.tx.conn.execute(_SAID, house.tenant.id)
        await plans.tx.conn.execute("ANALYZE giving.processor_word")
        plans.clear()
        yield plans


async def test_a_refund_reads_its_own_words(many: Plans, house: House) -> None:
    assert await words.settle_words(many.tx, house.app.clock.now()) == 1
    rows, step = await many.busiest()
    assert 0 < rows <= FEW, step


async def test_an_erased_donor_reads_the_words_of_its_own_gifts(many: Plans, house: House) -> None:
    gift = await house.tenant.give(10)
    await many.tx.conn.execute("ANALYZE giving.gift")
    many.clear()
    await many.tx.conn.execute(
        "SELECT giving_code.forget_why_reversed($1, ARRAY[$2::bigint])", house.tenant.id, gift["donorId"]
    )
    rows, step = await many.busiest()
    assert 0 < rows <= FEW, step
