"""`almoner doctor` on receipts and letters that wait for too long."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from almoner.cli.doctor import examine
from almoner.cli.doctor_checks import WARNING, Finding
from tests.support.desk import Desk
from tests.support.house import open_house

pytestmark = pytest.mark.anyio


def told(found: list[Finding]) -> list[Finding]:
    """What is said of receipts that wait."""
    return [one for one in found if "receipts wait" in one.text]


async def execute(dsn: str, statement: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute(statement)
    await conn.close()


async def test_receipts_that_wait_for_hours(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    async with open_house(dsn, sync_workers=0) as house:
        desk = Desk(house, tmp_path)
        await desk.issue()
        await house.tenant.give(10)
        assert not told(await examine(None)), "a while is well"
        await execute(dsn, "UPDATE giving.event SET happened_at = now() - interval '2 hours'")
        (finding,) = told(await examine(None))
        assert finding.status == WARNING and "1 new gifts" in finding.text and "0 letters" in finding.text
        assert finding.advice is not None and "receipt_workers" in finding.advice
        assert finding.commands == ("almoner receipt failed --org 1",)
        await desk.issue()
        assert not told(await examine(None))
        await execute(dsn, "UPDATE giving.donor_letter SET created_at = now() - interval '2 hours'")
        (finding,) = told(await examine(None))
        assert "0 new gifts" in finding.text and "1 letters" in finding.text
        await desk.settle()
        assert not told(await examine(None))
