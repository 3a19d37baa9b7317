"""Donors that two transactions make at the same moment."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.batches import give_batch, new_gift
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_each_gift_has_a_donor_when_another_makes_one_of_them_meanwhile(house: House) -> None:
    """The key is the other's donor by the time this batch is written, and the address then is nobody's yet."""
    both, address_alone = new_gift(2, email="cy@example.org", key="C"), new_gift(3, email="cy@example.org")
    db, tenant = house.app.db, house.tenant.id
    async with db.tenant(tenant) as first:
        (key_alone,) = await give_batch(first, new_gift(1, key="C"))
        async with db.tenant(tenant) as second:
            waiting = asyncio.create_task(give_batch(second, both, address_alone))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            await first.conn.execute("COMMIT; BEGIN")
            rows = await waiting
    # The address goes before the key, as it does without a race.
    assert len({row["donor_id"] for row in rows} - {key_alone["donor_id"], None}) == 1
    assert await wrong_figures(db, tenant) == []


async def test_a_later_gift_of_the_batch_completes_the_donor_that_an_earlier_one_made(house: House) -> None:
    first, second = new_gift(1, email="dee@example.org"), new_gift(2, email="dee@example.org")
    first.update(first_name=None, phone=None)
    second.update(first_name="Dee", phone="555-0101")
    async with house.app.db.tenant(house.tenant.id) as tx:
        rows = await give_batch(tx, first, second)
        (donor_id,) = {row["donor_id"] for row in rows}
        donors = await tx.conn.fetch("SELECT first_name, phone FROM giving.donor WHERE id = $1", donor_id)
    assert [tuple(donor) for donor in donors] == [("Dee", "555-0101")]
