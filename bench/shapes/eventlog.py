"""Compare shapes of the event log: python -m bench.shapes.eventlog [--seconds N] [--rounds N] [--json PATH]."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.shapes.eventlog_shapes import (
    BASE,
    CONSUMERS,
    PARTS,
    POLL_SNAPSHOT,
    READ_SNAPSHOT,
    SHAPES,
    Connection,
    Shape,
)
from bench.shapes.server import machine, medians, print_table, temporary_server, write_json

WRITERS = 8
DONORS = 200
HELD_DONOR = 0
HELD_RECORD = -1
BACKLOG = 50_000
STEADY_PER_SECOND = 200
IDLE_SECONDS = 0.005
IDLE_SWEEPS = 10
ROLLBACK_SHARE = 0.1
FAULTS = ("skipped", "twice", "disorder")
RATIO_OF = {"contended": "appends/s", "steady": "p99 ms", "backlog": "drained/s"}
APPEND = "SELECT append_event($1, $2)"


@dataclass
class Seen:
    """What one consumer received, in order, and how long after its append began each event arrived."""

    rows: list[tuple[int, int, int]] = field(default_factory=list)
    lags: dict[int, float] = field(default_factory=dict)


@dataclass
class Run:
    """One shape in one fresh database."""

    shape: Shape
    dsn: str
    started: dict[int, float] = field(default_factory=dict)
    committed: set[int] = field(default_factory=set)
    seen: dict[str, Seen] = field(default_factory=lambda: {name: Seen() for name in CONSUMERS})
    writing: bool = True

    def complete(self, name: str) -> bool:
        """Whether the consumer has received as many events as were committed after the writing ended."""
        return not self.writing and len(self.seen[name].rows) >= len(self.committed)

    def faults(self) -> dict[str, int]:
        """Events skipped, received twice, and received before an earlier one of the same donor."""
        total = dict.fromkeys(FAULTS, 0)
        for seen in self.seen.values():
            records = [record for _, _, record in seen.rows]
            total["skipped"] += len(self.committed - set(records))
            total["twice"] += len(records) - len(set(records))
            total["disorder"] += _disorder(seen.rows)
        return total


def _disorder(rows: list[tuple[int, int, int]]) -> int:
    last: dict[int, int] = defaultdict(lambda: HELD_RECORD)
    faults = 0
    for event, donor, _ in rows:
        faults += event < last[donor]
        last[donor] = event
    return faults


def percentile(values: list[float], share: float) -> float:
    """The value below which the share of the values lies, in milliseconds of two places; nan if there are none."""
    if not values:
        return float("nan")
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000, 2)


@contextlib.asynccontextmanager
async def fresh_run(shape: Shape, dsn: str) -> AsyncIterator[Run]:
    """A run in a database of its own, dropped afterwards."""
    admin = await asyncpg.connect(dsn)
    await admin.execute("CREATE DATABASE run")
    run = Run(shape, dsn.replace("/postgres?", "/run?"))
    try:
        connection = await asyncpg.connect(run.dsn)
        await connection.execute(BASE + shape.schema)
        await connection.close()
        yield run
    finally:
        await admin.execute("DROP DATABASE run WITH (FORCE)")
        await admin.close()


@contextlib.asynccontextmanager
async def connections(run: Run, count: int) -> AsyncIterator[list[Connection]]:
    """So many connections to the run's database."""
    opened = [await asyncpg.connect(run.dsn) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            await connection.close()


async def hold(run: Run, connection: Connection) -> None:
    """Append an event of one donor and leave the transaction open."""
    await connection.execute("BEGIN")
    await connection.fetchval(APPEND, HELD_DONOR, HELD_RECORD)
    run.started[HELD_RECORD] = time.perf_counter()


async def release(run: Run, connection: Connection) -> None:
    """Commit the transaction that was held open."""
    await connection.execute("COMMIT")
    run.committed.add(HELD_RECORD)


async def append_one(run: Run, connection: Connection, record: int) -> None:
    """Append one event of a random donor in a transaction of its own."""
    run.started[record] = time.perf_counter()
    await connection.fetchval(APPEND, random.randint(1, DONORS), record)
    run.committed.add(record)


async def write(run: Run, connection: Connection, writer: int, until: float) -> None:
    """Append as fast as possible until the moment."""
    record = writer
    while time.perf_counter() < until:
        await append_one(run, connection, record)
        record += WRITERS


async def write_steadily(run: Run, connection: Connection, seconds: float) -> None:
    """Append at the steady rate, one after the other."""
    begun = time.perf_counter()
    for record in range(int(seconds * STEADY_PER_SECOND)):
        await asyncio.sleep(max(0.0, begun + record / STEADY_PER_SECOND - time.perf_counter()))
        await append_one(run, connection, record)


async def consume(run: Run, connection: Connection, name: str, batch: int) -> None:
    """Ask which parts have work, take a batch of each, rest briefly when there is none; ends when all has come."""
    seen = run.seen[name]
    while not run.complete(name):
        parts = [row["part"] for row in await connection.fetch(run.shape.poll, name)]
        for part in parts:
            rows = await run.shape.step(connection, name, part, batch)
            now = time.perf_counter()
            for row in rows:
                seen.rows.append((row["id"], row["donor_id"], row["record_id"]))
                seen.lags[row["record_id"]] = now - run.started[row["record_id"]]
        if not parts:
            await asyncio.sleep(IDLE_SECONDS)


async def contended(shape: Shape, dsn: str, batch: int, seconds: float) -> dict[str, float]:
    """Eight writers and two consumers at full speed beside one open transaction."""
    async with fresh_run(shape, dsn) as run, connections(run, WRITERS + 3) as opened:
        holder, *rest = opened
        await hold(run, holder)
        consumers = [
            asyncio.create_task(consume(run, rest[WRITERS + index], name, batch))
            for index, name in enumerate(CONSUMERS)
        ]
        until = time.perf_counter() + seconds
        await asyncio.gather(*(write(run, rest[index], index, until) for index in range(WRITERS)))
        appended, drained = len(run.committed), {name: len(run.seen[name].rows) for name in CONSUMERS}
        await release(run, holder)
        run.writing = False
        await asyncio.wait_for(asyncio.gather(*consumers), 120)
        faults = run.faults()
    rates = {f"{name}/s": round(drained[name] / seconds) for name in CONSUMERS}
    return {"appends/s": round(appended / seconds), **rates, **faults}


async def steady(shape: Shape, dsn: str, held: bool, seconds: float) -> dict[str, float]:
    """Lag at a steady rate, batches of 50, with or without a transaction held open to the end."""
    async with fresh_run(shape, dsn) as run, connections(run, 4) as (holder, writer, *readers):
        if held:
            await hold(run, holder)
        consumers = [
            asyncio.create_task(consume(run, readers[index], name, 50))
            for index, name in enumerate(CONSUMERS)
        ]
        await write_steadily(run, writer, seconds)
        await asyncio.sleep(0.1)
        if held:
            await release(run, holder)
        run.writing = False
        await asyncio.wait_for(asyncio.gather(*consumers), 60)
        lags = [lag for seen in run.seen.values() for record, lag in seen.lags.items() if record >= 0]
        faults = run.faults()
    return {
        "p50 ms": percentile(lags, 0.5),
        "p99 ms": percentile(lags, 0.99),
        "max ms": percentile(lags, 1),
    } | faults


async def load(connection: Connection, count: int) -> None:
    """Append so many events, 500 a transaction."""
    for first in range(0, count, 500):
        await connection.execute(
            "SELECT append_event(1 + g % 200, g) FROM generate_series($1::bigint, $2::bigint) g",
            first,
            first + 499,
        )


async def drain(shape: Shape, connection: Connection, batch: int) -> int:
    """Take everything there is for one consumer; returns how many events came."""
    total, parts = 0, set(range(PARTS))
    while parts:
        for part in sorted(parts):
            rows = await shape.step(connection, CONSUMERS[0], part, batch)
            total += len(rows)
            if not rows:
                parts.discard(part)
    return total


async def space(run: Run, connection: Connection) -> dict[str, float]:
    """Megabytes of the shape's tables with their indexes, and their dead row versions."""
    size, dead = 0, 0
    for table in run.shape.tables:
        size += await connection.fetchval("SELECT pg_total_relation_size($1::text::regclass)", table)
        dead += await connection.fetchval(
            "SELECT dead_tuple_count FROM pgstattuple($1::text::regclass)", table
        )
    return {"MB": round(size / 1e6, 1), "dead rows": dead}


async def backlog(shape: Shape, dsn: str, batch: int, held: bool) -> dict[str, float]:
    """One consumer connection drains a backlog, then finds nothing a few times; space is taken at the end."""
    async with fresh_run(shape, dsn) as run, connections(run, 2) as (holder, worker):
        await load(worker, BACKLOG)
        if held:
            await holder.execute("BEGIN")
            await holder.fetchval("SELECT pg_current_xact_id()")
            if shape.name.startswith("B2"):
                await holder.execute("COMMIT")
        begun = time.perf_counter()
        drained = await drain(shape, worker, batch)
        elapsed = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(IDLE_SWEEPS):
            await drain(shape, worker, batch)
        swept = time.perf_counter()
        for _ in range(IDLE_SWEEPS):
            await worker.fetch(shape.poll, CONSUMERS[0])
        idle = {
            "idle sweep ms": round((swept - begun) / IDLE_SWEEPS * 1000, 2),
            "poll ms": round((time.perf_counter() - swept) / IDLE_SWEEPS * 1000, 2),
        }
        rates = {"drained/s": round(drained / elapsed), "drained": drained} | idle
        return rates | await space(run, worker)


async def careful_writer(run: Run, connection: Connection, counts: dict[int, int], until: float) -> None:
    """Transactions over several donors, slow and at times rolled back; counts each donor's events under its lock."""
    while time.perf_counter() < until:
        records = []
        transaction = connection.transaction()
        await transaction.start()
        for donor in sorted(random.sample(range(1, 11), random.randint(1, 3))):
            await connection.execute("SELECT FROM donor WHERE id = $1 FOR NO KEY UPDATE", donor)
            counts[donor] += 1
            records.append(donor * 1_000_000 + counts[donor])
            run.started[records[-1]] = time.perf_counter()
            await connection.fetchval(APPEND, donor, records[-1])
            await asyncio.sleep(random.random() * 0.004)
        if random.random() < ROLLBACK_SHARE:
            await transaction.rollback()
        else:
            await transaction.commit()
            run.committed.update(records)


async def check(shape: Shape, dsn: str, seconds: float) -> dict[str, int]:
    """Few donors, multi-donor transactions, rollbacks and one held open: order is judged by counts under the lock."""
    async with fresh_run(shape, dsn) as run, connections(run, WRITERS + 3) as (holder, *rest):
        await hold(run, holder)
        consumers = [
            asyncio.create_task(consume(run, rest[WRITERS + index], name, 7))
            for index, name in enumerate(CONSUMERS)
        ]
        counts: dict[int, int] = defaultdict(int)
        until = time.perf_counter() + seconds
        await asyncio.gather(*(careful_writer(run, rest[index], counts, until) for index in range(WRITERS)))
        await release(run, holder)
        run.writing = False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*consumers), 10)
        for seen in run.seen.values():
            seen.rows = [(record, donor, record) for _, donor, record in seen.rows]
        return {"events": len(run.committed)} | run.faults()


async def plans(dsn: str) -> list[dict[str, Any]]:
    """How the snapshot read runs over 100,000 read and 100,000 waiting events, by plan mode and statistics."""
    shape = next(shape for shape in SHAPES if shape.name == "B log, snapshot")
    shown: list[dict[str, Any]] = []
    async with fresh_run(shape, dsn) as run, connections(run, 1) as (connection,):
        await load(connection, 200_000)
        xmax = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())")
        for statistics in ("none", "analyzed"):
            if statistics == "analyzed":
                await connection.execute("ANALYZE event")
            for mode in ("force_custom_plan", "force_generic_plan"):
                for position, after, seen in (("middle", 100_000, xmax), ("backlog's first batch", 0, 3)):
                    text = await explain(connection, mode, f"3, {after}, '{seen}', '{{{seen}}}', 50")
                    shown.append({"statistics": statistics, "mode": mode, "at": position, "plan": text})
        await drain(shape, connection, 500)
        polled = await connection.fetch(
            f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {POLL_SNAPSHOT}", CONSUMERS[0]
        )
        text = "\n".join(line[0] for line in polled)
        shown.append({"statistics": "analyzed", "mode": "poll", "at": "the end", "plan": text})
    return shown


async def explain(connection: Connection, mode: str, arguments: str) -> str:
    """The executed plan of the snapshot read."""
    await connection.execute(f"SET plan_cache_mode = {mode}")
    await connection.execute(f"PREPARE reading (smallint, bigint, xid8, xid8[], int) AS {READ_SNAPSHOT}")
    await connection.execute(f"EXECUTE reading ({arguments})")
    lines = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE reading ({arguments})")
    await connection.execute("DEALLOCATE reading")
    return "\n".join(line[0] for line in lines)


async def measure(dsn: str, seconds: float, rounds: int) -> dict[str, Any]:
    """All scenarios, shapes interleaved in random order within each round."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _ in range(rounds):
        for shape in random.sample(SHAPES, len(SHAPES)):
            name = {"shape": shape.name}
            tables["check"].append(name | await check(shape, dsn, seconds))
            for batch in (50, 500):
                label = name | {"setting": f"batch {batch}"}
                tables["contended"].append(label | await contended(shape, dsn, batch, seconds))
            for held in (False, True):
                label = name | {"setting": "held" if held else "free"}
                tables["steady"].append(label | await steady(shape, dsn, held, seconds))
                for batch in (50, 500):
                    label = name | {"setting": f"batch {batch}, {'held' if held else 'free'}"}
                    tables["backlog"].append(label | await backlog(shape, dsn, batch, held))
    result = {name: medians(rows, RATIO_OF.get(name), FAULTS) for name, rows in tables.items()}
    return {**result, "plans": await plans(dsn)}


def main() -> None:
    """Run the comparison, print its tables and store them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    options = parser.parse_args()
    with temporary_server() as dsn:
        results = asyncio.run(measure(dsn, options.seconds, options.rounds))
    print(machine())
    for name in ("check", "contended", "steady", "backlog"):
        print_table(name, results[name])
    for shown in results["plans"]:
        print(f"\n{shown['mode']}, statistics {shown['statistics']}, {shown['at']}\n{shown['plan']}")
    write_json(options.json, results)


if __name__ == "__main__":
    main()
