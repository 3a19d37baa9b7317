"""Weigh an event: python -m bench.shapes.eventbytes [--events N] [--json PATH].

Bytes of write-ahead log and of table with indexes for one event, plain and with what updates and deletes keep, and for a
whole gift; hot writes are 50 a statement. Run with the sources of a program before (PYTHONPATH=DIR/src) it says what that one's events weighed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from itertools import islice
from typing import Any

import asyncpg
import msgspec

from bench.names import located
from bench.payload import Pledge, pledges, record
from bench.prepare import prepare
from bench.shapes.server import machine, print_table, temporary_server, write_json

BATCH = 50
WARM = 1000
DONORS = 500
HOT = """
INSERT INTO giving.event (organization_id, part, key_id, kind, record_id, happened_at{column})
SELECT $1, platform.event_part($1, i), i, 'gift.created', i, now(){value} FROM generate_series(1, $2::int) AS i
"""
COLD = "SELECT crm_code.append_event($1, 7, $2, 9, now(), 2, $3)"
NOTE = {
    "createDateTimeUtc": "2024-03-05T09:20:22.390", "createdByUser": None,
    "modifiedDateTimeUtc": "2024-03-05T09:20:22.390", "modifiedByUser": None, "id": 9, "contactId": 7,
    "noteDate": "3/5/2024", "type": "Call", "note": "Called to thank; will come to the opening in May. " * 4,
    "important": False, "isPrivate": False, "createdByAvatarUrl": None, "reminder": None,
}  # fmt: skip
"""A note of 200 letters as it is told."""
KEPT: dict[str, tuple[str, dict[str, Any] | None]] = {
    "plain": ("contact_note.updated", None),
    "an update: two short fields": ("contact_note.updated", {"type": "Call", "noteDate": "3/5/2024"}),
    "an update: a text of 200 letters": ("contact_note.updated", {"note": NOTE["note"]}),
    "a delete: a note of 200 letters": ("contact_note.deleted", NOTE),
}
Write = Callable[[int], Awaitable[object]]


async def weigh(conn: Any, log: str, events: int, write: Write, each: int = 1) -> dict[str, int]:
    """Bytes for one event when `write(n)` writes the n-th `each`; the first ones, which touch fresh pages, do not count."""
    await conn.execute("CHECKPOINT")
    for n in range(WARM // each):
        await write(n)
    start, size = await _state(conn, log)
    for n in range(WARM // each, (WARM + events) // each):
        await write(n)
    end, grown = await _state(conn, log)
    return {
        "WAL/event": round((end - start) / events),
        "table and indexes/event": round((grown - size) / events),
    }


async def _state(conn: Any, log: str) -> tuple[int, int]:
    row = await conn.fetchrow(
        """SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS wal,
            (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree($1))::bigint AS size""",
        f"{log}.event",
    )
    return row["wal"], row["size"]


async def measure(dsn: str, organization_id: int, events: int) -> list[dict[str, Any]]:
    """One row for each kind of write."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(f"SET almoner.organization_id = '{organization_id}'")
    versions = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'giving.event'::regclass AND attname = 'version')"
    )
    name = "with its version" if versions else "without a version"
    alone = HOT.format(column=", version" if versions else "", value=", 1" if versions else "")
    rows = [
        await _hot(conn, f"gift.created alone, {name}", alone, organization_id, events),
        {"event": f"a whole gift of a known donor, {name}"} | await _gifts(conn, organization_id, events),
    ]
    if versions:
        gift = await conn.fetchval("SELECT to_jsonb(g)::text FROM giving.gift g LIMIT 1")
        image = HOT.format(column=", version, data", value=f", 1, '{gift}'")
        rows.append(
            await _hot(conn, "gift.created alone, with its row as image", image, organization_id, events)
        )
        rows += [await _cold(conn, what, *kept, organization_id, events) for what, kept in KEPT.items()]
    await conn.close()
    return rows


async def _hot(conn: Any, what: str, insert: str, organization_id: int, events: int) -> dict[str, Any]:
    async def write(_: int) -> None:
        await conn.execute(insert, organization_id, BATCH)

    return {"event": what} | await weigh(conn, "giving", events, write, BATCH)


async def _cold(
    conn: Any, what: str, kind: str, data: Any, organization_id: int, events: int
) -> dict[str, Any]:
    said = None if data is None else json.dumps(data)

    async def write(_: int) -> None:
        await conn.execute(COLD, organization_id, kind, said)

    return {"event": f"{what}; one a transaction"} | await weigh(conn, "crm", events, write)


async def _gifts(conn: Any, organization_id: int, events: int) -> dict[str, int]:
    """Gifts through give, by donors who are known: each appends `gift.created` and nothing else."""
    donors = list(islice(pledges(1), DONORS))
    give = f"SELECT FROM {await located(conn, 'giving', 'give')}($1, $2)"

    async def write(n: int, key: str = "g") -> None:
        batch: list[Pledge] = [donors[(n * BATCH + i) % DONORS] for i in range(BATCH)]
        gifts = [record(pledge, i, f"{key}{n}-{i}", date(2024, 1, 1)) for i, pledge in enumerate(batch)]
        await conn.fetch(give, organization_id, msgspec.json.encode(gifts).decode())

    for n in range(DONORS // BATCH):
        await write(n, "first")
    return await weigh(conn, "giving", events, write, BATCH)


def main() -> None:
    """Run the measurement, print its table and store it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--json")
    options = parser.parse_args()
    with temporary_server() as dsn:
        prepared = prepare(dsn)
        rows = asyncio.run(measure(prepared.dsn, prepared.organization_id, options.events))
    print(machine())
    print_table("bytes", rows)
    write_json(options.json, {"bytes": rows})


if __name__ == "__main__":
    main()
