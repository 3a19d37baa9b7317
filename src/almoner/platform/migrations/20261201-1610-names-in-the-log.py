# after the rest
"""Indexes by which old values are found are called in the partitions of before as in those that are made since."""

from __future__ import annotations

from almoner.platform.database import Connection

_OTHERWISE = r"""
SELECT i.indexrelid::regclass::text AS index, quote_ident(c.relname || '_organization_id_' || a.attname || '_idx') AS name
FROM pg_class l JOIN pg_inherits p ON p.inhparent = l.oid JOIN pg_class c ON c.oid = p.inhrelid
JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class w ON w.oid = i.indexrelid
JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 2
WHERE l.relname = 'event' AND l.relkind = 'p' AND w.relname IN (c.relname || '_old_of_key', c.relname || '_old_of_record')
ORDER BY 1
"""


async def migrate(conn: Connection) -> None:
    """Give each the name that PostgreSQL gives it; reads and writes go on meanwhile."""
    for row in await conn.fetch(_OTHERWISE):
        await conn.execute(f"ALTER INDEX {row['index']} RENAME TO {row['name']}")
