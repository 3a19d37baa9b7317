"""How fast the sync empties a backlog, with one and four workers, beside the rate at which HTTP can fill it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from bench.give import http_variant
from bench.prepare import Prepared, value
from bench.stand import Stand, cpu_of, run_module

WORKERS = (1, 4)
SOURCE = "bench_backlog"
COPY = "bench_drain"
DRAIN_SECONDS_MAX = 600.0

# From the moment the first batch was looked at to the commit of the last cursor: starting a server is not draining.
_SECONDS = """
SELECT extract(epoch FROM (SELECT max(moved_at) FROM platform.event_cursor WHERE consumer <> 'receipts')
    - (SELECT min(changed_at) FROM sync.record))::float8
"""
# Receipts are read from the same log at a pace of their own: they are not what is drained.
# Counting what is left would cost what is measured; whether a part is behind takes a look at an index's end. Each program
# reads under a name of its own; until it has begun, all is left.
_BEHIND = """
SELECT count(*) = 0 OR bool_or(c.after_id < (SELECT max(e.id) FROM giving.event e WHERE e.part = c.part))
FROM platform.event_cursor c WHERE c.log = 'giving' AND c.consumer <> 'receipts'
"""
_DIFFERENCE = """
SELECT (SELECT count(*) FROM giving.gift) - (SELECT count(*) FROM crm.gift)
    + (SELECT coalesce(sum(amount_minor), 0) FROM giving.gift) - (SELECT coalesce(sum(amount_minor), 0) FROM crm.gift)
"""


def measure(
    stand: Stand,
    gifts: int,
    seconds: float,
    rounds: int,
    chance: random.Random,
    numbers: Sequence[int] = WORKERS,
) -> list[dict[str, Any]]:
    """One row per number of workers and round, and one of HTTP give at 64 connections per round."""
    give = http_variant(stand, stand.quiet, 64)
    source = stand.database(SOURCE)
    fill(source, gifts, chance.randrange(2**31))
    rows = []
    for round_ in range(rounds):
        for workers in chance.sample((0, *numbers), len(numbers) + 1):
            if workers:
                row = {"variant": "drain", "callers": workers, **drain(stand, source, workers)}
            else:
                row = {"variant": give.name, "callers": 64, **give.run(seconds, chance.randrange(2**31))}
            rows.append({**row, "round": round_})
    return rows


def fill(at: Prepared, gifts: int, seed: int) -> None:
    """Write the backlog once, as the bare driver does."""
    arguments = ["--dsn", at.dsn, "--organization", str(at.organization_id)]
    arguments += ["--batch", "64", "--gifts", str(gifts), "--seed", str(seed)]
    run_module("bench.peers.driver", arguments)


def drain(stand: Stand, source: Prepared, workers: int) -> dict[str, Any]:
    """Empty a copy of the backlog with `workers` workers in one server process."""
    at = stand.copy(source, COPY)
    gifts = int(value(at.dsn, "SELECT count(*) FROM giving.gift"))
    database = stand.postgres_cpu()
    with stand.serving(at, sync_workers=workers) as server:
        started_with = cpu_of(server.process)
        await_empty(at.dsn)
        web = cpu_of(server.process) - started_with
        database = stand.postgres_cpu() - database
    check_equal(at.dsn)
    return {
        "per_second": gifts / float(value(at.dsn, _SECONDS)),
        "gifts": gifts,
        "web_cpu_us": web / gifts * 1e6,
        "postgres_cpu_us": database / gifts * 1e6,
    }


def check_equal(dsn: str) -> None:
    """Raise when the two sides do not agree to the cent."""
    if value(dsn, _DIFFERENCE):
        raise RuntimeError("the two sides differ after the drain")


def await_empty(dsn: str, seconds_max: float = DRAIN_SECONDS_MAX) -> None:
    """Wait until the sync has read the whole giving log; `RuntimeError` when that takes longer."""
    deadline = time.monotonic() + seconds_max
    while value(dsn, _BEHIND):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the backlog is not empty after {seconds_max:.0f} s")
        time.sleep(0.25)
