"""What a page of campaigns costs, by the rows that its plans go through: a sweep reads its pages, a question about figures each campaign once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from almoner.giving.campaigns.service import query_campaigns
from almoner.platform.database import Tx
from almoner.platform.http import decode_body
from almoner.platform.query import Found, SelectingBody, Window
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts.test_many_after_few import EXPLAINED
from tests.integration.crm.gifts.world import NOW
from tests.support.house import House

pytestmark = pytest.mark.anyio

MANY, PAGE, TIMES = 20_000, 25, 4
"""Campaigns, those of a page, and how often a row of one may be looked at: two tallies stand beside each."""

CAMPAIGNS = """
    INSERT INTO giving.campaign (organization_id, name, start_at, created_at, modified_at)
    SELECT $1, 'Appeal ' || n, now(), now(), now() FROM generate_series(1, $2) n
"""
TALLIES = """
    INSERT INTO giving.tally (organization_id, campaign_id, currency, slot, gift_count, given_minor, raised_count, raised_minor,
        giver_count, donor_count)
    SELECT $1, c.id, x.currency, 0, 1, c.id, 1, c.id, 1, 0
    FROM giving.campaign c, unnest(ARRAY['USD', 'EUR']) AS x (currency) WHERE c.organization_id = $1
"""


def _steps(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)


def _rows(step: Any) -> int:
    each = step["Actual Rows"] + sum(step.get(f"Rows Removed by {by}", 0) for by in ("Filter", "Join Filter"))
    return int(each * step["Actual Loops"])


class Explained:
    """A connection that tells how many rows the busiest step of a query went through."""

    def __init__(self, conn: asyncpg.Connection, house: House) -> None:
        self._tx_of, self._house, self._plans = conn, house, list[Any]()
        conn.add_log_listener(self._hear)

    def _hear(self, _: Any, message: Any) -> None:
        _duration, found, plan = message.message.partition("plan:\n")
        if found:
            self._plans.append(json.loads(plan)["Plan"])

    async def asked(self, cursor: str | None = None, **body: Any) -> tuple[Found[Any], int]:
        """A page, and the rows of its busiest step."""
        id_ = self._house.tenant.id
        async with self._house.app.db.tenant(id_) as known:
            tx = Tx(self._tx_of, id_, known.organization)
        read = decode_body(encode_json({"take": PAGE, **body}), SelectingBody)
        self._plans.clear()
        found = await query_campaigns(tx, read, Window(cursor=cursor), NOW, "http://localhost")
        return found, max(_rows(step) for plan in self._plans for step in _steps(plan))


@pytest.fixture
async def explained(house: House, shared_dsn: str) -> AsyncIterator[Explained]:
    """Very many campaigns of one organization; nothing of them stays."""
    conn = await asyncpg.connect(shared_dsn)
    undone = conn.transaction()
    try:
        await conn.execute(EXPLAINED)
        await undone.start()
        await conn.execute("SELECT set_config('almoner.organization_id', $1, true)", str(house.tenant.id))
        await conn.execute(CAMPAIGNS, house.tenant.id, MANY)
        await conn.execute(TALLIES, house.tenant.id)
        await conn.execute("ANALYZE giving.campaign, giving.tally")
        yield Explained(conn, house)
    finally:
        await undone.rollback()
        await conn.close()


async def test_a_sweep_reads_its_page_wherever_it_stands(explained: Explained) -> None:
    """Its first page counts all; every other reads what it tells."""
    condition = {"parameter": "Id", "operator": "GreaterThan", "value": "0"}
    groups = [{"conditions": [condition]}]
    found, counted = await explained.asked(groups=groups, selectedColumns=["Segment Code", "Raised Amount"])
    assert found.page.total == MANY
    assert counted <= TIMES * MANY
    for _page in range(4):
        found, rows = await explained.asked(
            found.next_cursor, groups=groups, selectedColumns=["Segment Code", "Raised Amount"]
        )
        assert len(found.page.items) == PAGE
        assert rows <= TIMES * PAGE


async def test_figures_are_asked_of_each_campaign_once(explained: Explained) -> None:
    """Not of each campaign anew for each: what is read is in proportion to what there is."""
    condition = {"parameter": "Raised Amount", "operator": "LessThan", "value": "0.01"}
    more = {"parameter": "Total Gifts", "operator": "Is", "value": "1"}
    found, rows = await explained.asked(groups=[{"conditions": [condition, more]}], sortBy="name")
    assert found.page.total == 0
    assert rows <= TIMES * MANY
