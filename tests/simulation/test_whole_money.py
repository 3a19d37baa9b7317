"""Gives, refunds, disputes and late failures at a gateway that fails in every way, receipts of all of it and its way to the CRM, by a process
that dies between any two steps.

At the end processor, gifts, receipts and the CRM agree to the cent: nothing is taken or given back twice, of no gift goes back more than was
given, and the numbers of receipts follow each other. `ALMONER_SEED` repeats a run as far as the machine's timing allows,
`ALMONER_OPERATIONS` sets how many operations there are.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from almoner.crm.projects import service as crm_projects
from almoner.giving.gifts.requests import GiftProjectBody
from almoner.giving.give.requests import GiveBody
from almoner.giving.give.service import GiveDesk
from almoner.giving.give.writer import GiveWriter
from almoner.giving.payments.errors import PaymentDeclined, RefundRefused
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Word
from almoner.giving.payments.sweeper import PaymentSweeper
from almoner.giving.projects import service as projects
from almoner.giving.receipts.issuer import ReceiptIssuer
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.service import correct_gift
from almoner.giving.reversals.sweeper import RefundSweeper, WordSweeper
from almoner.giving.reversals.words import processor_said
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import AlmonerError, Conflict, Invalid
from almoner.kernel.money import to_decimal
from almoner.platform.database import Database, open_database
from almoner.platform.events.wake import Wake
from almoner.platform.http.bodies import decode_body
from almoner.platform.pace import Load, Pace
from almoner.platform.settings import Settings
from almoner.tenants.service import create_organization
from tests.support.agreement import assert_agreement
from tests.support.house import QUICK, Hand, Sync, give_body
from tests.support.tasks import begin
from tests.support.till import NastyTill, Returned

SEED = int(os.environ.get("ALMONER_SEED", "1"))
OPERATIONS = int(os.environ.get("ALMONER_OPERATIONS", "400"))
pytestmark = [pytest.mark.anyio, pytest.mark.simulation, pytest.mark.timeout(180 + OPERATIONS)]
PEOPLE = 12
PROJECTS = (("WATER", True), ("GALA", False))
SETTLE_SECONDS, TIMEOUT_SECONDS = 0.6, 0.4

SUMS = """
SELECT g.transaction_id, g.amount_minor, g.status, g.reversed_minor, g.reserved_minor,
    coalesce(sum(coalesce(r.said_minor, r.amount_minor)) FILTER (WHERE r.state = 'done' AND r.kind = 'refund'), 0)::bigint AS refunded,
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


TORN = """
SELECT i.id, i.state, g.id AS gift FROM giving.payment_intent i
FULL JOIN giving.gift g ON g.organization_id = i.organization_id AND g.id = i.gift_id
WHERE g.id IS NULL AND i.state IN ('asked', 'stored', 'cancelling') OR i.id IS NULL
    OR (i.transaction_id, i.amount_minor, i.currency) IS DISTINCT FROM (g.transaction_id, g.amount_minor, g.currency) AND i.state = 'stored'
"""
"""Intents that are not over, or say otherwise than their gift; gifts without an intent."""


@dataclass
class Life:
    """One life of the process."""

    db: Database
    givers: GiveDesk
    desk: RefundDesk
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def die(self) -> None:
        """Drop all connections and stop at whatever await each task is."""
        self.db.first.pool.terminate()
        tasks = set(self.tasks)
        while tasks:  # a connection that is cut at this moment may take the place of the cancellation
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=0.2)


@dataclass
class World:
    """One organization whose gifts are paid at a till; `gifts` are those that somebody was told of, with their payments."""

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
        return begin(work, self.life.tasks)


async def new_life(dsn: str, till: NastyTill) -> Life:
    """A process that gives, refunds, looks after payments, refunds and words, writes receipts and syncs."""
    db, clock = await open_database(dsn, pool_size=12), SystemClock()
    server, wake = db.first, Wake(db.first)
    times: Any = {"settle_seconds": SETTLE_SECONDS, "timeout_seconds": TIMEOUT_SECONDS}
    writer = GiveWriter(server, wake, batch_max=32, writers=2, queue_max=2000, settle_seconds=SETTLE_SECONDS)
    givers = GiveDesk(db, writer, Gateways(till), clock, projects_max=5, **times)
    life = Life(db, givers, RefundDesk(db, Gateways(till), clock, **times))
    writer.start()
    workers: tuple[Any, ...] = (
        PaymentSweeper(server, Gateways(till), **times),
        RefundSweeper(server, life.desk, lambda: None, **times),
        WordSweeper(server, clock, lambda: None, settle_seconds=SETTLE_SECONDS),
        Hand(server, wake, clock, Settings(**QUICK)),
    )
    runs = [*(worker.run() for worker in workers), ReceiptIssuer(server, clock, "").run(Pace(Load()))]
    life.tasks |= {*writer._batches._tasks, *(asyncio.create_task(run) for run in runs)}
    return life


async def work_on(world: World, plans: Any) -> None:
    """Somebody who gives, corrects, or refunds, again until told; now and then something happens at the processor."""
    for n in plans:
        chance = world.rng.random()
        if chance < 0.4 or not world.gifts:
            end = await _until_told(world, partial(_give, n), f"give {n}")
        elif chance < 0.55:
            end = await _happen(world, world.rng.choice(list(world.gifts)))
        elif chance < 0.7:
            gift_id = world.rng.choice(list(world.gifts))
            whole = world.till.taken[world.gifts[gift_id]].amount_minor
            said = {"projects": _split(whole, world.rng.randrange(whole + 1))}
            end = await _until_told(world, partial(_correct, gift_id, said), f"correct {n}")
        else:
            gift_id = world.rng.choice(list(world.gifts))
            body = RefundBody(amount=to_decimal(world.rng.randint(50, 400), "USD"))
            end = await _until_told(world, partial(_refund, gift_id, body), f"refund {n}")
        world.ends[end] += 1


async def _until_told(world: World, work: Any, key: str) -> str:
    end = "again"
    while end == "again":
        end = await _attempt(world, work(world, key))
        world.steps.release()
    return f"{key.partition(' ')[0]} {end}"


async def _give(n: int, world: World, key: str) -> None:
    split = [{"code": code, "amount": amount} for (code, _), amount in zip(PROJECTS, (6, 4), strict=True)]
    costs = {"donorPaidCosts": True, "costs": 0.5} if n % 3 == 0 else {}
    raw = json.dumps(give_body(10, f"d{n % 20}@example.org", projects=split, **costs)).encode()
    desk, body = world.life.givers, decode_body(raw, GiveBody)
    given = await desk.give(world.organization_id, body, key=key, fingerprint=raw)
    world.gifts[given.gift.id] = given.gift.transaction_id or ""


async def _refund(gift_id: int, body: RefundBody, world: World, key: str) -> None:
    await world.life.desk.refund(world.organization_id, gift_id, body, by="Ann", key=key)


def _split(whole: int, first: int) -> list[GiftProjectBody]:
    """`whole` cents, `first` of them for the first project; of none no part."""
    cents = zip(PROJECTS, (first, whole - first), strict=True)
    return [
        GiftProjectBody(code=code, amount=to_decimal(minor, "USD")) for (code, _), minor in cents if minor
    ]


async def _correct(gift_id: int, said: dict[str, Any], world: World, key: str) -> None:
    async with world.life.db.tenant(world.organization_id) as tx:
        await correct_gift(tx, gift_id, said, datetime.now(UTC), projects_max=5)


async def _attempt(world: World, call: Any) -> str:
    task = world.spawn(call)
    await asyncio.wait([task])
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None:
        return "told"
    if isinstance(error, Invalid | Conflict | RefundRefused | PaymentDeclined):
        return type(error).__name__
    known = AlmonerError | asyncio.CancelledError | asyncpg.InterfaceError | OSError | asyncpg.PostgresError
    assert isinstance(error, known), repr(error)
    await asyncio.sleep(world.rng.random() * 0.05)
    return "again" if world.rng.random() < 0.7 else "left"


async def _happen(world: World, gift_id: int) -> str:
    """A refund in the processor's dashboard, or a dispute, told twice and in any order, as far as somebody listens."""
    payment, now = world.gifts[gift_id], datetime.now(UTC)
    chance = world.rng.random()
    if chance < 0.1:
        world.till.taken[payment].has_failed = True
        words = [Word("failure", "done", "Till", f"{payment} failed", payment, payment, 1000, "USD", now)]
    elif chance < 0.5:
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


async def test_processor_gifts_receipts_and_crm_agree_to_the_cent(dsn: str) -> None:
    print(f"ALMONER_SEED={SEED} ALMONER_OPERATIONS={OPERATIONS}")
    world = await _world(dsn)
    disturbing = asyncio.create_task(disturb(world))
    plans = iter(range(OPERATIONS))
    await asyncio.gather(*(work_on(world, plans) for _ in range(PEOPLE)))
    disturbing.cancel()
    await asyncio.gather(disturbing, return_exceptions=True)
    await world.life.die()
    await _look_after_everything(world)
    await _check(world)
    await world.life.die()


async def _world(dsn: str) -> World:
    """An organization that has the same projects in both products."""
    till, now = NastyTill(rng=random.Random(SEED)), datetime.now(UTC)
    life = await new_life(dsn, till)
    made = await create_organization(life.db, "Whole money", now=now)
    async with life.db.tenant(made.organization_id) as tx:
        for code, deductible in PROJECTS:
            told = {"name": code.title(), "is_tax_deductible": deductible}
            await projects.create_project(tx, {**told, "code": code}, now)
            await crm_projects.create_project(tx, {**told, "project_code": code}, now)
    return World(dsn, made.organization_id, till, random.Random(SEED), {}, life)


async def _look_after_everything(world: World) -> None:
    """A last life, in which the gateway is kind, and the clock goes on to every look that is planned."""
    world.till.is_kind = True
    await asyncio.gather(*world.till.late)
    db, till, clock = await open_database(world.dsn, pool_size=6), world.till, SystemClock()
    times: Any = {"settle_seconds": 60, "timeout_seconds": 20}
    desk = RefundDesk(db, Gateways(till), clock, **times)
    sweepers: dict[str, Any] = {
        "payment_intent": PaymentSweeper(db.first, Gateways(till), **times),
        "reversal": RefundSweeper(db.first, desk, lambda: None, **times),
        "processor_word": WordSweeper(db.first, clock, lambda: None, settle_seconds=60),
    }
    conn = await asyncpg.connect(world.dsn)
    for _ in range(8):
        for table, sweeper in sweepers.items():
            await conn.execute(
                f"UPDATE giving.{table} SET look_at = clock_timestamp() WHERE look_at IS NOT NULL"
            )
            while await sweeper.sweep():
                pass
    await conn.close()
    hand = Hand(db.first, Wake(db.first), clock, Settings(**QUICK))
    await hand._register()
    await Sync(hand, is_free=False).settle()
    issuer = ReceiptIssuer(db.first, clock, "")
    while await issuer.look():
        pass
    world.life = Life(db, world.life.givers, desk)


async def _check(world: World) -> None:
    conn = await asyncpg.connect(world.dsn)
    try:
        rows = await conn.fetch(SUMS, world.organization_id)
        waiting = {row["payment_id"]: row["minor"] for row in await conn.fetch(WAITING)}
        torn = await conn.fetch(TORN)
        states = await conn.fetch("SELECT state, kind, count(*) AS n FROM giving.reversal GROUP BY 1, 2")
        written = await conn.fetchval("SELECT count(*) FROM giving.receipt")
    finally:
        await conn.close()
    counted = {f"{row['kind']} {row['state']}": row["n"] for row in states}
    print(dict(world.ends), counted, f"{len(rows)} gifts, {written} receipts")
    assert not torn, [dict(row) for row in torn[:3]]
    paid = {row["transaction_id"]: row["amount_minor"] for row in rows}
    taken = {id_: one.amount_minor for id_, one in world.till.taken.items() if one.has_failed}
    taken |= {id_: world.till.taken[id_].amount_minor for id_ in world.till.held}
    assert paid == taken, "a double charge"
    _check_refunds(world, rows, waiting)
    await assert_agreement(world.life.db, world.organization_id)
    assert world.ends["(killed)"] > 5 and world.ends["refund told"] > OPERATIONS // 40
    assert world.ends["correct told"] > OPERATIONS // 40
    assert {"dispute lost", "dispute won", "failure done", "refund done"} <= counted.keys()


def _check_refunds(world: World, rows: list[Any], waiting: dict[str, int]) -> None:
    assert not [row for row in rows if row["asked"] or row["reserved_minor"]], "a refund is not settled"
    assert not [row for row in rows if not 0 <= row["gone"] == row["reversed_minor"] <= row["amount_minor"]]
    # What the processor took twice over, by a refund and a dispute of the same money, waits as its word; of what was left in part the
    # reversal says how much the processor took.
    wrong = [
        {**row, "back": world.till.back_of(row["transaction_id"])}
        for row in rows
        if row["refunded"] + waiting.get(row["transaction_id"], 0)
        != world.till.back_of(row["transaction_id"])
    ]
    assert not wrong, wrong[:3]
    keys = Counter(one.key for one in world.till.returned.values() if one.key)
    assert set(keys.values()) <= {1}, "a refund went twice"
