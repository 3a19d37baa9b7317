# after the rest
"""Partitions of the log that were there get the indexes by which old values are found, beside those who write."""

from __future__ import annotations

from almoner.platform.database import Connection

_LACKING = """
SELECT i.indexrelid::regclass::text AS whole, p.inhrelid::regclass::text AS part, c.relname AS partition, w.relname AS name,
    a.attname AS column
FROM pg_index i JOIN pg_class w ON w.oid = i.indexrelid
JOIN pg_inherits p ON p.inhparent = i.indrelid JOIN pg_class c ON c.oid = p.inhrelid
JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 2
WHERE i.indrelid = 'crm.event'::regclass AND w.relname IN ('event_old_of_key', 'event_old_of_record') AND NOT EXISTS (
    SELECT FROM pg_inherits h JOIN pg_index k ON k.indexrelid = h.inhrelid WHERE h.inhparent = i.indexrelid AND k.indrelid = p.inhrelid)
ORDER BY 2, 1
"""


async def migrate(conn: Connection) -> None:
    """Make each anew that is not attached yet: one that was left half made goes first."""
    for row in await conn.fetch(_LACKING):
        name = f"{row['partition']}_{row['name'].removeprefix('event_')}"
        await conn.execute(f"DROP INDEX CONCURRENTLY IF EXISTS crm.{name}")
        await conn.execute(
            f"CREATE INDEX CONCURRENTLY {name} ON {row['part']} (organization_id, {row['column']}) WHERE data IS NOT NULL"
        )
        await conn.execute(f"ALTER INDEX {row['whole']} ATTACH PARTITION crm.{name}")
