"""A house whose payments go through an account at a Stripe that plays."""

from __future__ import annotations

import json
from typing import Any

from almoner.giving.give.requests import GiveBody
from almoner.giving.give.service import GiveDesk, Given
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.payments.sweeper import PaymentSweeper
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.words import settle_words
from almoner.giving.stripe.accounts import StripeAccounts, account_of, set_account
from almoner.giving.stripe.client import StripeHttp
from almoner.giving.stripe.events import StripeDesk
from almoner.giving.stripe.gateway import StripeGateway
from almoner.giving.stripe.sweeper import CatchUpSweeper, EventSweeper
from almoner.platform.http.bodies import decode_body
from almoner.platform.vault import Vault
from tests.support.house import House, Tenant, give_body
from tests.support.stripe_fake import FakeStripe

VISA, ASKS, DEBIT = "pm_card_visa", "pm_card_authenticationRequired", "pm_usBankAccount_success"


async def _nothing_due(_conn: Any) -> list[Any]:
    return []


class StripeWorld:
    """The desks and sweepers of one process, for one organization."""

    def __init__(self, house: House, fake: FakeStripe) -> None:
        self.house, self.fake, self.tenant = house, fake, house.tenant
        app = house.app
        fake.clock = app.clock.now
        # The house's own sweepers would look for the real Stripe: these stories act when they say so.
        for sweeper in (one for station in app.stations for one in station.sweepers):
            if isinstance(sweeper, EventSweeper | CatchUpSweeper):
                sweeper.due = _nothing_due  # type: ignore[method-assign,assignment]
        self.vault = Vault(app.settings)
        self.accounts = StripeAccounts(app.db, self.vault, StripeHttp(fake.transport), 0.0)
        self.gateways = Gateways(SandboxGateway(app.clock), self.accounts)
        self.stripe = StripeDesk(app.db, self.accounts, app.clock)
        times: Any = {"timeout_seconds": 5, "settle_seconds": 60}
        self.desk = GiveDesk(app.db, app.writer, self.gateways, app.clock, projects_max=50, **times)
        self.refunds = RefundDesk(app.db, self.gateways, app.clock, **times)
        self.payments = PaymentSweeper(app.db.first, self.gateways, **times)

    async def set_up(
        self, tenant: Tenant | None = None, *, leaves_open: bool = False, **options: Any
    ) -> None:
        """Set up the account, of the world's organization unless another is named."""
        parts: dict[str, Any] = {
            "secret_key": self.fake.secret_key,
            "webhook_secret": self.fake.webhook_secret,
            "publishable_key": None,
            "descriptor_suffix": "GIFT",
            "name": self.fake.account_id,
        }
        organization_id = (tenant or self.tenant).id
        account = account_of(organization_id, **parts | options)
        async with self.house.app.db.tenant(organization_id) as tx:
            await set_account(tx, self.vault, self.house.app.clock.now(), account, leaves_open=leaves_open)

    async def gateway(self) -> StripeGateway:
        """The gateway of the organization."""
        found = await self.accounts.of(self.tenant.id)
        assert found is not None
        return found

    async def give(
        self, token: str = VISA, key: str | None = "one", amount: float = 10, **more: Any
    ) -> Given:
        """Give so much with this payment method."""
        body = give_body(amount, **{"paymentMethodId": token, "paymentMethodType": None, **more})
        raw = json.dumps(body).encode()
        return await self.desk.give(self.tenant.id, decode_body(raw, GiveBody), key=key, fingerprint=raw)

    async def refund(self, gift_id: int, amount: float | None = None, key: str = "back", **more: Any) -> Any:
        """Refund so much of a gift."""
        raw = json.dumps(more if amount is None else {"amount": amount, **more}).encode()
        body = decode_body(raw, RefundBody)
        return await self.refunds.refund(self.tenant.id, gift_id, body, by="Ann", key=key, fingerprint=raw)

    async def notice(self, body: bytes, signature: str) -> int:
        """A notice comes by HTTP."""
        path = f"/raise/stripe/webhook/{self.tenant.id}"
        answer = await self.tenant.raise_.call(
            "POST", path, content=body, headers={"Stripe-Signature": signature, "Authorization": ""}
        )
        return answer.status_code

    async def hear(self, lost: float = 0.0) -> None:
        """All that Stripe has to say comes, and is acted on."""

        async def take(body: bytes, signature: str) -> int:
            await self.stripe.receive(self.tenant.id, body, signature)
            return 200

        await self.fake.send_notices(take, lost)
        await self.act()

    async def act(self) -> None:
        """Act on every event that waits, now; then on the words that wait for their time."""
        await self.now("stripe_event")
        rows = await self.rows("SELECT id FROM giving.stripe_event WHERE look_at IS NOT NULL ORDER BY id")
        for row in rows:
            await self.stripe.settle(self.tenant.id, row["id"], lease_seconds=60)
        async with self.house.app.db.tenant(self.tenant.id) as tx:
            await settle_words(tx, self.house.app.clock.now())

    async def sweep(self) -> None:
        """Let the interval pass, and look at the payments that are due."""
        await self.now("payment_intent")
        while await self.payments.sweep():
            pass

    async def now(self, table: str) -> None:
        """What waits to be looked at is due now."""
        async with self.house.app.db.tenant(self.tenant.id) as tx:
            await tx.conn.execute(
                f"UPDATE giving.{table} SET look_at = clock_timestamp() WHERE look_at IS NOT NULL"
            )

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """Rows of this organization."""
        async with self.house.app.db.tenant(self.tenant.id) as tx:
            return [dict(row) for row in await tx.conn.fetch(statement)]

    async def reversals(self, gift_id: int) -> list[str]:
        """The gift's reversals in words."""
        page = await self.tenant.raise_.get(f"/raise/api/Gift/{gift_id}/reversals")
        return [f"{one['kind']} {one['state']} {one['amount']:g}" for one in page["items"]]
