"""Work that is looked for again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from almoner.platform import repeating

pytestmark = pytest.mark.anyio


async def looked(found: Sequence[int | Exception | None], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What happened, looks and pauses in their order, until all of `found` was seen and one pause went by."""
    happened: list[Any] = []
    left = list(found)

    async def look() -> int | None:
        one = left.pop(0)
        happened.append(one)
        if isinstance(one, Exception):
            raise one
        return one

    async def pause(seconds: float) -> None:
        if asyncio.current_task() is not looking:  # others of this process rest as ever
            return await rest(seconds)
        happened.append(f"{seconds} s")
        if not left:
            raise asyncio.CancelledError
        return None

    rest = asyncio.sleep
    monkeypatch.setattr("almoner.platform.repeating.asyncio.sleep", pause)
    looking = asyncio.create_task(repeating.keep_looking(look, 5, "not_looked"))  # nobody else cancelled it
    with pytest.raises(asyncio.CancelledError):
        await looking
    return happened


async def test_it_looks_again_at_once_while_there_is_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await looked([2, 1, 0, None], monkeypatch) == [2, 1, 0, "5 s", None, "5 s"]


async def test_what_fails_is_tried_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = OSError("the database is away")
    assert await looked([trouble, 1, 0], monkeypatch) == [trouble, "5 s", 1, 0, "5 s"]


async def test_a_look_that_makes_another_error_of_being_cancelled_ends_it() -> None:
    async def look() -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise OSError("the connection was closed in the middle") from None
        return 0

    task = asyncio.create_task(repeating.keep_looking(look, 60, "not_looked"))
    await asyncio.sleep(0)
    task.cancel()
    assert await asyncio.wait({task}, timeout=5) == ({task}, set())
    assert task.cancelled()


async def test_a_look_that_takes_being_cancelled_for_the_trouble_of_one_of_many_is_the_last() -> None:
    async def look() -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return 0
        return 0

    task = asyncio.create_task(repeating.keep_looking(look, 60, "not_looked"))
    await asyncio.sleep(0)
    task.cancel()
    assert await asyncio.wait({task}, timeout=5) == ({task}, set())
    assert task.cancelled()
