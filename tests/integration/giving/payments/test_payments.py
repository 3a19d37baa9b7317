"""A payment and its gift are never torn apart: whatever is refused, repeated, lost or late, what is held has its gift."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from almoner.giving.give.errors import Lapsed, Unconfirmed
from almoner.giving.give.rules import Written
from almoner.giving.payments.rules import Charge, ChargeRequest
from almoner.kernel.errors import Conflict, Invalid, Unavailable
from tests.integration.giving.payments.world import (
    Broken,
    Interrupted,
    World,
    caught_gift,
    gifts_payments,
    paid_and_lost,
    set_active,
)
from tests.support.rows import as_owner
from tests.support.till import Till

pytestmark = pytest.mark.anyio

# --- what can be refused is refused before a payment ------------------------------------------------------------


async def test_what_is_refused_costs_no_payment_and_a_repeat_under_its_key_is_paid_once(world: World) -> None:
    for key, fields in (
        ("project", {"projects": [{"code": "LATER"}]}),
        ("campaign", {"campaignId": 999_999_999}),
    ):
        with pytest.raises(Invalid):
            await world.give(key, **fields)
    assert world.till.taken == {}
    await world.house.tenant.raise_.post("/raise/api/Project", {"name": "Later", "code": "LATER"})
    given = await world.give("project", projects=[{"code": "LATER"}])
    assert not given.is_replay
    assert list(world.till.taken) == [given.gift.transaction_id]


async def test_a_source_key_under_another_idempotency_key_is_answered_and_not_paid_again(
    world: World,
) -> None:
    source: Any = {"transactionSource": "ledger", "transactionId": "T-1"}
    first = await world.give("one", **source)
    again = await world.give("two", **source)
    assert (again.is_replay, again.gift.id) == (True, first.gift.id)
    with pytest.raises(Conflict):
        await world.give("one", notes="otherwise")
    assert len(world.till.taken) == 1
    assert await world.states() == ["stored"]


async def test_when_too_many_wait_nothing_is_paid(world: World) -> None:
    (station,) = world.house.app.stations
    station.writer._queue_max = 0
    try:
        with pytest.raises(Unavailable, match="Nothing was paid"):
            await world.give("one")
    finally:
        station.writer._queue_max = 2000
    assert (world.till.taken, await world.states()) == ({}, [])


# --- what is interrupted ----------------------------------------------------------------------------------------


async def test_a_repeat_finishes_what_was_cut_off_with_the_payment_that_was_taken(world: World) -> None:
    for error in (None, Unavailable("the database refuses"), Unconfirmed("the database went away")):
        key = repr(error)
        await paid_and_lost(world, key, error)
        (held,) = {*world.till.held} - set(await gifts_payments(world))
        given = await world.give(key)
        assert (given.is_replay, given.gift.transaction_id) == (False, held)
    assert await world.states() == ["stored"] * 3


@pytest.mark.parametrize("key", ["one", None])
async def test_what_nobody_repeats_is_given_back_and_its_payment_never_comes_back(
    world: World, key: str | None
) -> None:
    await paid_and_lost(world, key)
    assert (len(world.till.held), await world.states()) == (1, ["asked"])
    await world.sweep()
    payment = await world.payment()
    assert (world.till.held, payment["state"], payment["giftId"]) == ([], "cancelled", None)
    assert payment["givenBack"] == list(world.till.taken)
    again = await world.give(key)
    assert again.gift.transaction_id not in payment["givenBack"]
    assert await world.states() == ["cancelled", "stored"]


async def test_a_repeat_in_the_moment_it_is_being_given_back_waits(world: World) -> None:
    await paid_and_lost(world, "one")
    await world.make_due()
    with pytest.raises(Unconfirmed, match="being given back"):
        await world.give("one")
    await world.sweep()
    assert not (await world.give("one")).is_replay


async def test_a_gift_that_is_written_after_its_payment_was_given_back_is_refused(world: World) -> None:
    late = await caught_gift(world, "one")
    await world.sweep()
    with pytest.raises(Unavailable, match="given back"):
        await world.house.app.writer.write(*late)
    assert await gifts_payments(world) == []


async def test_a_gift_that_is_written_while_its_payment_is_looked_for_is_refused(world: World) -> None:
    late = await caught_gift(world, "one")
    real = world.till.find

    async def find(key: str, since: datetime) -> Any:
        with pytest.raises(Unavailable, match="given back"):
            await world.house.app.writer.write(*late)
        return await real(key, since)

    world.till.find = find  # type: ignore[method-assign]
    await world.sweep()
    world.till.find = real  # type: ignore[method-assign]
    assert (await gifts_payments(world), world.till.held) == ([], [])


async def test_its_neighbours_in_the_batch_are_written(world: World) -> None:
    """The same in a batch: one that was given up fails alone."""
    app = world.house.app
    caught = [await caught_gift(world, key, email=f"{key}@example.org") for key in "abc"]
    async with app.db.tenant(world.house.tenant.id) as tx:
        await tx.conn.execute(
            "UPDATE giving.payment_intent SET look_at = clock_timestamp() WHERE idempotency_key = 'b'"
        )
    await world.sweeper.sweep()
    answers = await asyncio.gather(*(app.writer.write(*each) for each in caught), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Written, Lapsed, Written]
    assert await world.states() == ["stored", "cancelled", "stored"]


async def test_a_gift_refused_after_its_payment_is_given_back_at_once(world: World) -> None:
    """A project was closed between the look and the write."""
    project = await world.house.tenant.raise_.post("/raise/api/Project", {"name": "Well", "code": "WELL"})

    class Closing(Till):
        async def charge(self, request: ChargeRequest) -> Charge:
            await set_active(world, project["id"], active=False)
            return await super().charge(request)

    closing = Closing(taken=world.till.taken)
    world.till = closing
    desk = world.new_desk()
    with pytest.raises(Invalid):
        await world.give("one", desk, projects=[{"code": "WELL"}])
    payment = await world.payment()
    assert (closing.held, payment["state"], payment["detail"]) == ([], "cancelled", "The gift is not valid.")
    await set_active(world, project["id"], active=True)
    world.till = Till(taken=closing.taken)
    given = await world.give("one", world.new_desk(), projects=[{"code": "WELL"}])
    assert world.till.held == [given.gift.transaction_id]


async def test_a_gateway_that_does_not_know_yet_what_it_took_is_told_by_its_name(world: World) -> None:
    """What the gateway answered is given back, whether or not it can be found under its key."""
    await world.house.tenant.raise_.post("/raise/api/Project", {"name": "Well", "code": "WELL"})

    class Closing(Till):
        async def charge(self, request: ChargeRequest) -> Charge:
            async with as_owner(world.house.app.db, world.house.tenant.id) as tx:
                await tx.conn.execute("UPDATE giving.project SET is_active = false WHERE code = 'WELL'")
            return await super().charge(request)

        async def find(self, _key: str, _since: datetime) -> list[str]:
            return []

    world.till = Closing(taken=world.till.taken)
    with pytest.raises(Invalid):
        await world.give("one", world.new_desk(), projects=[{"code": "WELL"}])
    assert (world.till.held, (await world.payment())["givenBack"]) == ([], list(world.till.taken))


async def test_a_second_payment_for_a_gift_that_was_stored_meanwhile_is_given_back(world: World) -> None:
    """The look before it saw nothing: only the write finds the gift of the other request."""

    class Blind(Broken):
        async def ask(self, organization_id: int, record: dict[str, Any]) -> Any:
            return await super().ask(organization_id, {**record, "idempotency_key": None})

        async def write(self, *arguments: Any) -> Written:
            return await self._writer.write(*arguments)

    first = await world.give("one")
    desk = world.new_desk()
    desk.writer = Blind(world.house.app.writer, Interrupted())  # type: ignore[assignment]
    again = await world.give("one", desk)
    assert (again.is_replay, again.gift.id) == (True, first.gift.id)
    assert (len(world.till.taken), world.till.held) == (2, [first.gift.transaction_id])
    assert await world.states() == ["stored", "cancelled"]
