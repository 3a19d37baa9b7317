"""Migrations run once, in order, whole or not at all, and never against files that say something else."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.platform.database.migrate import LOCK_KEY, MigrationError, load_migrations, migrate

pytestmark = pytest.mark.anyio


@pytest.fixture
async def empty() -> AsyncIterator[str]:
    """The address (as owner) of a database without a table."""
    server, name = os.environ["ALMONER_TEST_SERVER_DSN"], f"empty_{uuid.uuid4().hex}"
    head, _, query = server.partition("?")
    await ask(server, f"CREATE DATABASE {name}")
    yield f"{head.rpartition('/')[0]}/{name}?{query}"
    await ask(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of two migrations."""
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (id int);")
    (tmp_path / "0002_second.sql").write_text("CREATE TABLE second (id int); INSERT INTO first VALUES (1);")
    return tmp_path


async def ask(dsn: str, statement: str) -> Any:
    """The value of a statement, as owner."""
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(statement)
    finally:
        await conn.close()


async def applied(dsn: str) -> list[str]:
    """The names in the ledger, in order."""
    return await ask(dsn, "SELECT array_agg(name ORDER BY applied_at, name) FROM public.almoner_migration")


async def test_a_fresh_database_gets_every_migration_of_ours(empty: str) -> None:
    ran = await migrate(empty)
    assert ran == [migration.name for migration in load_migrations()] == await applied(empty)
    assert await ask(empty, "SELECT to_regclass('giving.gift') IS NOT NULL")


async def test_names_are_numbered_without_gaps() -> None:
    numbers = [migration.name[:4] for migration in load_migrations()]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


async def test_a_second_run_does_nothing(empty: str, files: Path) -> None:
    assert await migrate(empty, folder=files) == ["0001_first", "0002_second"]
    assert await migrate(empty, folder=files) == []


async def test_only_new_files_run(empty: str, files: Path) -> None:
    await migrate(empty, folder=files)
    (files / "0003_third.sql").write_text("INSERT INTO first VALUES (3)")
    assert await migrate(empty, folder=files) == ["0003_third"]
    assert await ask(empty, "SELECT array_agg(id) FROM first") == [1, 3]


async def test_a_file_changed_after_it_ran_is_refused(empty: str, files: Path) -> None:
    await migrate(empty, folder=files)
    (files / "0001_first.sql").write_text("CREATE TABLE first (id bigint);")
    (files / "0003_third.sql").write_text("CREATE TABLE third (id int)")
    with pytest.raises(MigrationError, match="0001_first was changed after it ran"):
        await migrate(empty, folder=files)
    assert await ask(empty, "SELECT to_regclass('third') IS NULL")


async def test_a_database_of_a_newer_version_is_refused(empty: str, files: Path) -> None:
    await migrate(empty, folder=files)
    (files / "0002_second.sql").unlink()
    (files / "0003_third.sql").write_text("CREATE TABLE third (id int)")
    with pytest.raises(MigrationError, match="0002_second, which this version"):
        await migrate(empty, folder=files)
    assert await ask(empty, "SELECT to_regclass('third') IS NULL")


async def test_a_failing_migration_is_undone_and_those_before_it_stay(empty: str, files: Path) -> None:
    broken = files / "0003_third.sql"
    broken.write_text("CREATE TABLE third (id int); SELECT 1 / 0;")
    with pytest.raises(MigrationError, match="0003_third failed and was undone"):
        await migrate(empty, folder=files)
    assert await applied(empty) == ["0001_first", "0002_second"]
    assert await ask(empty, "SELECT to_regclass('third') IS NULL")
    broken.write_text("CREATE TABLE third (id int);")
    assert await migrate(empty, folder=files) == ["0003_third"]


async def test_two_at_once_run_each_file_once(empty: str, files: Path) -> None:
    (files / "0003_slow.sql").write_text("SELECT pg_sleep(0.3); INSERT INTO first VALUES (3);")
    ran = await asyncio.gather(*(migrate(empty, folder=files) for _ in range(4)))
    assert sorted(len(names) for names in ran) == [0, 0, 0, 3]
    assert await ask(empty, "SELECT count(*) FROM first") == 2


async def test_two_at_once_on_our_own_files(empty: str) -> None:
    ran = await asyncio.gather(migrate(empty), migrate(empty))
    assert sorted(map(len, ran)) == [0, len(load_migrations())]


async def test_a_killed_run_frees_the_lock(empty: str, files: Path) -> None:
    holder = await asyncpg.connect(empty)
    await holder.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
    waiting = asyncio.create_task(migrate(empty, folder=files))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    holder.terminate()
    assert await waiting == ["0001_first", "0002_second"]
