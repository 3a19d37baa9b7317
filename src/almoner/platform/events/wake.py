"""Wake consumers soon after a commit: one debounced notification per process, and a poll as backstop.

Nothing is notified inside a writer's transaction: NOTIFY takes a database-wide lock at commit (stack.md 1.2).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg

from almoner.platform.database import Server
from almoner.platform.database.connection import APP_ROLE
from almoner.platform.database.trouble import AWAY

CHANNEL = "almoner_events"
DEBOUNCE_SECONDS = 0.02


class Wake:
    """A flag of one server that any part of this process, or another process through the server, can raise."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._raised = asyncio.Event()
        self._turn = asyncio.Lock()
        self._told = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to tell other processes and to listen to them."""
        self._tasks = [asyncio.create_task(self._tell_others()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """Stop telling and listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ring(self) -> None:
        """Something was committed: wake a consumer of this process now and one of each other process soon."""
        self._raised.set()
        self._told.set()

    def invite(self) -> None:
        """There is more than one consumer can do: wake another one of this process."""
        self._raised.set()

    async def wait(self, seconds: float) -> None:
        """Return when raised, or after `seconds`; lowers the flag. One waits on it at a time, so one is woken at a time."""
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the flag.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._turn:
                await self._raised.wait()
                self._raised.clear()

    async def _tell_others(self) -> None:
        while True:
            await self._told.wait()
            await asyncio.sleep(DEBOUNCE_SECONDS)
            self._told.clear()
            try:
                async with self._server.connection() as conn:
                    await conn.execute(f"NOTIFY {CHANNEL}")
            except (OSError, *AWAY, asyncpg.PostgresError):
                await asyncio.sleep(1)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, *AWAY, asyncpg.PostgresError):
                await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        conn = await asyncpg.connect(self._server.dsn, server_settings={"role": APP_ROLE})
        try:
            closed = asyncio.Event()
            conn.add_termination_listener(lambda _conn: closed.set())
            await conn.add_listener(CHANNEL, self._heard)
            await closed.wait()
        finally:
            conn.terminate()  # it has nothing to finish, and a server that hangs would keep a `close` waiting

    def _heard(self, *_: Any) -> None:
        self._raised.set()


class Wakes:
    """The flags of all servers."""

    def __init__(self, wakes: Sequence[Wake]) -> None:
        self._wakes = wakes

    def ring(self) -> None:
        """Something was committed on a server: where it is rare, asking all of them costs less than knowing which."""
        for wake in self._wakes:
            wake.ring()
