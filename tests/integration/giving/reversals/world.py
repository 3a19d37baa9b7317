"""A house whose payments and refunds go to a till."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Word
from almoner.giving.reversals.refund import RefundDesk, Refunded
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.sweeper import RefundSweeper
from almoner.giving.reversals.words import processor_said, settle_words
from almoner.platform.http.bodies import decode_body
from tests.integration.giving.payments.world import World
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.till import Till


class Returns(World):
    """What is given here can be refunded, by hand or at the processor."""

    def __init__(self, house: House, till: Till | None = None) -> None:
        super().__init__(house, till)
        self.refunds = self.new_refund_desk()
        self.words = 0

    def new_refund_desk(self, till: Any = None) -> RefundDesk:
        """The desk of a further process, on the same till, or one that stands before it."""
        app = self.house.app
        return RefundDesk(
            app.db, Gateways(till or self.till), app.clock, timeout_seconds=5, settle_seconds=60
        )

    async def refund(
        self, gift_id: int, key: str | None = None, desk: RefundDesk | None = None, **body: Any
    ) -> Refunded:
        """Refund a gift as the API does."""
        raw = json.dumps(body).encode()
        desk = desk or self.refunds
        return await desk.refund(
            self.house.tenant.id, gift_id, decode_body(raw, RefundBody), by="Ann", key=key, fingerprint=raw
        )

    async def say(self, kind: str, state: str, gift: Any, amount: int, **more: Any) -> Word:
        """The processor says that something happened to the payment of `gift`: minor units."""
        self.words += 1
        payment_id = more.pop("payment_id", None) or gift.transaction_id
        word = Word(
            kind=kind,
            state=state,
            gateway="Till",
            event_id=more.pop("event_id", f"evt_{self.words}"),
            payment_id=payment_id,
            transaction_id=more.pop("named", f"{kind}_of_{payment_id}"),
            amount_minor=amount,
            currency="USD",
            happened_at=more.pop("at", None) or self.house.app.clock.now(),
            **more,
        )
        await self.hear(word)
        return word

    async def hear(self, *words: Word) -> None:
        """Take what a processor says."""
        async with self.house.app.db.tenant(self.house.tenant.id) as tx:
            await processor_said(tx, words, self.house.app.clock.now())

    async def settle_words(self, now: datetime) -> int:
        """Settle what is due at `now`."""
        async with self.house.app.db.tenant(self.house.tenant.id) as tx:
            return await settle_words(tx, now)

    async def sweep_refunds(self) -> None:
        """Let the interval pass once, and what is due be settled."""
        app = self.house.app
        async with app.db.tenant(self.house.tenant.id) as tx:
            await tx.conn.execute(
                "UPDATE giving.reversal SET look_at = clock_timestamp() WHERE look_at IS NOT NULL"
            )
        sweeper = RefundSweeper(
            app.db.first, self.refunds, lambda: None, settle_seconds=60, timeout_seconds=5
        )
        while await sweeper.sweep():
            pass

    async def gift(self, gift_id: int) -> Any:
        """The gift as the API tells it."""
        return await self.house.tenant.raise_.get(f"/raise/api/Gift/{gift_id}")

    async def reversals(self, gift_id: int) -> list[Any]:
        """Its reversals as the API tells them."""
        page = await self.house.tenant.raise_.get(f"/raise/api/Gift/{gift_id}/reversals")
        return list(page["items"])

    async def standing(self, gift_id: int) -> tuple[str, float, bool, list[str]]:
        """Status, what went back, whether more can, and the states of its reversals."""
        gift = await self.gift(gift_id)
        states = [f"{one['kind']} {one['state']}" for one in await self.reversals(gift_id)]
        return gift["statusText"], gift["reversedAmount"], gift["canRefund"], states

    async def exact(self) -> None:
        """What is kept is what a count gives."""
        assert await wrong_figures(self.house.app.db, self.house.tenant.id) == []
