"""One house for all tests of a file that refuse: nothing is stored, so nothing has to be fresh."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from tests.api.rows import Rows, open_rows
from tests.support.house import House, open_house


@pytest.fixture(scope="module")
def shared_dsn() -> Iterator[str]:
    """The address (as owner) of a migrated database that the tests of one file share."""
    server, name = os.environ["ALMONER_TEST_SERVER_DSN"], f"shared_{uuid.uuid4().hex}"
    head, _, query = server.partition("?")
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE almoner_template"))
    yield f"{head.rpartition('/')[0]}/{name}?{query}"
    asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module")
async def shared_house(shared_dsn: str) -> AsyncIterator[House]:
    """A running house on the shared database."""
    async with open_house(shared_dsn) as opened:
        yield opened


@pytest.fixture(scope="module")
async def shared_rows(shared_dsn: str, shared_house: House) -> AsyncIterator[Rows]:
    """What the shared database holds, asked under the shared house's feet."""
    async with open_rows(shared_dsn) as opened:
        yield opened


@pytest.fixture
async def unchanged(shared_rows: Rows) -> AsyncIterator[None]:
    """Fails the test when any table has more or fewer rows after it than before."""
    before = await shared_rows.counts()
    yield
    assert await shared_rows.counts() == before, "something was stored"


@pytest.fixture
async def rows(dsn: str) -> AsyncIterator[Rows]:
    """What the test's own database holds."""
    async with open_rows(dsn) as opened:
        yield opened


async def _execute(dsn: str, statement: str) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()
