"""A CRM that does not share the sync's transaction: another organization's here, reached through JSON, over a line that breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from almoner.crm.contract import Change, Outcome, PutContact, accept
from almoner.kernel.clock import ManualClock
from almoner.platform.database import Server, Tx
from almoner.platform.events.wake import Wake
from almoner.sync import store
from almoner.sync.rules import Reason
from almoner.sync.worker import SyncWorker
from tests.integration.sync import reasons
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio

_changes = msgspec.json.Decoder(list[Change])
_outcomes = msgspec.json.Decoder(list[Outcome])


class Elsewhere:
    """Takes what it is sent into another organization; before or after that the line breaks now and then."""

    name = "elsewhere"
    shares_transaction = False
    is_linked = False

    def __init__(self, server: Server, organization_id: int, breaks: float = 0.0, seed: int = 1) -> None:
        self._server = server
        self._organization_id = organization_id
        self._rng = random.Random(seed)
        self.breaks = breaks
        self.sent = 0
        self.keeps_out: set[int] = set()
        self.hold: asyncio.Event | None = None

    def serves(self, organization_id: int) -> bool:
        """Whoever is not kept out."""
        return organization_id not in self.keeps_out

    async def send(self, tx: Tx | None, changes: Sequence[Change], now: datetime) -> list[Outcome]:
        """Answer with what became of each, as JSON there and back."""
        assert tx is None
        self._break_sometimes()
        assert not [each for each in changes if isinstance(each, PutContact) and each.seeded]
        self.sent += len(changes)
        async with self._server.tenant(self._organization_id) as there:
            outcomes = await accept(there, _changes.decode(msgspec.json.encode(changes)), now)
        if self.hold is not None:
            await self.hold.wait()
        self._break_sometimes()
        return _outcomes.decode(msgspec.json.encode(outcomes))

    def _break_sometimes(self) -> None:
        if self._rng.random() < self.breaks:
            raise TimeoutError("the line broke")


async def another_crm(house: House) -> Tenant:
    """An organization whose CRM is sent to; the sync of its own has nothing to do."""
    return await house.another_tenant("Elsewhere", integration="none")


def worker_for(house: House, destination: Any) -> SyncWorker:
    """A worker for `destination` that works when told to."""
    server = house.app.db.first
    return SyncWorker(server, Wake(server), house.app.clock, house.app.settings, destination)


async def works_through(house: House, clock: ManualClock, *workers: SyncWorker) -> None:
    """Work until nothing moves, letting time pass for what waits for its next attempt."""
    for worker in workers:
        await worker._register()
    still = 0
    while still < 4:
        moved = 0
        for worker in workers:
            moved += await worker.drain_once() + await worker.mend()
        moved += sum(await asyncio.gather(*(worker.retry_due() for worker in workers)))
        clock.advance(timedelta(seconds=200))
        still = 0 if moved else still + 1


async def sides(house: House, there: Tenant) -> tuple[list[Any], list[Any]]:
    """Giving's gifts that should go, and the other CRM's, as (key, version, amount, notes)."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        given = await tx.conn.fetch(
            "SELECT id::text, version, amount_minor, notes FROM giving.gift WHERE organization_id = $1 AND can_sync"
            " AND NOT is_test_mode ORDER BY giving.gift.id",
            house.tenant.id,
        )
    async with house.app.db.tenant(there.id) as tx:
        taken = await tx.conn.fetch(
            "SELECT transaction_id, source_version, amount_minor, notes FROM crm.gift WHERE organization_id = $1"
            " ORDER BY transaction_id::bigint",
            there.id,
        )
    return [tuple(row) for row in given], [tuple(row) for row in taken]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_all_arrives_once_over_a_line_that_breaks_before_and_after_the_effect(
    idle: House, clock: ManualClock, seed: int
) -> None:
    there = await another_crm(idle)
    line = Elsewhere(idle.app.db.first, there.id, breaks=0.3, seed=seed)
    workers = [worker_for(idle, line) for _ in range(2)]
    given = [
        await idle.tenant.give(n, email=f"d{n % 7}@example.org", isTestMode=n % 9 == 0) for n in range(1, 30)
    ]
    await works_through(idle, clock, *workers)
    for gift in given[::3]:
        await reasons.correct(idle.tenant, gift["id"], amount=gift["amount"] + 1000, notes="corrected")
    await works_through(idle, clock, *workers)
    giving, taken = await sides(idle, there)
    assert giving == taken
    assert await wrong_figures(idle.app.db, there.id) == []
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []
    donor = await idle.tenant.raise_.get(f"/raise/api/Donor/{given[0]['donorId']}")
    assert donor["crmKey"] is None, "the keys of donors are those of the CRM here"


async def test_a_crm_that_is_away_for_long_fails_nobody(idle: House, clock: ManualClock) -> None:
    there = await another_crm(idle)
    line = Elsewhere(idle.app.db.first, there.id, breaks=1.0)
    worker = worker_for(idle, line)
    gift = await idle.tenant.give(10)
    await worker._register()
    await worker.drain_once()
    for _ in range(20):
        clock.advance(timedelta(hours=1))
        await worker.retry_due()
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        waiting = await store.read_record(tx, "elsewhere", "donor", gift["donorId"])
    assert waiting is not None and (waiting.reason, waiting.attempts) == (Reason.RETRYING, 0)
    line.breaks = 0.0
    await works_through(idle, clock, worker)
    giving, taken = await sides(idle, there)
    assert giving == taken and len(taken) == 1


async def test_no_other_organization_s_gifts_reach_it(idle: House, clock: ManualClock) -> None:
    there, other = await another_crm(idle), await idle.another_tenant("Another charity")
    line = Elsewhere(idle.app.db.first, there.id)
    line.keeps_out = {other.id}
    await idle.tenant.give(10)
    await other.give(77, email="b@example.org")
    await works_through(idle, clock, worker_for(idle, line))
    async with idle.app.db.tenant(there.id) as tx:
        rows = await tx.conn.fetch("SELECT amount_minor FROM crm.gift WHERE organization_id = $1", there.id)
    assert [row["amount_minor"] for row in rows] == [1000]


async def test_a_change_made_while_an_earlier_one_is_being_sent_is_sent_after_it(
    idle: House, clock: ManualClock
) -> None:
    there = await another_crm(idle)
    line = Elsewhere(idle.app.db.first, there.id)
    one, two = worker_for(idle, line), worker_for(idle, line)
    await one._register()
    gift = await idle.tenant.give(10)
    await one.drain_once()
    line.hold = asyncio.Event()
    sending = asyncio.create_task(one.retry_due())
    while not line.sent:  # noqa: ASYNC110 - another task is watched
        await asyncio.sleep(0.01)
    await reasons.correct(idle.tenant, gift["id"], amount=25)
    await two.drain_once()
    assert await two.retry_due() == 0, "what is leased is nobody else's"
    line.hold.set()
    await sending
    line.hold = None
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        record = await store.read_record(tx, "elsewhere", "gift", gift["id"])
    assert record is not None and (record.wanted, record.done, record.state) == (2, 1, "pending")
    await works_through(idle, clock, two)
    giving, taken = await sides(idle, there)
    assert giving == taken and taken[0][1:3] == (2, 2500)


async def test_both_destinations_have_records_of_their_own(idle: House, clock: ManualClock) -> None:
    there = await another_crm(idle)
    line = Elsewhere(idle.app.db.first, there.id, breaks=1.0)
    gift = await idle.tenant.give(10)
    await idle.settle()
    away = worker_for(idle, line)
    await away._register()
    await away.drain_once()
    await away.retry_due()
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        here = await store.read_record(tx, "crm", "gift", gift["id"])
        away_record = await store.read_record(tx, "elsewhere", "gift", gift["id"])
    assert here is not None and here.state == "synced"
    assert away_record is not None and away_record.state == "pending"
    line.breaks = 0.0
    await works_through(idle, clock, away)
    giving, taken = await sides(idle, there)
    assert giving == taken


class Picky(Elsewhere):
    """A CRM that breaks on some gifts, before or after it took all that was sent."""

    after = False

    async def send(self, tx: Tx | None, changes: Sequence[Change], now: datetime) -> list[Outcome]:
        """Break when one of `changes` is such a gift."""
        is_bad = any(getattr(change, "notes", None) == "poison" for change in changes)
        if is_bad and not self.after:
            raise RuntimeError("it broke")
        outcomes = await super().send(tx, changes, now)
        if is_bad:
            raise RuntimeError("it broke")
        return outcomes


@pytest.mark.parametrize("after", [False, True])
async def test_one_bad_record_fails_alone(idle: House, clock: ManualClock, after: bool) -> None:
    line = Picky(idle.app.db.first, (await another_crm(idle)).id)
    line.after = after
    worker = worker_for(idle, line)
    known = await idle.tenant.give(5, email="k@example.org")
    await works_through(idle, clock, worker)
    good = [known["id"]]
    for email, name in (("k@example.org", "Kim"), ("n@example.org", "Nan")):
        donor = {"firstName": name}
        given = [
            await idle.tenant.give(10, email=email, donor=donor, notes=notes)
            for notes in (None, "poison", None)
        ]
        good += [given[0]["id"], given[2]["id"]]
    for _ in range(3):
        await works_through(idle, clock, worker)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT record_id, state, reason FROM sync.record WHERE destination = $1 AND entity = 'gift'",
            line.name,
        )
    assert sorted(row["record_id"] for row in rows if row["state"] == "synced") == sorted(good)
    assert {row["reason"] for row in rows if row["state"] != "synced"} == {"retries_exhausted"}


class Odd(Elsewhere):
    """A CRM whose answers are of no use."""

    how = ""

    async def send(self, tx: Tx | None, changes: Sequence[Change], now: datetime) -> list[Outcome]:
        """Take `changes`, and answer oddly."""
        outcomes = await super().send(tx, changes, now)
        if self.how == "reversed" and len(outcomes) > 1:
            return outcomes[::-1]
        if self.how in ("none", "huge"):
            crm_id = None if self.how == "none" else 2**70
            return [replace(outcome, crm_id=crm_id) for outcome in outcomes]
        return outcomes


@pytest.mark.parametrize("how", ["reversed", "none", "huge"])
async def test_an_answer_of_no_use_is_an_attempt_and_mends(idle: House, clock: ManualClock, how: str) -> None:
    there = await another_crm(idle)
    line = Odd(idle.app.db.first, there.id)
    line.how = how
    worker = worker_for(idle, line)
    gift = await idle.tenant.give(10, email="o@example.org")
    await worker._register()
    await worker.drain_once()
    await worker.retry_due()
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT entity, attempts, detail FROM sync.record WHERE destination = $1 AND attempts > 0",
            line.name,
        )
    assert [row["detail"] for row in rows] == ([] if how == "reversed" else ["UnusableAnswer"])
    line.how = ""
    await works_through(idle, clock, worker)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        record = await store.read_record(tx, line.name, "gift", gift["id"])
    assert record is not None and record.state == "synced"
