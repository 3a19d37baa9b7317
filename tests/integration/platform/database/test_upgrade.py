"""A database of the first version is brought up to date beside processes that go on serving, and code changes beside them too."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.kernel.clock import SystemClock
from almoner.platform.database import Server, open_server
from almoner.platform.database.files import PACKAGE, MigrationError, load_migrations
from almoner.platform.database.migrate import migrate
from almoner.platform.database.queries import Queries
from almoner.platform.events.wake import Wake
from almoner.platform.settings import Settings
from almoner.sync.worker import SyncWorker
from tests.support.catalog import catalog_of
from tests.support.foundation import FILES, make_foundation
from tests.support.old_process import (
    STATEMENTS,
    FirstSyncWorker,
    Givers,
    fill,
    first_writer,
    present_writer,
    settle,
)
from tests.support.recount import wrong_figures

pytestmark = pytest.mark.anyio

READS = Queries(STATEMENTS / "reads.sql")
BUSY_TABLES = ("giving.gift", "giving.donor", "crm.gift", "crm.project_total")
"""What a long transaction may hold while the upgrade wants it."""


async def fetch(dsn: str, statement: str, *values: object) -> list[Any]:
    """The rows of a statement, as owner."""
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetch(statement, *values)
    finally:
        await conn.close()


@pytest.fixture
async def first(empty: str) -> str:
    """The address (as owner) of a database of the first version, without a row."""
    await make_foundation(empty)
    return empty


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Server]:
    """Connections of a process that stays up."""
    db = await open_server(dsn, pool_size=8)
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def held_until_gifts_queue(dsn: str, table: str) -> AsyncIterator[None]:
    """Hold `table` against the upgrade until it waits for a table and gifts wait behind it: some are surely in flight then."""
    holder, watcher = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    await holder.execute(f"BEGIN; LOCK TABLE {table} IN ROW SHARE MODE")
    waiting = (
        "SELECT count(*) FILTER (WHERE l.mode = 'AccessExclusiveLock') > 0"
        " AND count(*) FILTER (WHERE a.usename = 'almoner_app' OR a.query LIKE '%give(%') > 0"
        " FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()"
    )

    async def release() -> None:
        while not await watcher.fetchval(waiting):  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.002)
        await holder.execute("COMMIT")

    releasing = asyncio.create_task(release())
    try:
        yield
        await asyncio.wait_for(releasing, 30)
    finally:
        releasing.cancel()
        await holder.close()
        await watcher.close()


async def sync_on(db: Server) -> None:
    """A worker of this version goes on where those of the first one were made to rest."""
    worker = SyncWorker(db, Wake(db), SystemClock(), Settings())
    while await worker.drain_once():
        pass


async def acknowledged_once(dsn: str, acknowledged: dict[str, int]) -> None:
    """Every gift that a giver was told of is stored, under the id that was told, once."""
    rows = await fetch(dsn, "SELECT idempotency_key, id FROM giving.gift WHERE idempotency_key LIKE 'load-%'")
    stored = [(row["idempotency_key"], row["id"]) for row in rows]
    assert len(stored) == len(set(stored))
    assert dict(stored) == acknowledged


# --- the database of the first version ---------------------------------------------------------------------


async def test_an_upgraded_database_is_made_of_the_same_as_a_fresh_one(first: str, dsn: str) -> None:
    await migrate(first)
    # The old ledger stands beside the new one in both: what the first version asks its readiness by.
    assert await catalog_of(first) == await catalog_of(dsn)


async def test_an_upgrade_runs_what_stands_for_nothing_older_and_a_second_run_nothing(first: str) -> None:
    stands_for = {file.name for file in load_migrations() if file.marked("was")}
    new = [file for file in load_migrations() if file.name not in stands_for]
    needed, after = ([file.name for file in new if file.runs_after is is_after] for is_after in (False, True))
    assert await migrate(first) == [*needed, "code", *after]
    assert await migrate(first) == []


async def test_a_half_upgraded_first_version_is_refused(first: str) -> None:
    await fetch(first, "DELETE FROM public.almoner_migration WHERE name = '0007_sync'")
    with pytest.raises(MigrationError, match="lacks 0007_sync: bring it up to date with its own version"):
        await migrate(first)


async def test_what_the_first_version_reads_is_answered_as_before(first: str) -> None:
    organization_id = await fill(first)
    async with opened(first) as db:
        before = await answers(db, organization_id)
        assert all(len(rows) > 0 for rows in before.values())
        await migrate(first)
        assert await answers(db, organization_id) == before
        assert [row[0] for row in before["ledger"]] == [file.stem for file in FILES]


async def answers(db: Server, organization_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """What each reading statement of the first version answers."""
    found = {}
    async with db.tenant(organization_id) as tx:
        for name in ("gifts", "splits", "designations", "totals", "ledger"):
            found[name] = [tuple(row) for row in await getattr(READS, name)(tx)]
    async with db.system() as conn:  # as its commands and workers do
        found["organizations"] = [tuple(row) for row in await READS.organizations(conn)]
        found["backlog"] = [tuple(row) for row in await READS.backlog(conn, organization_id=organization_id)]
    return found


async def test_figures_of_gifts_that_were_there_are_worked_out(first: str) -> None:
    await fill(first)
    await migrate(first)
    assert not await wrong_figures(first)


@pytest.mark.parametrize(("seed", "table"), list(enumerate(BUSY_TABLES)))
async def test_processes_of_the_first_version_lose_double_and_fail_nothing_while_it_is_upgraded(
    first: str, seed: int, table: str
) -> None:
    organization_id = await fill(first)
    async with (
        opened(first) as db,
        opened(first) as sync_db,
        first_writer(db) as writer,
        Givers(writer, organization_id, seed) as givers,
    ):
        worker = FirstSyncWorker(sync_db)
        givers.start(people=48)
        syncing = asyncio.create_task(worker.run())
        await givers.reach(200)
        async with held_until_gifts_queue(first, table):
            await migrate(first)
        await givers.reach(200)
        await givers.stop()
        worker.finish()
        await asyncio.wait_for(syncing, 60)
        await sync_on(db)
    assert not givers.failed
    await acknowledged_once(first, givers.acknowledged)
    assert not await wrong_figures(first)
    unsynced = "SELECT count(*) FROM giving.gift g WHERE NOT EXISTS (SELECT FROM crm.gift c WHERE c.transaction_id = g.id::text)"
    # The first version's worker, as it is here, sends test gifts too; ours withholds them.
    assert (await fetch(first, f"{unsynced} AND NOT g.is_test_mode"))[0][0] == 0


@pytest.mark.parametrize("table", ["giving.gift", "crm.gift"])
async def test_a_gift_that_passes_the_figures_by_is_refused(dsn: str, table: str) -> None:
    """What a call of the function of before would write, had it begun before the upgrade and waited for it."""
    defaults = await fetch(
        dsn,
        "SELECT attnotnull, atthasdef FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = 'version'",
        table,
    )
    assert [tuple(row) for row in defaults] == [(True, False)]


# --- code, changed beside processes that call it -----------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of our migrations and SQL files."""
    for path in (*PACKAGE.rglob("*.sql"), *PACKAGE.glob("*/migrations/*.py")):
        copy = tmp_path / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return tmp_path


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace each text wherever it stands in the file."""
    text = path.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)


def change_give(package: Path) -> None:
    """Another argument, another column in the middle of the result, another body: by one file."""
    edit(
        package / "giving" / "give" / "give.sql",
        ("p_waits boolean DEFAULT true)", "p_waits boolean DEFAULT true, p_mark text DEFAULT 'new')"),
        ("received_at timestamptz, project_ids", "received_at timestamptz, mark text, project_ids"),
        (
            "NULL, NULL, NULL, NULL, NULL)::giving_code.given",
            "'new', NULL, NULL, NULL, NULL, NULL)::giving_code.given",
        ),
        (
            "'refused', NULL::bigint, NULL::bigint, NULL::timestamptz,",
            "'refused', NULL::bigint, NULL::bigint, NULL::timestamptz, 'new',",
        ),
        (
            "'busy', NULL::bigint, NULL::bigint, NULL::timestamptz,",
            "'busy', NULL::bigint, NULL::bigint, NULL::timestamptz, p_mark,",
        ),
        (
            "v_now, c.project_ids, c.project_minor, c.project_names,",
            "v_now, p_mark, c.project_ids, c.project_minor, c.project_names,",
        ),
    )


async def shapes_of_give(dsn: str) -> list[str]:
    """The arguments of every function of this name in the code."""
    rows = await fetch(
        dsn,
        "SELECT pg_get_function_identity_arguments(oid) FROM pg_proc"
        " WHERE pronamespace = 'giving_code'::regnamespace AND proname = 'give'",
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize("open_writer", [present_writer, first_writer])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_function_changed_in_all_its_shape_by_one_file_fails_no_call(
    dsn: str, package: Path, seed: int, open_writer: Any
) -> None:
    organization_id = await settle(dsn)
    change_give(package)
    async with opened(dsn) as db, open_writer(db) as writer, Givers(writer, organization_id, seed) as givers:
        givers.start(people=48)
        for changed in (package, PACKAGE, package):
            await givers.reach(100)
            assert await migrate(dsn, package=changed) == ["code"]
        await givers.reach(100)
        await givers.stop()
    assert not givers.failed
    await acknowledged_once(dsn, givers.acknowledged)
    assert not await wrong_figures(dsn)
    assert await shapes_of_give(dsn) == [
        "p_organization_id bigint, p_gifts jsonb, p_waits boolean, p_mark text"
    ]


# --- back to the program before ----------------------------------------------------------------------------

NOTE = "giving/20271201-0000-note"
NEXT = "ALTER TABLE giving.gift ADD COLUMN mark text;\n"


def next_version(package: Path, first_lines: str) -> None:
    """A migration that this version does not know."""
    module, _, name = NOTE.partition("/")
    (package / module / "migrations" / f"{name}.sql").write_text(first_lines + NEXT)
    change_give(package)


async def test_an_older_program_starts_and_serves_where_the_newer_migration_says_that_it_may(
    dsn: str, package: Path
) -> None:
    organization_id = await settle(dsn)
    next_version(package, "-- older programs may run on this\n")
    assert await migrate(dsn, package=package) == [NOTE, "code"]
    assert await migrate(dsn) == ["code"]
    assert await shapes_of_give(dsn) == ["p_organization_id bigint, p_gifts jsonb, p_waits boolean"]
    async with opened(dsn) as db, present_writer(db) as writer, Givers(writer, organization_id, 1) as givers:
        givers.start(people=8)
        await givers.reach(50)
        await givers.stop()
    assert not givers.failed


async def test_an_older_program_is_told_what_to_do_where_it_must_not_start(dsn: str, package: Path) -> None:
    next_version(package, "")
    await migrate(dsn, package=package)
    with pytest.raises(MigrationError, match=f"{NOTE}, .* Start the newer version, or restore a backup"):
        await migrate(dsn)
    assert await shapes_of_give(dsn) == [
        "p_organization_id bigint, p_gifts jsonb, p_waits boolean, p_mark text"
    ]
