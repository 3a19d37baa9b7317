"""The bare driver: asyncpg calling giving's `give` directly, one gift a call or 64 from each of two connections.

With `--campaigns` and `--codes` the gifts are spread over many campaigns and projects (`bench/spread.py`).
"""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import asyncpg
import msgspec

from bench.names import located
from bench.payload import RETURNING_DONORS, Pledge, pledges, record
from bench.peers.connect import POOL, arguments, measure, session_settings
from bench.sample import Sample, closed_loop
from bench.spread import spread


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where gifts are handed in: connections, the organization, and the statement that writes a batch."""

    pool: asyncpg.Pool[Any]
    organization_id: int
    statement: str


async def run(given: argparse.Namespace) -> Sample:
    """Write `batch` gifts a call from `callers` at once, for some seconds; or `gifts` in all, as a backlog."""
    settings = session_settings(given.organization)
    pool = await asyncpg.create_pool(
        given.dsn, min_size=1, max_size=POOL, reset=_keep, server_settings=settings
    )
    source = pledges(given.seed, given.returning)
    if given.campaigns:
        source = spread(source, given.campaigns, given.codes, given.seed)
    desk = _Desk(pool, given.organization, f"SELECT * FROM {await located(pool, 'giving', 'give')}($1, $2)")

    async def write() -> int:
        return await _write(desk, islice(source, given.batch))

    try:
        if given.gifts:
            return await _fill(desk, islice(source, given.gifts), given.batch)
        return await closed_loop(given.callers, given.warm_up, given.seconds, write)
    finally:
        await pool.close()


async def _fill(desk: _Desk, source: Iterator[Pledge], batch: int) -> Sample:
    started, total = time.perf_counter(), 0
    while gifts := await _write(desk, islice(source, batch)):
        total += gifts
    return Sample(total / (time.perf_counter() - started), 0.0, 0.0, total, 0, 0.0)


async def _write(desk: _Desk, gifts: Iterator[Pledge]) -> int:
    today = datetime.now(UTC).date()
    batch = [record(pledge, ord_, secrets.token_hex(12), today) for ord_, pledge in enumerate(gifts)]
    if not batch:
        return 0
    async with desk.pool.acquire() as conn:
        rows = await conn.fetch(desk.statement, desk.organization_id, msgspec.json.encode(batch).decode())
    if any(row["outcome"] != "created" for row in rows):
        raise RuntimeError("a gift was refused")
    return len(rows)


async def _keep(_conn: object) -> None:
    """Nothing to reset, as in the server's own pool."""


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--gifts", type=int, default=0)
    parser.add_argument("--returning", type=int, default=RETURNING_DONORS)
    parser.add_argument("--campaigns", type=int, nargs="*", default=())
    parser.add_argument("--codes", nargs="*", default=())
    measure(run, parser)
