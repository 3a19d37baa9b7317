"""`./dev bench load-gifts` loads in each way, and what is written by hand keeps the same figures as the product."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from almoner.crm.contract import figure_differences
from almoner.crm.gifts.enter import enter_each
from almoner.crm.gifts.requests import GiftBody
from almoner.platform.database import open_database
from almoner.platform.http import decode_body
from bench import load_gifts
from bench.gifts import Wish, text, wishes
from bench.peers import crm_by_hand, crm_orm
from bench.peers.connect import session_settings
from bench.prepare import prepare
from tests.integration.bench.test_reads_smoke import _bench as bench

FIGURES = (
    "SELECT contact_id, currency, year, gift_count, given_minor FROM {}.contact_giving",
    "SELECT project_id, currency, year, sum(given_minor), sum(gift_count), sum(giver_count) FROM {}.project_giving GROUP BY 1, 2, 3",
    "SELECT project_id, sum(designation_count) FROM {}.designation_tally GROUP BY 1",
    "SELECT currency, sum(gift_count), sum(given_minor), sum(entered_count), sum(entered_minor) FROM {}.tally GROUP BY 1",
    (
        "SELECT g.transaction_id, g.contact_id, g.gift_on, g.gift_type, g.batch, g.notes, d.ordinal, d.project_id, d.amount_minor, d.gift_on "
        "FROM {0}.gift g JOIN {0}.designation d ON d.gift_id = g.id"
    ),
    "SELECT part, key_id, kind, count(*) FROM {}.event WHERE kind = 'gift.created' GROUP BY 1, 2, 3",
)
BATCHES, EACH = 6, 100


@pytest.mark.timeout(240)
def test_gifts_are_loaded_in_each_way(tmp_path: Path) -> None:
    printed, run = bench(tmp_path / "run.json", "load-gifts", "--seconds", "0.5", "--rounds", "1")
    assert "sql by hand by 1,000" in printed
    rows = {row["variant"]: row for row in run["load-gifts"]["rows"]}
    assert rows.keys() == {load_gifts.HTTP, load_gifts.SERVICE, load_gifts.BY_HAND, load_gifts.ORM}
    assert all(row["postgres_cpu_us"] > 0 for row in rows.values())
    assert len(run["aims"]) == 2


def test_what_is_written_by_hand_keeps_the_figures_of_the_product(dsn: str) -> None:
    house = load_gifts.settle(prepare(dsn), contacts=10)
    source = wishes(7, house.first_contact, house.contacts)
    batches = [list(islice(source, EACH)) for _ in range(BATCHES)]
    asyncio.run(_both(house, batches))


async def _both(house: load_gifts.House, batches: list[list[Wish]]) -> None:
    db = await open_database(house.at.dsn, pool_size=2)
    hand = await crm_by_hand.connect(house.at.dsn, house.at.organization_id)
    try:
        for number, batch in enumerate(batches):
            async with db.tenant(house.at.organization_id) as tx:
                bodies = decode_body(text(batch), list[GiftBody])
                entered = await enter_each(tx, bodies, datetime.now(UTC), parts_max=50)
            assert {each.did for each in entered} == {"made"}
            await crm_by_hand.load(hand, house.at.organization_id, batch, number)
        for figures in FIGURES:
            ours, theirs = [await _rows(hand, figures.format(schema)) for schema in ("crm", "hand")]
            assert ours == theirs and ours
        async with db.tenant(house.at.organization_id) as tx:
            assert await figure_differences(tx) == []
        with pytest.raises(RuntimeError):
            await crm_by_hand.load(hand, house.at.organization_id, batches[0], 0)
        await _by_orm(house, hand)
    finally:
        await hand.close()
        await db.close()


async def _rows(conn: asyncpg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in await conn.fetch(query)), key=repr)


async def _by_orm(house: load_gifts.House, conn: asyncpg.Connection[Any]) -> None:
    """One gift through the ORM adds what it says to what its contact gave."""
    (wish,) = islice(wishes(8, house.first_contact, house.contacts), 1)
    given = f"SELECT sum(given_minor) FROM hand.contact_giving WHERE contact_id = {wish.contact_id}"
    before = await conn.fetchval(given)
    settings = {"server_settings": session_settings(house.at.organization_id)}
    engine = create_async_engine(
        make_url(house.at.dsn).set(drivername="postgresql+asyncpg"), connect_args=settings
    )
    try:
        await crm_orm.write(crm_orm.Shop(async_sessionmaker(engine), house.at.organization_id), wish)
        assert await conn.fetchval(given) == before + wish.amount_minor
        with pytest.raises(RuntimeError):
            await crm_orm.write(crm_orm.Shop(async_sessionmaker(engine), house.at.organization_id), wish)
    finally:
        await engine.dispose()
