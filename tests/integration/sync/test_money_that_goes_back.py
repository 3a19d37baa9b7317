"""Whatever goes back of a gift, the CRM nets to what giving has of it, to the cent and project by project."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from almoner.sync.triage import service as triage
from tests.integration.giving.reversals.world import Returns
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import crm_project
from tests.support.house import House

pytestmark = pytest.mark.anyio

SPLIT: Any = [{"code": "GENERAL", "amount": 7}, {"code": "WELLS", "amount": 3}]


@pytest.fixture
async def returns(idle: House) -> Returns:
    """Two projects on both sides, and a till."""
    made = Returns(idle)
    await idle.tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    return made


async def settled(returns: Returns) -> None:
    """Everything that can go has gone."""
    worker = await drained(returns.house)
    for _ in range(5):
        await worker.mend()
        while await worker.retry_due():
            pass


async def in_crm(returns: Returns, gift_id: int) -> dict[str, float]:
    """What the CRM has of a gift by project, reversals taken off."""
    statement = """
    SELECT p.project_code AS code, sum(s.minor)::bigint AS minor FROM crm.gift o
    JOIN crm.gift g ON g.id = o.id OR g.reverses_id = o.id
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    JOIN crm.project p ON p.id = s.project_id
    WHERE o.transaction_source = 'RaiseDonors' AND o.transaction_id = $1 GROUP BY 1
    """
    async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
        rows = await tx.conn.fetch(statement, str(gift_id))
    return {row["code"]: row["minor"] / 100 for row in rows}


async def of_reversal(returns: Returns, gift_id: int, n: int = -1) -> Any:
    """What the sync says of a gift's reversal."""
    reversal = (await returns.reversals(gift_id))[n]
    return await returns.house.tenant.raise_.get(f"/raise/api/Sync/reversal/{reversal['id']}")


async def days(returns: Returns) -> list[tuple[str, float]]:
    """The rows of the CRM that take gifts back or give them again: day and amount, in order."""
    async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT gift_on, amount_minor, gift_type FROM crm.gift WHERE reverses_id IS NOT NULL ORDER BY gift_on, id"
        )
    assert {row["gift_type"] for row in rows} <= {"Reversing Transaction"}
    return [(str(row["gift_on"]), row["amount_minor"] / 100) for row in rows]


async def test_parts_by_project_reach_the_crm_and_it_nets_to_the_cent(returns: Returns) -> None:
    await crm_project(returns.house.tenant, "WELLS")
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id, projects=[{"code": "WELLS", "amount": 1}])
    await settled(returns)
    assert await in_crm(returns, gift.id) == {"GENERAL": 7, "WELLS": 2}
    await returns.refund(gift.id, amount=4.5)
    await settled(returns)
    assert await in_crm(returns, gift.id) == {"GENERAL": 3.5, "WELLS": 1}
    await returns.refund(gift.id)
    await settled(returns)
    assert await in_crm(returns, gift.id) == {"GENERAL": 0, "WELLS": 0}
    assert (await of_reversal(returns, gift.id))["state"] == "synced"
    await returns.exact()


async def test_a_dispute_takes_the_money_and_one_that_is_won_brings_it_back_on_its_own_day(
    returns: Returns,
) -> None:
    await crm_project(returns.house.tenant, "WELLS")
    gift = (await returns.give(None, projects=SPLIT)).gift
    opened = returns.house.app.clock.now()
    await returns.say("dispute", "open", gift, 1000, at=opened)
    await settled(returns)
    assert (await returns.gift(gift.id))["statusText"] == "Disputed"
    assert await in_crm(returns, gift.id) == {"GENERAL": 0, "WELLS": 0}
    await returns.say("dispute", "won", gift, 1000, at=opened + timedelta(days=9))
    assert await returns.settle_words(opened + timedelta(days=10)) == 1
    await settled(returns)
    assert await returns.standing(gift.id) == ("Approved", 0, True, ["dispute won"])
    assert await in_crm(returns, gift.id) == {"GENERAL": 7, "WELLS": 3}
    assert await days(returns) == [(str(opened.date()), -10), (str((opened + timedelta(days=9)).date()), 10)]
    await returns.exact()


async def test_a_dispute_that_is_lost_stays_gone_and_what_was_refunded_before_is_not_taken_twice(
    returns: Returns,
) -> None:
    gift = (await returns.give(None)).gift
    await returns.refund(gift.id, amount=4)
    await returns.say("dispute", "lost", gift, 1000)
    await returns.say("dispute", "open", gift, 1000)
    await settled(returns)
    assert await returns.standing(gift.id) == ("ChargeBack", 10, False, ["refund done", "dispute lost"])
    dispute = (await returns.reversals(gift.id))[1]
    assert (dispute["amount"], dispute["processorAmount"]) == (6, 10)
    assert await in_crm(returns, gift.id) == {"GENERAL": 0}
    await returns.exact()


async def test_a_bank_debit_that_fails_on_the_third_day_takes_all_back(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    await settled(returns)
    await returns.say("failure", "done", gift, 1000, named=gift.transaction_id)
    await settled(returns)
    assert await returns.standing(gift.id) == ("Failed", 10, False, ["failure done"])
    assert await in_crm(returns, gift.id) == {"GENERAL": 0}
    await returns.exact()


async def test_a_refund_that_comes_back_is_given_again(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    await returns.refund(gift.id)
    (refund,) = await returns.reversals(gift.id)
    await settled(returns)
    await returns.say("refund", "failed", gift, 1000, named=refund["transactionId"])
    await settled(returns)
    assert await returns.standing(gift.id) == ("Approved", 0, True, ["refund failed"])
    assert await in_crm(returns, gift.id) == {"GENERAL": 10}
    await returns.exact()


async def test_it_waits_for_its_gift_and_follows_by_itself(returns: Returns) -> None:
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id, amount=5)
    await settled(returns)
    said = await of_reversal(returns, gift.id)
    assert (said["state"], said["reason"]) == ("withheld", "waiting_for_gift")
    assert f"Gift {gift.id}," in said["explanation"]
    await crm_project(returns.house.tenant, "WELLS")
    await settled(returns)
    assert (await of_reversal(returns, gift.id))["state"] == "synced"
    assert sum((await in_crm(returns, gift.id)).values()) == 5
    await returns.exact()


async def test_what_goes_back_of_a_gift_that_is_withheld_is_withheld_with_it(returns: Returns) -> None:
    gift = (await returns.give(None, isTestMode=True)).gift
    await returns.refund(gift.id)
    await settled(returns)
    assert (await of_reversal(returns, gift.id))["reason"] == "test_mode"
    await returns.exact()


async def test_while_its_campaign_is_paused_it_is_held_as_changes_of_gifts_are(returns: Returns) -> None:
    raise_ = returns.house.tenant.raise_
    campaign = await raise_.post(
        "/raise/api/Campaign", {"name": "Spring", "startDate": "2025-01-01T00:00:00Z"}
    )
    gift = (await returns.give(None, campaignId=campaign["id"])).gift
    await settled(returns)
    await raise_.put(f"/raise/api/Campaign/{campaign['id']}/toggle-sync")
    await returns.refund(gift.id, amount=3)
    await settled(returns)
    assert (await of_reversal(returns, gift.id))["reason"] == "held_campaign_paused"
    assert await in_crm(returns, gift.id) == {"GENERAL": 10}
    await raise_.put(f"/raise/api/Campaign/{campaign['id']}/toggle-sync")
    await settled(returns)
    assert await in_crm(returns, gift.id) == {"GENERAL": 7}
    await returns.exact()


async def test_staff_who_took_it_back_in_the_crm_before_are_told_and_it_follows_once_that_is_gone(
    returns: Returns,
) -> None:
    gift = (await returns.give(None)).gift
    await settled(returns)
    crm = returns.house.tenant.crm
    there = (await raise_sync(returns, gift.id))["crmKey"]
    byhand = await crm.post("/crm/api/Gift/ReversingTransaction", {"reversedGiftId": int(there)})
    await returns.refund(gift.id)
    await settled(returns)
    said = await of_reversal(returns, gift.id)
    assert (said["state"], said["reason"]) == ("failed", "gift_reversed")
    assert str(byhand["id"]) in said["explanation"]
    async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
        (cause,) = (await triage.causes(tx)).items
        assert (cause.entity, cause.gifts, cause.money) == ("reversal", 1, {"USD": -1000})
        assert (await triage.attention(tx)).gifts == 1
    assert (await crm.call("DELETE", f"/crm/api/Gift/{byhand['id']}")).is_success
    await settled(returns)
    assert (await of_reversal(returns, gift.id))["state"] == "synced"
    assert await in_crm(returns, gift.id) == {"GENERAL": 0}
    await returns.exact()


async def raise_sync(returns: Returns, gift_id: int) -> Any:
    """What the sync says of a gift."""
    return await returns.house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift_id}")


async def test_a_gift_corrected_after_a_part_went_back_still_goes(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    await returns.refund(gift.id, amount=3)
    await settled(returns)
    await returns.house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift.id}", json={"amount": 8})
    await settled(returns)
    assert await in_crm(returns, gift.id) == {"GENERAL": 5}
    await returns.exact()


async def test_words_say_the_same_in_whatever_order_and_however_often_they_come(returns: Returns) -> None:
    """Won before opened, before its gift, and everything twice."""
    opened = returns.house.app.clock.now() - timedelta(days=5)
    won = opened + timedelta(days=3)

    class Early:
        transaction_id = "till_0"

    first = await returns.say("dispute", "won", Early, 1000, at=won)
    gift = (await returns.give(None)).gift
    assert gift.transaction_id == "till_0" and await returns.reversals(gift.id) == []
    await returns.settle_words(later(returns))
    second = await returns.say("dispute", "open", gift, 1000, at=opened)
    for _ in range(2):
        await returns.hear(first, second)
    await settled(returns)
    assert await returns.standing(gift.id) == ("Approved", 0, True, ["dispute won"])
    assert await days(returns) == [(str(opened.date()), -10), (str(won.date()), 10)]
    await returns.exact()


def later(returns: Returns) -> datetime:
    """When what waits is looked at again."""
    return returns.house.app.clock.now() + timedelta(hours=1)


async def test_a_refund_made_at_the_processor_reaches_both_sides_once(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    await returns.say("refund", "pending", gift, 400, named="re_1")
    assert await returns.standing(gift.id) == ("Approved", 0, True, ["refund asked"])
    await returns.say("refund", "done", gift, 400, named="re_1")
    await settled(returns)
    assert await returns.standing(gift.id) == ("PartiallyRefunded", 4, True, ["refund done"])
    assert await in_crm(returns, gift.id) == {"GENERAL": 6}
    await returns.exact()
