"""A stop while the database hangs: it ends within its setting, answers who waits, and leaves nothing half told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from almoner.platform.postgres import running_dsn
from tests.support.frozen import frozen
from tests.support.house import give_body
from tests.support.server import Server

pytestmark = pytest.mark.simulation

HOLD = "BEGIN; LOCK TABLE giving.donor IN ACCESS EXCLUSIVE MODE"
"""What lets every give wait for as long as somebody likes."""

WITHIN = 15
"""Seconds for a stop: the setting's three, the end of the database, and a machine that has much else to do."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", shutdown_seconds=3) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    token = server.almoner("org", "create", "Example House")["raiseToken"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False) as made:
        given(made, "before").raise_for_status()
        yield made


def given(client: httpx.Client, key: str) -> httpx.Response:
    """The answer to a gift under a key of its own."""
    body = give_body(10, f"{key}@example.org")
    return client.post("/raise/api/Raise/give", json=body, headers={"Idempotency-Key": key})


@contextmanager
def waiting(client: httpx.Client, number: int) -> Iterator[list[Future[httpx.Response]]]:
    """So many gifts that nobody answers yet."""
    with ThreadPoolExecutor(number) as pool:
        yield [pool.submit(given, client, f"gift{n}") for n in range(number)]


def test_a_stop_ends_while_a_table_is_locked(server: Server, client: httpx.Client) -> None:
    dsn = running_dsn(server.data_dir)
    assert dsn is not None
    with asyncio.Runner() as runner:
        conn = runner.run(asyncpg.connect(dsn))
        runner.run(conn.execute(HOLD))
        with waiting(client, 5) as futures:
            runner.run(_until_they_wait(conn, 1))
            server.stop(within=WITHIN)
            assert_told([future.result() for future in futures])
        conn.terminate()
    _assert_given_once(server, client)


def test_a_stop_ends_while_the_database_hangs(server: Server, client: httpx.Client) -> None:
    with frozen(server.database_processes()), waiting(client, 5) as futures:
        with pytest.raises(httpx.TimeoutException):
            client.get("/raise/api/Gift/list", timeout=1)
        server.stop(within=WITHIN)
        assert_told([future.result() for future in futures])
    _assert_given_once(server, client)


def assert_told(answers: list[httpx.Response]) -> None:
    """Each was told that nobody knows, in the product's own form, and when to ask again."""
    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert "could not be confirmed" in answer.json()["detail"]


def _assert_given_once(server: Server, client: httpx.Client) -> None:
    """Sent again under the same keys, to the next process, each gift is there once."""
    server.start()
    gifts = {given(client, f"gift{n}").raise_for_status().json()["id"] for n in range(5)}
    listed = client.get("/raise/api/Gift/list").raise_for_status().json()
    assert len(gifts) == 5
    assert gifts < {gift["id"] for gift in listed["items"]}
    assert listed["total"] == 6


async def _until_they_wait(conn: asyncpg.Connection[Any], number: int) -> None:
    """Until so many statements of the server wait for a lock."""
    seen = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while await conn.fetchval(seen) < number:
        await conn.execute("SELECT pg_sleep(0.05)")
