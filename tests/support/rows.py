"""What is stored, seen by the owner of the database through a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from almoner.platform.database import Database, Tx

COUNTED = "platform.rate_limit"
"""Holds no record: each request is counted there, also one that is refused."""
SCHEMAS = ("platform", "giving", "crm", "sync")

_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
_TABLES = """
SELECT c.relnamespace::regnamespace::text || '.' || quote_ident(c.relname) AS name, EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
) AS of_tenant
FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY 1
"""


@asynccontextmanager
async def as_owner(db: Database, organization_id: int) -> AsyncIterator[Tx]:
    """A transaction of an organization with the rights of the database's owner: for what the program never does."""
    conn = await asyncpg.connect((await db.home(organization_id)).dsn)
    try:
        async with conn.transaction():
            await conn.execute("SELECT set_config('almoner.organization_id', $1, true)", str(organization_id))
            yield Tx(conn, organization_id)
    finally:
        await conn.close()


@asynccontextmanager
async def open_rows(dsn: str) -> AsyncIterator[Rows]:
    """The rows of the database at `dsn`, whose owner the address names."""
    conn = await asyncpg.connect(dsn)
    try:
        yield Rows(conn)
    finally:
        await conn.close()


async def waits(rows: Rows, pid: int) -> None:
    """Return when somebody waits for the connection of that process."""
    for _time in range(500):
        if (await rows.fetch(_WAITS, pid))[0][0]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


class Rows:
    """The rows of one database. Row-level security hides none of them from its owner."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn
        self._prepared: dict[str, Any] = {}

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """The rows of one statement."""
        return await self._conn.fetch(statement, *values)

    async def _again(self, statement: str, *values: object) -> list[Any]:
        """The rows of a long statement that is asked again and again: it is planned once."""
        if statement not in self._prepared:
            self._prepared[statement] = await self._conn.prepare(statement)
        rows: list[Any] = await self._prepared[statement].fetch(*values)
        return rows

    async def at_home(self, organization_id: int) -> Rows:
        """The rows of the server an organization lives on: of this one."""
        return self

    async def tables(self, *, of_tenant: bool = False) -> list[str]:
        """Every table of ours with its schema, or only those that belong to a tenant."""
        rows = await self._again(_TABLES, list(SCHEMAS))
        return [row["name"] for row in rows if row["name"] != COUNTED and (row["of_tenant"] or not of_tenant)]

    async def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        parts = [f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in await self.tables()]
        return {row["name"]: row["n"] for row in await self._again(" UNION ALL ".join(parts))}

    async def of_organization(self, organization_id: int) -> dict[str, list[str]]:
        """Every row of one organization as text, by table."""
        found: dict[str, list[str]] = {table: [] for table in await self.tables(of_tenant=True)}
        parts = [
            f"SELECT '{table}' AS name, t::text AS row FROM {table} t WHERE organization_id = $1"
            for table in found
        ]
        for row in await self._again(f"{' UNION ALL '.join(parts)} ORDER BY 1, 2", organization_id):
            found[row["name"]].append(row["row"])
        return found


class SpreadRows(Rows):
    """The rows of several servers, each asked for the organizations that live on it."""

    def __init__(self, db: Database, parts: Mapping[str, Rows]) -> None:
        """`parts` by the names of their servers."""
        self._db = db
        self._parts = parts

    async def at_home(self, organization_id: int) -> Rows:
        """The rows of the server an organization lives on."""
        return self._parts[(await self._db.home(organization_id)).name]

    async def tables(self, *, of_tenant: bool = False) -> list[str]:
        """Every table of ours with its schema, or only those that belong to a tenant."""
        return await self._parts[""].tables(of_tenant=of_tenant)

    async def counts(self) -> dict[str, int]:
        """How many rows each table of each server has."""
        found = {name: await part.counts() for name, part in self._parts.items()}
        return {f"{name} {table}": n for name, counts in found.items() for table, n in counts.items()}

    async def of_organization(self, organization_id: int) -> dict[str, list[str]]:
        """Every row of one organization as text, by table, on all servers: elsewhere it has none but its place in the directory and who belongs to it."""
        found = {name: await part.of_organization(organization_id) for name, part in self._parts.items()}
        stored = found.pop((await self._db.home(organization_id)).name)
        for elsewhere in found.values():
            strays = {table for table, rows in elsewhere.items() if rows} - {
                "platform.directory",
                "platform.membership",
            }
            assert not strays, f"rows of {organization_id} are away from its home: {strays}"
        return stored


class OwnRows:
    """The rows of one organization, by tables and by counts."""

    def __init__(self, rows: Rows, organization_id: int) -> None:
        self._rows = rows
        self.organization_id = organization_id

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """The rows of a statement whose parameter $1 is the organization; `values` start at $2."""
        assert "$1" in statement, "say whose rows: organization_id = $1"
        return await self._rows.fetch(statement, self.organization_id, *values)

    async def stored(self) -> dict[str, list[str]]:
        """Every row as text, by table."""
        return await self._rows.of_organization(self.organization_id)

    async def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return {table: len(rows) for table, rows in (await self.stored()).items()}
