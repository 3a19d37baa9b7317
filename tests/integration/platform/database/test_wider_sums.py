"""A database whose sums were full under the program before is read again once it is upgraded."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from almoner.platform.database.files import load_migrations
from tests.integration.sync.reasons import campaign
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

FULL = 9 * 10**18
"""What one slot could hold, almost; two were more than a reader could tell."""

# The columns as they were, without the view of the code that holds them: migrations run when code is dropped.
# Then a second slot beside each that a gift of this test moved, and both full.
NARROW = """
DROP VIEW crm.project_total, giving_code.queried_tally;
ALTER TABLE giving.tally ALTER COLUMN given_minor TYPE bigint, ALTER COLUMN raised_minor TYPE bigint;
ALTER TABLE crm.project_giving ALTER COLUMN given_minor TYPE bigint;
ALTER TABLE crm.contact_giving ALTER COLUMN given_minor TYPE bigint;
ALTER TABLE crm.tally ALTER COLUMN given_minor TYPE bigint;
ALTER TABLE sync.tally ALTER COLUMN minor TYPE bigint, ALTER COLUMN there_minor TYPE bigint;
CREATE VIEW crm.project_total AS SELECT organization_id, project_id, currency, slot, given_minor, gift_count
    FROM crm.project_giving WHERE year = 0;
"""
FILL = f"""
UPDATE giving.tally SET given_minor = {FULL}, raised_minor = {FULL} WHERE raised_count > 0;
INSERT INTO giving.tally SELECT organization_id, campaign_id, currency, slot + 1, 0, {FULL}, 0, {FULL}, 0, 0
    FROM giving.tally WHERE raised_count > 0;
UPDATE crm.project_giving SET given_minor = {FULL};
INSERT INTO crm.project_giving (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
    SELECT organization_id, project_id, currency, year, slot + 1, {FULL}, 0, 0 FROM crm.project_giving;
"""


async def narrowed(dsn: str) -> Any:
    """A connection as the owner, to a database as it was before this version, with its sums full."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(NARROW)
    await conn.execute(FILL)
    return conn


async def widen(conn: Any) -> None:
    """Run the migrations of this version once more."""
    for file in load_migrations():
        if file.name.endswith("greatest-sums"):
            await conn.execute(file.text)


async def test_a_full_sum_is_told_exactly_after_the_upgrade(dsn: str) -> None:
    async with open_house(dsn, sync_workers=0) as house:
        spring = await campaign(house.tenant)
        await house.tenant.give(10, campaignId=spring)
        await house.settle()
        conn = await narrowed(dsn)
        try:
            await widen(conn)
        finally:
            await conn.close()
        assert await _told(house, spring) == ("$180,000,000,000,000,000.00", 18 * 10**16)
        await house.tenant.give(10, campaignId=spring)
        await house.settle()
        assert await _told(house, spring) == ("$180,000,000,000,000,010.00", 18 * 10**16 + 10)


async def _told(house: House, spring: int) -> tuple[str, int]:
    """What the campaign and the fund tell, digit for digit."""
    told = await house.tenant.raise_.get(f"/raise/api/Campaign/{spring}")
    fund = await house.tenant.crm.call("GET", "/crm/api/Project/Code/GENERAL")
    digits = fund.text.partition('"lifeToDateGiving":')[2].partition(",")[0]
    return told["raisedAmount"], int(digits.removesuffix(".00"))
