"""`/readyz` says what is missing: a disk that is full, a sync that stands still, a database that hangs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import asyncpg
import httpx
import pytest

from almoner.app import readiness
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

WAITS = "UPDATE giving.event SET happened_at = happened_at - interval '10 minutes'"
UNMOVED = "UPDATE platform.event_cursor SET moved_at = moved_at - interval '10 minutes'"
FULL = "CREATE FUNCTION pg_temp.full() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$"


@pytest.fixture
async def still(dsn: str) -> AsyncIterator[House]:
    """A house on a fresh database without workers."""
    async with open_house(dsn, sync_workers=0) as opened:
        yield opened


async def ready(house: House) -> tuple[int, str, dict[str, str]]:
    """The status of `/readyz`, its word and its checks."""
    transport = httpx.ASGITransport(app=cast("Any", house.app.asgi))
    async with httpx.AsyncClient(transport=transport, base_url="http://almoner.test") as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.json()["status"], answer.json()["checks"]


async def test_all_is_well(still: House) -> None:
    assert await ready(still) == (
        200,
        "ready",
        dict.fromkeys(("database", "migrations", "storage", "sync"), "ok"),
    )


async def test_a_disk_that_refused_a_write_is_told_for_a_while(
    still: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(asyncpg.DiskFullError):
        async with still.app.db.tenant(still.tenant.id) as tx:
            await tx.conn.execute(f"{FULL}; SELECT pg_temp.full()")
    status, word, checks = await ready(still)
    assert (status, word) == (503, "not ready")
    assert "its disk is full" in checks["storage"]
    monkeypatch.setattr("almoner.platform.database.connection.REFUSAL_SECONDS", 0.0)
    assert (await ready(still))[0] == 200, "whoever sends nothing would never see that there is room again"


async def test_a_data_folder_without_room_is_told(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Mock(free=5_000_000))
    async with open_house(dsn, sync_workers=0, data_dir=tmp_path) as house:
        status, _, checks = await ready(house)
    assert (status, checks["storage"]) == (503, "The disk of the data folder has 5 MB left. Make room.")


async def test_a_sync_that_stands_still_is_told_and_gifts_are_taken_all_the_same(
    still: House, dsn: str
) -> None:
    await still.tenant.give(5)
    assert (await ready(still))[1] == "ready", "a change may wait for a moment"
    owner = await asyncpg.connect(dsn)
    await owner.execute(WAITS)
    assert (await ready(still))[1] == "ready", "the sync has moved a moment ago"
    await owner.execute(UNMOVED)
    await owner.close()
    status, word, checks = await ready(still)
    assert (status, word) == (200, "degraded")
    assert checks["sync"].startswith("The sync has stood still for 6")
    assert checks["sync"].endswith("sync_workers is 0): see that another one does.")
    await still.settle()
    assert (await ready(still))[1] == "ready"


async def test_whoever_asks_while_a_look_hangs_is_answered_and_no_second_one_begins() -> None:
    began = 0

    async def look() -> str:
        nonlocal began
        began += 1
        await asyncio.sleep(3600)
        return "never"

    shared = readiness.Look(look, "no answer")
    async with asyncio.timeout(4 * readiness.LOOK_SECONDS):
        assert await asyncio.gather(*(shared() for _ in range(20))) == ["no answer"] * 20
        assert await shared() == "no answer"
    assert began == 1
    assert shared._task is not None
    shared._task.cancel()
