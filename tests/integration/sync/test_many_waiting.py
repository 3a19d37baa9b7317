"""A donor with more waiting gifts than a batch takes: tried a batch at a time, in order, until none waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from almoner.crm.projects.service import totals_are_exact
from almoner.kernel.clock import ManualClock
from almoner.sync import store
from almoner.sync.worker import SyncWorker
from tests.integration.sync import reasons
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import NOWHERE, POISON, reached, retry
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

BATCH = 250
MANY = 3000


@pytest.fixture
async def idle(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house without workers that takes small batches."""
    async with open_house(dsn, clock=clock, sync_workers=0, sync_batch_max=BATCH) as house:
        yield house


async def many_waiting(house: House, conn: Any, many: int = MANY) -> Any:
    """A gift of a donor whose key names nobody, with many like it behind it: all wait for the donor."""
    gift = await house.tenant.give(1, donor={"crmKey": NOWHERE})
    await drained(house)
    columns = await conn.fetchval(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = 'giving.gift'::regclass"
        " AND attnum > 0 AND attname <> 'id' AND attgenerated = ''"
    )
    await conn.execute(
        f"INSERT INTO giving.gift (id, {columns}) SELECT nextval('giving.gift_id_seq'), {columns}"
        " FROM giving.gift, generate_series(2, $1)",
        many,
    )
    await conn.execute(
        "INSERT INTO sync.record (organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason,"
        " attempts, happened_at, changed_at, currency, minor)"
        " SELECT g.organization_id, 'crm', 'gift', g.id, g.donor_id, 1, 0, r.event_id + g.id, r.reason, 0, r.happened_at,"
        " r.changed_at, r.currency, r.minor FROM giving.gift g, sync.record r"
        " WHERE r.record_id = $1"
        " AND r.entity = 'gift' AND g.id <> $1",
        gift["id"],
    )
    waiting = "SELECT count(*) FROM sync.record WHERE state = 'pending' AND reason = 'waiting_for_donor'"
    assert await conn.fetchval(waiting) == many
    return gift


async def mend_donor(house: House, conn: Any) -> None:
    """Give the donor's key somebody to name."""
    contact_id = await reasons.contact(conn, house.tenant, "ada@example.org", "Ada", "Example")
    await conn.execute("UPDATE giving.donor SET crm_key = $1", str(contact_id))


async def retried(hand: SyncWorker) -> int:
    """Try until nothing is due; answers how often something was."""
    rounds = 0
    while await hand.retry_due():
        rounds += 1
        assert rounds <= MANY, "something is due for ever"
    return rounds


async def test_many_gifts_behind_a_donor_all_arrive_in_order_a_batch_at_a_time(
    idle: House, conn: Any
) -> None:
    gift = await many_waiting(idle, conn)
    hand = await drained(idle)
    await mend_donor(idle, conn)
    await retry(idle.tenant, "donor", gift["donorId"])
    await retried(hand)
    assert await conn.fetchval("SELECT count(*) FROM sync.record WHERE state <> 'synced'") == 0
    order = await conn.fetch("SELECT transaction_id::bigint AS given FROM crm.gift ORDER BY id")
    assert [row["given"] for row in order] == sorted(row["given"] for row in order)
    assert len(order) == MANY
    sizes = await conn.fetch("SELECT count(*) AS gifts FROM crm.gift GROUP BY xmin")
    assert max(row["gifts"] for row in sizes) <= BATCH
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        assert await totals_are_exact(tx) == []


async def test_while_its_cause_lasts_a_donor_with_many_gifts_is_tried_once(idle: House, conn: Any) -> None:
    """Also when a gift in the middle is what was due: it waits again, and nothing stays due for ever."""
    gift = await many_waiting(idle, conn)
    hand = await drained(idle)
    await retry(idle.tenant, "gift", gift["id"] + MANY - 1)
    assert await retried(hand) == 1
    assert await conn.fetchval("SELECT count(*) FROM sync.record WHERE due_at IS NOT NULL") == 0
    await reached(idle.tenant, "donor", gift["donorId"], "contact_not_found")


async def test_a_bad_gift_among_many_stops_those_behind_it_and_is_tried_when_due(
    idle: House, conn: Any, clock: ManualClock
) -> None:
    gift = await many_waiting(idle, conn, 2 * BATCH)
    hand = await drained(idle)
    bad = gift["id"] + BATCH + 3
    await conn.execute("UPDATE giving.gift SET notes = $1 WHERE id = $2", POISON, bad)
    await reasons.poison_gifts(conn)
    await mend_donor(idle, conn)
    await conn.execute("UPDATE sync.record SET due_at = $1 WHERE state = 'pending'", clock.now())
    await retry(idle.tenant, "donor", gift["donorId"])
    await retried(hand)
    assert await conn.fetchval("SELECT count(*) FROM crm.gift") == BATCH + 3
    await reached(idle.tenant, "gift", bad, "retrying", attempts=1)
    assert await conn.fetchval("SELECT count(*) FROM sync.record WHERE due_at IS NOT NULL") == 1


async def test_a_new_gift_behind_many_is_placed_without_looking_at_each_of_them(
    idle: House, conn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_waiting(idle, conn)
    later = await idle.tenant.give(5)
    read: list[int] = []
    original = store.to_record

    def counted(row: Any) -> Any:
        read.append(1)
        return original(row)

    monkeypatch.setattr(store, "to_record", counted)
    await drained(idle)
    assert len(read) < 10
    await reached(idle.tenant, "gift", later["id"], "waiting_for_donor")
