"""What the workers log of an error nobody foresaw: where it arose, and nothing that it quotes."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from almoner.sync.worker import SyncWorker
from tests.integration.sync import reasons
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import POISON, reached
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_a_batch_and_a_record_that_fail_are_logged_with_state_and_place(idle: House, conn: Any) -> None:
    await reasons.poison_gifts(conn)
    await idle.tenant.give(10, notes=POISON)
    with capture_logs() as lines:
        await drained(idle)
    assert [line["event"] for line in lines] == ["sync_batch_failed", "sync_record_failed"]
    for line in lines:
        assert (line["kind"], line["sqlstate"]) == ("asyncpg.exceptions.RaiseError", "P0001")
        assert any("sync/engine.py" in frame for frame in line["where"])
    assert "Ada" not in repr(lines)


async def test_a_worker_that_tries_again_logs_the_place(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter(range(1))

    async def broken(self: SyncWorker) -> int:
        if next(failures, None) is not None:
            raise KeyError("Ada Example")
        return await original(self)

    original = SyncWorker.drain_once
    with capture_logs() as lines:
        monkeypatch.setattr(SyncWorker, "drain_once", broken)
        await reached(own_house.tenant, "gift", (await own_house.tenant.give(10))["id"], None)
    (line,) = [line for line in lines if line["event"] == "sync_tries_again"]
    assert line["kind"] == "builtins.KeyError"
    assert line["where"][-1].endswith(" broken")
    assert "Ada" not in repr(line)
