"""What a judge may ask for, and how what it finds joins what was refused first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import pytest
from msgspec import UNSET, UnsetType

from almoner.kernel.errors import FieldError, Unavailable
from almoner.platform.database import Tx
from almoner.platform.http import judging
from almoner.platform.http.judging import Bench, Said, together
from almoner.platform.wire import Body

pytestmark = pytest.mark.anyio


def error(field: str) -> FieldError:
    """What is wrong with `field`."""
    return FieldError(field, "INVALID", "It is not valid.")


def paths(errors: Sequence[FieldError]) -> list[str]:
    """The fields of `errors`."""
    return [each.field for each in errors]


def test_what_lies_in_a_field_that_could_not_be_read_is_not_told() -> None:
    also = [
        error(field) for field in ("parts[1].code", "parts[10].code", "parts", "donor.email", "donors", "day")
    ]
    told = together([error("parts[1]"), error("donor")], also, ["parts[1]", "donor"])
    assert paths(told) == ["parts[1]", "donor", "parts[10].code", "parts", "donors", "day"]


def test_a_field_is_told_as_it_was_refused_first() -> None:
    first = FieldError("day", "REQUIRED", "First.")
    assert together([first], [error("day"), error("day.hour")], []) == (first, error("day.hour"))


async def handler(tx: Tx, note_id: int, data: str, loud: bool) -> None:
    """Something is done."""


async def judge(data: str, tx: Tx, note_id: int) -> list[FieldError]:
    """What is wrong."""
    return [error(f"{data}{note_id}")]


async def of_the_query(loud: bool) -> list[FieldError]:
    """Asks for what may be broken itself."""
    return []


async def of_another_type(note_id: str) -> list[FieldError]:
    """Asks for what the handler knows as something else."""
    return []


@asynccontextmanager
async def opened() -> AsyncIterator[Any]:
    """A transaction that nobody looks into."""
    yield None


def cannot_be_had(trouble: Exception) -> Callable[[], AbstractAsyncContextManager[Any]]:
    """What opens a transaction when there is none to be had."""

    @asynccontextmanager
    async def away() -> AsyncIterator[Any]:
        raise trouble
        yield

    return away


class Note(Body):
    """What a body says."""

    written_on: str
    text: str | UnsetType = UNSET


async def note_handler(tx: Tx, data: Note) -> None:
    """A note is written."""


async def of_what_is_said(said: Said, tx: Tx) -> list[FieldError]:
    """A function as services have it."""
    return [error(name) for name in said]


async def test_the_judge_gets_what_the_handler_would() -> None:
    bench = Bench(judge, handler, {"data", "note_id"}, "data")
    found = await bench.also_broken(opened, {"data": "x", "note_id": 3, "loud": True})
    assert paths(found) == ["x3"]


async def test_the_judge_gets_what_the_body_says() -> None:
    bench = Bench(of_what_is_said, note_handler, {"data"}, "data")
    assert paths(await bench.also_broken(opened, {"data": Note("today")})) == ["written_on"]


@pytest.mark.parametrize(
    "trouble",
    [
        Unavailable("Too many wait."),
        asyncpg.LockNotAvailableError("Somebody holds it."),
        TimeoutError(),
        ConnectionResetError(),
    ],
    ids=repr,
)
async def test_when_the_judge_cannot_look_nothing_more_is_told(trouble: Exception) -> None:
    bench = Bench(judge, handler, {"data", "note_id"}, "data")
    assert await bench.also_broken(cannot_be_had(trouble), {"data": "x", "note_id": 3}) == ()


async def test_who_is_refused_does_not_wait_for_a_database_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @asynccontextmanager
    async def silent() -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr(judging, "LOOK_SECONDS", 0.01)
    bench = Bench(judge, handler, {"data", "note_id"}, "data")
    assert await bench.also_broken(silent, {"data": "x", "note_id": 3}) == ()


async def test_a_mistake_of_the_judge_is_not_hidden() -> None:
    bench = Bench(judge, handler, {"data", "note_id"}, "data")
    with pytest.raises(asyncpg.UndefinedTableError):
        await bench.also_broken(cannot_be_had(asyncpg.UndefinedTableError()), {"data": "x", "note_id": 3})


@pytest.mark.parametrize("bad", [of_the_query, of_another_type])
def test_a_judge_that_asks_for_what_it_cannot_have_stops_the_start(bad: Any) -> None:
    with pytest.raises(ValueError, match="its judge asks for"):
        Bench(bad, handler, {"data", "note_id"}, "data")


def test_a_judge_of_what_is_said_needs_a_body() -> None:
    with pytest.raises(ValueError, match="its judge asks for"):
        Bench(of_what_is_said, handler, {"note_id"}, None)
