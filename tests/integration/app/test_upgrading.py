"""A process that starts and has to wait for the upgrade of its database turns requests away, and serves when it is over."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from almoner.app.serve import serving
from almoner.app.upgrading import Upgrade
from almoner.platform.database.migrate import LOCK_KEY
from almoner.platform.database.progress import Plan
from almoner.platform.settings import Settings
from tests.support.server import free_port

pytestmark = pytest.mark.anyio


async def answered(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """The first answer, once anybody listens."""
    while True:
        try:
            return await client.get(path)
        except httpx.ConnectError:
            await asyncio.sleep(0.01)


async def test_requests_are_turned_away_while_another_process_upgrades_and_answered_after_it(
    dsn: str,
) -> None:
    settings = Settings(database_url=dsn, port=free_port(), sync_workers=0)
    upgrading = await asyncpg.connect(dsn)
    await upgrading.execute(f"SELECT pg_advisory_lock({LOCK_KEY})")

    async def serve() -> httpx.Response:
        async with (
            serving(settings) as served,
            httpx.AsyncClient(base_url=served.url, trust_env=False) as own,
        ):
            return await own.get("/readyz")

    task = asyncio.create_task(serve())
    address = f"http://127.0.0.1:{settings.port}"
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        ready = await asyncio.wait_for(answered(client, "/readyz"), 20)
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert ready.json()["checks"] == {"migrations": "waits to bring the database up to date"}
        assert (await client.get("/healthz")).status_code == 200, (
            "the process lives: nobody should restart it"
        )
        refused: list[tuple[str, Any]] = [
            ("/raise/api/Gift/list", lambda body: body["detail"]),
            ("/crm/api/Gift/1", lambda body: body["error"]["message"]),
            ("/console/", lambda body: body["detail"]),
        ]
        for path, words in refused:
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "is being brought up to date. Nothing of this request was done" in words(answer.json())
    await upgrading.close()
    assert (await asyncio.wait_for(task, 20)).status_code == 200


async def test_steps_are_told_by_readiness_and_a_database_that_is_being_made_turns_nobody_away() -> None:
    served: list[object] = []

    def serve(app: object) -> asyncio.Task[None]:
        served.append(app)
        return asyncio.create_task(asyncio.sleep(60))

    making = Upgrade(Settings(), serve)
    making.begins(Plan([], [], [], makes_code=True, is_first=True))
    making.step("code")
    assert served == []
    upgrade = Upgrade(Settings(), serve)
    upgrade.begins(Plan([], [], [], makes_code=True, is_first=False))
    upgrade.step("code")
    assert await upgrade.readiness() == (False, {"migrations": "code runs, 1 of 1"})
    await upgrade.over()
    assert len(served) == 1
