"""The tally of sync states: it moves with every change of a state, whoever makes it, and never by a statement that skips it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from almoner.kernel.clock import ManualClock
from almoner.sync import service, store
from almoner.sync.rules import MENDABLE, STATE_OF_REASON, Reason, Record, State
from almoner.sync.triage import service as triage
from tests.integration.sync import reasons
from tests.integration.sync.conftest import NOON
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import POISON, STORIES, reached, retry
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def gifts(house: House) -> dict[str, dict[str, tuple[int, int]]]:
    """What the tally says of gifts: states with none left out."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return {
            state.value: {currency: (each.gifts, each.minor) for currency, each in totals.items()}
            for state, totals in (await triage.standing(tx)).totals.items()
        }


@pytest.mark.parametrize("reason", list(Reason))
async def test_whatever_keeps_a_record_out_the_tally_is_exact(
    house: House, owner: Any, reason: Reason
) -> None:
    entity, record_id = await STORIES[reason](house.tenant, owner)
    await reached(house.tenant, entity, record_id, reason.value)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_gifts_are_counted_by_state_and_currency(house: House) -> None:
    other = await house.another_tenant(currency="EUR")
    for amount in (10, 20):
        await house.tenant.give(amount)
    await house.tenant.give(40, isTestMode=True)
    await other.give(5)
    await house.settle()
    assert await gifts(house) == {"synced": {"USD": (2, 3000)}, "withheld": {"USD": (1, 4000)}}


async def test_a_failed_gift_leaves_its_state_when_it_is_queued_again(house: House) -> None:
    await reasons.giving_project(house.tenant, "WELLS")
    gift = await house.tenant.give(10, projects=[{"code": "WELLS"}])
    await reached(house.tenant, "gift", gift["id"], "project_unknown")
    assert await gifts(house) == {"failed": {"USD": (1, 1000)}}
    await retry(house.tenant, "gift", gift["id"])
    assert await gifts(house) == {"pending": {"USD": (1, 1000)}}
    await reasons.crm_project(house.tenant, "WELLS")
    await reached(house.tenant, "gift", gift["id"], None)
    assert await gifts(house) == {"synced": {"USD": (1, 1000)}}


async def test_gifts_that_follow_their_project_by_themselves_are_counted(house: House) -> None:
    await reasons.giving_project(house.tenant, "WELLS")
    for n in (1, 2, 3):
        await house.tenant.give(n, email=f"d{n}@example.org", projects=[{"code": "WELLS"}])
    await house.settle()
    await reasons.crm_project(house.tenant, "WELLS")
    await house.settle()
    assert await gifts(house) == {"synced": {"USD": (3, 600)}}
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_gift_that_is_given_up_is_counted_as_failed_with_its_money(
    idle: House, conn: Any, clock: ManualClock
) -> None:
    await reasons.poison_gifts(conn)
    bad = await idle.tenant.give(10, notes=POISON)
    await idle.tenant.give(20)
    for _ in range(5):
        await idle.settle()
        clock.advance(timedelta(seconds=1000))
    await reached(idle.tenant, "gift", bad["id"], "retries_exhausted")
    assert await gifts(idle) == {"failed": {"USD": (1, 1000)}, "synced": {"USD": (1, 2000)}}
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []


async def test_a_requeue_waits_for_the_worker_that_writes_the_same_record(idle: House) -> None:
    """It finds the record synced then, and leaves record and tally alone."""
    await reasons.giving_project(idle.tenant, "WELLS")
    gift = await idle.tenant.give(10, projects=[{"code": "WELLS"}])
    await drained(idle)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        failed = await store.read_record(tx, "crm", "gift", gift["id"])
        assert failed is not None
        synced = replace(failed, done=1, done_minor=1000, reason=None, detail=None, crm_id=1)
        await store.write_records(tx, [synced], slot=0)
        asked = asyncio.create_task(_requeue(idle, gift["id"]))
        await asyncio.sleep(0.2)
        assert not asked.done()
    assert await asked is False
    assert await gifts(idle) == {"synced": {"USD": (1, 1000)}}


async def test_a_worker_counts_from_the_state_that_a_requeue_left_behind(idle: House) -> None:
    await reasons.giving_project(idle.tenant, "WELLS")
    gift = await idle.tenant.give(10, projects=[{"code": "WELLS"}])
    await drained(idle)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        failed = await store.read_record(tx, "crm", "gift", gift["id"])
    assert failed is not None
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        assert await store.requeue(tx, "gift", gift["id"], idle.app.clock.now())
        writing = asyncio.create_task(_write(idle, replace(failed, attempts=7)))
        await asyncio.sleep(0.2)
        assert not writing.done()
    await writing
    assert await gifts(idle) == {"failed": {"USD": (1, 1000)}}
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        assert await service.figure_differences(tx) == []


async def test_two_who_make_one_record_at_once_do_not_count_it_twice(idle: House) -> None:
    gift = await idle.tenant.give(10, isTestMode=True)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        fresh = Record(
            destination="crm",
            entity="gift",
            record_id=gift["id"],
            donor_id=gift["donorId"],
            wanted=1,
            done=0,
            event_id=1,
            reason=Reason.TEST_MODE,
            attempts=0,
            happened_at=idle.app.clock.now(),
            changed_at=idle.app.clock.now(),
            currency="USD",
            minor=1000,
            is_stored=False,
        )
        await store.write_records(tx, [fresh], slot=0)
        late = asyncio.create_task(_write(idle, fresh))
        await asyncio.sleep(0.2)
        assert not late.done()
    with pytest.raises(asyncpg.SerializationError):
        await late
    assert await gifts(idle) == {"withheld": {"USD": (1, 1000)}}


async def _requeue(house: House, gift_id: int) -> bool:
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await store.requeue(tx, "gift", gift_id, house.app.clock.now())


async def _write(house: House, record: Record) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        await store.write_records(tx, [record], slot=1)


# --- no statement says a state of its own ------------------------------------------------------------------------


OUTRIGHT = "UPDATE sync.record SET state = 'synced' WHERE organization_id = $1"
AGAINST_ITS_VERSIONS = "UPDATE sync.record SET reason = NULL WHERE organization_id = $1"
OF_A_REASON_NOBODY_KNOWS = "UPDATE sync.record SET reason = 'because' WHERE organization_id = $1"


@pytest.mark.parametrize("statement", [OUTRIGHT, AGAINST_ITS_VERSIONS, OF_A_REASON_NOBODY_KNOWS])
async def test_a_state_follows_from_reason_and_versions_and_cannot_be_said(
    house: House, statement: str
) -> None:
    await house.tenant.give(10, isTestMode=True)
    await house.settle()
    async with house.app.db.tenant(house.tenant.id) as tx:
        with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.GeneratedAlwaysError)):
            await tx.conn.execute(statement, house.tenant.id)
        await tx.conn.execute("ROLLBACK; BEGIN")
    assert await gifts(house) == {"withheld": {"USD": (1, 1000)}}


async def test_the_table_derives_the_state_that_the_rules_name(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        for reason, state in STATE_OF_REASON.items():
            assert await tx.conn.fetchval("SELECT sync.state_of($1, 2, 1)", reason.value) == state.value
        assert await tx.conn.fetchval("SELECT sync.state_of(NULL, 2, 2)") == State.SYNCED.value


async def test_rules_and_table_agree_on_what_goes_on_by_itself_and_on_who_is_kept_out(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        for reason in Reason:
            says = await tx.conn.fetchval("SELECT sync_code.is_mendable($1)", reason.value)
            assert says is (reason in MENDABLE)
            for done in (0, 1):
                record = Record(
                    destination="crm",
                    entity="donor",
                    record_id=1,
                    donor_id=1,
                    wanted=2,
                    done=done,
                    event_id=1,
                    reason=reason,
                    happened_at=NOON,
                    changed_at=NOON,
                )
                state = record.state.value
                says = await tx.conn.fetchval("SELECT sync_code.is_kept_out($1, $2)", state, done)
                assert says is record.is_kept_out
