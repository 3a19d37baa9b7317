"""What a database says ran in it: the ledger of migrations, and the checksum of the code that was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from almoner.platform.database.connection import Connection
from almoner.platform.database.files import Files, MigrationError, SqlFile
from almoner.platform.program import typed

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

    Code of another version is no lack: during an upgrade, programs of both versions serve. Nor is what runs after the rest.
    """
    try:
        todo = pending(files.migrations, applied.migrations)
    except MigrationError as error:
        return str(error)
    if needed := [file.name for file in todo if not file.runs_after]:
        return f"Yet to run: {', '.join(needed)}."
    return (
        None
        if applied.code
        else f"The code was never made, or was dropped or changed by hand: run `{typed('migrate')}`."
    )


async def open_ledger(conn: Connection, migrations: Sequence[SqlFile]) -> None:
    """Make the ledger where there is none, and take over that of a program that numbered its migrations."""
    await conn.execute(_LEDGER)
    stand_for = await adopted(conn, migrations)
    async with conn.transaction():
        for file in stand_for:
            await note(conn, file)


async def adopted(conn: Connection, migrations: Sequence[SqlFile]) -> list[SqlFile]:
    """Those of ours that ran under numbers (`-- was:`) in a database that has only the ledger of such a program."""
    if (await read_applied(conn)).migrations:
        return []
    if not await conn.fetchval("SELECT to_regclass('public.almoner_migration') IS NOT NULL"):
        return []
    old = {row["name"] for row in await conn.fetch("SELECT name FROM public.almoner_migration")}
    stand_for = [file for file in migrations if file.marked("was")]
    missing = {name for file in stand_for for name in file.marked("was")} - old
    if old and missing:
        raise MigrationError(
            f"The database lacks {', '.join(sorted(missing))}: bring it up to date with its own version first."
        )
    return stand_for if old else []


async def note(conn: Connection, file: SqlFile) -> None:
    """Write into the ledger that a migration ran."""
    await conn.execute(
        "INSERT INTO public.almoner_ledger (name, checksum, older_may_run) VALUES ($1, $2, $3)",
        file.name,
        file.checksum,
        file.older_may_run,
    )


async def note_code(conn: Connection, checksum: str) -> None:
    """Write down the checksum of the code that was made, and what PostgreSQL made of it."""
    await conn.execute("DELETE FROM public.almoner_code")
    made = await conn.fetchval(_MADE, CODE_COMMENT)
    await conn.execute("INSERT INTO public.almoner_code (checksum, made) VALUES ($1, $2)", checksum, made)
