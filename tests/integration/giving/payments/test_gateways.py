"""Gateways that decline, hang, break, forget and are late: what is held has its gift all the same."""

from __future__ import annotations

import asyncio

import pytest

from almoner.giving.give.errors import Unconfirmed
from almoner.giving.payments.errors import PaymentDeclined
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Charge, ChargeRequest
from tests.integration.giving.payments.world import World, paid_and_lost
from tests.support.till import Till

pytestmark = pytest.mark.anyio


class Moody(Till):
    """A till that does what it is told for the next charge."""

    mood = ""

    async def charge(self, request: ChargeRequest) -> Charge:
        mood, self.mood = self.mood, ""
        if mood == "declines":
            raise PaymentDeclined("Card declined")
        if mood == "forgets":
            return self.book(request)
        charge = await super().charge(request)
        if mood == "hangs":
            await asyncio.sleep(60)
        if mood == "breaks":
            raise RuntimeError("the gateway's library broke")
        return charge


@pytest.mark.parametrize("mood", ["hangs", "breaks"])
async def test_an_answer_that_never_comes_is_not_taken_for_a_refusal(world: World, mood: str) -> None:
    world.till = till = Moody(taken=world.till.taken)
    desk = world.new_desk(timeout_seconds=0.05)
    till.mood = mood
    with pytest.raises(Unconfirmed, match="same Idempotency-Key"):
        await world.give("one", desk)
    assert len(till.held) == 1
    given = await world.give("one", desk)
    assert till.held == [given.gift.transaction_id]


async def test_who_sent_no_key_is_not_told_to_send_it_again_with_one(world: World) -> None:
    world.till = till = Moody(taken=world.till.taken)
    desk = world.new_desk(timeout_seconds=0.05)
    till.mood = "hangs"
    with pytest.raises(Unconfirmed, match=r"it came without an Idempotency-Key.* send it only if it is not"):
        await world.give(None, desk)
    till.mood = "hangs"
    source = {"transactionSource": "Import", "transactionId": "one"}
    with pytest.raises(Unconfirmed, match="with the same Idempotency-Key, or transactionSource"):
        await world.give(None, desk, **source)
    await world.give(None, desk, **source)
    await World(world.house, till).sweep()
    assert await world.states() == ["cancelled", "stored"], "the key that a gift has elsewhere is a key here"


async def test_a_declined_payment_is_told_and_may_be_tried_again_under_its_key(world: World) -> None:
    world.till = till = Moody(taken=world.till.taken)
    desk = world.new_desk()
    till.mood = "declines"
    with pytest.raises(PaymentDeclined):
        await world.give("one", desk)
    assert (await world.payment())["detail"] == "Card declined"
    assert not (await world.give("one", desk)).is_replay
    assert await world.states() == ["declined", "stored"]


async def test_a_decline_after_a_payment_that_nobody_heard_of_gives_that_back(world: World) -> None:
    world.till = till = Moody(taken=world.till.taken)
    world.sweeper._gateways = Gateways(till)
    desk = world.new_desk()
    till.mood = "breaks"
    with pytest.raises(Unconfirmed):
        await world.give("one", desk)
    till.mood = "declines"
    with pytest.raises(PaymentDeclined):
        await world.give("one", desk)
    assert (await world.states(), len(till.held)) == (["cancelling"], 1)
    await world.sweep()
    assert (await world.states(), till.held) == (["cancelled"], [])


async def test_a_gateway_that_forgets_a_key_and_takes_twice_gives_the_second_back(world: World) -> None:
    world.till = till = Moody(taken=world.till.taken)
    world.sweeper._gateways = Gateways(till)
    desk = world.new_desk()
    till.mood = "breaks"
    with pytest.raises(Unconfirmed):
        await world.give("one", desk)
    till.mood = "forgets"
    given = await world.give("one", desk)
    assert len(till.held) == 2
    await world.sweep()
    assert till.held == [given.gift.transaction_id]
    payment = await world.payment()
    assert (payment["state"], len(payment["givenBack"])) == ("stored", 1)


async def test_ten_at_once_under_one_key_are_one_payment_and_one_gift(world: World) -> None:
    given = await asyncio.gather(*(world.give("many") for _ in range(10)))
    assert len({each.gift.id for each in given}) == 1
    assert len(world.till.taken) == 1


async def test_one_payments_trouble_keeps_no_other_and_is_tried_again(world: World) -> None:
    await paid_and_lost(world, "bad")
    await paid_and_lost(world, "good")
    bad, _ = world.till.held
    real, broken = world.till.cancel, [True]

    async def cancel(transaction_id: str) -> None:
        if broken[0] and transaction_id == bad:
            raise ConnectionError("no answer")
        await real(transaction_id)

    world.till.cancel = cancel  # type: ignore[method-assign]
    await world.sweep()
    assert (await world.states(), world.till.held) == (["cancelling", "cancelled"], [bad])
    broken[0] = False
    await world.sweep()
    assert (await world.states(), world.till.held) == (["cancelled", "cancelled"], [])


async def test_a_payment_that_turns_up_late_is_found_by_a_later_look(world: World) -> None:
    world.till = till = Moody(taken=world.till.taken)
    world.sweeper._gateways = Gateways(till)
    real = till.charge
    asked: list[ChargeRequest] = []

    async def charge(request: ChargeRequest) -> Charge:
        asked.append(request)
        raise ConnectionError("no answer")

    till.charge = charge  # type: ignore[method-assign]
    with pytest.raises(Unconfirmed):
        await world.give("one", world.new_desk())
    await world.sweep()
    payment = await world.payment()
    assert (payment["state"], payment["givenBack"]) == ("cancelled", [])
    assert payment["nextLookDate"] is not None
    await real(asked[0])
    await world.sweep()
    assert (till.held, (await world.payment())["nextLookDate"]) == ([], None)
