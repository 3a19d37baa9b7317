"""The shapes of an event log that `eventlog` compares, each as a schema, an append and one step of a consumer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

PARTS = 8
CONSUMERS = ("sync", "webhooks")
Rows = list[asyncpg.Record]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Step = Callable[[Connection, str, int, int], Awaitable[Rows]]

BASE = """
CREATE EXTENSION IF NOT EXISTS pgstattuple;
CREATE TABLE donor (id bigint PRIMARY KEY);
INSERT INTO donor SELECT generate_series(0, 200);
"""
COLUMNS = """
    organization_id bigint NOT NULL, id bigint NOT NULL, part smallint NOT NULL, donor_id bigint NOT NULL,
    kind text NOT NULL, record_id bigint NOT NULL, occurred_at timestamptz NOT NULL DEFAULT clock_timestamp()
"""
APPEND = """
CREATE FUNCTION append_event(donor bigint, record bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE drawn bigint;
BEGIN
    PERFORM FROM donor d WHERE d.id = donor FOR NO KEY UPDATE;
    drawn := nextval('event_id');
    {insert};
    RETURN drawn;
END $$;
"""
EVENT_INSERT = """INSERT INTO event (organization_id, id, part, donor_id, kind, record_id)
    VALUES (1, drawn, donor % 8, donor, 'gift.created', record)"""
OUTBOX_INSERT = """INSERT INTO outbox (consumer, organization_id, id, part, donor_id, kind, record_id)
    VALUES ('sync', 1, drawn, donor % 8, donor, 'gift.created', record),
           ('webhooks', 1, drawn, donor % 8, donor, 'gift.created', record)"""

OUTBOX_DELETE = f"""
CREATE SEQUENCE event_id;
CREATE TABLE outbox (consumer text NOT NULL, {COLUMNS}, PRIMARY KEY (consumer, part, id));
{APPEND.format(insert=OUTBOX_INSERT)}
"""
OUTBOX_MARK = f"""
CREATE SEQUENCE event_id;
CREATE TABLE outbox (consumer text NOT NULL, {COLUMNS}, done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organization_id, consumer, id));
CREATE INDEX outbox_head ON outbox (consumer, part, id) WHERE NOT done;
{APPEND.format(insert=OUTBOX_INSERT)}
"""
EVENT = f"""
CREATE SEQUENCE event_id;
CREATE TABLE event ({COLUMNS}, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), PRIMARY KEY (organization_id, id));
ALTER TABLE event ALTER COLUMN xid SET (n_distinct = -0.02);
CREATE INDEX event_part_xid ON event (part, xid, id);
{APPEND.format(insert=EVENT_INSERT)}
"""
LOG_SNAPSHOT = f"""
{EVENT}
CREATE INDEX event_part_id ON event (part, id);
CREATE TABLE event_cursor (consumer text, part smallint, after_id bigint NOT NULL DEFAULT 0,
    seen pg_snapshot NOT NULL DEFAULT pg_current_snapshot(), PRIMARY KEY (consumer, part)) WITH (fillfactor = 10);
INSERT INTO event_cursor (consumer, part)
    SELECT c, p FROM unnest(ARRAY['sync', 'webhooks']) c, generate_series(0, 7) p;
"""
LOG_HORIZON = f"""
{EVENT}
CREATE TABLE event_cursor (consumer text, part smallint, after_xid xid8 NOT NULL DEFAULT '0', after_id bigint NOT NULL
    DEFAULT 0, PRIMARY KEY (consumer, part)) WITH (fillfactor = 10);
INSERT INTO event_cursor (consumer, part)
    SELECT c, p FROM unnest(ARRAY['sync', 'webhooks']) c, generate_series(0, 7) p;
"""

LEASE = "SELECT pg_try_advisory_xact_lock(hashtext($1), $2::int)"
DELETE_HEADS = """
DELETE FROM outbox o USING (
    SELECT consumer, part, id FROM outbox WHERE consumer = $1 AND part = $2 ORDER BY id LIMIT $3
) head WHERE o.consumer = head.consumer AND o.part = head.part AND o.id = head.id
RETURNING o.id, o.donor_id, o.record_id
"""
READ_HEADS = """
SELECT id, donor_id, record_id FROM outbox WHERE consumer = $1 AND part = $2 AND NOT done ORDER BY id LIMIT $3
"""
MARK = "UPDATE outbox SET done = true WHERE organization_id = 1 AND consumer = $1 AND id = ANY($2::bigint[])"

LOCK_CURSOR = """
SELECT after_id, pg_snapshot_xmax(seen) AS seen_xmax, ARRAY(SELECT pg_snapshot_xip(seen)) AS seen_xip
FROM event_cursor WHERE consumer = $1 AND part = $2 FOR UPDATE SKIP LOCKED
"""
READ_SNAPSHOT = """
SELECT id, donor_id, record_id, pg_current_snapshot() AS seen FROM (
    SELECT id, donor_id, record_id FROM event WHERE part = $1 AND xid = ANY($4::xid8[]) AND id <= $2
    UNION ALL
    SELECT id, donor_id, record_id FROM event
    WHERE part = $1 AND xid >= $3 AND xid < pg_snapshot_xmax(pg_current_snapshot()) AND id <= $2
    UNION ALL
    (SELECT id, donor_id, record_id FROM event WHERE part = $1 AND id > $2
     AND pg_visible_in_snapshot(xid, (SELECT pg_current_snapshot())) ORDER BY id LIMIT $5)
) batch ORDER BY id
"""
POLL_DELETE = """
SELECT p.part FROM generate_series(0, 7) p (part)
WHERE EXISTS (SELECT FROM outbox o WHERE o.consumer = $1 AND o.part = p.part)
"""
POLL_MARK = """
SELECT p.part FROM generate_series(0, 7) p (part)
WHERE EXISTS (SELECT FROM outbox o WHERE o.consumer = $1 AND o.part = p.part AND NOT o.done)
"""
POLL_HORIZON = """
SELECT c.part FROM event_cursor c WHERE c.consumer = $1 AND EXISTS (
    SELECT FROM event e WHERE e.part = c.part AND (e.xid, e.id) > (c.after_xid, c.after_id)
    AND e.xid < pg_snapshot_xmin(pg_current_snapshot()))
"""
POLL_SNAPSHOT = """
SELECT c.part FROM event_cursor c WHERE c.consumer = $1 AND (
    c.after_id < (SELECT max(e.id) FROM event e WHERE e.part = c.part)
    OR (SELECT e.id FROM event e WHERE e.part = c.part AND e.xid >= pg_snapshot_xmax(c.seen)
        AND e.xid < pg_snapshot_xmax(pg_current_snapshot()) AND e.id <= c.after_id
        ORDER BY e.xid LIMIT 1) IS NOT NULL
    OR EXISTS (SELECT FROM event e WHERE e.part = c.part
        AND e.xid = ANY (ARRAY(SELECT pg_snapshot_xip(c.seen))) AND e.id <= c.after_id))
"""
ADVANCE_SNAPSHOT = "UPDATE event_cursor SET after_id = $3, seen = $4 WHERE consumer = $1 AND part = $2"
LOCK_HORIZON = """
SELECT after_xid, after_id FROM event_cursor WHERE consumer = $1 AND part = $2 FOR UPDATE SKIP LOCKED
"""
READ_HORIZON = """
SELECT id, donor_id, record_id, xid FROM event
WHERE part = $1 AND (xid, id) > ($2, $3) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id LIMIT $4
"""
ADVANCE_HORIZON = "UPDATE event_cursor SET after_xid = $3, after_id = $4 WHERE consumer = $1 AND part = $2"


@dataclass(frozen=True)
class Shape:
    """One way to keep the log: its schema, which parts have work, one batch of a consumer, and the tables it grows."""

    name: str
    schema: str
    poll: str
    step: Step
    tables: tuple[str, ...]


async def step_delete(connection: Connection, consumer: str, part: int, limit: int) -> Rows:
    """Lease the part, delete its head rows and return them in order."""
    async with connection.transaction():
        if not await connection.fetchval(LEASE, consumer, part):
            return []
        rows = await connection.fetch(DELETE_HEADS, consumer, part, limit)
    return sorted(rows, key=lambda row: int(row["id"]))


async def step_mark(connection: Connection, consumer: str, part: int, limit: int) -> Rows:
    """Lease the part, read its head rows in order and mark them done."""
    async with connection.transaction():
        if not await connection.fetchval(LEASE, consumer, part):
            return []
        rows = await connection.fetch(READ_HEADS, consumer, part, limit)
        if rows:
            await connection.execute(MARK, consumer, [row["id"] for row in rows])
    return rows


async def step_snapshot(connection: Connection, consumer: str, part: int, limit: int) -> Rows:
    """Lock the cursor in a statement of its own, read late and fresh rows, move the cursor to that snapshot."""
    async with connection.transaction():
        cursor = await connection.fetchrow(LOCK_CURSOR, consumer, part)
        if cursor is None:
            return []
        after = cursor["after_id"]
        known = (part, after, cursor["seen_xmax"], cursor["seen_xip"])
        rows = await connection.fetch(READ_SNAPSHOT, *known, limit)
        if rows:
            reached = max(after, rows[-1]["id"])
            await connection.execute(ADVANCE_SNAPSHOT, consumer, part, reached, rows[-1]["seen"])
    return rows


async def step_horizon(connection: Connection, consumer: str, part: int, limit: int) -> Rows:
    """Lock the cursor and read only what precedes every running transaction."""
    async with connection.transaction():
        cursor = await connection.fetchrow(LOCK_HORIZON, consumer, part)
        if cursor is None:
            return []
        rows = await connection.fetch(READ_HORIZON, part, cursor["after_xid"], cursor["after_id"], limit)
        if rows:
            await connection.execute(ADVANCE_HORIZON, consumer, part, rows[-1]["xid"], rows[-1]["id"])
    return rows


SHAPES = (
    Shape("A lease, delete", OUTBOX_DELETE, POLL_DELETE, step_delete, ("outbox",)),
    Shape("A lease, mark", OUTBOX_MARK, POLL_MARK, step_mark, ("outbox",)),
    Shape("B log, snapshot", LOG_SNAPSHOT, POLL_SNAPSHOT, step_snapshot, ("event", "event_cursor")),
    Shape("B2 log, horizon", LOG_HORIZON, POLL_HORIZON, step_horizon, ("event", "event_cursor")),
)
