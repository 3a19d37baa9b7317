"""What processors say, in whatever order and by however many hands, comes to what happened."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.giving.payments.rules import Word
from almoner.giving.reversals import service
from almoner.giving.reversals.words import hear
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
    hold = service.hold_donors

    async def hold_late(tx: Any, gift_ids: Any) -> None:
        monkeypatch.setattr(service, "hold_donors", hold)
        await returns.hear(lost)
        await hold(tx, gift_ids)

    monkeypatch.setattr(service, "hold_donors", hold_late)
    await returns.settle_words(now)
    (one,) = await returns.reversals(gift.id)
    assert one["state"] == "lost"
    assert (await returns.gift(gift.id))["statusText"] == "ChargeBack"
    await returns.exact()
