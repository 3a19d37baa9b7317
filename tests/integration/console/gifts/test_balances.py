"""Both sides compared, from kept figures alone."""

from __future__ import annotations

import pytest

from almoner.console.gifts.rules import Amount
from almoner.console.gifts.service import read_balances
from almoner.platform.database import Snapshot, Tx
from tests.integration.sync.reasons import giving_project
from tests.support.house import House

pytestmark = pytest.mark.anyio

_READS = """
SELECT coalesce(sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)), 0)::int FROM pg_stat_xact_user_tables
WHERE schemaname || '.' || relname IN ('giving.gift', 'giving.donor', 'crm.gift', 'sync.record')
"""


async def test_each_state_of_each_currency_has_its_gifts_and_their_sum(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "LONELY")
    await tenant.give(1, donor={"crmKey": "999999"}, email="waits@example.org")
    await tenant.give(2)
    await tenant.give(4, isTestMode=True)
    await tenant.give(8, projects=[{"code": "LONELY"}])
    await tenant.give(16, currencyCode="EUR")
    await house.settle()
    await tenant.give(32)
    async with house.app.db.tenant(tenant.id, snapshot=True) as tx:
        assert isinstance(tx, Snapshot)
        euro, dollar = await read_balances(tx)
    assert (euro.given, euro.in_crm, euro.agrees) == (Amount(1, 1600), Amount(1, 1600), True)
    assert dollar.given == Amount(5, 4700) and dollar.in_crm == Amount(1, 200) and dollar.agrees
    assert dollar.withheld == Amount(1, 400) and dollar.pending == Amount(1, 3200)
    # One failed itself, the other stands behind a donor who did.
    assert dollar.failed == Amount(2, 900)


async def test_no_gift_and_no_record_is_read_for_it(house: House) -> None:
    """So it takes as long among a million gifts as among ten, as long as no donor has failed."""
    await house.tenant.give(2)
    await house.settle()
    async with house.app.db.tenant(house.tenant.id, snapshot=True) as tx:
        assert isinstance(tx, Snapshot)
        before = await _reads(tx)
        assert len(await read_balances(tx)) == 1
        assert await _reads(tx) == before
        await tx.conn.execute("SELECT FROM sync.record")
        assert await _reads(tx) > before


async def _reads(tx: Tx) -> int:
    return int(await tx.conn.fetchval(_READS))
