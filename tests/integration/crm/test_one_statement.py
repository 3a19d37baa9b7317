"""A record is read by one statement, however many are asked for and whatever hangs on them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from almoner.crm.contacts import service as contacts
from almoner.crm.contacts.views import FollowedContactView
from almoner.crm.gifts import service as gifts
from almoner.crm.projects import service as projects
from almoner.giving.campaigns import service as campaigns
from almoner.giving.donors import service as donors
from almoner.giving.gifts import service as given
from almoner.platform.database import Tx
from tests.support.house import House

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 1, tzinfo=UTC)
READS: dict[str, Callable[[Tx, list[int]], Awaitable[list[Any]]]] = {
    "crm.contact": lambda tx, ids: contacts.records(tx, ids, NOW, FollowedContactView),
    "crm.gift": gifts.records,
    "crm.project": lambda tx, ids: projects.records(tx, ids, NOW),
    "giving.campaign": lambda tx, ids: campaigns.records(tx, ids, "http://almoner.test"),
    "giving.donor": donors.records,
    "giving.gift": given.records,
}


@pytest.mark.parametrize("table", READS)
async def test_records_are_read_by_one_statement_in_the_order_asked_for(house: House, table: str) -> None:
    for number in (1, 2, 3):
        campaign = {"name": f"Campaign {number}", "startDate": "2024-01-01T00:00:00Z"}
        made = await house.tenant.raise_.post("/raise/api/Campaign", campaign)
        await house.tenant.give(number, f"d{number}@example.org", campaignId=made["id"])
        await house.tenant.crm.post("/crm/api/Project", {"name": f"Fund {number}"})
    await house.settle()
    sent: list[str] = []
    async with house.app.db.tenant(house.tenant.id) as tx:
        rows = await tx.conn.fetch(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 3")
        ids = [row["id"] for row in rows]
        await READS[table](tx, ids)  # a connection that has not seen a type looks it up, once
        with tx.conn.query_logger(lambda query: sent.append(query.query)):
            read = await READS[table](tx, ids)
            await asyncio.sleep(0)  # the notes are written by the loop's next turn
    assert [record.id for record in read] == ids
    assert len(ids) == 3 and len(sent) == 1
