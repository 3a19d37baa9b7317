"""Compare ways to keep a gift's split: python -m bench.shapes.splits [--seconds N] [--rounds N] [--json PATH]."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Any

import asyncpg

from bench.shapes.server import machine, medians, print_table, temporary_server, write_json
from bench.shapes.splits_shapes import FORMS, OF_GIFT, Connection, Form

WRITERS = 8
GIFTS = 200_000
PROJECTS = 200
POPULAR, RARE = 1, 150
READS = 30
GIVE = "SELECT give($1, $2, $3, $4, $5, $6)"
Arguments = tuple[list[int], ...]


def draw_project() -> int:
    """Half of all designations go to one project, the rest evenly to the others."""
    return POPULAR if random.random() < 0.5 else random.randint(2, PROJECTS)


def draw_gifts(count: int) -> Arguments:
    """Arguments of `give` for gifts of one to three designations that sum."""
    donors, amounts, firsts, counts = [], [], [], []
    projects: list[int] = []
    parts: list[int] = []
    for _ in range(count):
        split = [random.randint(100, 50_000) for _ in range(random.randint(1, 3))]
        firsts.append(len(parts) + 1)
        counts.append(len(split))
        donors.append(random.randint(1, 10_000))
        amounts.append(sum(split))
        projects += [draw_project() for _ in split]
        parts += split
    return donors, amounts, firsts, counts, projects, parts


@contextlib.asynccontextmanager
async def fresh_database(form: Form, dsn: str) -> AsyncIterator[str]:
    """A database with the form's schema, dropped afterwards; gives its DSN."""
    admin = await asyncpg.connect(dsn)
    await admin.execute("CREATE DATABASE run")
    own = dsn.replace("/postgres?", "/run?")
    try:
        connection = await asyncpg.connect(own)
        await connection.execute(form.schema)
        await connection.close()
        yield own
    finally:
        await admin.execute("DROP DATABASE run WITH (FORCE)")
        await admin.close()


async def give_until(connection: Connection, prepared: list[Arguments], until: float) -> int:
    """Give batches in turn until the moment; returns how many were committed."""
    done = 0
    while time.perf_counter() < until:
        await connection.fetchval(GIVE, *prepared[done % len(prepared)])
        done += 1
    return done


async def size_of(form: Form, connection: Connection) -> int:
    """Bytes of the form's tables with their indexes."""
    sizes = [
        await connection.fetchval("SELECT pg_total_relation_size($1::text::regclass)", name)
        for name in form.tables
    ]
    return sum(sizes)


async def writes(form: Form, dsn: str, batch: int, seconds: float) -> dict[str, float]:
    """Eight connections giving batches as fast as they can."""
    prepared = [draw_gifts(batch) for _ in range(200)]
    async with fresh_database(form, dsn) as own:
        opened = [await asyncpg.connect(own) for _ in range(WRITERS)]
        await opened[0].execute("CHECKPOINT")
        start = await opened[0].fetchval("SELECT pg_current_wal_insert_lsn()")
        until = time.perf_counter() + seconds
        done = await asyncio.gather(*(give_until(connection, prepared, until) for connection in opened))
        gifts = sum(done) * batch
        wal = await opened[0].fetchval("SELECT pg_current_wal_insert_lsn() - $1::pg_lsn", start)
        size = await size_of(form, opened[0])
        for connection in opened:
            await connection.close()
    return {
        "gifts/s": round(gifts / seconds),
        "WAL/gift": round(wal / gifts),
        "bytes/gift": round(size / gifts),
    }


async def timed(connection: Connection, statement: str, *values: Any) -> float:
    """Median milliseconds of the statement."""
    took = []
    for _ in range(READS):
        begun = time.perf_counter()
        await connection.fetch(statement, *values)
        took.append(time.perf_counter() - begun)
    return round(median(took) * 1000, 3)


async def reads(form: Form, dsn: str) -> dict[str, float]:
    """Reads over 200,000 gifts: by project, a first page in order, a project's total, and one gift's split."""
    async with fresh_database(form, dsn) as own:
        connection = await asyncpg.connect(own)
        for _ in range(GIFTS // 2000):
            await connection.fetchval(GIVE, *draw_gifts(2000))
        await connection.execute("VACUUM ANALYZE")
        total = f"SELECT count(*), sum(amount_minor) FROM ({form.of_project}) d"
        figures = {
            "rare, all ms": await timed(connection, form.of_project, RARE),
            "rare, page ms": await timed(connection, form.of_project + form.page, RARE),
            "popular, page ms": await timed(connection, form.of_project + form.page, POPULAR),
            "popular, total ms": await timed(connection, total, POPULAR),
            "one gift ms": await timed(connection, OF_GIFT, GIFTS // 2),
            "MB": round(await size_of(form, connection) / 1e6, 1),
        }
        await connection.close()
    return figures


async def refusals(form: Form, dsn: str) -> list[dict[str, str]]:
    """What raw SQL meets that writes or edits a split so that it does not sum."""
    results = []
    for attempt, statement in form.wrong.items():
        async with fresh_database(form, dsn) as own:
            connection = await asyncpg.connect(own)
            await connection.execute(form.right)
            try:
                await connection.execute(statement)
                answer = "ACCEPTED"
            except asyncpg.IntegrityConstraintViolationError as error:
                answer = f"refused, {error.sqlstate}"
            await connection.close()
            results.append({"form": form.name, "attempt": attempt, "answer": answer})
    return results


async def measure(dsn: str, seconds: float, rounds: int) -> dict[str, Any]:
    """All scenarios, forms interleaved in random order within each round."""
    written: list[dict[str, Any]] = []
    for _ in range(rounds):
        for form in random.sample(FORMS, len(FORMS)):
            for batch in (1, 50):
                label = {"form": form.name, "setting": f"batch {batch}"}
                written.append(label | await writes(form, dsn, batch, seconds))
    read = [{"form": form.name} | await reads(form, dsn) for form in FORMS]
    refused = [line for form in FORMS for line in await refusals(form, dsn)]
    return {
        "writes": medians(written, "gifts/s"),
        "reads": medians(read, "rare, all ms"),
        "refusals": refused,
    }


def main() -> None:
    """Run the comparison, print its tables and store them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json")
    options = parser.parse_args()
    with temporary_server() as dsn:
        results = asyncio.run(measure(dsn, options.seconds, options.rounds))
    print(machine())
    for name, rows in results.items():
        print_table(name, rows)
    write_json(options.json, results)


if __name__ == "__main__":
    main()
