"""The event log under disorder: nothing skipped, nothing twice, order per donor kept, nobody waits for a stranger."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from operator import itemgetter
from typing import Any

import asyncpg
import pytest

from almoner.platform.database import Database, open_database
from almoner.platform.database.migrate import migrate
from almoner.platform.events.reader import Event, EventReader
from almoner.tenants.service import create_organization

pytestmark = [pytest.mark.anyio, pytest.mark.simulation]

SEEDS = [int(os.environ["ALMONER_SEED"])] if "ALMONER_SEED" in os.environ else [1, 2, 3]
WRITERS, TURNS, DONORS = 8, 45, 6
READER = EventReader("giving", "property test")
# The product's own function, and the number that it has just drawn in this session.
APPEND = """SELECT currval('giving.event_id_seq')
    FROM (SELECT giving_code.append_event($1, $2, 'test', $3, now()) OFFSET 0) AS appended"""


class Crash(Exception):
    """The consumer dies between reading and committing."""


@dataclass
class World:
    """What was committed, per donor in commit order, and what each consumer took, in the order it was taken."""

    db: Database
    rng: random.Random
    organization_id: int
    donors: list[int] = field(default_factory=list)
    committed: set[int] = field(default_factory=set)
    rolled_back: set[int] = field(default_factory=set)
    taken: list[tuple[int, list[Event]]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)
    crashes: Counter[str] = field(default_factory=Counter)
    writing: bool = True

    @property
    def delivered(self) -> list[Event]:
        """Events in the order of their batches, which took their turn while they held the part."""
        return [event for _, events in sorted(self.taken, key=itemgetter(0)) for event in events]


async def _world(db: Database, seed: int) -> World:
    print(f"ALMONER_SEED={seed}")
    made = await create_organization(db, "Log", now=datetime.now(UTC))
    owner = await asyncpg.connect(db.first.dsn)
    await owner.execute(
        "DELETE FROM giving.event"
    )  # what the organization starts with is not what is read here
    await owner.close()
    world = World(db, random.Random(seed), made.organization_id)
    async with db.tenant(made.organization_id) as tx:
        world.donors = [await _new_donor(tx.conn, made.organization_id, n) for n in range(DONORS)]
    async with db.first.system() as conn:
        await READER.register(conn)
    return world


async def _new_donor(conn: Any, organization_id: int, n: int) -> int:
    return int(
        await conn.fetchval(
            """INSERT INTO giving.donor (organization_id, email, email_key, created_at, modified_at)
            VALUES ($1, $2, $2, now(), now()) RETURNING id""",
            organization_id,
            f"donor{n}@example.org",
        )
    )


# --- writers -------------------------------------------------------------------------------------------------


async def _raw_writer(world: World) -> None:
    """Transactions that lock donors before they append, stay open for a while, and sometimes roll back."""
    rng = world.rng
    for _ in range(TURNS):
        donors = sorted(rng.sample(world.donors, rng.choice((1, 1, 2, 3))))
        ids: list[int] = []
        try:
            async with world.db.tenant(world.organization_id) as tx:
                ids = await _append(tx.conn, world.organization_id, donors, rng.randint(1, 4), rng)
                _crash_sometimes(rng, 0.2)
        except Crash:
            world.rolled_back.update(ids)
        else:
            world.committed.update(ids)


async def _append(
    conn: Any, organization_id: int, donors: list[int], each: int, rng: random.Random
) -> list[int]:
    ids = []
    for donor in donors:
        await conn.execute(
            "SELECT FROM giving.donor WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE",
            organization_id,
            donor,
        )
    for n in range(each):
        ids += [await conn.fetchval(APPEND, organization_id, donor, n) for donor in donors]
        if rng.random() < 0.5:
            await asyncio.sleep(rng.random() * 0.01)
    return ids


def _crash_sometimes(rng: random.Random, chance: float) -> None:
    if rng.random() < chance:
        raise Crash


async def _giver(world: World, name: int) -> None:
    """Batches through giving.give itself, for known donors and a few new ones."""
    rng = world.rng
    for turn in range(TURNS):
        emails = [f"donor{rng.randrange(DONORS + 2)}@example.org" for _ in range(rng.randint(1, 5))]
        gifts = [_gift(ord_, email, f"{name}/{turn}/{ord_}") for ord_, email in enumerate(emails)]
        await world.db.first.pool.fetch(
            "SELECT * FROM giving_code.give($1, $2)", world.organization_id, json.dumps(gifts)
        )
        await asyncio.sleep(rng.random() * 0.004)


def _gift(ord_: int, email: str, key: str) -> dict[str, Any]:
    return {
        "ord": ord_,
        "email": email,
        "email_key": email,
        "is_organization": False,
        "amount_minor": 100,
        "currency": "USD",
        "projects": [{"minor": 100}],
        "gift_on": "2025-01-01",
        "is_test_mode": False,
        "is_anonymous": False,
        "payment_type": "Cash",
        "gateway": "test",
        "transaction_id": key,
        "idempotency_key": key,
        "fingerprint": "00",
    }


async def _long_writer(world: World, opened: asyncio.Event, close: asyncio.Event) -> set[int]:
    """One transaction that appends first and stays open while everybody else works."""
    donor = world.donors[0]
    async with world.db.tenant(world.organization_id) as tx:
        ids = await _append(tx.conn, world.organization_id, [donor], 3, random.Random(0))
        opened.set()
        await close.wait()
    world.committed.update(ids)
    return set(ids)


# --- consumers -----------------------------------------------------------------------------------------------


async def _consumer(world: World, rng: random.Random) -> None:
    """Reads until all is written and read; dies at random before or after its commit and starts again."""
    while True:
        was_writing = world.writing
        async with world.db.first.pool.acquire() as conn:
            parts = await READER.parts_with_news(conn)
        rng.shuffle(parts)
        moved = 0
        for part in parts:
            moved += await _consume(world, rng, part)
        if not was_writing and not parts:
            return
        if not moved:
            await asyncio.sleep(rng.random() * 0.005)


async def _consume(world: World, rng: random.Random, part: int) -> int:
    try:
        async with world.db.first.system() as conn:
            batch = await READER.read(conn, part, rng.choice((1, 2, 7, 40)))
            if batch is None:
                return 0
            await asyncio.sleep(rng.random() * 0.004)
            _crash_sometimes(rng, 0.15)
            await READER.done(conn, batch)
            turn = next(world.turns)
    except Crash:
        world.crashes["before commit"] += 1
        return 1
    # No await since the commit: what follows is as one with it.
    world.taken.append((turn, batch.events))
    if rng.random() < 0.15:
        world.crashes["after commit"] += 1
        await asyncio.sleep(0.003)
    return len(batch.events)


# --- the laws ------------------------------------------------------------------------------------------------


async def _check(world: World) -> None:
    async with world.db.tenant(world.organization_id) as tx:
        rows = await tx.conn.fetch("SELECT id, key_id FROM giving.event WHERE key_id <> 0")
    stored = {row["id"] for row in rows}
    times = Counter(event.id for event in world.delivered if event.key_id != 0)
    assert world.committed <= stored and not world.rolled_back & stored
    assert stored - times.keys() == set(), "skipped"
    assert times.keys() - stored == set(), "delivered but never committed"
    assert [id_ for id_, count in times.items() if count > 1] == [], "delivered twice"
    by_donor = defaultdict(list)
    for event in world.delivered:
        by_donor[event.key_id].append(event.id)
    for donor, ids in by_donor.items():
        assert ids == sorted(ids), f"donor {donor} out of order"


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_skipped_nothing_comes_twice_and_order_is_kept(dsn: str, seed: int) -> None:
    db = await open_database(dsn, pool_size=24)
    try:
        world = await _world(db, seed)
        opened, close = asyncio.Event(), asyncio.Event()
        long = asyncio.create_task(_long_writer(world, opened, close))
        await opened.wait()
        consumers = [
            asyncio.create_task(_consumer(world, random.Random(world.rng.random()))) for _ in range(2)
        ]
        # Donor 0 is held by the long transaction: who wants it waits, so most writers are kept off it at first.
        held, world.donors = world.donors[0], world.donors[1:]
        raw = [_raw_writer(world) for _ in range(WRITERS)]
        await asyncio.gather(*raw, _others_flow(world, held))
        late = asyncio.create_task(_giver(world, 0))
        await asyncio.sleep(0.05)
        close.set()
        long_ids = await long
        world.donors.append(held)
        await asyncio.gather(
            late, *(_giver(world, n) for n in range(1, 4)), *(_raw_writer(world) for _ in range(3))
        )
        world.writing = False
        await asyncio.gather(*consumers)
        await _check(world)
        assert long_ids <= {event.id for event in world.delivered}
        assert len(world.delivered) > 1500, len(world.delivered)
        assert world.crashes["before commit"] and world.crashes["after commit"]
    finally:
        await db.close()


async def _others_flow(world: World, held: int) -> None:
    """While one transaction stays open, every committed event of other donors arrives, in the same part too."""
    async with world.db.first.pool.acquire() as conn:
        parts = {
            d: await conn.fetchval("SELECT platform.event_part($1, $2)", world.organization_id, d)
            for d in world.donors
        }
    arrived: set[int] = set()
    for _ in range(400):
        await asyncio.sleep(0.02)
        arrived = {event.key_id for event in world.delivered}
        assert held not in arrived, "an uncommitted event was delivered"
        if set(world.donors) <= arrived:
            return
    raise AssertionError(f"donors {set(world.donors) - arrived} wait for a stranger's transaction ({parts})")


async def test_a_long_transaction_delays_only_its_own_donor_in_the_same_part(db: Database) -> None:
    world = await _world(db, 5)
    async with db.first.system() as conn:
        rows = await conn.fetch(
            """SELECT k, platform.event_part($1, k) AS part FROM generate_series(1000::bigint, 1100) k
            WHERE platform.event_part($1, k) = platform.event_part($1, 1000)""",
            world.organization_id,
        )
    mine, stranger, part = rows[0]["k"], rows[1]["k"], rows[0]["part"]
    async with db.tenant(world.organization_id) as slow:
        first = await slow.conn.fetchval(APPEND, world.organization_id, mine, 1)
        async with db.tenant(world.organization_id) as quick:
            second = await quick.conn.fetchval(APPEND, world.organization_id, stranger, 1)
        assert await _drain(db, part) == [second]
        assert await _drain(db, part) == []
    assert await _drain(db, part) == [first]
    assert await _drain(db, part) == []


async def _drain(db: Database, part: int, limit: int = 100) -> list[int]:
    async with db.first.system() as conn:
        batch = await READER.read(conn, part, limit)
        if batch is None:
            return []
        await READER.done(conn, batch)
    return [event.id for event in batch.events]


async def test_a_part_is_read_by_one_worker_at_a_time(db: Database) -> None:
    world = await _world(db, 6)
    async with db.tenant(world.organization_id) as tx:
        id_ = await tx.conn.fetchval(APPEND, world.organization_id, 7, 1)
        part = await tx.conn.fetchval("SELECT platform.event_part($1, 7)", world.organization_id)
    async with db.first.system() as one:
        batch = await READER.read(one, part, 10)
        assert batch is not None and [event.id for event in batch.events] == [id_]
        async with db.first.system() as two:
            assert await READER.read(two, part, 10) is None
            assert await READER.hold(two, world.organization_id, 7) is None
        await READER.done(one, batch)
    assert await _drain(db, part) == []


async def test_a_worker_that_takes_over_does_not_set_the_cursor_back(db: Database) -> None:
    """Its transaction began before the other's commit; its reading must not."""
    world = await _world(db, 8)
    async with db.first.system() as second:
        await second.execute("SELECT 1")
        async with db.tenant(world.organization_id) as tx:
            first_id = await tx.conn.fetchval(APPEND, world.organization_id, 7, 1)
            part = await tx.conn.fetchval("SELECT platform.event_part($1, 7)", world.organization_id)
        assert await _drain(db, part) == [first_id]
        assert await READER.read(second, part, 10) is None
    assert await _drain(db, part) == []


async def test_events_of_a_restored_dump_block_nothing_and_come_once(db: Database, dsn: str) -> None:
    """A dump came into a younger server: its events carry transaction numbers that lie far ahead of all here."""
    world = await _world(db, 9)
    owner = await asyncpg.connect(dsn)
    try:
        part = await owner.fetchval("SELECT platform.event_part($1, 7)", world.organization_id)
        seen = [await owner.fetchval(APPEND, world.organization_id, 7, n) for n in range(3)]
        assert await _drain(db, part) == seen
        waiting = [await owner.fetchval(APPEND, world.organization_id, 7, n) for n in range(3)]
        await owner.execute("UPDATE giving.event SET xid = (900000000000 + id)::text::xid8")
        await owner.execute(
            "UPDATE platform.event_cursor SET seen = format('%s:%s:', $1::bigint, $1::bigint)::pg_snapshot",
            900_000_000_000 + waiting[0],
        )
        await owner.execute("UPDATE platform.server SET system_identifier = 1")
        await migrate(dsn)
        assert await _drain(db, part, limit=2) == waiting[:2]
        assert await _drain(db, part) == waiting[2:]
        for n in range(5):
            fresh = await owner.fetchval(APPEND, world.organization_id, 7, n)
            assert await _drain(db, part) == [fresh]
            assert await READER.parts_with_news(owner) == []
    finally:
        await owner.close()


async def test_an_event_in_flight_when_the_dump_s_cursor_passed_it_is_not_lost(
    db: Database, dsn: str
) -> None:
    """Its number stood in the cursor's snapshot as open; in the dump it is committed, and no number means anything."""
    world = await _world(db, 10)
    owner = await asyncpg.connect(dsn)
    try:
        part = await owner.fetchval("SELECT platform.event_part($1, 7)", world.organization_id)
        async with db.tenant(world.organization_id) as slow:
            late = await slow.conn.fetchval(APPEND, world.organization_id, 7, 1)
            passed = await owner.fetchval(APPEND, world.organization_id, 7, 2)
            assert await _drain(db, part) == [passed]
        await owner.execute("UPDATE platform.server SET system_identifier = 1")
        await migrate(dsn)
        assert late in await _drain(db, part)
        assert await _drain(db, part) == []
    finally:
        await owner.close()


async def test_a_table_of_the_caller_s_own_does_not_stand_before_the_log(db: Database) -> None:
    """The functions that read a log run as its owner, and find its table by a search path."""
    world = await _world(db, 8)
    async with db.tenant(world.organization_id) as tx:
        (id_,) = await _append(tx.conn, world.organization_id, world.donors[:1], 1, world.rng)
    async with db.first.system() as conn:
        await conn.execute("CREATE TEMP TABLE event (LIKE giving.event) ON COMMIT DROP")
        (part,) = await READER.parts_with_news(conn)
        batch = await READER.read(conn, part, 10)
    assert batch is not None
    assert [event.id for event in batch.events] == [id_]
