"""What waits to be written when the server stops, and what comes after: nobody waits for ever, and nobody is told what is not so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from almoner.giving.give.batches import Batches
from almoner.giving.give.errors import Unconfirmed
from almoner.giving.give.writer import _read
from almoner.kernel.errors import Unavailable

pytestmark = pytest.mark.anyio


def hanging() -> Batches[Any]:
    """Batches to a database that never answers."""

    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    class Hanging:
        def connection(self) -> Any:
            return self

        async def __aenter__(self) -> None:
            return None

        async def __aexit__(self, *_: object) -> None:
            return None

    server: Any = Hanging()
    return Batches(server, never, lambda row: row, lambda: None, batch_max=4, lanes=1, lock_seconds=1.0)


async def test_what_is_left_at_the_stop_is_told_that_nobody_knows() -> None:
    batches = hanging()
    batches.start()
    waiting = [asyncio.create_task(batches.put(1, {"n": n})) for n in range(9)]
    await asyncio.sleep(0)
    await batches.stop(0.05)
    async with asyncio.timeout(5):
        told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [Unconfirmed] * 9


async def test_what_comes_after_the_stop_is_refused_at_once() -> None:
    batches = hanging()
    batches.start()
    await batches.stop(0.01)
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable, match="Nothing was stored"):
            await batches.put(1, {"n": 1})


def test_a_word_of_the_database_that_nobody_knows_is_no_key_to_pay_under() -> None:
    row = {"outcome": "later", "gift_id": None, "intent_id": None, "gateway_key": None, "is_written": False}
    assert isinstance(_read(row), Exception)
