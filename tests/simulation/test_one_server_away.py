"""One of two servers is killed: the other's organizations give, read and sync on; its own get 503 and come back by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import psutil
import pytest

from almoner.app.serve import serving
from almoner.console.access import COOKIE
from almoner.platform.database.migrate import migrate
from almoner.platform.postgres import PostgresRunner
from almoner.platform.sessions.service import new_link, sign_in
from almoner.platform.settings import Settings
from tests.support.figures import wrong_figures
from tests.support.frozen import frozen
from tests.support.house import QUICK, House, Tenant, give_body, house_of, open_house

pytestmark = [pytest.mark.anyio, pytest.mark.simulation]

RECOVERY_SECONDS = 30.0
READINESS = (("database", "migrations"), ("database second", "migrations second"))


@pytest.fixture
def runners(tmp_path: Path) -> Iterator[list[PostgresRunner]]:
    """Two embedded servers of this test alone, with the durability that users get."""
    made = [PostgresRunner(tmp_path / name) for name in ("first", "second")]
    try:
        for runner in made:
            runner.start()
        yield made
    finally:
        for runner in made:
            runner.stop()


@asynccontextmanager
async def house_on(runners: list[PostgresRunner]) -> AsyncIterator[House]:
    """A house with workers, and its organization on the first server."""
    first, second = (runner.dsn for runner in runners)
    async with open_house(first, further_servers=f"second={second}", sync_workers=2) as opened:
        yield opened


def kill(runner: PostgresRunner) -> None:
    """SIGKILL to a server and all its processes, as no clean shutdown ever happens."""
    family = family_of(runner)
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, 10)


def family_of(runner: PostgresRunner) -> list[psutil.Process]:
    """A server and all its processes."""
    assert runner.postmaster_pid is not None
    server = psutil.Process(runner.postmaster_pid)
    return [server, *server.children(recursive=True)]


async def readiness(house: House) -> tuple[int, dict[str, str]]:
    """What `/readyz` says."""
    transport = httpx.ASGITransport(app=cast("Any", house.app.asgi))
    async with httpx.AsyncClient(transport=transport, base_url="http://almoner.test") as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.json()["checks"]


async def look_at_console(house: House, session: str) -> int:
    """The status that a browser with this session gets for the first page."""
    transport = httpx.ASGITransport(app=cast("Any", house.app.asgi), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://almoner.test", cookies={COOKIE: session}
    ) as client:
        return (await client.get("/console/gifts", follow_redirects=True)).status_code


def client_of(house: House, tenant: Tenant) -> httpx.AsyncClient:
    """A tenant's Raise API as another process serves it."""
    transport = httpx.ASGITransport(app=cast("Any", house.app.asgi), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {tenant.organization.raise_token}"}
    return httpx.AsyncClient(transport=transport, base_url="http://almoner.test", headers=headers)


async def session_of(house: House, tenant: Tenant) -> str:
    """A console session of an organization."""
    now, life = house.app.clock.now(), timedelta(hours=1)
    async with house.app.db.tenant(tenant.id) as tx:
        link = await new_link(tx, now, life)
    return await sign_in(house.app.db, link, now, life)


async def given(tenant: Tenant, key: str) -> httpx.Response:
    """The answer to a gift under a key of its own."""
    body = give_body(10, f"{key}@example.org")
    return await tenant.raise_.call(
        "POST", "/raise/api/Raise/give", json=body, headers={"Idempotency-Key": key}
    )


@pytest.mark.parametrize("dead", [0, 1], ids=["the first, with the directory", "the second"])
async def test_a_server_that_is_killed_takes_no_other_with_it(
    runners: list[PostgresRunner], dead: int
) -> None:
    for runner in runners:
        await migrate(runner.dsn)
    async with (
        house_on(runners) as house,
        house_on(runners) as cold,
    ):  # who lives where is not remembered there
        tenants = [house.tenant, await house.another_tenant()]
        alive, lost = tenants[1 - dead], tenants[dead]
        for tenant in tenants:
            assert (await tenant.settled("gift", (await tenant.give(5))["id"]))["state"] == "synced"
        sessions = [await session_of(house, tenant) for tenant in tenants]
        kill(runners[dead])

        gifts = [await given(alive, f"meanwhile{n}") for n in range(5)]
        assert [gift.status_code for gift in gifts] == [200] * 5
        assert (await alive.raise_.get("/raise/api/Gift/list"))["total"] == 6
        assert (await alive.settled("gift", gifts[-1].json()["id"]))["state"] == "synced"
        assert await look_at_console(house, sessions[1 - dead]) == 200
        elsewhere = client_of(cold, alive)
        assert (await elsewhere.get("/raise/api/Gift/list")).json()["total"] == 6

        answers = [
            await given(lost, "lost"),
            await lost.raise_.call("GET", "/raise/api/Gift/list"),
            await lost.crm.call("GET", "/crm/api/Project/Code/GENERAL"),
        ]
        assert [answer.status_code for answer in answers] == [503] * 3, [one.text for one in answers]
        assert await look_at_console(house, sessions[dead]) == 503
        status, checks = await readiness(house)
        assert status == 200, "the others are served"
        assert {what for what, state in checks.items() if state != "ok"} == {READINESS[dead][0]}

        await asyncio.to_thread(runners[dead].start)
        deadline = asyncio.get_running_loop().time() + RECOVERY_SECONDS
        while (answer := await given(lost, "lost")).status_code != 200:
            assert answer.status_code == 503, answer.text
            assert asyncio.get_running_loop().time() < deadline, "the server did not come back"
            await asyncio.sleep(0.1)
        assert (await lost.settled("gift", answer.json()["id"]))["state"] == "synced"
        assert (await lost.raise_.get("/raise/api/Gift/list"))["total"] == 2
        assert (await readiness(house))[0] == 200
        for tenant in tenants:
            assert await wrong_figures(house.app.db, tenant.id) == []


@pytest.mark.parametrize("dead", [0, 1], ids=["the first, with the directory", "the second"])
async def test_a_server_that_hangs_takes_no_other_with_it(runners: list[PostgresRunner], dead: int) -> None:
    """It neither answers nor refuses, and many requests wait for it."""
    for runner in runners:
        await migrate(runner.dsn)
    async with house_on(runners) as house, house_on(runners) as cold:
        tenants = [house.tenant, await house.another_tenant()]
        alive, lost = tenants[1 - dead], tenants[dead]
        for tenant in tenants:
            assert (await tenant.settled("gift", (await tenant.give(5))["id"]))["state"] == "synced"
        with frozen(family_of(runners[dead])):
            stuck = [asyncio.create_task(given(lost, f"stuck{n}")) for n in range(40)]
            lists = [asyncio.create_task(lost.raise_.call("GET", "/raise/api/Gift/list")) for _ in range(40)]
            await asyncio.sleep(0.5)
            async with asyncio.timeout(20):
                assert (await given(alive, "meanwhile")).status_code == 200
                assert (await alive.raise_.get("/raise/api/Gift/list"))["total"] == 2
                assert (await alive.settled("gift", (await alive.give(7))["id"]))["state"] == "synced"
                assert (await client_of(cold, alive).get("/raise/api/Gift/list")).json()["total"] == 3
                status, checks = await readiness(house)
            assert status == 200, "the others are served"
            assert {what for what, state in checks.items() if state != "ok"} == {READINESS[dead][0]}
        answers = await asyncio.gather(*stuck, *lists)
        assert {answer.status_code for answer in answers} <= {200, 503}
        for n in range(40):
            assert (await given(lost, f"stuck{n}")).status_code == 200
        assert (await lost.raise_.get("/raise/api/Gift/list"))["total"] == 41
        for tenant in tenants:
            assert await wrong_figures(house.app.db, tenant.id) == []


async def test_a_server_that_is_away_at_the_start_is_brought_up_once_it_answers(
    tmp_path: Path, runners: list[PostgresRunner]
) -> None:
    """The first one is the process's own, embedded as for everybody; the further one is new, and nothing has run there."""
    second = runners[1]
    address = second.dsn
    second.stop()
    settings = Settings(data_dir=tmp_path / "own", port=0, further_servers=f"second={address}", **QUICK)
    async with serving(settings) as served:
        house = await house_of(served.app)
        assert await readiness(house) == (
            200,
            dict.fromkeys(("database", "migrations", "storage", "sync"), "ok")
            | {"database second": "The database does not answer."},
        )
        assert (await given(house.tenant, "before")).status_code == 200
        assert await asyncio.to_thread(second.start) == address
        deadline = asyncio.get_running_loop().time() + RECOVERY_SECONDS
        while set((await readiness(house))[1].values()) != {"ok"}:
            assert asyncio.get_running_loop().time() < deadline, "the server was not brought up"
            await asyncio.sleep(0.1)
        late = await house.another_tenant(server=house.app.db.server("second"))
        gift = await given(late, "after")
        assert (await late.settled("gift", gift.json()["id"]))["state"] == "synced"
