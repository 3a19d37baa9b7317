"""Refunds, disputes and late failures at a gateway that fails in every way, by a process that dies between any two steps.

At the end the processor and the books agree to the cent: of no gift goes back more than was given, and nothing twice.
`ALMONER_SEED` repeats a run as far as the machine's timing allows, `ALMONER_REFUNDS` sets how many operations there are.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from almoner.giving.payments.errors import RefundRefused
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Word
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.sweeper import RefundSweeper, WordSweeper
from almoner.giving.reversals.words import processor_said
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import AlmonerError, Conflict, Invalid
from almoner.kernel.money import to_decimal
from almoner.platform.database import Database, open_database
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.till import NastyTill, Returned, Taken

pytestmark = [pytest.mark.anyio, pytest.mark.simulation, pytest.mark.timeout(240)]

SEED = int(os.environ.get("ALMONER_SEED", "1"))
REFUNDS = int(os.environ.get("ALMONER_REFUNDS", "400"))
GIFTS, PEOPLE = 60, 12
SETTLE_SECONDS, TIMEOUT_SECONDS = 0.6, 0.4

SUMS = """
SELECT g.transaction_id, g.amount_minor, g.status, g.reversed_minor, g.reserved_minor,
    coalesce(sum(r.amount_minor) FILTER (WHERE r.state = 'done' AND r.kind = 'refund'), 0)::bigint AS refunded,
    coalesce(sum(r.amount_minor) FILTER (WHERE r.state IN ('open', 'lost', 'done')), 0)::bigint AS gone,
    count(r.id) FILTER (WHERE r.state = 'asked') AS asked
FROM giving.gift g LEFT JOIN giving.reversal r ON r.organization_id = g.organization_id AND r.gift_id = g.id
WHERE g.organization_id = $1 GROUP BY g.organization_id, g.id
"""


WAITING = """
SELECT payment_id, (sum(amount_minor) - coalesce((SELECT sum(r.amount_minor) FROM giving.reversal r
    WHERE r.transaction_id = ANY (array_agg(w.transaction_id)) AND r.kind = 'refund' AND r.state = 'done'), 0))::bigint AS minor
FROM giving.processor_word w WHERE settled_at IS NULL AND kind = 'refund' GROUP BY payment_id
"""
"""What the words that wait say was refunded, less what is booked of it."""


@dataclass
class Life:
    """One life of the process."""

    db: Database
    desk: RefundDesk
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def die(self) -> None:
        """Drop all connections and stop at whatever await each task is."""
        self.db.first.pool.terminate()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class World:
    """One organization with gifts at a till."""

    dsn: str
    organization_id: int
    till: NastyTill
    rng: random.Random
    gifts: dict[int, str]
    life: Life
    steps: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    ends: Counter[str] = field(default_factory=Counter)

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        """Run something in this life."""
        task = asyncio.create_task(work)
        self.life.tasks.add(task)
        task.add_done_callback(self.life.tasks.discard)
        return task


async def new_life(dsn: str, till: NastyTill) -> Life:
    """A process that refunds, and looks after refunds and words."""
    db = await open_database(dsn, pool_size=6)
    times: Any = {"settle_seconds": SETTLE_SECONDS, "timeout_seconds": TIMEOUT_SECONDS}
    clock = SystemClock()
    life = Life(db, RefundDesk(db, Gateways(till), clock, **times))
    sweepers = (
        RefundSweeper(db.first, life.desk, lambda: None, **times),
        WordSweeper(db.first, clock, lambda: None, settle_seconds=SETTLE_SECONDS),
    )
    life.tasks |= {asyncio.create_task(sweeper.run()) for sweeper in sweepers}
    return life


async def refund_on(world: World, plans: Any) -> None:
    """One of the staff: refunds, again under the same key until told; now and then something happens at the processor."""
    for n in plans:
        gift_id = world.rng.choice(list(world.gifts))
        if world.rng.random() < 0.15:
            world.ends[await _happen(world, gift_id)] += 1
            continue
        body = RefundBody(amount=to_decimal(world.rng.randint(50, 400), "USD"))
        end = "again"
        while end == "again":
            end = await _attempt(world, gift_id, body, f"key {n}")
            world.steps.release()
        world.ends[end] += 1


async def _attempt(world: World, gift_id: int, body: RefundBody, key: str) -> str:
    call = world.life.desk.refund(world.organization_id, gift_id, body, by="Ann", key=key)
    task = world.spawn(call)
    await asyncio.wait([task])
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None:
        return "told"
    if isinstance(error, Invalid | Conflict | RefundRefused):
        return type(error).__name__
    known = AlmonerError | asyncio.CancelledError | asyncpg.InterfaceError | OSError | asyncpg.PostgresError
    assert isinstance(error, known), repr(error)
    await asyncio.sleep(world.rng.random() * 0.05)
    return "again" if world.rng.random() < 0.7 else "left"


async def _happen(world: World, gift_id: int) -> str:
    """A refund in the processor's dashboard, or a dispute, told twice and in any order, as far as somebody listens."""
    payment, now = world.gifts[gift_id], datetime.now(UTC)
    if world.rng.random() < 0.5:
        amount, name = world.rng.randint(1, 100), f"dash_{uuid4().hex}"
        if world.till.back_of(payment) + amount > world.till.taken[payment].amount_minor:
            return "nothing left"
        world.till.returned[name] = Returned("", payment, amount)
        words = [Word("refund", "done", "Till", name, payment, name, amount, "USD", now)]
    else:
        name, states = (
            f"dispute of {payment}",
            world.rng.choice((["open"], ["open", "won"], ["open", "lost"])),
        )
        words = [
            Word("dispute", state, "Till", f"{name} {state}", payment, name, 100, "USD", now)
            for state in states
        ]
    words = [*words, *words]
    world.rng.shuffle(words)
    for word in words:
        while True:
            task = world.spawn(_say(world, word))
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is None:
                break
            await asyncio.sleep(0.05)
    return words[0].kind


async def _say(world: World, word: Word) -> None:
    async with world.life.db.tenant(world.organization_id) as tx:
        await processor_said(tx, [word], datetime.now(UTC))


async def disturb(world: World) -> None:
    """Kill the process now and then."""
    while True:
        for _ in range(world.rng.randint(10, 60)):
            await world.steps.acquire()
        await asyncio.sleep(world.rng.uniform(0, 0.02))
        await world.life.die()
        world.ends["(killed)"] += 1
        world.life = await new_life(world.dsn, world.till)


async def test_the_processor_and_the_books_agree_to_the_cent(own_house: House, dsn: str) -> None:
    print(f"ALMONER_SEED={SEED} ALMONER_REFUNDS={REFUNDS}")
    world = await _world(own_house, dsn)
    disturbing = asyncio.create_task(disturb(world))
    plans = iter(range(REFUNDS))
    await asyncio.gather(*(refund_on(world, plans) for _ in range(PEOPLE)))
    disturbing.cancel()
    await asyncio.gather(disturbing, return_exceptions=True)
    await world.life.die()
    await _look_after_everything(world)
    print(dict(world.ends), f"{len(world.till.returned)} refunds")
    await _check(world)
    await world.life.die()


async def _world(house: House, dsn: str) -> World:
    """Gifts whose payments the till took."""
    till = NastyTill(rng=random.Random(SEED))
    gifts: dict[int, str] = {}
    for n in range(GIFTS):
        gift = await house.tenant.give(10, f"d{n % 20}@example.org")
        payment = f"till_{n}"
        till.taken[payment] = Taken(payment, 1000, "USD")
        gifts[gift["id"]] = payment
    conn = await asyncpg.connect(dsn)
    for id_, payment in gifts.items():
        await conn.execute(
            "UPDATE giving.gift SET gateway = 'Till', transaction_id = $2 WHERE id = $1", id_, payment
        )
    await conn.close()
    return World(dsn, house.tenant.id, till, random.Random(SEED), gifts, await new_life(dsn, till))


async def _look_after_everything(world: World) -> None:
    """A last life, in which the gateway is kind, and the clock goes on to every look that is planned."""
    world.till.is_kind = True
    await asyncio.gather(*world.till.late)
    world.life = await new_life(world.dsn, world.till)
    conn = await asyncpg.connect(world.dsn)
    desk = RefundDesk(
        world.life.db, Gateways(world.till), SystemClock(), settle_seconds=60, timeout_seconds=20
    )
    sweeper = RefundSweeper(world.life.db.first, desk, lambda: None, settle_seconds=60, timeout_seconds=20)
    words = WordSweeper(world.life.db.first, SystemClock(), lambda: None, settle_seconds=60)
    due = "UPDATE giving.{} SET look_at = clock_timestamp() WHERE look_at IS NOT NULL"
    for _ in range(8):
        await conn.execute(due.format("reversal"))
        while await sweeper.sweep():
            pass
        await conn.execute(due.format("processor_word"))
        while await words.sweep():
            pass
    await conn.close()


async def _check(world: World) -> None:
    conn = await asyncpg.connect(world.dsn)
    try:
        rows = await conn.fetch(SUMS, world.organization_id)
        waiting = {row["payment_id"]: row["minor"] for row in await conn.fetch(WAITING)}
    finally:
        await conn.close()
    assert not [row for row in rows if row["asked"] or row["reserved_minor"]], "a refund is not settled"
    assert not [row for row in rows if not 0 <= row["gone"] == row["reversed_minor"] <= row["amount_minor"]]
    # What the processor took twice over, by a refund and a dispute of the same money, waits as its word.
    wrong = [
        dict(row)
        for row in rows
        if row["refunded"] + waiting.get(row["transaction_id"], 0)
        != world.till.back_of(row["transaction_id"])
    ]
    assert not wrong, wrong[:3]
    keys = Counter(one.key for one in world.till.returned.values() if one.key)
    assert set(keys.values()) == {1}, "a refund went twice"
    assert await wrong_figures(world.life.db, world.organization_id) == []
    assert world.ends["(killed)"] > 5 and world.ends["told"] > REFUNDS // 10
