"""The sync when something breaks that nobody foresaw: it parks one record, loses none, and goes on by itself."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from almoner.crm.projects.service import totals_are_exact
from almoner.giving import contract as giving
from almoner.kernel.clock import ManualClock
from almoner.sync.destinations import BUILTIN, BuiltinCrm
from almoner.sync.engine import Work
from almoner.sync.retry import note_failure
from almoner.sync.rules import Wanted
from almoner.sync.worker import SyncWorker
from tests.integration.sync import reasons
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import NOWHERE, POISON, reached, retry
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant, open_house

pytestmark = pytest.mark.anyio


async def states(tenant: Tenant, *gifts: Any) -> list[str | None]:
    """The reason of each gift; None is synced."""
    return [(await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["reason"] for gift in gifts]


async def in_order(tenant: Tenant, gifts: list[Any]) -> None:
    """All are synced, and the CRM got them in the order they were given."""
    crm_ids = [int((await reached(tenant, "gift", gift["id"], None))["crmKey"]) for gift in gifts]
    assert crm_ids == sorted(crm_ids)


# --- nobody's fault --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        (
            "ALTER FUNCTION crm_code.put_gifts(bigint, jsonb, jsonb, timestamptz) RENAME TO gone",
            "ALTER FUNCTION crm_code.gone(bigint, jsonb, jsonb, timestamptz) RENAME TO put_gifts",
        ),
        ("REVOKE INSERT ON crm.gift FROM almoner_app", "GRANT INSERT ON crm.gift TO almoner_app"),
        (
            """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE disk_full; END';
            CREATE TRIGGER full_disk BEFORE INSERT ON crm.gift EXECUTE FUNCTION full_disk()""",
            "DROP FUNCTION full_disk CASCADE",
        ),
    ],
    ids=["code is missing", "a right is missing", "the disk is full"],
)
async def test_what_is_no_record_s_fault_is_held_against_none(
    idle: House, conn: Any, clock: ManualClock, breaks: str, mends: str
) -> None:
    tenant = idle.tenant
    await conn.execute(breaks)
    gift = await tenant.give(10)
    for _ in range(5):
        with pytest.raises(asyncpg.PostgresError):
            await idle.sync.hand.drain_once()
        clock.advance(timedelta(seconds=1000))
    assert await states(tenant, gift) == ["queued"]
    await conn.execute(mends)
    await reached(tenant, "gift", gift["id"], None, attempts=0)


# --- one bad gift ----------------------------------------------------------------------------------------------


async def test_a_poison_gift_parks_its_donor_alone_and_is_given_up_in_the_end(
    idle: House, conn: Any, clock: ManualClock
) -> None:
    tenant = idle.tenant
    await reasons.poison_gifts(conn)
    bad = await tenant.give(10, notes=POISON)
    behind = await tenant.give(20)
    stranger = await tenant.give(30, email="stranger@example.org")
    await reached(tenant, "gift", stranger["id"], None)
    await reached(tenant, "donor", bad["donorId"], "retrying", attempts=1)
    clock.advance(timedelta(seconds=9))
    await reached(tenant, "donor", bad["donorId"], "retrying", attempts=1)
    # The retry goes record by record: the donor is taken, and from here on the gift is what fails.
    clock.advance(timedelta(seconds=1))
    await reached(tenant, "donor", bad["donorId"], None)
    for attempts in (1, 2):
        await reached(tenant, "gift", bad["id"], "retrying", attempts=attempts)
        await reached(tenant, "gift", behind["id"], "waiting_for_donor")
        clock.advance(timedelta(seconds=1000))
    failed = await reached(tenant, "gift", bad["id"], "retries_exhausted", state="failed", attempts=3)
    assert failed["nextAttemptDate"] is None
    assert "Ada" not in failed["detail"]
    clock.advance(timedelta(seconds=1000))
    await reached(tenant, "gift", behind["id"], None)
    await reasons.cure(conn)
    await retry(tenant, "gift", bad["id"])
    await reached(tenant, "gift", bad["id"], None)
    assert await wrong_figures(idle.app.db, tenant.id) == []


async def test_good_gifts_before_the_bad_one_go_and_are_not_blamed(idle: House, conn: Any) -> None:
    """All of them stand in one batch: the batch fails, then the donor, then the one gift."""
    tenant = idle.tenant
    await reasons.poison_gifts(conn)
    good = [await tenant.give(n) for n in (1, 2, 3)]
    bad = await tenant.give(4, notes=POISON)
    behind = await tenant.give(5)
    others = [await tenant.give(6, email=f"other{n}@example.org") for n in range(4)]
    await drained(idle)
    assert await states(tenant, *good, bad, behind) == [None, None, None, "retrying", "waiting_for_donor"]
    assert await states(tenant, *others) == [None] * 4


async def test_each_wait_is_twice_the_last(idle: House, conn: Any, clock: ManualClock) -> None:
    tenant = idle.tenant
    hand = idle.sync.hand
    await tenant.give(1)
    await hand.drain_once()
    await reasons.poison_gifts(conn)
    gift = await tenant.give(2, notes=POISON)
    await hand.drain_once()
    for attempts, wait in ((1, 10), (2, 20)):
        state = await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}")
        assert state["attempts"] == attempts
        assert datetime.fromisoformat(state["nextAttemptDate"]) == clock.now() + timedelta(seconds=wait)
        clock.advance(timedelta(seconds=wait - 1))
        assert await hand.retry_due() == 0
        clock.advance(timedelta(seconds=1))
        assert await hand.retry_due() == 1
    assert await states(tenant, gift) == ["retries_exhausted"]
    clock.advance(timedelta(days=30))
    assert await hand.retry_due() == 0


# --- one bad donor ---------------------------------------------------------------------------------------------


async def test_a_poison_donor_keeps_its_gifts_waiting_and_no_gift_is_blamed(
    idle: House, conn: Any, clock: ManualClock
) -> None:
    tenant = idle.tenant
    await reasons.poison_contacts(conn)
    named = {"firstName": POISON, "lastName": None}
    gifts = [await tenant.give(n, donor=named) for n in (1, 2, 3)]
    hand = await drained(idle)
    for _ in range(6):
        clock.advance(timedelta(seconds=1000))
        await hand.retry_due()
    await reached(tenant, "donor", gifts[0]["donorId"], "retries_exhausted", state="failed", attempts=3)
    assert await states(tenant, *gifts) == ["waiting_for_donor"] * 3
    gifts.append(await tenant.give(4, donor=named))
    await hand.drain_once()
    assert (await states(tenant, gifts[-1])) == ["waiting_for_donor"]
    await reasons.cure(conn)
    await retry(tenant, "donor", gifts[0]["donorId"])
    await hand.retry_due()
    await in_order(tenant, gifts)
    assert await conn.fetchval("SELECT count(*) FROM crm.gift") == 4


async def test_a_donor_that_is_completed_while_it_waits_takes_its_gifts_along(
    idle: House, conn: Any, clock: ManualClock
) -> None:
    """The change to the donor arrives before its retry is due; no gift may be left behind a donor that is linked."""
    tenant = idle.tenant
    await reasons.poison_contacts(conn)
    first = await tenant.give(1, donor={"firstName": POISON, "lastName": None})
    hand = await drained(idle)
    await reached(tenant, "donor", first["donorId"], "retrying")
    await reasons.cure(conn)
    second = await tenant.give(2, donor={"firstName": POISON, "lastName": "Example", "phone": "555-0100"})
    await hand.drain_once()
    clock.advance(timedelta(seconds=1000))
    await hand.retry_due()
    await in_order(tenant, [first, second])
    assert await conn.fetchval("SELECT count(*) FROM sync.record WHERE state <> 'synced'") == 0


async def test_a_failed_donor_that_is_completed_is_tried_again_by_itself(idle: House) -> None:
    tenant = idle.tenant
    nameless = {"firstName": None, "lastName": None, "sourceSystem": "ledger", "sourceKey": "1"}
    first = await tenant.give(1, email=None, donor=nameless)
    hand = await drained(idle)
    await reached(tenant, "donor", first["donorId"], "missing_required_field")
    second = await tenant.give(2, email="now@example.org", donor=nameless)
    await hand.drain_once()
    await hand.retry_due()
    await in_order(tenant, [first, second])


async def test_retrying_a_gift_behind_a_failed_donor_tries_the_donor_too(idle: House, conn: Any) -> None:
    tenant = idle.tenant
    gifts = [await tenant.give(n, donor={"crmKey": NOWHERE}) for n in (1, 2, 3)]
    hand = await drained(idle)
    await retry(tenant, "gift", gifts[1]["id"])
    await hand.retry_due()
    assert await states(tenant, *gifts) == ["waiting_for_donor"] * 3
    contact_id = await reasons.contact(conn, tenant, "ada@example.org", "Ada", "Example")
    await conn.execute("UPDATE giving.donor SET crm_key = $1", str(contact_id))
    await retry(tenant, "gift", gifts[1]["id"])
    await hand.retry_due()
    await in_order(tenant, gifts)


async def test_a_worker_that_comes_late_to_a_due_donor_does_not_try_it_again(idle: House, conn: Any) -> None:
    """Two workers saw the same donor due; the second would answer for a retry that an operator asked for since."""
    tenant = idle.tenant
    gift = await tenant.give(1, donor={"crmKey": NOWHERE})
    hand = await drained(idle)
    await retry(tenant, "donor", gift["donorId"])
    assert await hand._retry_donor(tenant.id, gift["donorId"])
    tried = await conn.fetchval("SELECT xmin FROM sync.record WHERE entity = 'donor'")
    assert not await hand._retry_donor(tenant.id, gift["donorId"])
    assert await conn.fetchval("SELECT xmin FROM sync.record WHERE entity = 'donor'") == tried


# --- the log and the workers -----------------------------------------------------------------------------------


async def test_events_that_come_again_change_nothing(idle: House, conn: Any) -> None:
    tenant = idle.tenant
    await reasons.giving_project(tenant, "WELLS")
    gifts = [await tenant.give(n, email=f"d{n % 3}@example.org") for n in range(1, 12)]
    gifts.append(await tenant.give(5, projects=[{"code": "WELLS"}]))
    gifts.append(await tenant.give(5, isTestMode=True))
    gifts.append(await tenant.give(5, email="x@example.org", donor={"crmKey": NOWHERE}))
    hand = await drained(idle)

    async def picture() -> list[Any]:
        return [
            await conn.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
            for table in (
                "sync.record",
                "crm.gift",
                "crm.contact",
                "crm.contact_reference",
                "crm.project_total",
                "giving.donor",
            )
        ]

    before = await picture()
    for _ in range(2):
        await conn.execute("UPDATE platform.event_cursor SET after_id = 0")
        assert await hand.drain_once() > 0
        while await hand.drain_once():
            pass
        await hand.retry_due()  # a donor that had failed is tried again, and fails as it did
        assert await picture() == before


async def test_the_crm_knows_a_gift_again_when_the_sync_has_forgotten_it(idle: House, conn: Any) -> None:
    """Its source key is enough: the gift is not written twice, and its state comes back as it was."""
    gifts = [await idle.tenant.give(n, email=f"d{n % 3}@example.org") for n in range(1, 8)]
    await drained(idle)
    query = "SELECT entity, record_id, state, crm_id FROM sync.record ORDER BY 1, 2"
    before = await conn.fetch(query)
    await conn.execute("DELETE FROM sync.record; UPDATE platform.event_cursor SET after_id = 0")
    await drained(idle)
    assert await conn.fetch(query) == before
    assert await conn.fetchval("SELECT count(*) FROM crm.gift") == len(gifts)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        assert await totals_are_exact(tx) == []


async def test_a_repeat_beside_a_bad_gift_does_not_unsettle_what_is_synced(idle: House, conn: Any) -> None:
    tenant = idle.tenant
    good = [await tenant.give(n) for n in (1, 2)]
    hand = await drained(idle)
    await reasons.poison_gifts(conn)
    bad = await tenant.give(3, notes=POISON)
    await conn.execute("UPDATE platform.event_cursor SET after_id = 0")
    while await hand.drain_once():
        pass
    assert await states(tenant, *good, bad) == [None, None, "retrying"]


async def test_workers_with_as_many_connections_as_there_are_of_them_do_not_wait_for_each_other(
    dsn: str,
) -> None:
    async with open_house(dsn, pool_size=2, sync_workers=2, give_writers=1) as house:
        gifts = await asyncio.gather(
            *(house.tenant.give(n + 1, email=f"d{n}@example.org") for n in range(30))
        )
        for gift in gifts:
            await reached(house.tenant, "gift", gift["id"], None)


async def test_a_worker_outlives_an_error_nobody_thought_of(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter(range(4))

    async def broken(self: SyncWorker) -> int:
        if next(failures, None) is not None:
            raise KeyError("nobody thought of this")
        return await original(self)

    original = SyncWorker.drain_once
    monkeypatch.setattr(SyncWorker, "drain_once", broken)
    gift = await own_house.tenant.give(10)
    await reached(own_house.tenant, "gift", gift["id"], None)


async def test_linking_waits_for_donors_in_the_order_in_which_giving_locks_them(
    idle: House, conn: Any
) -> None:
    """Who waits for a lower id holds no higher one: so giving and linking can never wait for each other in a ring."""
    tenant = idle.tenant
    gifts = [await tenant.give(n, email=f"d{n}@example.org") for n in range(1, 9)]
    ids = [gift["donorId"] for gift in gifts]
    await conn.execute("BEGIN")
    await conn.execute("SELECT FROM giving.donor WHERE id = $1 FOR NO KEY UPDATE", ids[0])

    async def link() -> None:
        async with idle.app.db.tenant(tenant.id) as tx:
            await giving.link_donors(tx, {id_: (str(id_), 1) for id_ in reversed(ids)}, NOON)

    linking = asyncio.create_task(link())
    await asyncio.sleep(0.3)
    free = await conn.fetch("SELECT id FROM giving.donor ORDER BY id FOR NO KEY UPDATE SKIP LOCKED")
    assert [row["id"] for row in free] == ids
    await conn.execute("COMMIT")
    await linking
    assert await conn.fetchval("SELECT count(*) FROM giving.donor WHERE crm_key = id::text") == len(ids)


async def test_noting_a_failure_leaves_settled_records_alone(idle: House) -> None:
    tenant = idle.tenant
    synced, withheld = await tenant.give(1), await tenant.give(2, isTestMode=True)
    await drained(idle)
    fresh = await tenant.give(3)
    wanted = {
        gift["id"]: Wanted("gift", gift["id"], gift["donorId"], 1, 1, NOON, None)
        for gift in (synced, withheld, fresh)
    }
    async with idle.app.db.tenant(tenant.id) as tx:
        work, settings = Work({"gift": wanted}), idle.app.settings
        await note_failure(tx, BUILTIN, work, fresh["donorId"], KeyError("x"), NOON, settings, slot=0)
    assert await states(tenant, synced, withheld, fresh) == [None, "test_mode", "retrying"]


async def test_a_donor_that_changes_while_it_is_sent_is_linked_by_that_change(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = await idle.tenant.give(10)
    path, plain = f"/raise/api/Donor/{gift['donorId']}", BuiltinCrm.send

    async def send(crm: BuiltinCrm, tx: Any, changes: Any, now: Any) -> Any:
        monkeypatch.setattr(BuiltinCrm, "send", plain)
        answer = await idle.tenant.raise_.call("PATCH", path, json={"phone": "555-1"})
        assert answer.status_code == 200
        return await plain(crm, tx, changes, now)

    monkeypatch.setattr(BuiltinCrm, "send", send)
    await drained(idle)
    assert (await idle.tenant.raise_.get(path))["crmKey"] is not None


@pytest.mark.parametrize("keys", [("99999", ""), ("",)])
async def test_a_key_that_is_taken_back_of_a_linked_donor_is_what_it_was(
    idle: House, keys: tuple[str, ...]
) -> None:
    gift = await idle.tenant.give(10)
    path = f"/raise/api/Donor/{gift['donorId']}"
    await drained(idle)
    linked = (await idle.tenant.raise_.get(path))["crmKey"]
    assert linked is not None
    for key in keys:
        answer = await idle.tenant.raise_.call("PATCH", path, json={"crmKey": key})
        assert answer.status_code == (409 if len(keys) == 1 else 200), (
            "a link is not taken away by a blank key"
        )
        await drained(idle)
        while await idle.sync.hand.retry_due():
            pass
    assert (await idle.tenant.raise_.get(path))["crmKey"] == linked


async def test_a_key_that_is_corrected_while_the_donor_is_sent_is_not_written_over(idle: House) -> None:
    """What is written back is of the version that was sent; the newer one is on its way."""
    gift = await idle.tenant.give(10)
    donor_id = gift["donorId"]
    said = {"crmKey": "4711"}
    answer = await idle.tenant.raise_.call("PATCH", f"/raise/api/Donor/{donor_id}", json=said)
    assert answer.status_code == 200
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        await giving.link_donors(tx, {donor_id: ("1", 1)}, NOON)
    donor = await idle.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    assert (donor["crmKey"], donor["seededCrmKey"]) == (None, "4711")
