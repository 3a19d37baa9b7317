"""Two embedded servers for the whole run, one running house for each process of it, one organization for each test.

Tests through the APIs have a house of their own whose organizations live on both servers in turn: `spread_house`.

Tests about whole databases (cursors, migrations, kills) ask for a fresh one: `dsn`, `db`, `own_house`.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import hypothesis
import pytest

from almoner.platform.database import Database, open_database
from almoner.platform.database.migrate import migrate
from almoner.platform.postgres import PostgresRunner
from almoner.platform.program import called_with
from tests.support.house import House, open_house
from tests.support.memory import folder_in_memory
from tests.support.rows import OwnRows, Rows, SpreadRows, open_rows

SERVER_DSN = "TEST_SERVER_DSN"
SECOND_SERVER_DSN = "TEST_SECOND_SERVER_DSN"
SERVERS = (SERVER_DSN, SECOND_SERVER_DSN)
TEMPLATE = "almoner_template"
COPIED = "STRATEGY FILE_COPY"
"""Some hundred databases are made: a copy of the files costs a third of what writing each page to the log does, and half to drop."""
DEAREST = ("tests/api/contract/test_documents_hold.py", "tests/simulation/")
# Speed over durability: tests that kill servers start their own, with the settings that users get.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


# Tests never time. What a submission is judged by takes the same examples each time; a developer's runs explore.
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.register_profile("judge", deadline=None, derandomize=True)
hypothesis.settings.load_profile("judge" if os.environ.get("CI") else "explore")


# As `./dev` does: without a place to keep what was compiled, every process that a test starts compiles all it imports again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process; workers of xdist inherit their addresses, and where files are kept."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As where a shell runs it in the background: what a test starts would ignore Ctrl-C as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        return
    if "TMPDIR" not in os.environ and (folder := folder_in_memory()) is not None:
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        config.add_cleanup(partial(_leave, folder))
    with ThreadPoolExecutor() as threads:
        for cleanup in threads.map(_start, (name for name in SERVERS if name not in os.environ)):
            config.add_cleanup(cleanup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute is begun first: begun last, it would run on while the other processes have nothing left."""
    items.sort(key=lambda item: not item.nodeid.startswith(DEAREST))


def pytest_collection_finish() -> None:
    """Thousands of tests and what they import stay to the end: the collector need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


def _leave(folder: Path) -> None:
    """Remove the folder that temporary files were in. Whoever sets TMPDIR keeps theirs."""
    del os.environ["TMPDIR"]
    tempfile.tempdir = None
    shutil.rmtree(folder, ignore_errors=True)


def _start(name: str) -> Callable[[], None]:
    """Start a server, put its address into the environment under `name`, and answer with what stops it."""
    folder = Path(tempfile.mkdtemp(prefix="almoner-tests-"))
    runner = PostgresRunner(folder, settings=FAST)
    os.environ[name] = runner.start()
    asyncio.run(_make_template(os.environ[name]))

    def stop() -> None:
        os.environ.pop(name, None)
        runner.stop()
        shutil.rmtree(folder, ignore_errors=True)

    return stop


_LEAVERS = ThreadPoolExecutor(1)
"""Drops databases while the tests go on: a drop waits for every connection that is just being made, also for one whose event loop rests
until the next test."""


async def _make_template(dsn: str) -> None:
    await _execute(dsn, f"CREATE DATABASE {TEMPLATE}")
    await migrate(database_dsn(dsn, TEMPLATE))


def database_dsn(dsn: str, name: str) -> str:
    """The address of another database of the same server."""
    head, _, query = dsn.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


async def _execute(dsn: str, statement: str) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture
def dsn() -> Iterator[str]:
    """The address (as owner) of a fresh migrated database."""
    with fresh_database("test") as address:
        yield address


@contextmanager
def fresh_database(prefix: str, on: str = SERVER_DSN) -> Iterator[str]:
    """A migrated database on one of `SERVERS` for as long as the block lasts."""
    server, name = os.environ[on], f"{prefix}_{uuid.uuid4().hex}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} {COPIED}"))
    yield database_dsn(server, name)
    _LEAVERS.submit(asyncio.run, _execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """Connections under the application role to a fresh database."""
    database = await open_database(dsn, pool_size=12)
    yield database
    await database.close()


@pytest.fixture
async def own_house(dsn: str) -> AsyncIterator[House]:
    """A house on a fresh database, with sync workers that run by themselves."""
    async with open_house(dsn) as opened:
        yield opened


# --- one house for all tests of a process; each test has a tenant of its own in it -----------------------------


@pytest.fixture(scope="session")
def shared_dsn() -> Iterator[str]:
    """The address (as owner) of the database behind `house`."""
    with fresh_database("shared") as address:
        yield address


@pytest.fixture(scope="session")
async def shared_house(shared_dsn: str) -> AsyncIterator[House]:
    """The house that `house` gives out again and again. It also keeps one event loop for all tests of the process."""
    async with open_house(shared_dsn, sync_workers=0) as opened:
        yield opened


@pytest.fixture
async def house(shared_house: House) -> House:
    """Both APIs in this process, and a new organization with its tokens. The sync works when told: `house.settle()`."""
    return await shared_house.with_new_tenant()


@pytest.fixture(scope="session")
async def all_rows(shared_dsn: str, shared_house: House) -> AsyncIterator[Rows]:
    """What the shared database holds of all organizations, seen by its owner."""
    async with open_rows(shared_dsn) as opened:
        yield opened


@pytest.fixture
async def rows(all_rows: Rows, house: House) -> OwnRows:
    """What is stored of the organization of `house`."""
    return OwnRows(await all_rows.at_home(house.tenant.id), house.tenant.id)


@pytest.fixture
async def unchanged(all_rows: Rows) -> AsyncIterator[None]:
    """Fails the test when any table has more or fewer rows after it than before: but for payments that came to nothing, which are told."""
    before = await all_rows.counts()
    yield
    after = await all_rows.counts()
    asked = [name for name in after if name.endswith("giving.payment_intent")]
    assert after | {name: before[name] for name in asked} == before, "something was stored"


# --- the same on two servers: tests/api and tests/scenarios take it for `shared_house` ---------------------------


COUNT_FROM_AFAR = """
DO $$
BEGIN
    PERFORM setval(c.oid, 1000000) FROM pg_class c
    WHERE c.relkind = 'S' AND c.relnamespace IN ('giving'::regnamespace, 'crm'::regnamespace) AND c.relname <> 'event_id_seq';
END $$
"""


@pytest.fixture(scope="session")
def spread_dsns() -> Iterator[tuple[str, str]]:
    """The addresses (as owner) of two databases, on one server each; their records' ids are far apart.

    Each server counts by itself, so two organizations may have records of one id: a test that asks for another's would find its
    own. Events keep their numbers: the log has room ahead for the next ones alone.
    """
    with fresh_database("spread") as first, fresh_database("spread", SECOND_SERVER_DSN) as second:
        asyncio.run(_execute(second, COUNT_FROM_AFAR))
        yield first, second


@pytest.fixture(scope="session")
async def spread_house(spread_dsns: tuple[str, str]) -> AsyncIterator[House]:
    """A house whose tenants live on two servers in turn."""
    first, second = spread_dsns
    async with open_house(first, further_servers=f"second={second}", sync_workers=0) as opened:
        yield opened


@pytest.fixture(scope="session")
async def spread_rows(spread_dsns: tuple[str, str], spread_house: House) -> AsyncIterator[Rows]:
    """What both servers hold of all organizations, seen by their owner."""
    async with open_rows(spread_dsns[0]) as first, open_rows(spread_dsns[1]) as second:
        yield SpreadRows(spread_house.app.db, {"": first, "second": second})


@pytest.fixture(autouse=True)
def _no_folder_is_remembered() -> Iterator[None]:
    """A command that a test calls names its folder in what is printed; the next test's commands do not."""
    yield
    called_with(None)
