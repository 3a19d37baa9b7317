"""What the sandbox's tokens foretell comes at its day, by the clock that is handed in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.giving.reversals.world import Returns

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("token", "days", "status"),
    [
        ("tok_dispute", (0, 1), ("Approved", "Disputed")),
        ("tok_dispute_won", (1, 10), ("Disputed", "Approved")),
        ("tok_dispute_lost", (1, 10), ("Disputed", "ChargeBack")),
        ("tok_ach_fails", (2, 3), ("Approved", "Failed")),
    ],
)
async def test_it_comes_at_its_day(
    returns: Returns, token: str, days: tuple[int, int], status: tuple[str, str]
) -> None:
    kind = 1 if token == "tok_ach_fails" else 0
    gift = await returns.house.tenant.give(10, paymentMethodId=token, paymentMethodType=kind)
    for day, told in zip(days, status, strict=True):
        await returns.settle_words(returns.house.app.clock.now() + timedelta(days=day, minutes=1))
        assert (await returns.gift(gift["id"]))["statusText"] == told
    await returns.exact()


async def test_a_refund_is_refused_or_takes_its_days_as_the_token_says(returns: Returns) -> None:
    tenant = returns.house.tenant
    refused = await tenant.give(10, paymentMethodId="tok_refund_refused")
    answer = await tenant.raise_.call("POST", f"/raise/api/Gift/{refused['id']}/refund")
    assert (answer.status_code, "The card was closed." in answer.text) == (400, True)
    slow = await tenant.give(10, paymentMethodId="tok_refund_pending")
    await tenant.raise_.post(f"/raise/api/Gift/{slow['id']}/refund")
    assert await returns.standing(slow["id"]) == ("Approved", 0, False, ["refund asked"])
    await returns.settle_words(returns.house.app.clock.now() + timedelta(days=2, minutes=1))
    assert await returns.standing(slow["id"]) == ("Refunded", 10, False, ["refund done"])
    await returns.exact()
