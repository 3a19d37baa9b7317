"""Filters by the billing address that came with a gift look at the gifts that have it, not at all that came with one."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from almoner.giving.gifts.service import query_gifts
from almoner.platform.http import decode_body
from almoner.platform.query import SelectingBody, Window
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts.world import NOW
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

MANY = """
INSERT INTO giving.gift_detail (organization_id, gift_id, billing_city, billing_state, billing_postal)
SELECT $1, 1000000 + n, 'Town', (ARRAY['OH', 'ME', 'TX'])[1 + n % 3], (10000 + n)::text FROM generate_series(1, 20000) AS n
"""
FULL_ADDRESS = {
    "address1": "1 Main St",
    "city": "Athens",
    "state": "GA",
    "postal": "30601",
    "countryString": "US",
}


async def plans(house: House, parameter: str, value: str) -> tuple[list[int], str]:
    """What a query finds, and how each of its statements is done."""
    condition = {"parameter": parameter, "operator": "Is", "value": value}
    body = decode_body(encode_json({"groups": [{"conditions": [condition]}]}), SelectingBody)
    sent: list[Any] = []
    async with house.app.db.tenant(house.tenant.id) as tx:
        with tx.conn.query_logger(sent.append):
            found = await query_gifts(tx, body, Window(take=50), NOW, "")
        asked = [one for one in sent if "queried_gift_detail" in one.query]
        assert asked
        told = [await tx.conn.fetch(f"EXPLAIN {one.query}", *one.args) for one in asked]
    return [gift.id for gift in found.page.items], "\n".join(row[0] for rows in told for row in rows)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("Billing Address Postal", "30601"), ("Billing Address State", "Georgia")],
)
async def test_a_state_or_a_postal_code_is_found_by_its_index(dsn: str, parameter: str, value: str) -> None:
    async with open_house(dsn, sync_workers=0) as house:
        gift = await house.tenant.give(10, billingAddress=FULL_ADDRESS)
        owner = await asyncpg.connect(dsn)
        try:
            await owner.execute("SET session_replication_role = replica")
            await owner.execute(MANY, house.tenant.id)
            await owner.execute("VACUUM ANALYZE giving.gift_detail")
        finally:
            await owner.close()
        found, plan = await plans(house, parameter, value)
        assert found == [gift["id"]]
        assert "gift_detail_words" in plan, plan
