"""A database to bring up to date."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import SERVER_DSN, database_dsn


@pytest.fixture
async def empty() -> AsyncIterator[str]:
    """The address (as owner) of a database without a table."""
    server, name = os.environ[SERVER_DSN], f"empty_{uuid.uuid4().hex}"
    conn = await asyncpg.connect(server)
    await conn.execute(f"CREATE DATABASE {name}")
    yield database_dsn(server, name)
    await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await conn.close()
