"""Migrations: plain numbered SQL files, each run once, in order, in a transaction of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

FOLDER = Path(__file__).with_name("migrations")
LOCK_KEY = 0x414C4D4F
LOCK_SECONDS = 60

_LEDGER = """
CREATE TABLE IF NOT EXISTS public.almoner_migration (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
"""


class MigrationError(Exception):
    """The database and the migration files disagree, or one of them failed; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name gives the order, its checksum tells whether it was changed after it ran."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load_migrations(folder: Path = FOLDER) -> list[Migration]:
    """All migration files of `folder` in order."""
    return [Migration(path.stem, path.read_text()) for path in sorted(folder.glob("*.sql"))]


async def migrate(dsn: str, *, folder: Path = FOLDER) -> list[str]:
    """Bring the database at `dsn` up to date; answers the names of the migrations that ran.

    Two processes may call this at once: one runs, the other waits. Raises `MigrationError` when an applied file
    was changed, when the database is newer than this program, or when a file fails (its transaction is undone).
    """
    conn = await asyncpg.connect(dsn, timeout=30)
    try:
        await conn.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
        await conn.execute(_LEDGER)
        rows = await conn.fetch("SELECT name, checksum FROM public.almoner_migration")
        todo = pending(load_migrations(folder), {row["name"]: row["checksum"] for row in rows})
        for migration in todo:
            await _apply(conn, migration)
        # A dump restored into another server brings transaction numbers that mean nothing here (decision 4).
        if await conn.fetchval("SELECT to_regproc('platform.adopt_event_logs') IS NOT NULL"):
            await conn.execute("SELECT platform.adopt_event_logs()")
        return [migration.name for migration in todo]
    finally:
        await conn.close()


def pending(files: list[Migration], applied: dict[str, str]) -> list[Migration]:
    """The files that have yet to run; `MigrationError` when what ran is not what the files say."""
    known = {migration.name: migration for migration in files}
    for name, checksum in applied.items():
        if name not in known:
            raise MigrationError(
                f"The database has migration {name}, which this version of Almoner does not know."
            )
        if known[name].checksum != checksum:
            raise MigrationError(
                f"Migration {name} was changed after it ran. Restore the file; add a new one instead."
            )
    return [migration for migration in files if migration.name not in applied]


async def _apply(conn: asyncpg.Connection[asyncpg.Record], migration: Migration) -> None:
    try:
        async with conn.transaction():
            await conn.execute(migration.sql)
            await conn.execute(
                "INSERT INTO public.almoner_migration (name, checksum) VALUES ($1, $2)",
                migration.name,
                migration.checksum,
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"Migration {migration.name} failed and was undone: {error}") from error
