"""Connections under the application role, and transactions that belong to one organization."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

APP_ROLE = "almoner_app"

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"


@dataclass(frozen=True, slots=True)
class Tx:
    """A transaction of one organization. Row-level security hides every other organization's rows from it."""

    conn: Connection
    organization_id: int


class Database:
    """A pool of connections under the application role."""

    def __init__(self, pool: asyncpg.Pool[Any], dsn: str) -> None:
        self.pool = pool
        self.dsn = dsn

    @asynccontextmanager
    async def tenant(self, organization_id: int) -> AsyncIterator[Tx]:
        """A transaction for one organization: committed when the block ends well, else rolled back."""
        async with self.pool.acquire() as conn:
            try:
                # One round trip opens the transaction and names the tenant; the id is an int, never text from outside.
                await conn.execute(f"BEGIN; SET LOCAL almoner.organization_id = '{int(organization_id)}'")
                yield Tx(conn, organization_id)
            except BaseException:
                await _rollback(conn)
                raise
            await conn.execute("COMMIT")

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """A transaction of no organization: it sees no tenant row but through SECURITY DEFINER functions."""
        async with self.pool.acquire() as conn:
            try:
                await conn.execute("BEGIN")
                yield conn
            except BaseException:
                await _rollback(conn)
                raise
            await conn.execute("COMMIT")

    async def close(self) -> None:
        """Close all connections, waiting for those in use."""
        await self.pool.close()


async def act_for(conn: Connection, organization_id: int) -> Tx:
    """Go on in the open transaction of `conn` as `organization_id`: a worker's batch may serve several."""
    await conn.execute("SELECT set_config('almoner.organization_id', $1, true)", str(organization_id))
    return Tx(conn, organization_id)


async def _rollback(conn: Connection) -> None:
    if not conn.is_closed():
        await conn.execute("ROLLBACK")


async def _keep(_conn: Connection) -> None:
    """Nothing to reset: every setting we make ends with its transaction, so a round trip is saved."""


async def open_database(dsn: str, *, pool_size: int = 12, application: str = "almoner") -> Database:
    """Connect to `dsn` with a pool of at most `pool_size` connections under the application role.

    Raises asyncpg's and the system's connection errors as they are.
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=pool_size,
        reset=_keep,
        command_timeout=120,
        server_settings={"role": APP_ROLE, "timezone": "UTC", "application_name": application, "jit": "off"},
    )
    return Database(pool, dsn)
