"""Segments of before tell after the upgrade what they told before it."""

from __future__ import annotations

import asyncpg
import pytest

from almoner.platform.database.files import load_migrations
from tests.integration.giving.segments.test_figures_law import History
from tests.support.figures import wrong_figures
from tests.support.house import open_house

pytestmark = pytest.mark.anyio


async def test_figures_of_segments_of_before_are_counted_once(dsn: str) -> None:
    async with open_house(dsn, sync_workers=0) as house:
        history = History(house, 2)
        await history.start()
        for _ in range(20):
            await history.step()
        told = await history.told()
        conn = await asyncpg.connect(dsn)
        try:
            await conn.execute("DROP TABLE giving.segment_tally, giving.segment_amount")
            for file in load_migrations():
                if file.name.endswith("segment-figures"):
                    await conn.execute(file.text)
        finally:
            await conn.close()
        assert told
        assert await history.told() == told
        assert await wrong_figures(house.app.db, house.tenant.id) == []
