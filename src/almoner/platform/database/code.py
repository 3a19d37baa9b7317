"""Drop the code that stands in a database and make it anew from its files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from almoner.platform.database.connection import APP_ROLE, Connection
from almoner.platform.database.files import Files, MigrationError, SqlFile, code_schema
from almoner.platform.database.ledger import CODE_COMMENT, note_code

Execute = Callable[[Connection, SqlFile, str], Awaitable[None]]

# Everything that a table is made of.
_TABLE_PARTS = r"""
SELECT (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped)
    + (SELECT count(*) FROM pg_constraint WHERE conrelid <> 0)
    + (SELECT count(*) FROM pg_attrdef) + (SELECT count(*) FROM pg_policy) + (SELECT count(*) FROM pg_trigger)
"""


async def drop_code(conn: Connection, files: Files) -> None:
    """Drop our code schemas; `MigrationError` when a table hangs on one or stands in one, which would go with it."""
    schemas = await conn.fetch(
        "SELECT quote_ident(nspname) AS name FROM pg_namespace"
        " WHERE nspname = ANY ($1) OR obj_description(oid, 'pg_namespace') = $2",
        _schemas(files),
        CODE_COMMENT,
    )
    before = await conn.fetchval(_TABLE_PARTS)
    for row in schemas:
        await conn.execute(f"DROP SCHEMA {row['name']} CASCADE")
    if await conn.fetchval(_TABLE_PARTS) != before:
        raise MigrationError(
            "A table stands in a code schema, or uses a function or type of one. What tables need belongs into a migration."
        )


async def make_code(conn: Connection, files: Files, execute: Execute) -> None:
    """Make all code by `execute`, grant it to the application, and note what was made."""
    for schema in _schemas(files):
        await conn.execute(f"CREATE SCHEMA {schema}")
        await conn.execute(f"COMMENT ON SCHEMA {schema} IS '{CODE_COMMENT}'")
    for file in files.code:
        await execute(conn, file, f"Code file {file.name}.sql")
    await _grant(conn, files)
    await note_code(conn, files.code_checksum)


async def _grant(conn: Connection, files: Files) -> None:
    """The application calls code and asks views; it never owns or changes them."""
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", APP_ROLE):
        return
    for schema in _schemas(files):
        await conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}")
        await conn.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {APP_ROLE}")
    await conn.execute(f"GRANT SELECT ON public.almoner_ledger, public.almoner_code TO {APP_ROLE}")


def _schemas(files: Files) -> list[str]:
    return [code_schema(module) for module in sorted({file.module for file in files.code})]
