"""Gives that wait at the same time are written together: one statement, one commit, each acknowledged after it.

A batch never waits to fill: a writer takes what is waiting when it is free. So a lone give is written at once, and
the more there are the cheaper each becomes. One bad gift fails alone: when a batch fails it is written one by one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import structlog

from almoner.giving.give.errors import GiftKeyReused
from almoner.giving.give.rules import Written
from almoner.kernel.errors import FieldError, Invalid, Unavailable
from almoner.platform.database import Database, Server, load_queries
from almoner.platform.events.wake import Wake
from almoner.platform.logs import error_facts

_queries = load_queries(__file__)
_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode

ATTEMPTS_ALONE = 3
UNCONFIRMED = (
    "The gift could not be confirmed. Send it again with the same Idempotency-Key: it is stored at most once."
)
REFUSED = "The gift could not be stored; nothing was kept of it. Try again shortly."


class Unconfirmed(Unavailable):
    """The connection ended before the answer came: only a repeat under the same key can tell what happened."""


@dataclass(slots=True)
class _Waiting:
    record: dict[str, Any]
    answer: asyncio.Future[Written]


class GiveWriter:
    """Writes gifts of many requests to one server in few transactions; one tenant per statement."""

    def __init__(self, server: Server, wake: Wake, *, batch_max: int, writers: int, queue_max: int) -> None:
        self._server = server
        self._wake = wake
        self._batch_max = batch_max
        self._writers = writers
        self._queue_max = queue_max
        self._waiting: dict[int, deque[_Waiting]] = {}
        self._count = 0
        self._news = asyncio.Semaphore(0)
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to write."""
        self._tasks = [asyncio.create_task(self._run()) for _ in range(self._writers)]

    async def stop(self) -> None:
        """Write what is waiting, then end."""
        if self._tasks:
            await self._idle.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def write(self, organization_id: int, record: dict[str, Any]) -> Written:
        """Store one gift and return after its commit.

        Raises `Invalid` (unknown project or campaign), `GiftKeyReused` (a key that came with another gift), `Unavailable`
        (too many waiting, or the database refuses it), and `Unconfirmed` (the database went away: the gift may or may not be stored, and a repeat
        under the same Idempotency-Key tells).
        """
        if self._count >= self._queue_max:
            raise Unavailable("Too many gifts are waiting to be written. Try again in a second.")
        waiting = _Waiting(record, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(organization_id, deque()).append(waiting)
        self._count += 1
        self._idle.clear()
        self._news.release()
        return await waiting.answer

    async def _run(self) -> None:
        while True:
            await self._news.acquire()
            taken = self._take()
            if taken is None:
                continue
            organization_id, batch = taken
            try:
                await self._write_batch(organization_id, batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the gifts behind it must go on
                _fail(batch, error)
            finally:
                self._count -= len(batch)
                if not self._count:
                    self._idle.set()
                for waiting in batch:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(Unconfirmed(UNCONFIRMED))

    def _take(self) -> tuple[int, list[_Waiting]] | None:
        """The oldest tenant's waiting gifts, at most a batch; the tenant goes to the end of the line."""
        if not self._waiting:
            return None
        organization_id = next(iter(self._waiting))
        queue = self._waiting.pop(organization_id)
        batch = [queue.popleft() for _ in range(min(len(queue), self._batch_max))]
        if queue:
            self._waiting[organization_id] = queue
            self._news.release()
        return organization_id, batch

    async def _write_batch(self, organization_id: int, batch: list[_Waiting]) -> None:
        try:
            await self._send(organization_id, batch)
        except asyncpg.PostgresError as error:
            if _outcome_unknown(error):
                _fail(batch, error)
                return
            for waiting in batch:
                await self._write_alone(organization_id, waiting)
        except (OSError, asyncpg.InterfaceError, TimeoutError) as error:
            _fail(batch, error)
        self._wake.ring()

    async def _write_alone(self, organization_id: int, waiting: _Waiting) -> None:
        # A unique violation or a deadlock lost to a gift that is committed by now: the next look finds it. A function that was
        # made anew while this call was in it fails in many ways: the next call is to the new one. Nothing was kept of either.
        for attempt in range(1, ATTEMPTS_ALONE + 1):
            try:
                return await self._send(organization_id, [waiting])
            except asyncpg.PostgresError as error:
                if attempt == ATTEMPTS_ALONE or _outcome_unknown(error):
                    return _fail([waiting], error)
            except (asyncpg.InterfaceError, OSError, TimeoutError) as error:
                return _fail([waiting], error)
        return None

    async def _send(self, organization_id: int, batch: list[_Waiting]) -> None:
        gifts = _encode([{"ord": ord_, **waiting.record} for ord_, waiting in enumerate(batch)]).decode()
        async with self._server.pool.acquire() as conn:
            rows = await _queries.give(conn, organization_id=organization_id, gifts=gifts)
        for row in rows:
            _settle(batch[row["ord"]].answer, row)


class HomeWriter:
    """Writes each gift on its organization's home: a server that is away, or slow, keeps no other's writers."""

    def __init__(self, db: Database, writers: Mapping[str, GiveWriter]) -> None:
        """`writers` by the names of their servers."""
        self._db = db
        self._writers = writers

    async def write(self, organization_id: int, record: dict[str, Any]) -> Written:
        """Store one gift and return after its commit; raises as `GiveWriter.write` does."""
        home = await self._db.home(organization_id)
        return await self._writers[home.name].write(organization_id, record)


def _settle(answer: asyncio.Future[Written], row: asyncpg.Record) -> None:
    if answer.done():  # the caller went away; the gift is stored all the same
        return
    if row["outcome"] == "refused":
        fields = tuple(FieldError(**problem) for problem in msgspec.json.decode(row["problems"]))
        answer.set_exception(Invalid("The gift is not valid.", fields=fields))
    elif row["outcome"] == "conflict":
        answer.set_exception(
            GiftKeyReused("This idempotency or source key was used before for another gift.")
        )
    else:
        answer.set_result(
            Written(
                is_replay=row["outcome"] == "replayed",
                gift_id=row["gift_id"],
                donor_id=row["donor_id"],
                received_at=row["received_at"],
                project_ids=tuple(row["project_ids"] or ()),
                project_minor=tuple(row["project_minor"] or ()),
                project_names=tuple(row["project_names"] or ()),
                campaign_name=row["campaign_name"],
            )
        )


def _outcome_unknown(error: asyncpg.PostgresError) -> bool:
    """Whether the connection ended so that the commit may have happened: then nothing is sent twice."""
    return (error.sqlstate or "").startswith(("08", "57P"))


def _fail(batch: list[_Waiting], error: Exception) -> None:
    _log.error("gifts_not_written", count=len(batch), **error_facts(error))
    is_refusal = isinstance(error, asyncpg.PostgresError) and not _outcome_unknown(error)
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(Unavailable(REFUSED) if is_refusal else Unconfirmed(UNCONFIRMED))
