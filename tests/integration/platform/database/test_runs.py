"""A run of migrations as an operator sees it: planned, told step by step, waited for, cut short and done again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.platform.database.files import MigrationError, load_files
from almoner.platform.database.ledger import behind, read_applied
from almoner.platform.database.migrate import LOCK_KEY, migrate, read_plan, require_migrated
from almoner.platform.database.progress import Plan, Progress
from tests.integration.platform.database.test_migrate import FIRST, ask, write

pytestmark = pytest.mark.anyio

BESIDE = "toy/20260104-0000-beside"
INDEX = """-- after the rest
DROP INDEX CONCURRENTLY IF EXISTS toy.first_id;
CREATE INDEX CONCURRENTLY first_id ON toy.first (id);
"""
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'toy.first_id'::regclass"


class Told(Progress):
    """Everything that was told, as words."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.has_waited = asyncio.Event()

    def begins(self, plan: Plan) -> None:
        self.words.append(f"begins {len(plan.steps)}")

    def step(self, name: str) -> None:
        self.words.append(f"step {name}")

    def ended(self, name: str, seconds: float) -> None:
        assert seconds >= 0
        self.words.append(f"ended {name}")

    def waits(self, why: str) -> None:
        self.words.append(why)
        self.has_waited.set()

    def left(self, name: str, why: str) -> None:
        self.words.append(f"left {name}")


@pytest.fixture
async def package(empty: str, tmp_path: Path) -> Path:
    """A package whose one table is in the database."""
    write(tmp_path, FIRST, "CREATE SCHEMA toy; CREATE TABLE toy.first (id int);")
    await migrate(empty, package=tmp_path)
    return tmp_path


@asynccontextmanager
async def connection(dsn: str) -> AsyncIterator[Any]:
    """One of somebody else."""
    conn = await asyncpg.connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()


async def test_a_plan_says_what_would_run_and_how_and_changes_nothing(empty: str, package: Path) -> None:
    write(package, "toy/20260102-0000-gate", "-- before the rest\nCREATE TABLE toy.gate ();")
    write(package, "toy/20260103-0000-third", "CREATE TABLE toy.third ();")
    write(package, BESIDE, INDEX)
    plan = await read_plan(empty, package=package)
    assert [len(plan.ahead), len(plan.together), len(plan.after), plan.is_first] == [1, 1, 1, False]
    assert plan.steps == ["toy/20260102-0000-gate", "toy/20260103-0000-third", "code", BESIDE]
    assert await ask(empty, "SELECT count(*) FROM public.almoner_ledger") == 1
    assert await migrate(empty, package=package) == plan.steps
    assert (await read_plan(empty, package=package)).steps == []


async def test_a_plan_of_an_empty_database_leaves_it_empty(empty: str) -> None:
    plan = await read_plan(empty)
    assert plan.is_first
    assert plan.steps[0] == "platform/20261124-0900-organizations-and-events"
    assert await ask(empty, "SELECT to_regclass('public.almoner_ledger') IS NULL")


async def test_each_step_is_told_when_it_begins_and_when_it_is_over(empty: str, package: Path) -> None:
    third = "toy/20260103-0000-third"
    write(package, third, "CREATE TABLE toy.third ();")
    write(package, BESIDE, INDEX)
    told = Told()
    await migrate(empty, package=package, progress=told)
    steps = [word for name in (third, "code", BESIDE) for word in (f"step {name}", f"ended {name}")]
    assert told.words == ["begins 3", *steps]
    await migrate(empty, package=package, progress=told)
    assert len(told.words) == 7, "where nothing is due nothing is told"


async def test_an_index_is_made_beside_those_who_write_and_beside_another_run_that_waits(
    empty: str, package: Path
) -> None:
    write(package, BESIDE, INDEX)
    async with connection(empty) as writer, connection(empty) as other:
        await writer.execute("BEGIN; INSERT INTO toy.first VALUES (1)")
        told, waiting = Told(), Told()
        first = asyncio.create_task(migrate(empty, package=package, progress=told))
        while f"step {BESIDE}" not in told.words:  # noqa: ASYNC110 - another connection is at work
            await asyncio.sleep(0.01)
        second = asyncio.create_task(migrate(empty, package=package, progress=waiting))
        await waiting.has_waited.wait()
        await other.execute("SET statement_timeout = '5s'; INSERT INTO toy.first VALUES (2)")
        await asyncio.sleep(1.5)  # longer than the server takes to find two that wait for each other
        await writer.execute("COMMIT")
        assert await first == [BESIDE]
        assert await second == []
    assert waiting.words == ["Another run is under way. This one begins when it is over."]
    assert await ask(empty, IS_VALID)


async def test_an_index_that_long_transactions_keep_from_being_made_is_left_to_the_next_run(
    empty: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(package, BESIDE, INDEX)
    monkeypatch.setattr("almoner.platform.database.migrate.WAIT_SECONDS", 0.5)
    monkeypatch.setattr("almoner.platform.database.migrate._SESSION", "SET lock_timeout = '300ms'")
    told = Told()
    async with connection(empty) as holder:
        await holder.execute("BEGIN; INSERT INTO toy.first VALUES (1)")
        assert await migrate(empty, package=package, progress=told) == []
        await holder.execute("COMMIT")
    assert told.words[-1] == f"left {BESIDE}"
    assert not await ask(empty, IS_VALID), "what was begun stands there, and is not used"
    files = load_files(package)
    async with connection(empty) as conn:
        assert behind(files, await read_applied(conn)) is None, "programs need no index to be right"
    await require_migrated(empty, package=package)
    assert await migrate(empty, package=package) == [BESIDE]
    assert await ask(empty, IS_VALID)


async def test_what_fails_after_the_rest_says_that_it_is_begun_anew(empty: str, package: Path) -> None:
    write(package, BESIDE, "-- after the rest\nINSERT INTO toy.first VALUES (1);\nSELECT 1 / 0;")
    with pytest.raises(MigrationError, match="beside failed and the next run begins it anew: division by"):
        await migrate(empty, package=package)
    write(
        package,
        BESIDE,
        "-- after the rest\nDELETE FROM toy.first; -- again\nINSERT INTO toy.first VALUES (1);",
    )
    assert await migrate(empty, package=package) == [BESIDE]
    assert await ask(empty, "SELECT count(*) FROM toy.first") == 1


async def test_a_program_before_an_index_starts_on_a_database_that_has_it(empty: str, package: Path) -> None:
    path = write(package, BESIDE, INDEX)
    await migrate(empty, package=package)
    path.unlink()
    assert await migrate(empty, package=package) == []


KILLED = """
import asyncio, sys
from pathlib import Path
from almoner.platform.database.migrate import migrate
asyncio.run(migrate(sys.argv[1], package=Path(sys.argv[2])))
"""


async def test_a_run_whose_process_was_killed_leaves_nothing_and_makes_room_within_seconds(
    empty: str, package: Path
) -> None:
    slow = write(package, "toy/20260103-0000-slow", "INSERT INTO toy.first VALUES (1); SELECT pg_sleep(300);")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, empty, str(package), stderr=subprocess.DEVNULL
    )
    sleeps = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    async with connection(empty) as watcher:
        while not await watcher.fetchval(sleeps):  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert not await watcher.fetchval(f"SELECT pg_try_advisory_lock({LOCK_KEY})"), "the server works on"
    slow.write_text("INSERT INTO toy.first VALUES (2);")
    ran = await asyncio.wait_for(migrate(empty, package=package), 20)
    assert ran == ["toy/20260103-0000-slow", "code"]
    assert await ask(empty, "SELECT array_agg(id) FROM toy.first") == [2]


class Looks(Progress):
    """Looks by another connection, as each step after the rest begins, whether the logs have room for a first event."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.after: set[str] = set()
        self.partitions: list[int] = []

    def begins(self, plan: Plan) -> None:
        self.after = {file.name for file in plan.after}

    def step(self, name: str) -> None:
        if name in self.after:
            with ThreadPoolExecutor() as thread:
                self.partitions.append(thread.submit(asyncio.run, partitions(self.dsn)).result())


async def partitions(dsn: str) -> int:
    """How many partitions the event logs have."""
    return int(
        await ask(dsn, "SELECT count(*) FROM pg_inherits WHERE inhparent::regclass::text ~ '[.]event$'")
    )


async def test_whoever_sees_that_all_is_there_may_write_at_once(empty: str) -> None:
    """What runs after the rest may take long: the logs have their partitions before it begins."""
    looks = Looks(empty)
    await migrate(empty, progress=looks)
    assert looks.partitions and set(looks.partitions) == {await partitions(empty)}
