"""Random histories of gifts, donors and contacts, by writers that nobody coordinates, over a sync that is killed and confused."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg

from almoner.crm.contract import Key, MergeContacts, accept
from almoner.crm.projects import service as crm_projects
from almoner.giving.campaigns import service as campaigns
from almoner.giving.campaigns.requests import CampaignBody
from almoner.giving.donors import service as donors
from almoner.giving.gifts import service as gifts
from almoner.giving.gifts.requests import GiftProjectBody
from almoner.giving.projects import service as giving_projects
from almoner.kernel.clock import SystemClock
from almoner.platform import wire
from almoner.platform.database import Database, Tx
from almoner.platform.events.reader import Event
from almoner.platform.events.wake import Wake
from almoner.platform.settings import Settings
from almoner.sync.destinations import BUILTIN
from almoner.sync.engine import apply, note
from almoner.sync.worker import SyncWorker

AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
PROJECTS = ("WELLS", "SCHOOLS", "ROADS")
PEOPLE = 240
BATCH = 8
Step = Callable[[Tx, random.Random], Awaitable[None]]


@dataclass
class World:
    """One organization of two products; `gifts` are those that a writer was told of, `shared` the givers who were ever one contact."""

    db: Database
    organization_id: int
    rng: random.Random
    campaign_ids: list[int] = field(default_factory=list)
    project_ids: list[int] = field(default_factory=list)
    gifts: list[int] = field(default_factory=list)
    shared: dict[int, set[int]] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    def tenant(self) -> Any:
        """A transaction of the organization."""
        return self.db.tenant(self.organization_id)


def now() -> datetime:
    """The instant, as services want it."""
    return datetime.now(UTC)


async def furnish(world: World) -> None:
    """Projects in both products, one of them below another in the CRM, and two campaigns."""
    async with world.tenant() as tx:
        parent = None
        for code in PROJECTS:
            await giving_projects.create_project(tx, {"name": code, "code": code}, now())
            row = {"name": code, "project_code": code, "parent_id": parent}
            made = await crm_projects.create_project(tx, row, now())
            parent = parent or made.id
            world.project_ids.append(made.id)
        for name in ("Spring", "Autumn"):
            body = CampaignBody(name=name, start_date=now().isoformat())
            made_campaign = await campaigns.create_campaign(tx, wire.said(body), now(), "http://almoner.test")
            world.campaign_ids.append(made_campaign.id)


# --- writers ---------------------------------------------------------------------------------------------------


async def write(world: World, name: int, histories: int) -> None:
    """Give so many gifts, a batch at a time, and change what was given in between; what fails is tried afresh."""
    rng = random.Random(f"{world.rng.random()} {name}")
    for batch in range(-(-histories // BATCH)):
        await _until_it_works(_give, world, rng, f"{name}/{batch}")
        for _ in range(BATCH):
            what = rng.choices(*zip(*CHANGES.items(), strict=True))[0]
            await _until_it_works(what, world, rng)


async def _until_it_works(step: Any, world: World, *arguments: Any) -> None:
    while True:
        try:
            await step(world, *arguments)
        except AWAY:
            await asyncio.sleep(0.02)
        else:
            world.steps[step.__name__] += 1
            return


async def _give(world: World, rng: random.Random, key: str) -> None:
    body = json.dumps([_gift(world, rng, n, f"{key}/{n}") for n in range(BATCH)])
    give = "SELECT gift_id FROM giving_code.give($1, $2)"
    async with world.db.first.pool.acquire() as conn:
        rows = await conn.fetch(give, world.organization_id, body)
    world.gifts += [row["gift_id"] for row in rows]


def _gift(world: World, rng: random.Random, ord_: int, key: str) -> dict[str, Any]:
    number, amount = rng.randrange(PEOPLE), rng.randrange(200, 9000)
    email, more = f"donor{number}@example.org", {}
    if rng.random() < 0.3:
        more = {"phone": f"555-{number:04}", "city": "Ely", "address1": f"{number} Elm St"}
    return {
        "ord": ord_, "email": email, "email_key": email, "first_name": "Ada", "last_name": f"Donor {number}",
        "is_organization": False, "campaign_id": rng.choice([None, None, *world.campaign_ids]),
        "amount_minor": amount, "currency": rng.choice(["USD", "USD", "EUR"]), "projects": _split(rng, amount),
        "gift_on": str(date(2024, 11, 1) + timedelta(days=rng.randrange(120))), "is_test_mode": rng.random() < 0.05,
        "is_anonymous": False, "payment_type": "Cash", "gateway": "test", "transaction_id": key,
        "idempotency_key": key, "fingerprint": "00", **more,
    }  # fmt: skip


def _split(rng: random.Random, amount: int) -> list[dict[str, Any]]:
    first, second = rng.sample([code.lower() for code in PROJECTS], 2)
    part = rng.randrange(1, amount)
    whole = [{"code": first, "minor": amount}]
    return (
        whole
        if rng.random() < 0.5
        else [{"code": first, "minor": part}, {"code": second, "minor": amount - part}]
    )


async def _correct(world: World, rng: random.Random) -> None:
    """Another amount, another split, another day, other words: any of them."""
    said: dict[str, Any] = {}
    minor = rng.randrange(200, 9000)
    if rng.random() < 0.6:
        said["amount"] = _decimal(minor)
        parts = _split(rng, minor)
        said["projects"] = [
            GiftProjectBody(code=part["code"], amount=_decimal(part["minor"])) for part in parts
        ]
    if rng.random() < 0.4:
        said["date"] = str(date(2024, 11, 1) + timedelta(days=rng.randrange(120)))
    if rng.random() < 0.4 or not said:
        said["notes"] = rng.choice([None, "for the well", "by cheque"])
    async with world.tenant() as tx:
        await gifts.correct_gift(tx, rng.choice(world.gifts), said, now(), projects_max=5)


def _decimal(minor: int) -> Decimal:
    return Decimal(minor) / 100


async def _change_donor(world: World, rng: random.Random) -> None:
    number = rng.randrange(PEOPLE)
    said = rng.choice([{"last_name": f"Donor {number}{rng.choice('abc')}"}, {"phone": f"556-{rng.randrange(9999)}"},
                       {"address1": f"{rng.randrange(99)} Oak St", "city": "York"}, {"title": "Dr."}])  # fmt: skip
    async with world.tenant() as tx:
        id_ = await tx.conn.fetchval(
            "SELECT id FROM giving.donor WHERE organization_id = $1 AND email_key = $2",
            world.organization_id,
            f"donor{number}@example.org",
        )
        if id_ is not None:
            await donors.change_donor(tx, id_, said, now(), by="a simulation")


async def _merge(world: World, rng: random.Random) -> None:
    async with world.tenant() as tx:
        rows = await tx.conn.fetch(
            "SELECT reference_id, version FROM crm.contact_reference WHERE organization_id = $1 ORDER BY random() LIMIT 2",
            world.organization_id,
        )
        if len(rows) == 2:
            key, into = (Key("RaiseDonors", row["reference_id"]) for row in rows)
            (outcome,) = await accept(
                tx, [MergeContacts(key=key, into=into, version=rows[0]["version"])], now()
            )
            world.did[outcome.did] += 1
            await _see_who_shares(world, tx)


async def _see_who_shares(world: World, tx: Tx) -> None:
    """Nothing but a merge puts two givers on one contact, and merges take turns: who shares one is seen after each."""
    rows = await tx.conn.fetch(
        "SELECT contact_id, array_agg(reference_id::bigint) AS givers FROM crm.contact_reference"
        " WHERE organization_id = $1 GROUP BY contact_id HAVING count(*) > 1",
        world.organization_id,
    )
    for row in rows:
        world.shared.setdefault(row["contact_id"], set()).update(row["givers"])


async def _close_or_open_a_project(world: World, rng: random.Random) -> None:
    async with world.tenant() as tx:
        id_ = rng.choice(world.project_ids)
        await crm_projects.set_active(tx, id_, active=rng.random() < 0.7, now=now())


async def _pause_or_resume_a_campaign(world: World, rng: random.Random) -> None:
    async with world.tenant() as tx:
        await campaigns.toggle_sync(tx, rng.choice(world.campaign_ids), by="test", reason=None, now=now())


CHANGES: dict[Any, float] = {
    _correct: 12,
    _change_donor: 4,
    _merge: 0.4,
    _close_or_open_a_project: 0.5,
    _pause_or_resume_a_campaign: 0.5,
}


# --- the sync, and who confuses it -----------------------------------------------------------------------------


def new_worker(world: World) -> SyncWorker:
    """A worker that works when told to."""
    settings = Settings(sync_backoff_seconds=0.01, sync_backoff_seconds_max=0.05, sync_attempts_max=10_000)
    return SyncWorker(world.db.first, Wake(world.db.first), SystemClock(), settings)


async def sync_and_die(world: World, rng: random.Random) -> None:
    """Work as a worker does; be killed at any await, and begin again as another."""
    while not world.is_over:
        with suppress(*AWAY, TimeoutError):
            async with asyncio.timeout(rng.uniform(0.05, 0.6)):
                worker = new_worker(world)
                await worker._register()
                while not world.is_over:
                    if not await worker.drain_once() + await worker.retry_due() + await worker.mend():
                        await asyncio.sleep(0.01)
        await asyncio.sleep(0.005)


async def confuse(world: World, rng: random.Random, owner_dsn: str) -> None:
    """Set cursors back, so that events come twice; hand events over in any order; end connections at work."""
    while not world.is_over:
        await asyncio.sleep(rng.uniform(0.05, 0.25))
        with suppress(*AWAY):
            what = rng.choice([_read_again, _out_of_order, _cut])
            await what(world, rng, owner_dsn)
            world.steps[what.__name__] += 1


async def _as_owner(dsn: str, statement: str, *values: object) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(statement, *values)
    finally:
        await conn.close()


async def _read_again(_world: World, rng: random.Random, owner_dsn: str) -> None:
    back = "UPDATE platform.event_cursor SET after_id = greatest(after_id - $1, 0) WHERE log = 'giving'"
    await _as_owner(owner_dsn, back, rng.randrange(300))


async def _cut(_world: World, _rng: random.Random, owner_dsn: str) -> None:
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'almoner'"
        " AND state <> 'idle' AND datname = current_database() ORDER BY random() LIMIT 2"
    )
    await _as_owner(owner_dsn, cut)


async def _out_of_order(world: World, rng: random.Random, _owner_dsn: str) -> None:
    """Events of parts that nobody holds, from anywhere in the log, in any order."""
    async with world.db.first.system() as conn:
        rows = await conn.fetch("SELECT part, platform_code.lock_part('giving', 'sync crm', part::smallint) AS held"
                                " FROM generate_series(0, 7) AS part")  # fmt: skip
        held = [row["part"] for row in rows if row["held"]]
        tx = await world.db.first.act_for(conn, world.organization_id)
        found = await conn.fetch(
            "SELECT organization_id, id, key_id, kind, record_id, happened_at, version, NULL AS data FROM giving.event"
            " WHERE organization_id = $1 AND part = ANY ($2) ORDER BY random() LIMIT 80",
            world.organization_id,
            held,
        )
        events = [Event(**row) for row in found]
        rng.shuffle(events)
        if held:
            work = await note(tx, BUILTIN, events)
            await apply(tx, BUILTIN, work, slot=held[0], now=now(), is_retry=False)


async def settle(world: World) -> None:
    """Open all, resume all, and let the sync work until nothing moves any more."""
    async with world.tenant() as tx:
        for id_ in world.project_ids:
            await crm_projects.set_active(tx, id_, active=True, now=now())
        for id_ in world.campaign_ids:
            if not await campaigns.syncs(tx, id_):
                await campaigns.toggle_sync(tx, id_, by="test", reason=None, now=now())
    worker, still = new_worker(world), 0
    while still < 3:
        moved = await worker.drain_once() + await worker.mend() + await worker.retry_due()
        still = 0 if moved else still + 1
        await asyncio.sleep(0.06)
