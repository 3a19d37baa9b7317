"""A donor that another transaction holds: the gifts of all others are stored, and this one when the lock goes, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from almoner.giving.give.errors import HELD, KEYLESS
from almoner.giving.give.service import GiveDesk
from almoner.giving.give.writer import GiveWriter
from almoner.giving.payments.gateways import Gateways
from almoner.kernel.errors import Unavailable
from almoner.platform.events.wake import Wake
from tests.integration.giving.payments.world import World
from tests.support.house import House

pytestmark = pytest.mark.anyio

THE_DONOR = "SELECT FROM giving.donor WHERE organization_id = $1 AND email = $2 FOR UPDATE"
ALL_DONORS = "LOCK TABLE giving.donor IN ACCESS EXCLUSIVE MODE"


@asynccontextmanager
async def held(house: House, email: str) -> AsyncIterator[None]:
    """A donor whose record somebody locks for the length of the block, and forgets to commit."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(THE_DONOR, house.tenant.id, email)
        yield


@asynccontextmanager
async def impatient(world: World) -> AsyncIterator[GiveDesk]:
    """A desk that waits for a lock a moment only."""
    server = world.house.app.db.first
    writer = GiveWriter(server, Wake(server), batch_max=32, writers=2, queue_max=99, lock_seconds=0.2)
    writer.start()
    desk: Any = GiveDesk(
        world.house.app.db, writer, Gateways(world.till), world.house.app.clock, projects_max=5
    )
    yield desk
    await writer.stop(5)


def gift_to(email: str) -> dict[str, Any]:
    """The fields of a gift to another donor than the usual one."""
    return {"donor": {"email": email}}


async def test_gifts_of_others_are_stored_while_one_donor_is_held(house: House) -> None:
    world = World(house)
    await world.give("first", **gift_to("held@example.org"))
    async with held(house, "held@example.org"):
        stuck = [asyncio.create_task(world.give(f"s{n}", **gift_to("held@example.org"))) for n in range(20)]
        await asyncio.sleep(0.05)
        others = [world.give(f"o{n}", **gift_to(f"o{n}@example.org")) for n in range(20)]
        async with asyncio.timeout(10):
            await asyncio.gather(*others)
        assert not any(task.done() for task in stuck)
    async with asyncio.timeout(10):
        donors = {given.gift.donor_id for given in await asyncio.gather(*stuck)}
    assert len(donors) == 1
    await world.agrees()


async def test_gifts_of_another_organization_are_stored_meanwhile(house: House) -> None:
    world = World(house)
    other = World(await house.with_new_tenant())
    await world.give("first", **gift_to("held@example.org"))
    async with held(house, "held@example.org"):
        stuck = [asyncio.create_task(world.give(f"s{n}", **gift_to("held@example.org"))) for n in range(4)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(10):
            await asyncio.gather(*(other.give(f"o{n}") for n in range(4)))
        assert not any(task.done() for task in stuck)
    await asyncio.gather(*stuck)


async def test_who_waits_too_long_is_told_and_a_repeat_pays_once(house: House) -> None:
    world = World(house)
    await world.give("first", **gift_to("held@example.org"))
    async with impatient(world) as desk:
        async with held(house, "held@example.org"):
            with pytest.raises(Unavailable) as told:
                await world.give("again", desk, **gift_to("held@example.org"))
            with pytest.raises(Unavailable) as told_without_key:
                await world.give(None, desk, **gift_to("held@example.org"))
        assert told.value.message == HELD
        assert told_without_key.value.message == KEYLESS[HELD]
        await world.give("again", desk, **gift_to("held@example.org"))
    await world.sweep()
    assert len(world.till.held) == 2, "the first and the repeated one; what came without a key is given back"
    await world.agrees()


async def test_a_gift_that_was_held_for_too_long_and_is_not_repeated_is_given_back(house: House) -> None:
    world = World(house)
    await world.give("first", **gift_to("held@example.org"))
    async with impatient(world) as desk, held(house, "held@example.org"):
        with pytest.raises(Unavailable):
            await world.give("again", desk, **gift_to("held@example.org"))
    await world.sweep()
    assert await world.states() == ["stored", "cancelled"]
    await world.agrees()


async def test_a_lock_on_all_donors_keeps_nobody_longer_than_the_setting_says(
    own_house: House, dsn: str
) -> None:
    world = World(own_house)
    owner = await asyncpg.connect(dsn)
    async with impatient(world) as desk, owner.transaction():
        await owner.execute(ALL_DONORS)
        gifts = [world.give(f"g{n}", desk, **gift_to(f"g{n}@example.org")) for n in range(3)]
        async with asyncio.timeout(10):
            told = await asyncio.gather(*gifts, return_exceptions=True)
    await owner.close()
    assert [str(getattr(error, "message", error)) for error in told] == [HELD] * 3
    await world.sweep()
    assert set(await world.states()) == {"cancelled"}
    await world.agrees()
