"""Plans for statements that go through all that an organization has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from almoner.platform.database.connection import Tx


@asynccontextmanager
async def joined_as_sets(tx: Tx) -> AsyncIterator[None]:
    """Have statements of the block join by hash or by order wherever they can.

    Of what is made on the way, such as a walk through a tree, PostgreSQL guesses that there is one row, and would go through it once for each
    of the other side.
    """
    await tx.conn.execute("SET LOCAL enable_nestloop = off")
    yield
    await tx.conn.execute("SET LOCAL enable_nestloop TO DEFAULT")
