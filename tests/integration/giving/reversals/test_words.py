"""What processors say, in whatever order and by however many hands, comes to what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from almoner.giving.gifts.service import hold_donors_of
from almoner.giving.payments.rules import Word
from almoner.giving.reversals import service, words
from almoner.giving.reversals.words import hear, waiting_words
from tests.integration.giving.reversals.test_refunds import SPLIT, wells
from tests.integration.giving.reversals.world import Returns

pytestmark = pytest.mark.anyio


async def test_a_dispute_that_was_lost_meanwhile_is_not_open_again(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody read that it was opened; before they have the gift, somebody else hears that it was lost."""
    gift = (await returns.give("a")).gift
    now = returns.house.app.clock.now()
    opened = Word("dispute", "open", "Till", "evt_open", gift.transaction_id, "dp", 1000, "USD", now)
    lost = Word("dispute", "lost", "Till", "evt_lost", gift.transaction_id, "dp", 1000, "USD", now)
    async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
        await hear(tx, [opened], now)
    hold = hold_donors_of

    async def hold_late(tx: Any, gift_ids: Any) -> Any:
        monkeypatch.setattr(words, "hold_donors_of", hold)
        await returns.hear(lost)
        return await hold(tx, gift_ids)

    monkeypatch.setattr(words, "hold_donors_of", hold_late)
    await returns.settle_words(now)
    (one,) = await returns.reversals(gift.id)
    assert one["state"] == "lost"
    assert (await returns.gift(gift.id))["statusText"] == "ChargeBack"
    await returns.exact()


async def test_a_dispute_takes_all_once_the_refund_before_it_came_back(returns: Returns) -> None:
    """The bank took the whole payment while a refund was on its way; the refund fails, so nothing is left of the gift."""
    await wells(returns)
    gift = (await returns.give("a", projects=SPLIT)).gift
    await returns.say("refund", "pending", gift, 300)
    await returns.say("dispute", "open", gift, 1000)
    refund, dispute = await returns.reversals(gift.id)
    assert (refund["amount"], dispute["amount"], dispute["processorAmount"]) == (3, 7, 10)
    await returns.say("refund", "failed", gift, 300)
    refund, dispute = await returns.reversals(gift.id)
    assert (refund["state"], dispute["amount"], dispute["processorAmount"]) == ("failed", 10, None)
    assert [part["amount"] for part in dispute["projects"]] == ["$7.00", "$3.00"]
    assert (await returns.gift(gift.id))["reversedAmount"] == 10
    await returns.exact()
    async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
        facts = await service.reversal_facts(tx, [dispute["id"]])
    assert (facts[dispute["id"]].version, facts[dispute["id"]].amount_minor) == (2, 1000)


async def test_a_failed_refund_presses_nobody_once_nothing_is_left_to_refund(returns: Returns) -> None:
    gift = (await returns.give("a")).gift
    now = returns.house.app.clock.now()

    async def pressing() -> tuple[int, int]:
        async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
            return await service.pressing(tx, now - timedelta(days=1), 100)

    await returns.say("refund", "failed", gift, 300)
    before = await pressing()
    await returns.say("dispute", "open", gift, 1000)
    assert await pressing() == (before[0] - 1, before[1] + 1)
    await returns.say("dispute", "lost", gift, 1000)
    assert await pressing() == (before[0] - 1, before[1])


async def test_several_that_took_more_than_was_left_are_widened_the_oldest_first(returns: Returns) -> None:
    gift = (await returns.give("a")).gift
    await returns.say("refund", "done", gift, 600, named="re_1")
    await returns.say("dispute", "open", gift, 700, named="dp_1")
    assert [one["amount"] for one in await returns.reversals(gift.id)] == [6, 4]
    await returns.say("refund", "done", gift, 500, named="re_2")
    await returns.say("refund", "failed", gift, 600, named="re_1")
    await returns.settle_words(returns.house.app.clock.now() + timedelta(days=1))
    told = {
        one["transactionId"]: (one["amount"], one["processorAmount"])
        for one in await returns.reversals(gift.id)
    }
    assert told == {"re_1": (6, None), "dp_1": (7, None), "re_2": (3, 5)}
    await returns.say("dispute", "won", gift, 700, named="dp_1")
    told = {
        one["transactionId"]: (one["amount"], one["processorAmount"])
        for one in await returns.reversals(gift.id)
    }
    assert told["re_2"] == (5, None)
    assert (await returns.gift(gift.id))["reversedAmount"] == 5
    await returns.exact()


async def test_a_word_in_another_currency_takes_nothing_and_waits(returns: Returns) -> None:
    gift = (await returns.give("a")).gift
    now = returns.house.app.clock.now()
    await returns.hear(Word("dispute", "open", "Till", "evt", gift.transaction_id, "dp", 1000, "JPY", now))
    assert await returns.reversals(gift.id) == []
    assert (await returns.gift(gift.id))["reversedAmount"] == 0
    async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
        (word,) = await waiting_words(tx, 10)
    assert word["detail"] == "The processor says it in JPY, and the gift is in USD."


async def test_what_took_more_than_was_left_takes_what_a_correction_leaves(returns: Returns) -> None:
    """Somebody noted too little, and the processor gave all back meanwhile."""
    gift, raise_ = (await returns.give("a")).gift, returns.house.tenant.raise_

    async def correct(amount: int) -> Any:
        answer = await raise_.call("PATCH", f"/raise/api/Gift/{gift.id}", json={"amount": amount})
        assert answer.status_code == 200, answer.text
        return answer.json()

    await correct(4)
    await returns.say("refund", "done", gift, 1000)
    corrected = await correct(10)
    assert (corrected["reversedAmount"], corrected["statusText"]) == (10, "Refunded")
    (refund,) = await returns.reversals(gift.id)
    assert (refund["amount"], refund["processorAmount"]) == (10, None)
    await returns.exact()
