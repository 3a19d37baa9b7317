"""What a database is made of, as text that two databases can be compared by."""

from __future__ import annotations

import asyncpg

_OBJECTS = r"""
SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attidentity::text AS line
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'c') AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = ANY ($1)
UNION ALL
SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || coalesce(c.reloptions::text, '') || ' '
    || c.relrowsecurity || ' ' || coalesce((SELECT array_agg(x::text ORDER BY x::text) FROM unnest(c.relacl) x)::text, '')
FROM pg_class c WHERE c.relnamespace = ANY ($1) AND c.relkind <> 'c'
UNION ALL
SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = ANY ($1)
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = ANY ($1) AND conrelid <> 0
UNION ALL
SELECT 'view ' || c.oid::regclass || ' ' || pg_get_viewdef(c.oid) FROM pg_class c
WHERE c.relnamespace = ANY ($1) AND c.relkind = 'v'
UNION ALL
SELECT 'function ' || pg_get_functiondef(p.oid) || ' ' || coalesce(p.proacl::text, '') FROM pg_proc p
WHERE p.pronamespace = ANY ($1)
UNION ALL
SELECT 'policy ' || schemaname || '.' || tablename || ' ' || policyname || ' ' || roles::text || ' ' || cmd || ' '
    || coalesce(qual, '') || ' ' || coalesce(with_check, '')
FROM pg_policies WHERE schemaname::regnamespace = ANY ($1)
UNION ALL
SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace WHERE oid = ANY ($1)
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = ANY ($1) AND NOT t.tgisinternal
"""


async def catalog_of(dsn: str) -> set[str]:
    """One line for each thing in our schemas, `public` included: tables, columns, keys, rights, code."""
    conn = await asyncpg.connect(dsn)
    try:
        schemas = await conn.fetch(
            "SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        )
        return {row["line"] for row in await conn.fetch(_OBJECTS, [row["oid"] for row in schemas])}
    finally:
        await conn.close()
