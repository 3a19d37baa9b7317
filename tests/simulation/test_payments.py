"""Thousands of gives at a gateway that fails in every way, by a process that dies between any two steps: payments, intents and gifts agree.

`ALMONER_SEED` repeats a run as far as the machine's timing allows, `ALMONER_GIVES` sets how many gives there are.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from almoner.giving.give.requests import GiveBody
from almoner.giving.give.service import GiveDesk, Given
from almoner.giving.give.writer import GiveWriter
from almoner.giving.payments.errors import PaymentDeclined
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sweeper import PaymentSweeper
from almoner.giving.projects import service as projects
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import AlmonerError, Conflict, Invalid
from almoner.platform.database import Database, open_database
from almoner.platform.events.wake import Wake
from almoner.platform.http.bodies import decode_body
from almoner.tenants.service import create_organization
from tests.support.house import give_body
from tests.support.rows import as_owner
from tests.support.tasks import begin
from tests.support.till import NastyTill

pytestmark = [pytest.mark.anyio, pytest.mark.simulation, pytest.mark.timeout(300)]

SEED = int(os.environ.get("ALMONER_SEED", "1"))
GIVES = int(os.environ.get("ALMONER_GIVES", "10000"))
PEOPLE = 64
SETTLE_SECONDS, TIMEOUT_SECONDS = 0.6, 0.15
GIVE_UP = 0.25
"""How often somebody who was not told what became of a gift goes away."""

TORN = """
SELECT i.id, i.state, i.transaction_id, g.id AS gift, g.transaction_id AS paid_by FROM giving.payment_intent i
FULL JOIN giving.gift g ON g.organization_id = i.organization_id AND g.id = i.gift_id
WHERE g.id IS NULL AND i.state IN ('asked', 'stored', 'cancelling') OR i.id IS NULL
    OR (i.transaction_id, i.amount_minor, i.currency) IS DISTINCT FROM (g.transaction_id, g.amount_minor, g.currency) AND i.state = 'stored'
"""
"""Intents that are not over, or say otherwise than their gift; gifts without an intent."""


@dataclass
class Life:
    """One life of the process: what runs in it ends with it, wherever it is."""

    db: Database
    desk: GiveDesk
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something in this life."""
        return begin(work, self.tasks)

    async def die(self) -> None:
        """Drop all connections and stop at whatever await each task is, with no time for anything."""
        self.db.first.pool.terminate()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class World:
    """One organization, its gateway, its givers, and what these were told."""

    dsn: str
    organization_id: int
    till: NastyTill
    rng: random.Random
    life: Life
    attempts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    told: dict[str, Given] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    async def live(self) -> None:
        """Begin a new life."""
        self.life = await new_life(self.dsn, self.till)


async def new_life(dsn: str, till: NastyTill) -> Life:
    """A process that takes gifts and looks after payments."""
    db = await open_database(dsn, pool_size=8)
    writer = GiveWriter(
        db.first, Wake(db.first), batch_max=32, writers=2, queue_max=2000, settle_seconds=SETTLE_SECONDS
    )
    times: Any = {"settle_seconds": SETTLE_SECONDS, "timeout_seconds": TIMEOUT_SECONDS}
    life = Life(db, GiveDesk(db, writer, Gateways(till), SystemClock(), projects_max=5, **times))
    writer.start()
    life.tasks |= {*writer._batches._tasks}
    life.tasks.add(life.spawn(PaymentSweeper(db.first, Gateways(till), **times).run()))
    return life


async def give_on(world: World, plans: Iterator[int]) -> None:
    """One of the people: gives, and gives again until told what became of it, or goes away."""
    for n in plans:
        key = None if world.rng.random() < 0.1 else f"key {n}"
        code = world.rng.choices(["OPEN", "SHAKY", "NONE"], (80, 17, 3))[0]
        raw = json.dumps(
            give_body(1 + n % 97, f"d{n % 400}@example.org", projects=[{"code": code}], notes=str(n))
        ).encode()
        end = "again"
        while end == "again":
            await asyncio.sleep(world.rng.random() * 0.02)
            end = await _attempt(world, raw, key)
        world.ends[end] += 1


async def _attempt(world: World, raw: bytes, key: str | None) -> str:
    life = world.life
    call = life.desk.give(world.organization_id, decode_body(raw, GiveBody), key=key, fingerprint=raw)
    task = life.spawn(call)
    await asyncio.wait([task])
    world.attempts.release()
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None:
        world.told[raw.decode()] = task.result()
        return "told"
    assert not isinstance(error, Conflict), error
    if isinstance(error, PaymentDeclined | Invalid):
        return "declined" if world.rng.random() < 0.5 or isinstance(error, Invalid) else "again"
    known = AlmonerError | asyncio.CancelledError | asyncpg.InterfaceError | OSError | asyncpg.PostgresError
    assert isinstance(error, known), error
    return "left" if key is None or world.rng.random() < GIVE_UP else "again"


async def disturb(world: World, shaky: int) -> None:
    """Kill the process now and then, so often for so many gives on a machine of any speed; open and close a project in between."""
    is_open = True
    while True:
        for _ in range(world.rng.randint(30, 450)):
            await world.attempts.acquire()
        await asyncio.sleep(world.rng.uniform(0, 0.02))
        await world.life.die()
        world.ends["(killed)"] += 1
        await world.live()
        is_open = not is_open
        with suppress(asyncpg.PostgresError):
            async with as_owner(world.life.db, world.organization_id) as tx:
                await tx.conn.execute(
                    "UPDATE giving.project SET is_active = $1 WHERE id = $2", is_open, shaky
                )


async def test_payments_intents_and_gifts_agree_to_the_cent(dsn: str) -> None:
    print(f"ALMONER_SEED={SEED} ALMONER_GIVES={GIVES}")
    rng = random.Random(SEED)
    till = NastyTill(rng=random.Random(SEED))
    life = await new_life(dsn, till)
    now = datetime.now(UTC)
    made = await create_organization(life.db, "Payments", now=now)
    world = World(dsn, made.organization_id, till, rng, life)
    async with life.db.tenant(made.organization_id) as tx:
        shaky = await projects.create_project(tx, {"name": "Shaky", "code": "SHAKY"}, now)
        await projects.create_project(tx, {"name": "Open", "code": "OPEN"}, now)
    disturbing = asyncio.create_task(disturb(world, shaky.id))
    plans = iter(range(GIVES))
    await asyncio.gather(*(give_on(world, plans) for _ in range(PEOPLE)))
    disturbing.cancel()
    await asyncio.gather(disturbing, return_exceptions=True)
    await world.life.die()
    await _look_after_everything(world)
    print(dict(world.ends), f"{len(till.taken)} payments, {len(till.held)} kept")
    await _check(world)


async def _look_after_everything(world: World) -> None:
    """A last life, in which the gateway is kind, and the clock goes on to every look that is planned."""
    world.till.is_kind = True
    await asyncio.gather(*world.till.late)
    await world.live()
    conn = await asyncpg.connect(world.dsn)
    sweeper = PaymentSweeper(world.life.db.first, Gateways(world.till), settle_seconds=60, timeout_seconds=20)
    due = "UPDATE giving.payment_intent SET look_at = clock_timestamp() WHERE look_at IS NOT NULL"
    while await conn.execute(due) != "UPDATE 0":
        while await sweeper.sweep():
            pass
    await conn.close()
    await world.life.die()


async def _check(world: World) -> None:
    conn = await asyncpg.connect(world.dsn)
    try:
        torn = await conn.fetch(TORN)
        assert not torn, f"{len(torn)}: {[dict(row) for row in torn[:5]]}"
        rows = await conn.fetch("SELECT id, transaction_id, amount_minor, notes FROM giving.gift")
        back = await conn.fetchval(
            "SELECT count(*) FROM giving.payment_intent WHERE cardinality(given_back) > 0"
        )
        counted = await conn.fetch("SELECT state, count(*) AS n FROM giving.payment_intent GROUP BY 1")
    finally:
        await conn.close()
    states = {row["state"]: row["n"] for row in counted}
    print(states)
    paid = {row["transaction_id"]: row["amount_minor"] for row in rows}
    held = {id_: world.till.taken[id_].amount_minor for id_ in world.till.held}
    assert paid == held, (
        f"without gift: {held.keys() - paid.keys()}, without payment: {paid.keys() - held.keys()}"
    )
    assert len({row["notes"] for row in rows}) == len(rows), "somebody gave twice"
    stored = {row["id"] for row in rows}
    assert not [given for given in world.told.values() if given.gift.id not in stored]
    assert back and {"stored", "declined", "cancelled"} == states.keys()
    assert world.ends["(killed)"] > 5 and world.ends["told"] > GIVES // 2
