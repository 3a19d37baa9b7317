"""The bare driver: asyncpg calling `giving.give` directly, one gift a call or 64 from each of two connections."""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import asyncpg
import msgspec

from bench.payload import Pledge, pledges, record
from bench.peers.connect import POOL, arguments, measure, session_settings
from bench.sample import Sample, closed_loop

STATEMENT = "SELECT * FROM giving.give($1, $2)"


async def run(given: argparse.Namespace) -> Sample:
    """Write `batch` gifts a call from `callers` at once, for some seconds; or `gifts` in all, as a backlog."""
    settings = session_settings(given.organization)
    pool = await asyncpg.create_pool(
        given.dsn, min_size=1, max_size=POOL, reset=_keep, server_settings=settings
    )
    source = pledges(given.seed)

    async def write() -> int:
        return await _write(pool, given.organization, islice(source, given.batch))

    try:
        if given.gifts:
            return await _fill(pool, given.organization, islice(source, given.gifts), given.batch)
        return await closed_loop(given.callers, given.warm_up, given.seconds, write)
    finally:
        await pool.close()


async def _fill(
    pool: asyncpg.Pool[Any], organization_id: int, source: Iterator[Pledge], batch: int
) -> Sample:
    started, total = time.perf_counter(), 0
    while gifts := await _write(pool, organization_id, islice(source, batch)):
        total += gifts
    return Sample(total / (time.perf_counter() - started), 0.0, 0.0, total, 0, 0.0)


async def _write(pool: asyncpg.Pool[Any], organization_id: int, gifts: Iterator[Pledge]) -> int:
    today = datetime.now(UTC).date()
    batch = [record(pledge, ord_, secrets.token_hex(12), today) for ord_, pledge in enumerate(gifts)]
    if not batch:
        return 0
    async with pool.acquire() as conn:
        rows = await conn.fetch(STATEMENT, organization_id, msgspec.json.encode(batch).decode())
    if any(row["outcome"] != "created" for row in rows):
        raise RuntimeError("a gift was refused")
    return len(rows)


async def _keep(_conn: object) -> None:
    """Nothing to reset, as in the server's own pool."""


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--gifts", type=int, default=0)
    measure(run, parser)
