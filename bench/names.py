"""Where a database keeps the product's functions: beside a module's tables, or in a schema of their own."""

from __future__ import annotations

from typing import Any

_SCHEMA = """
SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY ($1) AND p.proname = $2 ORDER BY array_position($1, n.nspname::text) LIMIT 1
"""


async def located(conn: Any, module: str, function: str) -> str:
    """`module_code.function` or `module.function`, whichever this database has; `LookupError` when neither."""
    schema = await conn.fetchval(_SCHEMA, [f"{module}_code", module], function)
    if schema is None:
        raise LookupError(f"the database has no function {function} of {module}")
    return f"{schema}.{function}"
