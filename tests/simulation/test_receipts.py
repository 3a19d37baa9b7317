"""Receipts while those who write them are killed: numbers without a gap or a repeat, and for each gift the one receipt that is right.

Givers and correctors go on meanwhile; several issuers work at once, are cancelled between any two steps, and lose their connections; the clock
crosses the new year and steps back.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.giving.receipts.issuer import ReceiptIssuer
from almoner.giving.receipts.mailer import ReceiptMailer
from almoner.kernel.clock import ManualClock
from almoner.platform.database.trouble import AWAY
from almoner.platform.mail.transport import FileOutbox
from almoner.platform.pace import Load, Pace
from tests.support.desk import Desk, receipts
from tests.support.house import House, Tenant, open_house

pytestmark = [pytest.mark.anyio, pytest.mark.simulation]

GIFTS = 60
NEW_YEAR = datetime(2026, 12, 31, 23, 59, 50, tzinfo=UTC)


@pytest.mark.parametrize("seed", [1, 2])
async def test_numbers_have_no_gap_and_gifts_one_receipt_however_issuers_end(
    dsn: str, tmp_path: Path, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    clock = ManualClock(NEW_YEAR)
    async with open_house(dsn, sync_workers=0, clock=clock) as house:
        tenants = [house.tenant, await house.another_tenant()]
        owner = await asyncpg.connect(dsn)
        done = asyncio.Event()
        killers = [asyncio.create_task(_issuers(house, clock, chance, done)) for _ in range(3)]
        killers += [asyncio.create_task(_mailers(house, clock, tmp_path, chance, done))]
        killers += [asyncio.create_task(_cut(owner, chance, done))]
        await asyncio.gather(*(_give(tenant, chance, clock) for tenant in tenants))
        done.set()
        await asyncio.gather(*killers)
        clock.advance(timedelta(hours=2))
        await _settled(Desk(house, tmp_path, clock))
        await owner.close()
        for tenant in tenants:
            await _holds(tenant, tmp_path)


async def _settled(desk: Desk) -> None:
    """All done, as workers do it: what was left of a connection that was cut is thrown away, and they come again."""
    for _ in range(20):
        try:
            return await desk.settle()
        except AWAY:
            continue
    raise AssertionError("the receipts do not settle")


async def _give(tenant: Tenant, chance: random.Random, clock: ManualClock) -> None:
    gifts: list[Any] = []
    while len(gifts) < GIFTS // 2:
        gifts.append(await tenant.give(chance.randint(1, 9), f"d{chance.randrange(12)}@example.org"))
        if chance.random() < 0.4:
            gift, said = chance.choice(gifts), {"amount": chance.randint(1, 9)}
            answer = await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json=said)
            # A cut connection: whether it was done is not known, and what is stored is what counts.
            assert answer.status_code in (200, 500, 503), answer.text
        if chance.random() < 0.1:
            clock.advance(timedelta(seconds=chance.choice((-20, 5, 20))))


async def _issuers(house: House, clock: ManualClock, chance: random.Random, done: asyncio.Event) -> None:
    """One after the other, each killed after a moment."""
    while not done.is_set():
        issuer = ReceiptIssuer(house.app.stations[0].server, clock, "")
        await _killed(asyncio.create_task(issuer.run(Pace(Load()))), chance.uniform(0, 0.06))


async def _mailers(
    house: House, clock: ManualClock, folder: Path, chance: random.Random, done: asyncio.Event
) -> None:
    while not done.is_set():
        mailer = ReceiptMailer(house.app.stations[0].server, clock, house.app.settings, FileOutbox(folder))
        await _killed(asyncio.create_task(mailer.run(Pace(Load()))), chance.uniform(0, 0.1))


async def _killed(task: asyncio.Task[None], seconds: float) -> None:
    await asyncio.sleep(seconds)
    while not task.done():  # a connection that is cut at this moment may take the place of the cancellation
        task.cancel()
        await asyncio.wait({task}, timeout=0.5)


async def _cut(owner: asyncpg.Connection, chance: random.Random, done: asyncio.Event) -> None:
    """End connections that hold a book at this moment."""
    while not done.is_set():
        await asyncio.sleep(chance.uniform(0.05, 0.2))
        await owner.execute(
            """SELECT pg_terminate_backend(l.pid) FROM pg_locks l
            WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.relation = 'giving.receipt_book'::regclass AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()
            LIMIT 1"""
        )


async def _holds(tenant: Tenant, folder: Path) -> None:
    all_receipts = await receipts(tenant)
    numbers = defaultdict(list)
    for one in all_receipts:
        numbers[one["number"][:4]].append(int(one["number"][5:]))
    for year, used in numbers.items():
        assert sorted(used) == list(range(1, len(used) + 1)), f"{year}: a gap or a repeat"
    page = await tenant.raise_.get("/raise/api/Gift/list", Take=1000)
    by_gift = defaultdict(list)
    for one in all_receipts:
        by_gift[one["giftId"]].append(one)
    assert set(by_gift) == {gift["id"] for gift in page["items"]}
    for gift in page["items"]:
        own = by_gift[gift["id"]]
        (in_force,) = [one for one in own if one["state"] == "issued"]
        assert in_force["amount"] == gift["amount"] and in_force is own[-1]
        assert [one["replacesId"] for one in own] == [None, *(one["id"] for one in own[:-1])]
    states = {
        state: [one["letterState"] for one in all_receipts if one["state"] == state]
        for state in ("issued", "void")
    }
    assert set(states["issued"]) == {"sent"}
    # What became void before its letter went is not sent; nor again, where its sender was killed before it could say that it was.
    assert set(states["void"]) <= {"sent", "failed", None}
    files = await asyncio.to_thread(lambda: list(folder.glob(f"{tenant.id}-*.eml")))
    sent = sum(each.count("sent") for each in states.values())
    assert sent <= len(files) <= len(all_receipts), "one file for each letter"
