"""A migrated database with one organization and the projects that the gifts go to, in both products."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from almoner.crm.projects import service as crm_projects
from almoner.giving.projects import service as giving_projects
from almoner.platform.database import open_database
from almoner.platform.database.migrate import migrate
from almoner.tenants.service import create_organization
from bench.names import located
from bench.payload import PROJECTS

ALMONER = Path(sys.executable).with_name("almoner")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database, by its address as owner, with the organization in it, its tokens, and the program that serves it."""

    dsn: str
    organization_id: int
    token: str
    crm_token: str
    almoner: Path = ALMONER

    @property
    def name(self) -> str:
        """The database's name."""
        return self.dsn.partition("?")[0].rpartition("/")[2]


def prepare(dsn: str) -> Prepared:
    """Migrate the database at `dsn`, make the organization and its projects."""
    return asyncio.run(_prepare(dsn))


FOR_PEERS = """
GRANT INSERT, UPDATE ON giving.tally TO almoner_app;
GRANT UPDATE (gift_count) ON giving.donor TO almoner_app;
"""
"""What the peers write with statements of their own: figures that only functions of the product may move (decision 21)."""


async def _prepare(dsn: str) -> Prepared:
    await migrate(dsn)
    await _one(dsn, "execute", FOR_PEERS)
    db = await open_database(dsn, pool_size=2)
    now = datetime.now(UTC)
    try:
        made = await create_organization(db, "Bench House", now=now)
        async with db.tenant(made.organization_id) as tx:
            for code in PROJECTS:
                await giving_projects.create_project(tx, {"name": code, "code": code}, now)
                await crm_projects.create_project(tx, {"name": code, "project_code": code}, now)
    finally:
        await db.close()
    return Prepared(dsn, made.organization_id, made.raise_token, made.crm_token)


def execute(dsn: str, statement: str) -> None:
    """Run one statement as the owner."""
    asyncio.run(_one(dsn, "execute", statement))


def value(dsn: str, statement: str) -> Any:
    """The one value of a query as the owner."""
    return asyncio.run(_one(dsn, "fetchval", statement))


def call(dsn: str, module: str, function: str, arguments: str) -> Any:
    """The value of one of the product's own functions, in whichever schema the database has it; as the owner."""
    return asyncio.run(_call(dsn, module, function, arguments))


async def _call(dsn: str, module: str, function: str, arguments: str) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(f"SELECT {await located(conn, module, function)}({arguments})")
    finally:
        await conn.close()


async def _one(dsn: str, method: str, statement: str) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        return await getattr(conn, method)(statement)
    finally:
        await conn.close()
