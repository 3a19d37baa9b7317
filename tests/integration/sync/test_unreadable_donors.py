"""A donor who was withheld and cannot be read any more: what waits for it is seen, and follows once it is mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from almoner.sync.triage import service as triage
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import campaign, reached, retry
from tests.integration.sync.test_trouble import states
from tests.integration.sync.test_unreadable import BROKEN_DONORS, breaks, mends, unguarded
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio


async def _a_test_gift(tenant: Tenant) -> Any:
    return await tenant.give(10, isTestMode=True)


async def _one_of_a_paused_campaign(tenant: Tenant) -> Any:
    return await tenant.give(10, campaignId=await campaign(tenant, canSync=False))


FIRST = {
    "a test gift": (_a_test_gift, ("test_mode", "test_mode")),
    "a paused campaign": (_one_of_a_paused_campaign, ("campaign_sync_off", "no_syncing_campaign")),
}
"""A first gift that stays in giving, and why it does, and its donor."""


@pytest.mark.parametrize("again", ["donor", "gift"])
@pytest.mark.parametrize(("first", "withheld_for"), FIRST.values(), ids=FIRST)
@pytest.mark.parametrize(("column", "value"), BROKEN_DONORS.values(), ids=BROKEN_DONORS)
async def test_a_withheld_donor_who_breaks_is_what_its_gifts_need_and_takes_them_along_once_mended(
    idle: House,
    conn: Any,
    first: Callable[[Tenant], Awaitable[Any]],
    withheld_for: tuple[str, str],
    column: str,
    value: str,
    again: str,
) -> None:
    tenant = idle.tenant
    withheld = await first(tenant)
    donor_id = withheld["donorId"]
    await drained(idle)
    await reached(tenant, "donor", donor_id, withheld_for[1], state="withheld")
    await unguarded(conn)
    was = await breaks(conn, "giving.donor", column, value, donor_id)
    gifts = [await tenant.give(20)]
    await drained(idle)
    aside = await reached(tenant, "donor", donor_id, "record_unreadable", state="failed")
    assert column in aside["detail"]
    async with idle.app.db.tenant(tenant.id) as tx:
        assert (await triage.attention(tx)).donors == 1
        (cause,) = (await triage.causes(tx)).items
        assert (cause.reason, cause.donors, cause.gifts) == ("record_unreadable", 1, 1)
    assert await wrong_figures(idle.app.db, tenant.id) == []
    await mends(conn, "giving.donor", column, was, donor_id)
    gifts.append(await tenant.give(30))
    await drained(idle)
    await retry(tenant, again, donor_id if again == "donor" else gifts[0]["id"])
    for gift in gifts:
        await reached(tenant, "gift", gift["id"], None)
    await reached(tenant, "donor", donor_id, None)
    assert await states(tenant, withheld) == [withheld_for[0]]
    assert await wrong_figures(idle.app.db, tenant.id) == []


async def test_a_withheld_donor_who_breaks_stays_withheld_while_nothing_waits_for_it(
    idle: House, conn: Any
) -> None:
    tenant = idle.tenant
    first = await _a_test_gift(tenant)
    await drained(idle)
    await unguarded(conn)
    await breaks(conn, "giving.donor", "created_at", "'infinity'", first["donorId"])
    second = await _a_test_gift(tenant)
    await drained(idle)
    await reached(tenant, "donor", first["donorId"], "test_mode", state="withheld")
    assert await states(tenant, first, second) == ["test_mode"] * 2
