"""What cannot be settled is tried again later each time, up to a bound, and not all of it at one moment."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.giving.payments.rules import Word
from almoner.giving.reversals.words import processor_said, settle_words
from almoner.kernel.clock import SystemClock
from tests.integration.giving.payments.world import World, paid_and_lost

pytestmark = pytest.mark.anyio

_WAITS = """
SELECT extract(epoch FROM look_at - modified_at)::float8 AS seconds, failed_looks FROM giving.payment_intent ORDER BY id
"""


async def waits(world: World) -> list[tuple[float, int]]:
    """How long each payment is left alone since it was looked at, and how often in a row that failed."""
    async with world.house.app.db.tenant(world.house.tenant.id) as tx:
        return [(row["seconds"], row["failed_looks"]) for row in await tx.conn.fetch(_WAITS)]


async def test_a_stray_that_cannot_be_given_back_is_asked_about_less_and_less(world: World) -> None:
    for key in ("one", "two", "three"):
        await paid_and_lost(world, key)
    real = world.till.cancel

    async def cancel(_: str) -> None:
        raise ConnectionError("under way")

    world.till.cancel = cancel  # type: ignore[method-assign,assignment]
    seen = []
    for turn in range(9):
        await world.make_due()
        await world.sweeper.sweep()
        now = await waits(world)
        assert [failed for _, failed in now] == [turn + 1] * 3
        least = min(3600, 60 * 2**turn)
        assert all(least <= seconds <= least * 1.25 for seconds, _ in now), now
        seen.append({round(seconds) for seconds, _ in now})
    assert any(len(one) > 1 for one in seen), "they come back at different moments"
    told = await world.payment()
    assert (told["failedLooks"], told["state"]) == (9, "cancelling")
    assert told["nextLookDate"] is not None
    world.till.cancel = real  # type: ignore[method-assign]
    await world.sweep()
    assert (await world.payment())["failedLooks"] == 0
    assert world.till.held == []


async def test_a_word_that_has_no_gift_is_looked_at_less_and_less(world: World) -> None:
    now = SystemClock().now()
    word = Word("failure", "done", "Till", "no gift", "nobody", "nobody", 100, "USD", now)
    delays: list[float] = []
    row: Any = None
    async with world.house.app.db.tenant(world.house.tenant.id) as tx:
        await processor_said(tx, [word], now)
        for _ in range(17):
            row = await tx.conn.fetchrow("SELECT look_at, looks, detail FROM giving.processor_word")
            delays.append((row["look_at"] - now).total_seconds())
            now = row["look_at"]
            await settle_words(tx, now)
    assert row["detail"] and row["looks"] == 17
    for turn, delay in enumerate(delays):
        least = min(86_400, 5 * 2**turn)
        assert least <= delay <= least * 1.25
