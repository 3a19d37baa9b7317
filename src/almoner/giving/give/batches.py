"""What many requests send at the same time goes to a server together: one statement, one commit, each answered after it.

A batch never waits to fill: a lane takes what is waiting when it is free. So a lone record is sent at once, and
the more there are the cheaper each becomes. One bad record fails alone: when a batch fails it is sent one by one. One that
would wait for a lock is put off: it comes again by itself, and the others go on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

import asyncpg

from almoner.giving.give.errors import HELD, REFUSED, SETTLING, STOPPED, UNCONFIRMED, Lapsed, Unconfirmed
from almoner.kernel.errors import Unavailable
from almoner.platform.database import Connection, Server
from almoner.platform.database.trouble import AWAY
from almoner.platform.logger import Logger, error_facts

T = TypeVar("T")
Send = Callable[[Connection, int, list[dict[str, Any]]], Awaitable[Any]]
"""Sends the records of one organization, each with its `ord`; answers rows with the `ord` of theirs."""
Read = Callable[[Any], "T | Exception | None"]
"""What a row means: an answer, or why there is none; None when somebody holds what it needs, and it is to come again."""

_log = Logger(__name__)

ATTEMPTS_ALONE = 3
LAPSED = "ALM01"
"""What `giving_code.keep_payments` raises for a gift whose payment is being given back."""
PUT_OFF_SECONDS, PUT_OFF_SECONDS_MAX = 0.01, 0.5


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    """A record and who waits for its answer. `until`: how long it is put off at most, in the loop's time."""

    record: dict[str, Any]
    answer: asyncio.Future[T]
    until: float
    delay: float = 0.0
    is_put_off: bool = False


class Batches(Generic[T]):
    """Sends records of many requests in few statements; one tenant in each, the tenants in turn."""

    def __init__(
        self,
        server: Server,
        send: Send,
        read: Read[T],
        done: Callable[[], None],
        *,
        batch_max: int,
        lanes: int,
        lock_seconds: float = 10.0,
    ) -> None:
        """`done` is called after each batch that was tried; a record is put off for `lock_seconds` at most."""
        self._server = server
        self._send_rows = send
        self._read = read
        self._done = done
        self._batch_max = batch_max
        self._lanes = lanes
        self._lock_seconds = lock_seconds
        self._waiting: dict[int, deque[_Waiting[T]]] = {}
        self._aside: set[_Waiting[T]] = set()
        self.count = 0
        """How many wait or are being sent."""
        self._news = asyncio.Semaphore(0)
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopped = False

    def start(self) -> None:
        """Begin to send."""
        self._tasks = [asyncio.create_task(self._run()) for _ in range(self._lanes)]

    async def stop(self, seconds: float) -> None:
        """Send what is waiting, for so long; of what is left nobody knows then what became."""
        if self._tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._idle.wait()
        self._is_stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for waiting in chain(self._aside, *self._waiting.values()):
            _settle(waiting.answer, Unconfirmed(UNCONFIRMED))

    async def put(self, organization_id: int, record: dict[str, Any]) -> T:
        """Send one record and answer what its row means, after the commit.

        Raises what the row means when it is no answer; `Unavailable` when the database refuses it, and nothing was kept; and
        `Unconfirmed` when the database went away, and it may or may not have been kept.
        """
        if self._is_stopped:
            raise Unavailable(STOPPED)
        loop = asyncio.get_running_loop()
        waiting: _Waiting[T] = _Waiting(record, loop.create_future(), loop.time() + self._lock_seconds)
        self.count += 1
        self._idle.clear()
        self._line_up(organization_id, waiting)
        return await waiting.answer

    def _line_up(self, organization_id: int, waiting: _Waiting[T]) -> None:
        if self._is_stopped:
            return
        if waiting.is_put_off:
            waiting.is_put_off = False
            self._aside.discard(waiting)
        self._waiting.setdefault(organization_id, deque()).append(waiting)
        self._news.release()

    async def _run(self) -> None:
        while True:
            await self._news.acquire()
            taken = self._take()
            if taken is None:
                continue
            organization_id, batch = taken
            try:
                await self._send_batch(organization_id, batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the records behind it must go on
                _fail(batch, error)
            finally:
                for waiting in batch:
                    self._end(organization_id, waiting)

    def _end(self, organization_id: int, waiting: _Waiting[T]) -> None:
        """One that was tried is over, unless it was put off: then it comes again, a little later each time."""
        if waiting.is_put_off:
            waiting.delay = min(max(2 * waiting.delay, PUT_OFF_SECONDS), PUT_OFF_SECONDS_MAX)
            self._aside.add(waiting)
            asyncio.get_running_loop().call_later(waiting.delay, self._line_up, organization_id, waiting)
            return
        self.count -= 1
        if not self.count:
            self._idle.set()
        if not waiting.answer.done():
            waiting.answer.set_exception(Unconfirmed(UNCONFIRMED))

    def _take(self) -> tuple[int, list[_Waiting[T]]] | None:
        """The oldest tenant's waiting records, at most a batch; the tenant goes to the end of the line."""
        if not self._waiting:
            return None
        organization_id = next(iter(self._waiting))
        queue = self._waiting.pop(organization_id)
        batch = [queue.popleft() for _ in range(min(len(queue), self._batch_max))]
        if queue:
            self._waiting[organization_id] = queue
            self._news.release()
        return organization_id, batch

    async def _send_batch(self, organization_id: int, batch: list[_Waiting[T]]) -> None:
        try:
            await self._send(organization_id, batch)
        except asyncpg.PostgresError as error:
            if _outcome_unknown(error):
                _fail(batch, error)
                return
            for waiting in batch:
                if not waiting.is_put_off:
                    await self._send_alone(organization_id, waiting)
        except (OSError, *AWAY) as error:
            _fail(batch, error)
        self._done()

    async def _send_alone(self, organization_id: int, waiting: _Waiting[T]) -> None:
        # A unique violation or a deadlock lost to a record that is committed by now: the next look finds it. A function that was
        # made anew while this call was in it fails in many ways: the next call is to the new one. Nothing was kept of either.
        for attempt in range(1, ATTEMPTS_ALONE + 1):
            try:
                return await self._send(organization_id, [waiting])
            except asyncpg.LockNotAvailableError:
                return self._put_off(waiting)
            except asyncpg.PostgresError as error:
                if error.sqlstate == LAPSED:
                    return _settle(waiting.answer, Lapsed(SETTLING))
                if attempt == ATTEMPTS_ALONE or _outcome_unknown(error):
                    return _fail([waiting], error)
                await asyncio.sleep(PUT_OFF_SECONDS)  # whatever was in the way is at its end
            except (OSError, *AWAY) as error:
                return _fail([waiting], error)
        return None

    async def _send(self, organization_id: int, batch: list[_Waiting[T]]) -> None:
        records = [{"ord": ord_, **waiting.record} for ord_, waiting in enumerate(batch)]
        async with self._server.connection() as conn:
            rows = await self._send_rows(conn, organization_id, records)
        for row in rows:
            waiting = batch[row["ord"]]
            meaning = self._read(row)
            if meaning is None:
                self._put_off(waiting)
            else:
                _settle(waiting.answer, meaning)

    def _put_off(self, waiting: _Waiting[T]) -> None:
        """Let it come again, so long as there is time."""
        if asyncio.get_running_loop().time() < waiting.until:
            waiting.is_put_off = True
        else:
            _settle(waiting.answer, Unavailable(HELD))


def _settle(answer: asyncio.Future[T], meaning: T | Exception) -> None:
    if answer.done():  # the caller went away; what was written stays
        return
    if isinstance(meaning, Exception):
        answer.set_exception(meaning)
    else:
        answer.set_result(meaning)


def _outcome_unknown(error: asyncpg.PostgresError) -> bool:
    """Whether the connection ended so that the commit may have happened: then nothing is sent twice."""
    return (error.sqlstate or "").startswith(("08", "57P"))


def _fail(batch: Sequence[_Waiting[Any]], error: Exception) -> None:
    _log.error("gifts_not_written", count=len(batch), **error_facts(error))
    is_refusal = isinstance(error, asyncpg.PostgresError) and not _outcome_unknown(error)
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(Unavailable(REFUSED) if is_refusal else Unconfirmed(UNCONFIRMED))
