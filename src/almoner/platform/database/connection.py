"""One server: connections under the application role, and transactions that belong to one organization."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from almoner.kernel.errors import NotFound, Unavailable
from almoner.platform.database.trouble import AWAY, FULL
from almoner.platform.organizations.rules import Organization
from almoner.platform.postgres import directory

APP_ROLE = directory.APP_ROLE

DATABASE_SECONDS = 120.0
"""How long the database is waited for where nobody says otherwise: by commands, which read a lot."""
CONNECT_SECONDS = 10.0
LOCK_SECONDS = 3.0
"""How long a statement waits for what another transaction holds, where nobody says otherwise: it holds a connection of the pool meanwhile."""
REFUSAL_SECONDS = 30.0
"""How long a write that the disk refused counts: who is told to send nothing would never see that there is room again."""
KEPT_FREE = 3
"""Connections that requests leave free: for gives, for the sync, and for whoever asks how the server is."""
LISTS_MAX = 3
"""How many long lists are read at the same time where nobody says otherwise."""
GIVE_UP_SECONDS = 2.0
"""How long a server is waited for to take back what it will roll back in any case."""

_Shares: TypeAlias = "WeakValueDictionary[int, asyncio.Semaphore]"
Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

_PLANS_STAY = "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
_ORGANIZATION = """
SELECT organization_id, name, currency, time_zone, culture, integration,
    least(greatest(created_at, '0001-01-02 00:00Z'), '9999-12-30 00:00Z') AS created_at
FROM platform.organization WHERE organization_id = $1
"""


@dataclass(frozen=True, slots=True)
class Tx:
    """A transaction of one organization. Row-level security hides every other organization's rows from it."""

    conn: Connection
    organization_id: int
    known: Organization | None = None

    @property
    def organization(self) -> Organization:
        """The organization it belongs to; `NotFound` when there is none with this id."""
        if self.known is None:
            raise NotFound("There is no such organization.")
        return self.known


class Snapshot(Tx):
    """A transaction whose statements all see one instant, the one of the first: for figures that have to fit together."""


class Server:
    """One server: a pool of connections to it under the application role, and its address.

    What looks over all tenants takes one server, and is looped over servers: transaction numbers and snapshots count
    within one. `name` is its name in the directory, empty for the first server, which holds the directory.
    Organizations are remembered for `cache_seconds`: their currency and zone hardly ever change.
    """

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        dsn: str,
        *,
        name: str = "",
        cache_seconds: float = 0.0,
        wait_seconds: float = DATABASE_SECONDS,
        lists_max: int = LISTS_MAX,
    ) -> None:
        self.pool = pool
        self._lists_max = lists_max
        self._lists = asyncio.Semaphore(lists_max)
        self._list_shares: _Shares = WeakValueDictionary()
        self._shares: _Shares = WeakValueDictionary()
        self._requests: asyncio.Semaphore | None = None
        self._wait_seconds = wait_seconds
        self.dsn = dsn
        self.name = name
        self._cache_seconds = cache_seconds
        self._known: dict[int, tuple[float, Organization]] = {}
        self._refused_at: float | None = None

    @property
    def refuses_to_write(self) -> bool:
        """Whether its disk refused a write within the last `REFUSAL_SECONDS`."""
        return self._refused_at is not None and monotonic() - self._refused_at < REFUSAL_SECONDS

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of the pool, outside of any transaction. `TimeoutError` when none is free in time.

        However the block ends, and whatever the server does then, it is given back or given up within seconds.
        """
        try:
            # Not the pool's own timeout: in Python 3.11 it may swallow a cancellation.
            async with asyncio.timeout(self._wait_seconds):
                conn = await self.pool.acquire()
        except FileNotFoundError as error:  # the socket of an embedded server that is being started again
            raise ConnectionRefusedError("the server's socket is not there") from error
        try:
            yield conn
        except asyncpg.PostgresError as error:
            if error.sqlstate in FULL:
                self._refused_at = monotonic()
            raise
        finally:
            # What does not come back in time is dropped by the pool, and its error would stand in the place of a cancellation:
            # a worker that took it for trouble and went on could not be stopped.
            with suppress(OSError, *AWAY):
                await self.pool.release(conn, timeout=GIVE_UP_SECONDS)

    @asynccontextmanager
    async def tenant(
        self,
        organization_id: int,
        *,
        snapshot: bool = False,
        lock_seconds: float | None = None,
        actor: str = "",
    ) -> AsyncIterator[Tx]:
        """A transaction for an organization that lives here: committed when the block ends well, else rolled back.

        With `snapshot` it is a `Snapshot`. What it writes tells `actor` as who did. No statement waits for a lock longer than `lock_seconds` (else `LOCK_SECONDS`): `LockNotAvailableError`.
        Who does not know where the organization lives asks `Database.tenant`.
        """
        isolation = " ISOLATION LEVEL REPEATABLE READ" if snapshot else ""
        async with self.connection() as conn:
            try:
                # One round trip opens the transaction and names the tenant; the id is an int and the actor hex, never text from outside.
                await conn.execute(
                    f"BEGIN{isolation}; SET LOCAL almoner.organization_id = '{int(organization_id)}'"
                    + (f"; SET LOCAL almoner.actor = '{actor.encode().hex()}'" if actor else "")
                    + _patience(lock_seconds)
                )
                kind = Snapshot if snapshot else Tx
                yield kind(conn, organization_id, await self._organization(conn, organization_id))
            except BaseException:
                await _rollback(conn)
                raise
            await conn.execute("COMMIT")

    @asynccontextmanager
    async def listing(self, organization_id: int) -> AsyncIterator[Tx]:
        """`tenant` for who reads a long list: only so many do so at a time, the first come first.

        However many ask for lists, they leave connections and time to everybody else, and one organization a turn to the others.
        `Unavailable` when the turn does not come in time.
        """
        share = self._share(self._list_shares, organization_id, self._lists_max - 1)
        async with self._turn(share), self._turn(self._lists), self.requested(organization_id) as tx:
            yield tx

    @asynccontextmanager
    async def requested(
        self,
        organization_id: int,
        *,
        snapshot: bool = False,
        lock_seconds: float | None = None,
        actor: str = "",
    ) -> AsyncIterator[Tx]:
        """`tenant` for a request from outside: no organization holds more than half of the connections with them, and all together
        leave `KEPT_FREE` to what writes, syncs and looks after the server.

        So what one waits for (a row that somebody holds, say) leaves room. `Unavailable` when the turn does not come in time.
        """
        size = self.pool.get_max_size()
        if self._requests is None:
            self._requests = asyncio.Semaphore(max(1, size - min(KEPT_FREE, size // 2)))
        share = self._share(self._shares, organization_id, size // 2)
        async with (
            self._turn(share),
            self._turn(self._requests),
            self.tenant(organization_id, snapshot=snapshot, lock_seconds=lock_seconds, actor=actor) as tx,
        ):
            yield tx

    @staticmethod
    def _share(shares: _Shares, organization_id: int, most: int) -> asyncio.Semaphore:
        """What an organization may have at once; forgotten when nobody waits for it or has it."""
        share = shares.get(organization_id)
        if share is None:
            share = shares[organization_id] = asyncio.Semaphore(max(1, most))
        return share

    @asynccontextmanager
    async def _turn(self, turns: asyncio.Semaphore) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await turns.acquire()
        except TimeoutError:
            raise Unavailable("Too many requests wait for the database. Try again shortly.") from None
        try:
            yield
        finally:
            turns.release()

    @asynccontextmanager
    async def system(self, *, lock_seconds: float | None = None) -> AsyncIterator[Connection]:
        """A transaction of no organization: it sees no tenant row but through SECURITY DEFINER functions.

        `lock_seconds` as for `tenant`. Workers live in such ones: a statement keeps the plan it got at first, which fits tables of any size (decision 7).
        """
        async with self.connection() as conn:
            try:
                await conn.execute(f"BEGIN; {_PLANS_STAY}{_patience(lock_seconds)}")
                yield conn
            except BaseException:
                await _rollback(conn)
                raise
            await conn.execute("COMMIT")

    async def act_for(self, conn: Connection, organization_id: int) -> Tx:
        """Go on in the open transaction of `conn` as `organization_id`: a worker's batch may serve several."""
        await conn.execute("SELECT set_config('almoner.organization_id', $1, true)", str(organization_id))
        return Tx(conn, organization_id, await self._organization(conn, organization_id))

    async def organization(self, organization_id: int) -> Organization:
        """The organization with this id; `NotFound` when there is none."""
        if (known := self._remembered(organization_id)) is not None:
            return known
        async with self.tenant(organization_id) as tx:
            return tx.organization

    async def close(self) -> None:
        """Close all connections, waiting for those in use: but not for a server that does not answer."""
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    def _remembered(self, organization_id: int) -> Organization | None:
        expires, known = self._known.get(organization_id, (0.0, None))
        return known if expires > monotonic() else None

    async def _organization(self, conn: Connection, organization_id: int) -> Organization | None:
        """From memory, or read through `conn`: who holds a connection must not wait for a second one."""
        if (known := self._remembered(organization_id)) is not None:
            return known
        row = await conn.fetchrow(_ORGANIZATION, organization_id)
        if row is None:
            return None
        organization = Organization(**row)
        self._known[organization_id] = (monotonic() + self._cache_seconds, organization)
        return organization


def _patience(lock_seconds: float | None) -> str:
    return "" if lock_seconds is None else f"; SET LOCAL lock_timeout = {max(1, int(lock_seconds * 1000))}"


async def _rollback(conn: Connection) -> None:
    """Roll back, or, when the server does not answer, drop the connection: its end rolls back too."""
    if conn.is_closed():
        return
    try:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            await conn.execute("ROLLBACK")
    except AWAY:
        conn.terminate()


async def _keep(_conn: Connection) -> None:
    """Nothing to reset: every setting we make ends with its transaction, so a round trip is saved."""


async def open_server(
    dsn: str,
    *,
    name: str = "",
    pool_size: int = 12,
    application: str = "almoner",
    cache_seconds: float = 0.0,
    wait_seconds: float = DATABASE_SECONDS,
    lists_max: int = LISTS_MAX,
    at_once: bool = True,
) -> Server:
    """A server with a pool of at most `pool_size` connections to `dsn` under the application role.

    A free connection, and the answer to a statement, are waited for `wait_seconds` each: then it is a `TimeoutError`. Raises asyncpg's and the system's connection errors as they are; unless `at_once`, only when it is first used.
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1 if at_once else 0,
        max_size=pool_size,
        reset=_keep,
        command_timeout=wait_seconds,
        timeout=min(wait_seconds, CONNECT_SECONDS),
        server_settings={
            "role": APP_ROLE,
            "timezone": "UTC",
            "application_name": application,
            "jit": "off",
            "lock_timeout": f"{LOCK_SECONDS:g}s",
            "client_connection_check_interval": "2s",  # what we gave up does not go on holding its locks
        },
    )
    return Server(
        pool, dsn, name=name, cache_seconds=cache_seconds, wait_seconds=wait_seconds, lists_max=lists_max
    )
