"""Migrations run once, in order, all of them or none; code is made anew when a file of it changes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.platform.database.files import MigrationError, load_code, load_files, load_migrations
from almoner.platform.database.ledger import behind, read_applied
from almoner.platform.database.migrate import GATE_KEY, LOCK_KEY, migrate

pytestmark = pytest.mark.anyio


FIRST, SECOND = "toy/20260101-0000-first", "other/20260102-0000-second"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A package of two modules with a migration each, and two code files of which one needs the other."""
    write(tmp_path, f"{FIRST}", "CREATE SCHEMA toy; CREATE TABLE toy.first (id int);")
    write(tmp_path, f"{SECOND}", "CREATE TABLE toy.second (id int); INSERT INTO toy.first VALUES (1);")
    (tmp_path / "toy" / "sums").mkdir()
    code(
        tmp_path,
        "toy/sums/total",
        "CREATE FUNCTION toy_code.total() RETURNS bigint LANGUAGE sql AS 'SELECT n FROM toy_code.count'",
    )
    code(tmp_path, "toy/sums/view", "CREATE VIEW toy_code.count AS SELECT count(*) AS n FROM toy.first")
    needs = (tmp_path / "toy/sums/total.sql").read_text()
    code(tmp_path, "toy/sums/total", f"-- needs: toy/sums/view\n{needs}")
    return tmp_path


def write(package: Path, name: str, text: str) -> Path:
    """A migration of a module: `toy/20260101-0000-first`."""
    module, _, stem = name.partition("/")
    path = package / module / "migrations" / (stem if "." in stem else f"{stem}.sql")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def code(package: Path, name: str, text: str) -> None:
    """A code file: `toy/sums/view`."""
    (package / f"{name}.sql").write_text(text)


async def ask(dsn: str, statement: str) -> Any:
    """The value of a statement, as owner."""
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(statement)
    finally:
        await conn.close()


async def applied(dsn: str) -> list[str]:
    """The names in the ledger."""
    return await ask(dsn, "SELECT array_agg(name ORDER BY name) FROM public.almoner_ledger")


# --- migrations --------------------------------------------------------------------------------------------


async def test_a_fresh_database_gets_every_migration_of_ours_and_the_code(empty: str) -> None:
    ran = await migrate(empty)
    after = [file.name for file in load_migrations() if file.runs_after]
    needed = [file.name for file in load_migrations() if not file.runs_after]
    assert ran == [*needed, "code", *after]
    assert sorted(needed + after) == await applied(empty)
    assert await ask(empty, "SELECT to_regclass('giving.gift') IS NOT NULL")


async def test_migrations_of_all_modules_run_in_the_order_of_their_stamps(files: Path) -> None:
    write(files, "alpha/20260101-1200-between", "SELECT 1")
    assert [file.name for file in load_migrations(files)] == [FIRST, "alpha/20260101-1200-between", SECOND]


async def test_a_migration_without_a_stamp_is_refused(files: Path) -> None:
    write(files, "toy/0003_third", "SELECT 1")
    with pytest.raises(MigrationError, match="YYYYMMDD-HHMM"):
        load_migrations(files)


async def test_a_second_run_does_nothing(empty: str, files: Path) -> None:
    assert await migrate(empty, package=files) == [FIRST, SECOND, "code"]
    assert await migrate(empty, package=files) == []


async def test_only_new_files_run(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    write(files, "toy/20260103-0000-third", "INSERT INTO toy.first VALUES (3)")
    assert await migrate(empty, package=files) == ["toy/20260103-0000-third", "code"]
    assert await ask(empty, "SELECT array_agg(id) FROM toy.first") == [1, 3]


async def test_a_migration_may_be_python(empty: str, files: Path) -> None:
    text = 'async def migrate(conn):\n    await conn.execute("INSERT INTO toy.first VALUES ($1)", 7)\n'
    write(files, "toy/20260103-0000-third.py", text)
    await migrate(empty, package=files)
    assert await ask(empty, "SELECT array_agg(id) FROM toy.first") == [1, 7]


async def test_a_file_changed_after_it_ran_is_refused(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    write(files, FIRST, "CREATE TABLE toy.first (id bigint);")
    write(files, "toy/20260103-0000-third", "CREATE TABLE toy.third (id int)")
    with pytest.raises(MigrationError, match="first was changed after it ran"):
        await migrate(empty, package=files)
    assert await ask(empty, "SELECT to_regclass('toy.third') IS NULL")


async def test_a_database_of_a_newer_version_is_refused(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    write(files, SECOND, "").unlink()
    with pytest.raises(MigrationError, match="second, which this version"):
        await migrate(empty, package=files)


async def test_an_older_program_starts_where_a_newer_migration_says_that_it_may(
    empty: str, files: Path
) -> None:
    third = write(
        files, "toy/20260103-0000-third", "-- older programs may run on this\nCREATE TABLE toy.third ();"
    )
    await migrate(empty, package=files)
    third.unlink()
    code(files, "toy/sums/view", "CREATE VIEW toy_code.count AS SELECT 77::bigint AS n")
    assert await migrate(empty, package=files) == ["code"]
    assert await ask(empty, "SELECT toy_code.total()") == 77


async def test_a_failing_migration_undoes_the_whole_run(empty: str, files: Path) -> None:
    broken = write(files, "toy/20260103-0000-third", "CREATE TABLE toy.third (id int); SELECT 1 / 0;")
    with pytest.raises(MigrationError, match="third failed and everything was undone"):
        await migrate(empty, package=files)
    assert await ask(empty, "SELECT to_regclass('toy.first') IS NULL")
    broken.write_text("CREATE TABLE toy.third (id int);")
    assert len(await migrate(empty, package=files)) == 4


async def test_two_at_once_run_each_file_once(empty: str, files: Path) -> None:
    write(files, "toy/20260103-0000-slow", "SELECT pg_sleep(0.3); INSERT INTO toy.first VALUES (3);")
    ran = await asyncio.gather(*(migrate(empty, package=files) for _ in range(4)))
    assert sorted(len(names) for names in ran) == [0, 0, 0, 4]
    assert await ask(empty, "SELECT count(*) FROM toy.first") == 2


async def test_two_at_once_on_our_own_files(empty: str) -> None:
    ran = await asyncio.gather(migrate(empty), migrate(empty))
    assert sorted(map(len, ran)) == [0, len(load_migrations()) + 1]


async def test_a_killed_run_frees_the_lock(empty: str, files: Path) -> None:
    holder = await asyncpg.connect(empty)
    await holder.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
    waiting = asyncio.create_task(migrate(empty, package=files))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    holder.terminate()
    assert await waiting == [FIRST, SECOND, "code"]


async def test_a_table_in_use_is_waited_for_and_its_users_are_served_in_between(
    empty: str, files: Path
) -> None:
    await migrate(empty, package=files)
    write(files, "toy/20260103-0000-third", "ALTER TABLE toy.first ADD COLUMN note text")
    holder, other = await asyncpg.connect(empty), await asyncpg.connect(empty)
    await holder.execute("BEGIN; INSERT INTO toy.first VALUES (5)")
    waiting = asyncio.create_task(migrate(empty, package=files))
    await asyncio.sleep(0.2)
    # Behind a migration that waited without an end this would wait as long.
    await other.execute("SET statement_timeout = '5s'")
    await other.execute("INSERT INTO toy.first VALUES (6)")
    assert not waiting.done()
    await holder.execute("COMMIT")
    assert await waiting == ["toy/20260103-0000-third", "code"]
    await holder.close()
    await other.close()


async def test_what_runs_before_the_rest_is_committed_first_and_what_ran_then_is_waited_for(
    empty: str, files: Path
) -> None:
    await migrate(empty, package=files)
    write(files, "toy/20260103-0000-gate", "-- before the rest\nCREATE TABLE toy.gate ();")
    write(files, "toy/20260104-0000-third", "CREATE TABLE toy.third ();")
    running, watcher = await asyncpg.connect(empty), await asyncpg.connect(empty)
    statement = asyncio.create_task(running.fetchval("SELECT pg_sleep(0.5)"))
    await asyncio.sleep(0.1)
    upgrading = asyncio.create_task(migrate(empty, package=files))
    while not await watcher.fetchval("SELECT to_regclass('toy.gate') IS NOT NULL"):  # noqa: ASYNC110 - watched from outside
        await asyncio.sleep(0.005)
    assert not statement.done()
    assert not await watcher.fetchval("SELECT to_regclass('toy.third') IS NOT NULL")
    assert await upgrading == ["toy/20260103-0000-gate", "toy/20260104-0000-third", "code"]
    assert statement.done()
    await running.close()
    await watcher.close()


async def test_a_run_waits_for_calls_that_passed_the_gate(empty: str, files: Path) -> None:
    caller = await asyncpg.connect(empty)
    await caller.execute(f"BEGIN; SELECT pg_advisory_xact_lock_shared({GATE_KEY})")
    upgrading = asyncio.create_task(migrate(empty, package=files))
    await asyncio.sleep(0.2)
    assert not upgrading.done()
    await caller.execute("COMMIT")
    assert await upgrading == [FIRST, SECOND, "code"]
    await caller.close()


# --- code --------------------------------------------------------------------------------------------------


async def test_code_is_made_after_what_it_needs(files: Path) -> None:
    assert [file.name for file in load_code(files)] == ["toy/sums/view", "toy/sums/total"]


async def test_changed_code_is_made_anew_with_other_columns_and_nothing_old_is_left(
    empty: str, files: Path
) -> None:
    await migrate(empty, package=files)
    code(
        files,
        "toy/sums/view",
        "CREATE VIEW toy_code.count AS SELECT 'many' AS word, count(*) AS n FROM toy.first",
    )
    code(
        files,
        "toy/sums/total",
        "-- needs: toy/sums/view\nCREATE FUNCTION toy_code.total(p int) RETURNS text LANGUAGE sql AS 'SELECT word FROM toy_code.count'",
    )
    assert await migrate(empty, package=files) == ["code"]
    functions = (
        "SELECT array_agg(oid::regprocedure::text) FROM pg_proc WHERE pronamespace = 'toy_code'::regnamespace"
    )
    assert await ask(empty, functions) == ["toy_code.total(integer)"]
    assert await migrate(empty, package=files) == []


async def test_code_that_fails_leaves_the_code_that_was_there(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    code(files, "toy/sums/view", "CREATE VIEW toy_code.count AS SELECT nothing FROM toy.first")
    with pytest.raises(MigrationError, match="Code file toy/sums/view\\.sql failed"):
        await migrate(empty, package=files)
    assert await ask(empty, "SELECT toy_code.total()") == 1


async def test_files_that_need_each_other_in_a_ring_are_refused(files: Path) -> None:
    code(files, "toy/sums/view", "-- needs: toy/sums/total\nSELECT 1")
    with pytest.raises(MigrationError, match="in a ring"):
        load_code(files)


async def test_a_file_that_needs_what_is_not_there_is_refused(files: Path) -> None:
    code(files, "toy/sums/view", "-- needs: toy/sums/gone\nSELECT 1")
    with pytest.raises(MigrationError, match="needs toy/sums/gone"):
        load_code(files)


async def test_a_table_that_hangs_on_code_is_not_dropped_with_it(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    await ask(empty, "ALTER TABLE toy.first ADD CHECK (toy_code.total() > 0) NOT VALID")
    code(files, "toy/sums/view", "CREATE VIEW toy_code.count AS SELECT 2::bigint AS n")
    with pytest.raises(MigrationError, match="What tables need belongs into a migration"):
        await migrate(empty, package=files)
    assert await ask(empty, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'toy.first'::regclass") == 1


async def test_a_schema_of_somebody_else_is_left_alone_whatever_its_name(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    await ask(empty, "CREATE SCHEMA zip_code")
    await ask(empty, "CREATE TABLE zip_code.place AS SELECT 1 AS n")
    code(files, "toy/sums/view", "CREATE VIEW toy_code.count AS SELECT 77::bigint AS n")
    assert await migrate(empty, package=files) == ["code"]
    assert await ask(empty, "SELECT n FROM zip_code.place") == 1


async def test_a_table_that_stands_among_our_code_is_not_dropped_with_it(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    await ask(empty, "CREATE TABLE toy_code.place AS SELECT 1 AS n")
    code(files, "toy/sums/view", "CREATE VIEW toy_code.count AS SELECT 77::bigint AS n")
    with pytest.raises(MigrationError, match="A table stands in a code schema"):
        await migrate(empty, package=files)
    assert await ask(empty, "SELECT n FROM toy_code.place") == 1


async def test_code_of_a_module_that_is_no_more_goes(empty: str, files: Path) -> None:
    await migrate(empty, package=files)
    for name in ("view", "total"):
        (files / f"toy/sums/{name}.sql").unlink()
    code(files, "other/view", "CREATE VIEW other_code.one AS SELECT 1 AS n")
    assert await migrate(empty, package=files) == ["code"]
    assert await ask(empty, "SELECT to_regnamespace('toy_code') IS NULL")


@pytest.mark.parametrize(
    "harm",
    [
        "DROP SCHEMA toy_code CASCADE",
        "DROP FUNCTION toy_code.total",
        "CREATE OR REPLACE VIEW toy_code.count AS SELECT 2 * count(*) AS n FROM toy.first",
        "CREATE OR REPLACE FUNCTION toy_code.total() RETURNS bigint LANGUAGE sql AS 'SELECT 8::bigint'",
    ],
)
async def test_code_that_was_dropped_or_changed_by_hand_is_told_and_made_anew(
    empty: str, files: Path, harm: str
) -> None:
    await migrate(empty, package=files)
    await ask(empty, harm)
    conn = await asyncpg.connect(empty)
    try:
        assert "changed by hand" in (behind(load_files(files), await read_applied(conn)) or "")
        assert await migrate(empty, package=files) == ["code"]
        assert behind(load_files(files), await read_applied(conn)) is None
    finally:
        await conn.close()
    assert await ask(empty, "SELECT toy_code.total()") == 1
