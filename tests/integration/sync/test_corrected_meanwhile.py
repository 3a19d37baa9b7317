"""A gift that is corrected while money of it goes back, or comes again: whatever the CRM hears first, all of it gets there by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from almoner.crm.contract import Outcome, Problem, ReinstateGift, accept
from almoner.sync.destinations import BuiltinCrm
from tests.integration.giving.reversals.world import Returns
from tests.integration.sync.reasons import crm_project
from tests.integration.sync.test_money_that_goes_back import SPLIT, days, in_crm, of_reversal, settled
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def returns(idle: House) -> Returns:
    """Two projects on both sides, and a till."""
    made = Returns(idle)
    await idle.tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    await crm_project(idle.tenant, "WELLS")
    return made


async def correct(returns: Returns, gift_id: int, *parts: tuple[str, float]) -> None:
    """The gift is to have been of these parts."""
    projects = [{"code": code, "amount": amount} for code, amount in parts]
    told = {"amount": sum(amount for _, amount in parts), "projects": projects}
    got = await returns.house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift_id}", json=told)
    assert got.is_success, got.text


async def bounce(returns: Returns, gift: Any) -> None:
    """Its one refund comes back."""
    (refund,) = await returns.reversals(gift.id)
    minor = round(refund["amount"] * 100)
    await returns.say("refund", "failed", gift, minor, named=refund["transactionId"])


async def of_gift(returns: Returns, gift_id: int) -> Any:
    """What the sync says of a gift."""
    return await returns.house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift_id}")


async def whole(returns: Returns, gift_id: int, **left: float) -> None:
    """Gift and reversals are there, and the CRM has this of it."""
    said = [await of_gift(returns, gift_id)]
    said += [await of_reversal(returns, gift_id, n) for n in range(len(await returns.reversals(gift_id)))]
    assert [(one["state"], one["reason"]) for one in said] == [("synced", None)] * len(said)
    assert {code: sum_ for code, sum_ in (await in_crm(returns, gift_id)).items() if sum_} == left
    await returns.exact()


async def test_a_refund_that_came_back_and_a_correction_to_less_reach_the_crm_together(
    returns: Returns,
) -> None:
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id)
    await settled(returns)
    await bounce(returns, gift)
    await correct(returns, gift.id, ("WELLS", 3))
    await settled(returns)
    await whole(returns, gift.id, WELLS=3)


async def test_a_dispute_that_was_won_and_a_correction_to_less_reach_the_crm_together(
    returns: Returns,
) -> None:
    gift = (await returns.give(None, projects=SPLIT)).gift
    opened = returns.house.app.clock.now()
    await returns.say("dispute", "open", gift, 1000, at=opened)
    await settled(returns)
    await returns.say("dispute", "won", gift, 1000, at=opened + timedelta(days=9))
    assert await returns.settle_words(opened + timedelta(days=10)) == 1
    await correct(returns, gift.id, ("GENERAL", 5))
    await settled(returns)
    await whole(returns, gift.id, GENERAL=5)
    assert [amount for _, amount in await days(returns)] == [-10, 10]


async def test_what_came_again_before_the_crm_heard_of_the_gift_follows_though_the_gift_became_less(
    returns: Returns,
) -> None:
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id)
    await bounce(returns, gift)
    await correct(returns, gift.id, ("WELLS", 2))
    await settled(returns)
    await whole(returns, gift.id, WELLS=2)


async def test_a_correction_that_was_refused_follows_once_what_was_in_its_way_has_come_again(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id)
    await settled(returns)
    await bounce(returns, gift)
    await correct(returns, gift.id, ("WELLS", 3))
    with monkeypatch.context() as patched:
        patched.setattr(BuiltinCrm, "send", without_what_comes_again)
        await settled(returns)
    assert (await of_gift(returns, gift.id))["reason"] == "gift_reversed"
    said = await of_reversal(returns, gift.id)
    assert said["reason"] == "destination_rejected"
    await returns.house.tenant.raise_.post(f"/raise/api/Sync/reversal/{said['id']}/retry", {})
    await settled(returns)
    await whole(returns, gift.id, WELLS=3)


async def without_what_comes_again(_: BuiltinCrm, tx: Any, changes: Any, now: Any) -> list[Outcome]:
    """A CRM that takes everything else."""
    taken = iter(await accept(tx, [one for one in changes if not isinstance(one, ReinstateGift)], now))
    return [
        Outcome(key=one.key, crm_id=None, did="refused", problem=Problem.UNFORESEEN)
        if isinstance(one, ReinstateGift)
        else next(taken)
        for one in changes
    ]


async def test_a_correction_in_the_way_of_which_more_stands_than_came_again_is_tried_once(
    returns: Returns,
) -> None:
    """What staff took back stays in its way: it waits for them, and is not tried over and over."""
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id, amount=3)
    await settled(returns)
    there = int((await of_gift(returns, gift.id))["crmKey"])
    byhand = await returns.house.tenant.crm.post(
        "/crm/api/Gift/ReversingTransaction", {"reversedGiftId": there, "amount": 6}
    )
    await bounce(returns, gift)
    await correct(returns, gift.id, ("WELLS", 3))
    await settled(returns)
    said = await of_gift(returns, gift.id)
    assert said["reason"] == "gift_reversed" and str(byhand["id"]) in said["explanation"]
    await settled(returns)
    assert (await of_gift(returns, gift.id))["changedDate"] == said["changedDate"]
    got = await returns.house.tenant.crm.call("DELETE", f"/crm/api/Gift/{byhand['id']}")
    assert got.is_success, got.text
    await settled(returns)
    await whole(returns, gift.id, WELLS=3)


async def test_what_is_more_than_the_crm_has_of_a_gift_waits_for_its_correction_and_follows(
    returns: Returns,
) -> None:
    gift = (await returns.give(None, projects=SPLIT)).gift
    await settled(returns)
    await returns.house.tenant.raise_.post("/raise/api/Project", {"name": "Roof", "code": "ROOF"})
    await correct(returns, gift.id, ("GENERAL", 9), ("ROOF", 1))
    await returns.refund(gift.id, projects=[{"code": "GENERAL", "amount": 8}])
    await settled(returns)
    said = await of_reversal(returns, gift.id)
    assert (said["state"], said["reason"], said["detail"]) == ("withheld", "waiting_for_gift", str(gift.id))
    assert (await of_gift(returns, gift.id))["reason"] == "project_unknown"
    before = said["changedDate"]
    await settled(returns)
    assert (await of_reversal(returns, gift.id))["changedDate"] == before
    await crm_project(returns.house.tenant, "ROOF")
    await settled(returns)
    await whole(returns, gift.id, GENERAL=1, ROOF=1)
