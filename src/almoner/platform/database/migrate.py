"""Bring a database up to date: in one transaction migrations that have not run, then all code made anew.

Two things keep what is under way elsewhere from failing. Calls that pass the gate (a shared lock, taken by functions kept for
older programs) are let out before anything changes, and wait while it does. And migrations marked `-- before the rest`, which
put functions behind the gate, run ahead and alone; what ran without the gate then is waited for.

What can be done beside those who serve, such as an index on a large table, is marked `-- after the rest` and runs outside of
transactions, when all else is committed.

Why tables and code are kept apart, and what older and newer programs may expect of each other: docs/decisions/0010.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import perf_counter

import asyncpg

from almoner.platform.database.code import drop_code, make_code
from almoner.platform.database.connection import Connection
from almoner.platform.database.files import PACKAGE, Files, MigrationError, SqlFile, load_files
from almoner.platform.database.ledger import behind, note, open_ledger, pending, read_applied
from almoner.platform.database.progress import CODE, Plan, Progress, plan_for
from almoner.platform.database.python_migrations import loaded
from almoner.platform.database.trouble import AWAY
from almoner.platform.program import typed

LOCK_KEY = 0x414C4D4F
GATE_KEY = LOCK_KEY + 1
"""Shared by every call of a function that older programs use; held alone by the run that changes what they call."""
TURN_SECONDS = 0.1
"""How often it is looked whether another run is over."""
WAIT_SECONDS = 60.0
"""How long transactions that hold a table are waited for in all."""
LOCK_WAIT = "500ms"
"""How long one try waits for a table: writers queue behind it for so long, and are served before the next try."""
PAUSE_SECONDS = 0.2
"""How long they are served."""
LET_OUT_SECONDS = 10.0
"""How long statements that began without a gate are waited for: most take milliseconds, a backup may take hours."""

IN_USE = "Tables are in use. What this step did is undone, and it begins anew until they are free."
HELD = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
QUIET = Progress()

# A run whose client is gone should end, and make room for the next one, not work for nobody.
_SESSION = f"SET lock_timeout = '{int(WAIT_SECONDS)}s'; SET client_connection_check_interval = '1s'"

# Statements of others that run in a transaction which began before now: they may be in functions of before.
_UNDER_WAY = """
SELECT pid::text || ' ' || xact_start FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND state = 'active' AND xact_start IS NOT NULL
"""


async def migrate(dsn: str, *, package: Path = PACKAGE, progress: Progress = QUIET) -> list[str]:
    """Bring the database at `dsn` up to date; answers the names of the migrations that ran, and `code` when it was made.

    All that programs need happens in one transaction: cut short, it left nothing, and the next run does it whole. Two
    processes may call this at once: one runs, the other waits until it is over; processes that serve go on serving.
    Raises `MigrationError` when an applied file was changed, when the database has a migration that this program does
    not know and that does not let older programs run, and when a file fails. `progress` is told of each step.
    """
    files = load_files(package)
    conn = await asyncpg.connect(dsn, timeout=30)
    try:
        await conn.execute(_SESSION)
        await _take_turn(conn, progress)
        await open_ledger(conn, files.migrations)
        ran = await _Run(conn, files, progress).all()
        await _open_logs(conn)
        return ran
    finally:
        await conn.close()


async def migrate_those_that_answer(
    addresses: Mapping[str, str], progress: Progress = QUIET
) -> dict[str, list[str]]:
    """Bring further servers up to date, as `migrate` does; answers what ran, by their names, without those that are away."""
    ran = {}
    for name, dsn in addresses.items():
        with suppress(OSError, *AWAY):
            ran[name] = await migrate(dsn, progress=progress)
    return ran


async def read_plan(dsn: str, *, package: Path = PACKAGE) -> Plan:
    """What `migrate` would do at `dsn` now; nothing is changed there."""
    conn = await asyncpg.connect(dsn, timeout=30)
    try:
        return await plan_for(conn, load_files(package))
    finally:
        await conn.close()


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
    todo = pending(files.migrations, applied.migrations)
    if names := ", ".join(file.name for file in todo if not file.runs_after):
        raise MigrationError(
            f"The database is not up to date: {names}. Bring it there with: {typed('migrate')}"
        )
    if lack := behind(files, applied):
        raise MigrationError(lack)


async def _take_turn(conn: Connection, progress: Progress) -> None:
    """Wait until no other run is under way. It is asked again and again: a statement that waited would hold a snapshot,
    for which the other run's `CREATE INDEX CONCURRENTLY` would wait in turn.
    """
    has_told = False
    while not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK_KEY):
        if not has_told:
            progress.waits("Another run is under way. This one begins when it is over.")
            has_told = True
        await asyncio.sleep(TURN_SECONDS)


async def _open_logs(conn: Connection) -> None:
    """Give the event logs room ahead, and adopt those that came from another server, where the code for it is there."""
    if await conn.fetchval("SELECT to_regproc('platform_code.open_event_logs') IS NOT NULL"):
        await conn.execute("SELECT platform_code.open_event_logs()")


class _Run:
    """One run, in its turn."""

    def __init__(self, conn: Connection, files: Files, progress: Progress) -> None:
        self._conn = conn
        self._files = files
        self._progress = progress

    async def all(self) -> list[str]:
        """Everything that is due; answers the names of the steps."""
        plan = await plan_for(self._conn, self._files)
        if not plan.steps:
            return []
        self._progress.begins(plan)
        for file in plan.ahead:
            await self._in_transaction(partial(self._migrations, [file]))
        if plan.ahead:
            await self._let_out()
        if plan.makes_code:
            await self._in_transaction(partial(self._together, plan.together))
        done = plan.steps[: len(plan.steps) - len(plan.after)]
        return [*done, *[file.name for file in plan.after if await self._beside(file)]]

    async def _in_transaction(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` whole, again and again while tables are in use; what a failed try did is undone."""
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while True:
            try:
                async with self._conn.transaction():
                    await self._conn.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
                    await work()
            except HELD as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise MigrationError(
                        "The tables stayed in use for a minute, and nothing was changed. End long transactions; try again."
                    ) from error
                self._progress.waits(IN_USE)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _together(self, todo: Sequence[SqlFile]) -> None:
        await self._conn.execute("SELECT pg_advisory_xact_lock($1)", GATE_KEY)
        # Code goes first: views hold the columns they read, and everybody locks a view before its tables.
        await drop_code(self._conn, self._files)
        await self._migrations(todo)
        with self._step(CODE):
            await make_code(self._conn, self._files, _execute)
        await _open_logs(self._conn)  # whoever sees that all is there may write at once

    async def _migrations(self, todo: Sequence[SqlFile]) -> None:
        for file in todo:
            with self._step(file.name):
                await _execute(self._conn, file, f"Migration {file.name}")
                await note(self._conn, file)

    async def _beside(self, file: SqlFile) -> bool:
        """Run one after the rest. Where transactions of others stay open for too long it is left, which harms nothing."""
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while True:
            try:
                with self._step(file.name):
                    await _execute(self._conn, file, f"Migration {file.name}", one_by_one=True)
                    await note(self._conn, file)
            except HELD:
                if asyncio.get_running_loop().time() > deadline:
                    self._progress.left(
                        file.name,
                        "Long transactions are in its way. The next run does it; all works without.",
                    )
                    return False
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return True

    async def _let_out(self) -> None:
        """Wait until the statements that run now have ended."""
        deadline = asyncio.get_running_loop().time() + LET_OUT_SECONDS
        inside = {row[0] for row in await self._conn.fetch(_UNDER_WAY)}
        while inside and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
            inside &= {row[0] for row in await self._conn.fetch(_UNDER_WAY)}

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._progress.step(name)
        began = perf_counter()
        yield
        self._progress.ended(name, perf_counter() - began)


async def _execute(conn: Connection, file: SqlFile, what: str, *, one_by_one: bool = False) -> None:
    try:
        if file.path.suffix == ".py":
            await loaded(file)(conn)
        else:
            for statements in file.statements if one_by_one else [file.text]:
                await conn.execute(statements)
    except HELD:
        raise
    except asyncpg.PostgresError as error:
        undone = "the next run begins it anew" if one_by_one else "everything was undone"
        raise MigrationError(f"{what} failed and {undone}: {error}") from error
