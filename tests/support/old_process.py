"""A process of the first landed version: what it asks of the database, word for word, on connections opened before an upgrade.

Its writer of gifts is the present one with the statement of then, and as soon discouraged as then. Its sync worker is here in short: read,
accept, move the cursor, one transaction; what fails is rolled back and tried again.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from almoner.giving.give import batches
from almoner.giving.give import writer as give_writer
from almoner.giving.give.batches import Batches
from almoner.giving.give.rules import Written
from almoner.giving.give.writer import GiveWriter
from almoner.platform.database import Connection, Server, open_server
from almoner.platform.database.queries import Queries
from almoner.platform.events.wake import Wake

STATEMENTS = Path(__file__).parents[1] / "data" / "foundation" / "statements"
GIVE = Queries(STATEMENTS / "give.sql")
SYNC = Queries(STATEMENTS / "sync.sql")
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
PARTS = range(8)

Gift = dict[str, Any]


def gift(rng: random.Random, *, key: str) -> Gift:
    """One gift as `giving.give` takes it: of a donor that others share or a new one, with one designation or two."""
    donor = f"d{rng.randrange(40)}@example.org" if rng.random() < 0.6 else f"{key}@example.org"
    amount, second = rng.randrange(100, 9000), rng.choice([None, "wells"])
    projects = [{"code": second, "minor": 40}, {"minor": amount - 40}] if second else [{"minor": amount}]
    return {
        "email": donor,
        "email_key": donor,
        "first_name": "Ada",
        "last_name": donor.partition("@")[0],
        "is_organization": False,
        "campaign_id": 1 if rng.random() < 0.5 else None,
        "amount_minor": amount,
        "currency": rng.choice(["USD", "USD", "EUR"]),
        "projects": projects,
        "gift_on": str(date(2025, 6, 1) + timedelta(days=rng.randrange(500))),
        "is_test_mode": rng.random() < 0.1,
        "is_anonymous": False,
        "payment_type": "Card",
        "gateway": "sandbox",
        "transaction_id": f"t-{key}",
        "idempotency_key": key,
        "fingerprint": "ab",
    }


class FirstBatches(Batches[Any]):
    """How the first version wrote: it sent a gift again after a clash of keys and after nothing else."""

    async def _send_alone(self, organization_id: int, waiting: Any) -> None:
        for attempt in range(1, batches.ATTEMPTS_ALONE + 1):
            try:
                return await self._send(organization_id, [waiting])
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError) as error:
                if attempt == batches.ATTEMPTS_ALONE:
                    batches._fail([waiting], error)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                return batches._fail([waiting], error)
        return None


async def _give_first(conn: Connection, organization_id: int, records: list[dict[str, Any]]) -> Any:
    return await GIVE.give(conn, organization_id=organization_id, gifts=json.dumps(records))


@asynccontextmanager
async def first_writer(db: Server) -> AsyncIterator[GiveWriter]:
    """The first version's writer with its statement: it stores gifts without intents."""
    wake = Wake(db)
    writer = GiveWriter(db, wake, batch_max=16, writers=6, queue_max=10_000)
    writer._batches = FirstBatches(db, _give_first, give_writer._written, wake.ring, batch_max=16, lanes=6)
    async with _started(writer):
        yield writer


@asynccontextmanager
async def present_writer(db: Server) -> AsyncIterator[GiveWriter]:
    """The writer as it is now."""
    async with _started(GiveWriter(db, Wake(db), batch_max=16, writers=6, queue_max=10_000)) as writer:
        yield writer


@asynccontextmanager
async def _started(writer: GiveWriter) -> AsyncIterator[GiveWriter]:
    writer.start()
    try:
        yield writer
    finally:
        await writer.stop()


class Givers:
    """Many people who give without a pause, each gift under a key of its own; some send theirs twice at the same time."""

    def __init__(self, writer: GiveWriter, organization_id: int, seed: int, word: str = "load") -> None:
        self._writer = writer
        self._organization_id = organization_id
        self._seed = seed
        self._word = word
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []
        self.acknowledged: dict[str, int] = {}
        self.failed: list[str] = []

    def start(self, people: int) -> None:
        """Let `people` begin to give."""
        self._tasks = [asyncio.create_task(self._give_on(n)) for n in range(people)]

    async def reach(self, count: int) -> None:
        """Wait until so many more gifts are acknowledged (or one has failed)."""
        wanted = len(self.acknowledged) + count
        while len(self.acknowledged) < wanted and not self.failed:  # noqa: ASYNC110 - counts are looked at
            await asyncio.sleep(0.005)

    async def __aenter__(self) -> Givers:
        return self

    async def __aexit__(self, *_: object) -> None:
        """However the block ends: nobody gives on, or the writer behind them never could stop."""
        await self.stop()

    async def stop(self) -> None:
        """Let everybody finish the gift in hand."""
        self._over = True
        await asyncio.gather(*self._tasks)

    async def _give_on(self, person: int) -> None:
        rng, n = random.Random(f"{self._seed} {person}"), 0
        while not self._over:
            n += 1
            key = f"{self._word}-{person}-{n}"
            record, times = gift(rng, key=key), 2 if rng.random() < 0.2 else 1
            answers = await asyncio.gather(
                *(self._writer.write(self._organization_id, record) for _ in range(times)),
                return_exceptions=True,
            )
            self._note(key, answers)

    def _note(self, key: str, answers: list[Written | BaseException]) -> None:
        self.failed += [f"{key}: {answer!r}" for answer in answers if isinstance(answer, BaseException)]
        ids = {answer.gift_id for answer in answers if isinstance(answer, Written)}
        if len(ids) > 1:
            self.failed.append(f"{key}: two gifts {ids}")
        if ids:
            self.acknowledged[key] = ids.pop()


class FirstSyncWorker:
    """Carries what happens in giving to the CRM with the statements of the first version, without a pause until stopped."""

    def __init__(self, db: Server) -> None:
        self._db = db
        self._over = False
        self.setbacks: list[str] = []

    async def register(self) -> None:
        """Begin to read the log of giving."""
        async with self._db.system() as conn:
            await SYNC.register_consumer(conn, log="giving", consumer="sync")

    async def run(self) -> None:
        """Work until `finish` is called and nothing is left."""
        while True:
            over = self._over
            moved = [await self._try(part) for part in PARTS]
            if over and not any(moved):
                return
            await asyncio.sleep(0.01)

    def finish(self) -> None:
        """Let `run` end when the log is read."""
        self._over = True

    async def _try(self, part: int) -> bool:
        try:
            async with self._db.system() as conn:
                return await self._sync(conn, part)
        except asyncpg.PostgresError as error:
            self.setbacks.append(repr(error))
            return True

    async def _sync(self, conn: Any, part: int) -> bool:
        events = await SYNC.read_events(conn, log="giving", consumer="sync", part=part, limit=50)
        gifts = [event["record_id"] for event in events if event["kind"] == "gift.created"]
        for organization_id in {event["organization_id"] for event in events}:
            tx = await self._db.act_for(conn, organization_id)
            facts = await SYNC.facts(tx, ids=gifts)
            contacts = await SYNC.accept_contacts(tx, contacts=json.dumps([_contact(f) for f in facts]))
            found = {row["ord"]: row["contact_id"] for row in contacts}
            rows = [_crm_gift(fact, found[fact["id"]]) for fact in facts]
            await SYNC.accept_gifts(tx, slot=part, gifts=json.dumps(rows))
        if events:
            last = events[-1]
            await SYNC.move_cursor(
                conn, log="giving", consumer="sync", part=part, after_id=last["id"], snapshot=last["snapshot"]
            )
        return bool(events)


def _contact(fact: Any) -> dict[str, Any]:
    return {
        "ord": fact["id"],
        "source": "RaiseDonors",
        "reference_id": str(fact["donor_id"]),
        "contact_type": "Household",
        "name": fact["last_name"],
        "first_name": "Ada",
        "last_name": fact["last_name"],
        "email": fact["email"],
        "email_key": fact["email"],
    }


def _crm_gift(fact: Any, contact_id: int) -> dict[str, Any]:
    parts = zip(fact["codes"], fact["project_minor"], strict=True)
    return {
        "ord": fact["id"],
        "contact_id": contact_id,
        "gift_type": "Card",
        "gift_on": str(fact["gift_on"]),
        "amount_minor": fact["amount_minor"],
        "currency": fact["currency"],
        "designations": [{"code": code, "key": code, "minor": minor} for code, minor in parts],
        "transaction_source": "RaiseDonors",
        "transaction_id": str(fact["id"]),
        "is_private": False,
    }


async def settle(dsn: str) -> int:
    """An organization with projects in a tree and a campaign."""
    owner = await asyncpg.connect(dsn)
    try:
        organization_id: int = await owner.fetchval(
            "SELECT platform.create_organization('Wells', 'USD', 'UTC', 'crm')"
        )
        for statement in SETTING.split(";\n"):
            await owner.execute(statement.replace(":org", str(organization_id)))
        return organization_id
    finally:
        await owner.close()


async def fill(dsn: str) -> int:
    """The same with gifts on both sides, made through the functions of the first version."""
    organization_id = await settle(dsn)
    db = await open_server(dsn, pool_size=4)
    try:
        async with first_writer(db) as writer:
            rng = random.Random(1)
            await asyncio.gather(
                *(writer.write(organization_id, gift(rng, key=f"before-{n}")) for n in range(300))
            )
        worker = FirstSyncWorker(db)
        await worker.register()
        worker.finish()
        await worker.run()
    finally:
        await db.close()
    return organization_id


SETTING = """
INSERT INTO giving.project (organization_id, name, code, code_key, is_default, created_at, modified_at)
VALUES (:org, 'General', 'general', 'general', true, now(), now()), (:org, 'Wells', 'wells', 'wells', false, now(), now());
INSERT INTO giving.campaign (organization_id, name, start_at, created_at, modified_at) VALUES (:org, 'Spring', now(), now(), now());
INSERT INTO crm.project (organization_id, name, project_code, code_key, created_at, modified_at)
VALUES (:org, 'General', 'general', 'general', now(), now());
INSERT INTO crm.project (organization_id, name, project_code, code_key, parent_id, created_at, modified_at)
VALUES (:org, 'Wells', 'wells', 'wells', 1, now(), now());
INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id) VALUES (:org, 1, 1), (:org, 2, 2), (:org, 2, 1)
"""
