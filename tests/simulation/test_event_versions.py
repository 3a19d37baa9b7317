"""Versions in the event log under disorder: each record's come one by one, and what an event keeps is what stood there.

Every writer is the product's own; all of them meet on the same few records, and some die before they commit.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from almoner.cli.events import LOGS
from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.contact_notes.service import NOTES
from almoner.crm.contact_notes.views import note_view
from almoner.crm.projects import service as projects
from almoner.giving.campaigns import service as campaigns
from almoner.kernel.errors import NotFound
from almoner.platform.database import Database, Tx, open_database
from almoner.platform.events.reader import Event, EventReader
from almoner.platform.wire import encode_json, told
from almoner.tenants.service import create_organization

pytestmark = [pytest.mark.anyio, pytest.mark.simulation]

SEEDS = [int(os.environ["ALMONER_SEED"])] if "ALMONER_SEED" in os.environ else [1, 2, 3]
TURNS = 40
START = datetime(2024, 3, 5, tzinfo=UTC)
STAMP, UNTOLD = "modifiedDateTimeUtc", "timeSpent"
"""The stamp of the last change; a column that no read tells, so that no last image has it."""
DONORS = 6
LACKED = {"first_name": "Ada", "last_name": "Example", "phone": "555-0100", "address1": "1 Way"}
"""What a donor may lack at first, and a later give fill in."""
WRITTEN = {"donor.created", "donor.updated", "gift.created", "campaign.updated", "project.updated",
           "contact_note.created", "contact_note.updated", "contact_note.deleted"}  # fmt: skip
Record = tuple[str, str, int]
"""Log, noun and id."""
Image = dict[str, Any]


class Crash(Exception):
    """A writer or reader dies before its commit."""


@dataclass
class World:
    """What stood in each version of a record that was committed, and what the consumer of each log took."""

    db: Database
    rng: random.Random
    organization_id: int
    contacts: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    projects: list[int] = field(default_factory=list)
    stood: dict[tuple[Record, int], Image] = field(default_factory=dict)
    taken: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    deaths: int = 0
    writing: bool = True

    @asynccontextmanager
    async def change(self) -> AsyncIterator[tuple[Tx, dict[tuple[Record, int], Image]]]:
        """A transaction that takes its time and may die; what the block says stands there counts once it is committed."""
        stands: dict[tuple[Record, int], Image] = {}
        try:
            async with self.db.tenant(self.organization_id) as tx:
                yield tx, stands
                await asyncio.sleep(self.rng.random() * 0.004)
                _die_sometimes(self.rng)
        except Crash:
            self.deaths += 1
        except NotFound:
            pass  # somebody else deleted it
        else:
            self.stood |= stands

    def now(self) -> datetime:
        """Some moment: clocks of different machines agree on nothing."""
        return START + timedelta(seconds=self.rng.randrange(100_000))


def _die_sometimes(rng: random.Random) -> None:
    if rng.random() < 0.15:
        raise Crash


async def _world(db: Database, seed: int) -> World:
    print(f"ALMONER_SEED={seed}")
    made = await create_organization(db, "Versions", now=START)
    world = World(db, random.Random(seed), made.organization_id)
    contact = """INSERT INTO crm.contact (organization_id, name, created_at, modified_at)
        VALUES ($1, 'Somebody', $2, $2) RETURNING id"""
    async with db.tenant(made.organization_id) as tx:
        for n in range(2):
            world.contacts.append(await tx.conn.fetchval(contact, made.organization_id, START))
            campaign = {"name": f"Campaign {n}", "start_at": START}
            world.campaigns.append(await campaigns.CAMPAIGNS.add(tx, campaign, START))
            fund = {"name": f"Fund {n}", "project_code": None}
            world.projects.append((await projects.create_project(tx, fund, START)).id)
    async with db.first.system() as conn:
        for log in LOGS:
            await EventReader(log, "versions").register(conn)
    return world


# --- writers -------------------------------------------------------------------------------------------------


async def _noter(world: World) -> None:
    """Writes, rewrites and deletes notes that the others rewrite and delete too."""
    rng = world.rng
    for _ in range(TURNS):
        known = rng.choice(world.notes) if world.notes and rng.random() < 0.85 else None
        async with world.change() as (tx, stands):
            note_id = await _note(tx, world, known)
            record = ("crm", "contact_note", note_id)
            row = await _row(tx, record)
            if row is not None:
                stands[record, row["version"]] = _image_of(record, row)
        world.notes += [
            record[2] for record, version in stands if version == 1 and record[2] not in world.notes
        ]


async def _note(tx: Tx, world: World, known: int | None) -> int:
    rng = world.rng
    words = {
        "type": rng.choice(TYPES[:3]),
        "note": rng.choice(("Hello", "Hällo \\ \"'", "line\nline")),
        "noted_on": date(2024, 1, rng.randint(1, 31)),
        "important": rng.random() < 0.5,
        "is_private": False,
        "time_spent": rng.choice((None, 5, 2**31 - 1)),
    }
    if known is None:
        return await NOTES.add(tx, {**words, "contact_id": rng.choice(world.contacts)}, world.now())
    if rng.random() < 0.12:
        await NOTES.remove(tx, known, world.now())
        return known
    said = rng.sample(sorted(words), rng.randint(0, 3))
    await NOTES.replace(tx, known, {name: words[name] for name in said}, world.now())
    return known


async def _switcher(world: World) -> None:
    """Turns the sync of campaigns off and on, and projects inactive and active, all of them in demand."""
    rng = world.rng
    for _ in range(TURNS):
        async with world.change() as (tx, stands):
            if rng.random() < 0.5:
                record = ("giving", "campaign", rng.choice(world.campaigns))
                await campaigns.toggle_sync(tx, record[2], by="test", reason=None, now=world.now())
            else:
                record = ("crm", "project", rng.choice(world.projects))
                await projects.set_active(tx, record[2], active=rng.random() < 0.5, now=world.now())
            row = await _row(tx, record)
            stands[record, row["version"]] = _image_of(record, row)


async def _giver(world: World, name: int) -> None:
    """Gifts by donors who say a little more of themselves each time."""
    for turn in range(TURNS):
        gifts = [_gift(world.rng, ord_, f"{name}/{turn}/{ord_}") for ord_ in range(world.rng.randint(1, 4))]
        give = "SELECT FROM giving_code.give($1, $2)"
        await world.db.first.pool.fetch(give, world.organization_id, json.dumps(gifts))
        await asyncio.sleep(world.rng.random() * 0.004)


def _gift(rng: random.Random, ord_: int, key: str) -> dict[str, Any]:
    email = f"donor{rng.randrange(DONORS)}@example.org"
    more = {lack: LACKED[lack] for lack in LACKED if rng.random() < 0.1}
    return {
        "ord": ord_, "email": email, "email_key": email, "is_organization": False, "amount_minor": 100,
        "currency": "USD", "projects": [{"minor": 100}], "gift_on": "2024-01-01", "is_test_mode": False,
        "is_anonymous": False, "payment_type": "Cash", "gateway": "test", "transaction_id": key,
        "idempotency_key": key, "fingerprint": "00", **more,
    }  # fmt: skip


# --- consumers -----------------------------------------------------------------------------------------------


async def _consumer(world: World, log: str) -> None:
    """Reads a log until all is written and read; sometimes dies with a batch in its hands and begins it again."""
    reader = EventReader(log, "versions")
    while True:
        was_writing = world.writing
        async with world.db.first.pool.acquire() as conn:
            parts = await reader.parts_with_news(conn)
        for part in parts:
            with suppress(Crash):
                async with world.db.first.system() as conn:
                    batch = await reader.read(conn, part, world.rng.choice((1, 3, 30)))
                    if batch is None:
                        continue
                    _die_sometimes(world.rng)
                    await reader.done(conn, batch)
                world.taken[log] += batch.events
        if not parts:
            if not was_writing:
                return
            await asyncio.sleep(0.003)


# --- the laws ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
async def test_versions_of_a_record_rise_by_one_and_its_events_keep_what_stood_there(
    dsn: str, seed: int
) -> None:
    db = await open_database(dsn, pool_size=24)
    try:
        world = await _world(db, seed)
        consumers = [asyncio.create_task(_consumer(world, log)) for log in LOGS]
        await asyncio.gather(
            *(_noter(world) for _ in range(6)),
            *(_switcher(world) for _ in range(4)),
            *(_giver(world, n) for n in range(3)),
        )
        world.writing = False
        await asyncio.gather(*consumers)
        kinds = {event.kind for events in world.taken.values() for event in events}
        assert kinds >= WRITTEN
        assert world.deaths > 20
        async with db.tenant(world.organization_id) as tx:
            for record, events in _by_record(world).items():
                versions = [event.version for event in events]
                assert versions == list(range(1, len(events) + 1)), f"{record}: {versions}"
                await _check_images(world, tx, record, events)
    finally:
        await db.close()


def _by_record(world: World) -> dict[Record, list[Event]]:
    """The events of each record in the order in which they were taken."""
    found: dict[Record, list[Event]] = defaultdict(list)
    for log, events in world.taken.items():
        for event in events:
            found[log, event.kind.partition(".")[0], event.record_id].append(event)
    return found


async def _check_images(world: World, tx: Tx, record: Record, events: list[Event]) -> None:
    """Backwards from what there is: each event's old values make of an image the one before, which stood there."""
    image = await _image_now(world, tx, record, events[-1])
    for event in reversed(events):
        old = None if event.data is None else json.loads(event.data)
        happened = event.kind.partition(".")[2]
        if happened == "deleted":
            assert old is not None
            image = old
            continue
        stood = world.stood.get((record, event.version), {})
        assert stood or event.version == 1 or event.kind == "donor.updated"
        assert stood.keys() - image.keys() <= {UNTOLD}
        assert _common(image, stood) == _common(stood, image), event
        if happened == "updated" and event.kind != "donor.updated":
            assert old, event
            assert STAMP not in old
            assert all(name not in image or image[name] != value for name, value in old.items()), event
            image = image | old


async def _image_now(world: World, tx: Tx, record: Record, last: Event) -> Image:
    """What stands there, as the writers noted it; nothing of what was deleted."""
    row = await _row(tx, record)
    if last.kind.endswith(".deleted"):
        assert row is None
        return {}
    assert row is not None and row["version"] == last.version
    return _image_of(record, row)


async def _row(tx: Tx, record: Record) -> Any:
    log, noun, record_id = record
    return await tx.conn.fetchrow(f"SELECT * FROM {log}.{noun} WHERE id = $1", record_id)


def _image_of(record: Record, row: Any) -> Image:
    """What is compared of a row: all of a note, of others the field that changes here."""
    if record[1] == "contact_note":
        return json.loads(encode_json({**told(note_view(row)), UNTOLD: row["time_spent"]}))
    return {"canSync": row.get("can_sync"), "isActive": row.get("is_active")}


def _common(image: Image, other: Image) -> Image:
    """What both know, but for the stamp, which each change moves."""
    return {name: value for name, value in image.items() if name in other and name != STAMP}
