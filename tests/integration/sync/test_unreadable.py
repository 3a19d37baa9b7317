"""A row that Python cannot read is put aside alone, with its reason; what is mended by hand goes with the next try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from almoner.sync import service
from almoner.sync.lag.service import lag_by_second, lag_overall
from almoner.sync.triage import service as triage
from tests.api.console.conftest import visit
from tests.api.console.test_mending import press
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import NOWHERE, contact, correct, reached, retry
from tests.integration.sync.test_trouble import states
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio

BROKEN_GIFTS = {
    "a day before Christ": ("gift_on", "'0044-03-15 BC'"),
    "a day of the year 20000": ("gift_on", "'20000-01-01'"),
    "a day without end": ("gift_on", "'infinity'"),
    "taken in the year 20000": ("received_at", "'20000-01-01'"),
    "taken before all time": ("received_at", "'-infinity'"),
}
BROKEN_DONORS = {
    "made before Christ": ("created_at", "'0044-03-15 BC'"),
    "made in the year 20000": ("created_at", "'20000-01-01'"),
    "made at no time": ("created_at", "'infinity'"),
    "changed in the year 20000": ("modified_at", "'20000-01-01'"),
}


async def unguarded(conn: Any) -> None:
    """The owner's connection passes by triggers and foreign keys from now on, and days may be any."""
    await conn.execute(
        "SET session_replication_role = replica; ALTER TABLE giving.gift DROP CONSTRAINT IF EXISTS gift_day"
    )


async def breaks(conn: Any, table: str, column: str, value: str, record_id: int) -> Any:
    """Plant `value`, and answer with what stood there."""
    before = await conn.fetchval(f"SELECT {column} FROM {table} WHERE id = $1", record_id)
    await conn.execute(f"UPDATE {table} SET {column} = {value} WHERE id = $1", record_id)
    return before


async def mends(conn: Any, table: str, column: str, value: Any, record_id: int) -> None:
    await conn.execute(f"UPDATE {table} SET {column} = $2 WHERE id = $1", record_id, value)


async def others_give(house: House, mark: str) -> list[tuple[Tenant, Any]]:
    """Gifts of several donors here, and of another organization."""
    other = await house.another_tenant(f"Others {mark}")
    return [
        (tenant, await tenant.give(7, email=f"{mark}{n}@example.org"))
        for tenant in (house.tenant, other)
        for n in range(5)
    ]


async def all_went(given: list[tuple[Tenant, Any]]) -> bool:
    return [await states(tenant, gift) for tenant, gift in given] == [[None]] * len(given)


@pytest.mark.parametrize(("column", "value"), BROKEN_GIFTS.values(), ids=BROKEN_GIFTS)
async def test_a_gift_that_cannot_be_read_is_put_aside_alone_and_goes_once_mended(
    idle: House, conn: Any, column: str, value: str
) -> None:
    await unguarded(conn)
    tenant = idle.tenant
    bad, behind = await tenant.give(10), await tenant.give(20)
    given = await others_give(idle, "x")
    was = await breaks(conn, "giving.gift", column, value, bad["id"])
    await drained(idle)
    assert await all_went([*given, (tenant, behind)])
    aside = await reached(tenant, "gift", bad["id"], "record_unreadable", state="failed", attempts=0)
    assert (aside["donorId"], aside["crmKey"]) == (bad["donorId"], None)
    assert f"gift {bad['id']}" in aside["detail"] and column in aside["detail"]
    assert aside["detail"] in aside["explanation"]
    assert await wrong_figures(idle.app.db, tenant.id) == []
    await retry(tenant, "gift", bad["id"])
    await reached(tenant, "gift", bad["id"], "record_unreadable")
    await mends(conn, "giving.gift", column, was, bad["id"])
    await retry(tenant, "gift", bad["id"])
    await reached(tenant, "gift", bad["id"], None)
    assert await wrong_figures(idle.app.db, tenant.id) == []


async def test_a_gift_that_is_there_and_cannot_be_read_any_more_keeps_what_is_there(
    idle: House, conn: Any
) -> None:
    tenant = idle.tenant
    gift = await tenant.give(10)
    await drained(idle)
    await correct(tenant, gift["id"], amount=20)
    await unguarded(conn)
    was = await breaks(conn, "giving.gift", "gift_on", "'20000-01-01'", gift["id"])
    await drained(idle)
    aside = await reached(tenant, "gift", gift["id"], "record_unreadable")
    assert (aside["version"], aside["syncedVersion"]) == (2, 1) and aside["crmKey"]
    assert await wrong_figures(idle.app.db, tenant.id) == []
    await mends(conn, "giving.gift", "gift_on", was, gift["id"])
    await retry(tenant, "gift", gift["id"])
    await reached(tenant, "gift", gift["id"], None, syncedVersion=2)


@pytest.mark.parametrize("again", ["donor", "gift"])
@pytest.mark.parametrize(("column", "value"), BROKEN_DONORS.values(), ids=BROKEN_DONORS)
async def test_a_donor_that_cannot_be_read_says_so_keeps_its_gifts_and_takes_them_along_once_mended(
    idle: House, conn: Any, column: str, value: str, again: str
) -> None:
    await unguarded(conn)
    tenant = idle.tenant
    gifts = [await tenant.give(10), await tenant.give(20)]
    given = await others_give(idle, "x")
    donor_id = gifts[0]["donorId"]
    was = await breaks(conn, "giving.donor", column, value, donor_id)
    await drained(idle)
    assert await all_went(given)
    aside = await reached(tenant, "donor", donor_id, "record_unreadable", state="failed")
    assert f"donor {donor_id}" in aside["detail"] and column in aside["detail"]
    assert await states(tenant, *gifts) == ["waiting_for_donor"] * 2
    gifts.append(await tenant.give(30))
    await drained(idle)
    assert (await states(tenant, gifts[-1])) == ["waiting_for_donor"]
    await retry(tenant, again, donor_id if again == "donor" else gifts[0]["id"])
    await reached(tenant, "donor", donor_id, "record_unreadable")
    assert await states(tenant, *gifts) == ["waiting_for_donor"] * 3
    await mends(conn, "giving.donor", column, was, donor_id)
    await retry(tenant, again, donor_id if again == "donor" else gifts[0]["id"])
    for gift in gifts:
        await reached(tenant, "gift", gift["id"], None)
    await reached(tenant, "donor", donor_id, None)
    assert await wrong_figures(idle.app.db, tenant.id) == []


async def test_a_donor_that_is_there_and_cannot_be_read_any_more_lets_its_gifts_go(
    idle: House, conn: Any
) -> None:
    tenant = idle.tenant
    first = await tenant.give(10)
    await drained(idle)
    await unguarded(conn)
    await breaks(conn, "giving.donor", "created_at", "'20000-01-01'", first["donorId"])
    second = await tenant.give(20)
    await drained(idle)
    await reached(tenant, "gift", second["id"], None)


@pytest.mark.parametrize("table", ["giving.gift", "giving.donor"])
async def test_of_a_row_that_is_gone_the_sync_says_so_and_goes_on(idle: House, conn: Any, table: str) -> None:
    await unguarded(conn)
    tenant = idle.tenant
    bad = await tenant.give(10)
    given = await others_give(idle, "x")
    gone = bad["id"] if table == "giving.gift" else bad["donorId"]
    await conn.execute(f"DELETE FROM {table} WHERE id = $1", gone)
    await drained(idle)
    assert await all_went(given)
    entity = table.removeprefix("giving.")
    aside = await reached(tenant, entity, gone, "record_unreadable", state="failed")
    assert f"{entity} {gone}" in aside["detail"]
    assert await wrong_figures(idle.app.db, given[-1][0].id) == []


# --- what a row may lack beside a time that can be held ---------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("giving.gift", "currency"),
        ("giving.gift", "amount_minor"),
        ("giving.gift", "version"),
        ("giving.gift", "gift_on"),
        ("giving.gift", "project_ids"),
        ("giving.donor", "version"),
    ],
)
async def test_a_value_that_is_missing_stops_nobody_else(
    idle: House, conn: Any, clock: ManualClock, table: str, column: str
) -> None:
    await unguarded(conn)
    await conn.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
    tenant = idle.tenant
    bad = await tenant.give(10)
    given = await others_give(idle, "x")
    record_id = bad["id"] if table == "giving.gift" else bad["donorId"]
    was = await breaks(conn, table, column, "NULL", record_id)
    await drained(idle)
    assert await all_went(given)
    clock.advance(timedelta(seconds=10))
    await drained(idle)
    while await idle.sync.hand.retry_due():
        pass
    entity = table.removeprefix("giving.")
    aside = await tenant.raise_.get(f"/raise/api/Sync/{entity}/{record_id}")
    assert aside["state"] in ("pending", "failed") and aside["detail"], aside
    await mends(conn, table, column, was, record_id)
    clock.advance(timedelta(seconds=2000))
    await retry(tenant, entity, record_id)
    await reached(tenant, "gift", bad["id"], None)
    assert await wrong_figures(idle.app.db, tenant.id) == []


async def test_a_currency_nobody_knows_is_refused_alone(idle: House, conn: Any) -> None:
    await unguarded(conn)
    tenant = idle.tenant
    bad = await tenant.give(10)
    given = await others_give(idle, "x")
    was = await breaks(conn, "giving.gift", "currency", "'QQQ'", bad["id"])
    await drained(idle)
    assert await all_went(given)
    await reached(tenant, "gift", bad["id"], "destination_rejected", detail="invalid currency")
    await mends(conn, "giving.gift", "currency", was, bad["id"])
    await retry(tenant, "gift", bad["id"])
    await reached(tenant, "gift", bad["id"], None)


# --- the sync's own rows, and those around it -------------------------------------------------------------------


@pytest.mark.parametrize("value", ["'20000-01-01'", "'0044-03-15 BC'", "'infinity'", "'-infinity'"])
async def test_an_event_of_no_time_that_can_be_told_is_read_all_the_same(
    idle: House, conn: Any, value: str
) -> None:
    await unguarded(conn)
    bad = await idle.tenant.give(10)
    given = await others_give(idle, "x")
    await conn.execute(f"UPDATE giving.event SET happened_at = {value} WHERE key_id = $1", bad["donorId"])
    await drained(idle)
    assert await all_went([*given, (idle.tenant, bad)])
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []


@pytest.mark.parametrize("column", ["happened_at", "changed_at", "due_at", "waited_since"])
@pytest.mark.parametrize("value", ["'20000-01-01'", "'0044-03-15 BC'", "'infinity'"])
async def test_a_record_of_the_sync_with_such_a_time_stops_nobody(
    idle: House, conn: Any, column: str, value: str
) -> None:
    tenant = idle.tenant
    bad = await tenant.give(10, donor={"crmKey": NOWHERE})
    await drained(idle)
    await conn.execute(f"UPDATE sync.record SET {column} = {value}")
    given = await others_give(idle, "x")
    behind = await tenant.give(20)
    await drained(idle)
    await idle.sync.hand.retry_due()
    assert await all_went(given)
    await reached(tenant, "donor", bad["donorId"], "contact_not_found")
    await reached(tenant, "gift", behind["id"], "waiting_for_donor")
    async with idle.app.db.tenant(tenant.id) as tx:
        await lag_by_second(tx, NOON, timedelta(hours=1))
        await lag_overall(tx, NOON, timedelta(hours=1))
        await service.counts(tx)
        await service.states_of_gifts(tx, [bad["id"]])
        await triage.causes(tx)
    contact_id = await contact(conn, tenant, "ada@example.org", "Ada", "Example")
    await tenant.raise_.call("PATCH", f"/raise/api/Donor/{bad['donorId']}", json={"crmKey": str(contact_id)})
    await drained(idle)
    await reached(tenant, "gift", behind["id"], None)


async def test_an_organization_of_no_time_that_can_be_told_stops_nobody(idle: House, conn: Any) -> None:
    await unguarded(conn)
    bad = await idle.tenant.give(10)
    given = await others_give(idle, "x")
    await conn.execute(
        "UPDATE platform.organization SET created_at = '20000-01-01' WHERE organization_id = $1",
        idle.tenant.id,
    )
    await drained(idle)
    assert await all_went([*given, (idle.tenant, bad)])


# --- what staff see ---------------------------------------------------------------------------------------------

PAGES = ("/console/gifts", "/console/needs-you", "/console/gifts?show=failed")


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("giving.gift", "gift_on", "'20000-01-01'", "gift_on"),
        ("giving.gift", "received_at", "'20000-01-01'", "received_at"),
        ("giving.gift", "currency", "'QQQ'", "invalid currency"),
        ("giving.donor", "created_at", "'0044-03-15 BC'", "created_at"),
    ],
)
async def test_the_console_shows_what_is_aside_and_tries_it_again(
    idle: House, conn: Any, table: str, column: str, value: str, said: str
) -> None:
    await unguarded(conn)
    bad = await idle.tenant.give(10)
    record_id = bad["id"] if table == "giving.gift" else bad["donorId"]
    was = await breaks(conn, table, column, value, record_id)
    await drained(idle)
    browser = visit(idle)
    async with browser.client:
        token = await browser.sign_in()
        for path in (*PAGES, f"/console/gifts/{bad['id']}", f"/console/gifts/{bad['id']}/state"):
            page = await browser.get(path)
            assert page.status_code == 200, path
        assert said in (await browser.get(f"/console/gifts/{bad['id']}")).text
        # All that cannot be read is one cause; which column it is stands on the page of each gift.
        cause = said if said == "invalid currency" else "Record cannot be read"
        assert cause in (await browser.get("/console/needs-you")).text
        await mends(conn, table, column, was, record_id)
        await press(browser, f"/console/gifts/{bad['id']}/retry", token)
    await reached(idle.tenant, "gift", bad["id"], None)
