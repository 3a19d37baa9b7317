"""Bring a database up to date, in one transaction: migrations that have not run, then all code made anew.

Two things keep what is under way elsewhere from failing. Calls that pass the gate (a shared lock, taken by functions kept for
older programs) are let out before anything changes, and wait while it does. And migrations marked `-- before the rest`, which
put functions behind the gate, run ahead and alone; what ran without the gate then is waited for.

Why tables and code are kept apart, and what older and newer programs may expect of each other: docs/decisions/0010.
"""

from __future__ import annotations

import asyncio
import itertools
import runpy
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from almoner.platform.database.connection import APP_ROLE, Connection
from almoner.platform.database.files import (
    PACKAGE,
    MigrationError,
    SqlFile,
    code_checksum,
    code_schema,
    load_code,
    load_migrations,
)
from almoner.platform.database.trouble import AWAY
from almoner.platform.program import typed

LOCK_KEY = 0x414C4D4F
GATE_KEY = LOCK_KEY + 1
"""Shared by every call of a function that older programs use; held alone by the run that changes what they call."""
WAIT_SECONDS = 60.0
"""How long another process's run, or writers that hold a table, are waited for in all."""
LOCK_WAIT = "500ms"
"""How long one try waits for a table: writers queue behind it for so long, and are served before the next try."""

LET_OUT_SECONDS = 10.0
"""How long statements that began without a gate are waited for: most take milliseconds, a backup may take hours."""

_LEDGER = """
CREATE TABLE IF NOT EXISTS public.almoner_ledger (
    name text PRIMARY KEY, checksum text NOT NULL, older_may_run boolean NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS public.almoner_code (checksum text NOT NULL, made_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE public.almoner_code ADD COLUMN IF NOT EXISTS made text
"""
CODE_COMMENT = "Code of Almoner, made anew by `almoner migrate`."
"""Tells our code schemas from schemas of others that share the database."""

# What stands in the database as code, whoever put it there: functions, procedures and views as PostgreSQL reads them.
_MADE = r"""
SELECT md5(string_agg(definition, E'\n' ORDER BY definition)) FROM (
    SELECT pg_get_functiondef(p.oid) AS definition, p.pronamespace AS schema FROM pg_proc p WHERE p.prokind IN ('f', 'p')
        AND obj_description(p.pronamespace, 'pg_namespace') = $1
    UNION ALL SELECT c.oid::regclass::text || ' ' || pg_get_viewdef(c.oid), c.relnamespace FROM pg_class c WHERE c.relkind = 'v'
        AND obj_description(c.relnamespace, 'pg_namespace') = $1) code
"""
# Everything that a table is made of.
_TABLE_PARTS = r"""
SELECT (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped)
    + (SELECT count(*) FROM pg_constraint WHERE conrelid <> 0)
    + (SELECT count(*) FROM pg_attrdef) + (SELECT count(*) FROM pg_policy) + (SELECT count(*) FROM pg_trigger)
"""


# Statements of others that run in a transaction which began before now: they may be in functions of before.
_UNDER_WAY = """
SELECT pid::text || ' ' || xact_start FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND state = 'active' AND xact_start IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Files:
    """What a program brings along: its migrations in order, its code in order."""

    migrations: list[SqlFile]
    code: list[SqlFile]

    @property
    def code_checksum(self) -> str:
        """One checksum for all code."""
        return code_checksum(self.code)


def load_files(package: Path = PACKAGE) -> Files:
    """The files of this program; `MigrationError` when they do not fit together."""
    return Files(load_migrations(package), load_code(package))


async def migrate(dsn: str, *, package: Path = PACKAGE) -> list[str]:
    """Bring the database at `dsn` up to date; answers the names of the migrations that ran, and `code` when it was made.

    Everything happens in one transaction. Two processes may call this at once: one runs, the other waits; processes
    that serve go on serving. Raises `MigrationError` when an applied file was changed, when the database has a migration
    that this program does not know and that does not let older programs run, and when a file fails.
    """
    files = load_files(package)
    conn = await asyncpg.connect(dsn, timeout=30)
    try:
        await conn.execute(f"SET lock_timeout = '{int(WAIT_SECONDS)}s'")
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
        await conn.execute(_LEDGER)
        await _adopt_old_ledger(conn, files.migrations)
        ran = await _upgraded(conn, files)
        if await conn.fetchval("SELECT to_regproc('platform_code.open_event_logs') IS NOT NULL"):
            await conn.execute("SELECT platform_code.open_event_logs()")
        return ran
    finally:
        await conn.close()


async def migrate_those_that_answer(addresses: Mapping[str, str]) -> dict[str, list[str]]:
    """Bring further servers up to date, as `migrate` does; answers what ran, by their names, without those that are away."""
    ran = {}
    for name, dsn in addresses.items():
        with suppress(OSError, *AWAY):
            ran[name] = await migrate(dsn)
    return ran


@dataclass(frozen=True, slots=True)
class Applied:
    """What a database says of itself: checksum and whether older programs may run, by migration; its code's checksum.

    The code has no checksum when what stands there is not what was made: it was dropped, or changed by hand.
    """

    migrations: Mapping[str, tuple[str, bool]]
    code: str | None


async def read_applied(conn: Connection) -> Applied:
    """The ledger of a database; nothing is applied in one that has no ledger."""
    if not await conn.fetchval("SELECT to_regclass('public.almoner_ledger') IS NOT NULL"):
        return Applied({}, None)
    rows = await conn.fetch("SELECT name, checksum, older_may_run FROM public.almoner_ledger")
    code = await conn.fetchrow("SELECT checksum, to_jsonb(c) ->> 'made' AS made FROM public.almoner_code c")
    stands = code is not None and code["made"] == await conn.fetchval(_MADE, CODE_COMMENT)
    return Applied(
        {row["name"]: (row["checksum"], row["older_may_run"]) for row in rows},
        code["checksum"] if code is not None and stands else None,
    )


def pending(files: Sequence[SqlFile], applied: Mapping[str, tuple[str, bool]]) -> list[SqlFile]:
    """The migrations that have yet to run; `MigrationError` when what ran is not what the files say."""
    known = {file.name: file for file in files}
    for name, (checksum, older_may_run) in applied.items():
        if name not in known and not older_may_run:
            raise MigrationError(
                f"The database has migration {name}, which this version of Almoner does not know and could not"
                " keep right. Start the newer version, or restore a backup from before it."
            )
        if name in known and known[name].checksum != checksum:
            raise MigrationError(
                f"Migration {name} was changed after it ran. Restore the file; add a new one instead."
            )
    return [file for file in files if file.name not in applied]


def behind(files: Files, applied: Applied) -> str | None:
    """What a database lacks of what this program brings, in a sentence; None when it lacks nothing.

    Code of another version is no lack: during an upgrade, programs of both versions serve.
    """
    try:
        todo = pending(files.migrations, applied.migrations)
    except MigrationError as error:
        return str(error)
    if todo:
        return f"Yet to run: {', '.join(file.name for file in todo)}."
    return (
        None
        if applied.code
        else f"The code was never made, or was dropped or changed by hand: run `{typed('migrate')}`."
    )


async def require_migrated(dsn: str, *, package: Path = PACKAGE) -> None:
    """See, and change nothing, that the database at `dsn` is what this program needs; `MigrationError` says what it lacks."""
    files = load_files(package)
    conn = await asyncpg.connect(dsn, timeout=30)
    try:
        applied = await read_applied(conn)
    finally:
        await conn.close()
    if not applied.migrations:
        raise MigrationError(f"There is no Almoner data in this database. Make it with: {typed('migrate')}")
    if todo := pending(files.migrations, applied.migrations):
        names = ", ".join(file.name for file in todo)
        raise MigrationError(
            f"The database is not up to date: {names}. Bring it there with: {typed('migrate')}"
        )
    if lack := behind(files, applied):
        raise MigrationError(lack)


async def _adopt_old_ledger(conn: Connection, migrations: Sequence[SqlFile]) -> None:
    """Take over a database of a program that numbered its migrations: ours that stand for them (`-- was:`) have run."""
    if await conn.fetchval("SELECT EXISTS (SELECT FROM public.almoner_ledger)"):
        return
    if not await conn.fetchval("SELECT to_regclass('public.almoner_migration') IS NOT NULL"):
        return
    old = {row["name"] for row in await conn.fetch("SELECT name FROM public.almoner_migration")}
    stand_for = {file.name: file for file in migrations if file.marked("was")}
    missing = {name for file in stand_for.values() for name in file.marked("was")} - old
    if old and missing:
        raise MigrationError(
            f"The database lacks {', '.join(sorted(missing))}: bring it up to date with its own version first."
        )
    async with conn.transaction():
        for file in stand_for.values() if old else ():
            await _note(conn, file)


async def _upgraded(conn: Connection, files: Files) -> list[str]:
    """Run what is due, again and again while tables are in use; what a failed try did is undone."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    ahead = await _run_ahead(conn, files)
    while True:
        applied = await read_applied(conn)
        todo = pending(files.migrations, applied.migrations)
        if not todo and applied.code == files.code_checksum:
            return ahead
        try:
            async with conn.transaction():
                await conn.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
                await conn.execute("SELECT pg_advisory_xact_lock($1)", GATE_KEY)
                await _run(conn, todo, files)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if asyncio.get_running_loop().time() > deadline:
                raise MigrationError(
                    "The tables stayed in use for a minute, and nothing was changed. End long transactions; try again."
                ) from error
            await asyncio.sleep(0.2)
        else:
            return [*ahead, *(file.name for file in todo), "code"]


async def _run_ahead(conn: Connection, files: Files) -> list[str]:
    """Run the migrations that come before the rest, when nothing else comes before them; answers their names."""
    todo = pending(files.migrations, (await read_applied(conn)).migrations)
    ahead = list(itertools.takewhile(lambda file: file.runs_ahead, todo))
    for file in ahead:
        async with conn.transaction():
            await _execute(conn, file, f"Migration {file.name}")
            await _note(conn, file)
    if ahead:
        await _let_out(conn)
    return [file.name for file in ahead]


async def _let_out(conn: Connection) -> None:
    """Wait until the statements that run now have ended."""
    deadline = asyncio.get_running_loop().time() + LET_OUT_SECONDS
    inside = {row[0] for row in await conn.fetch(_UNDER_WAY)}
    while inside and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)
        inside &= {row[0] for row in await conn.fetch(_UNDER_WAY)}


async def _run(conn: Connection, todo: Sequence[SqlFile], files: Files) -> None:
    # Code goes first: views hold the columns they read, and everybody locks a view before its tables.
    await _drop_code(conn, files)
    for file in todo:
        await _execute(conn, file, f"Migration {file.name}")
        await _note(conn, file)
    for module in sorted({file.module for file in files.code}):
        await conn.execute(f"CREATE SCHEMA {code_schema(module)}")
        await conn.execute(f"COMMENT ON SCHEMA {code_schema(module)} IS '{CODE_COMMENT}'")
    for file in files.code:
        await _execute(conn, file, f"Code file {file.name}.sql")
    await _grant(conn, [code_schema(module) for module in sorted({file.module for file in files.code})])
    await conn.execute("DELETE FROM public.almoner_code")
    made = await conn.fetchval(_MADE, CODE_COMMENT)
    await conn.execute(
        "INSERT INTO public.almoner_code (checksum, made) VALUES ($1, $2)", files.code_checksum, made
    )


async def _drop_code(conn: Connection, files: Files) -> None:
    """Drop our code schemas; `MigrationError` when a table hangs on one or stands in one, which would go with it."""
    ours = [code_schema(module) for module in {file.module for file in files.code}]
    schemas = await conn.fetch(
        "SELECT quote_ident(nspname) AS name FROM pg_namespace"
        " WHERE nspname = ANY ($1) OR obj_description(oid, 'pg_namespace') = $2",
        ours,
        CODE_COMMENT,
    )
    before = await conn.fetchval(_TABLE_PARTS)
    for row in schemas:
        await conn.execute(f"DROP SCHEMA {row['name']} CASCADE")
    if await conn.fetchval(_TABLE_PARTS) != before:
        raise MigrationError(
            "A table stands in a code schema, or uses a function or type of one. What tables need belongs into a migration."
        )


async def _grant(conn: Connection, schemas: Sequence[str]) -> None:
    """The application calls code and asks views; it never owns or changes them."""
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", APP_ROLE):
        return
    for schema in schemas:
        await conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}")
        await conn.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {APP_ROLE}")
    await conn.execute(f"GRANT SELECT ON public.almoner_ledger, public.almoner_code TO {APP_ROLE}")


async def _execute(conn: Connection, file: SqlFile, what: str) -> None:
    try:
        if file.path.suffix == ".py":
            await runpy.run_path(str(file.path))["migrate"](conn)
        else:
            await conn.execute(file.text)
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
        raise
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{what} failed and everything was undone: {error}") from error


async def _note(conn: Connection, file: SqlFile) -> None:
    await conn.execute(
        "INSERT INTO public.almoner_ledger (name, checksum, older_may_run) VALUES ($1, $2, $3)",
        file.name,
        file.checksum,
        file.older_may_run,
    )
