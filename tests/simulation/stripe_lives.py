"""Lives of a process that takes payments through Stripe, and a world in which it dies between any two steps."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from almoner.giving.give.requests import GiveBody
from almoner.giving.give.service import GiveDesk, Given
from almoner.giving.give.writer import GiveWriter
from almoner.giving.payments.errors import ConfirmationNeeded, PaymentDeclined, RefundRefused
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.payments.sweeper import PaymentSweeper, Sweeper
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.sweeper import RefundSweeper, WordSweeper
from almoner.giving.stripe.accounts import StripeAccounts
from almoner.giving.stripe.client import StripeHttp
from almoner.giving.stripe.events import StripeDesk
from almoner.giving.stripe.sweeper import CatchUpSweeper, EventSweeper
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import AlmonerError, Conflict, Invalid
from almoner.platform.database import Database, open_database
from almoner.platform.events.wake import Wake
from almoner.platform.http.bodies import decode_body
from almoner.platform.vault import Vault
from tests.support.house import give_body
from tests.support.stripe_fake import FakeStripe
from tests.support.tasks import begin

TIMES: dict[str, float] = {"settle_seconds": 2.5, "timeout_seconds": 0.8}
METHODS = {
    "pm_card_visa": 70,
    "pm_card_authenticationRequired": 12,
    "pm_usBankAccount_success": 12,
    "pm_card_visa_chargeDeclined": 6,
}
GIVE_UP = 0.25
"""How often somebody who was not told what became of a call goes away."""
_KNOWN = AlmonerError | asyncio.CancelledError | asyncpg.InterfaceError | OSError | asyncpg.PostgresError
"""How a call may end in a process that dies."""


@dataclass
class Life:
    """One life of the process: what runs in it ends with it, wherever it is."""

    db: Database
    desk: GiveDesk
    refunds: RefundDesk
    stripe: StripeDesk
    sweepers: list[Sweeper]
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something in this life."""
        return begin(work, self.tasks)

    async def die(self) -> None:
        """Drop all connections and stop at whatever await each task is, with no time for anything."""
        self.db.first.pool.terminate()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def new_life(dsn: str, fake: FakeStripe, vault: Vault, times: Any = TIMES) -> Life:
    """A process that takes gifts, gives back, hears notices, and looks after all of it."""
    db, clock = await open_database(dsn, pool_size=20), SystemClock()
    writer = GiveWriter(
        db.first,
        Wake(db.first),
        batch_max=32,
        writers=2,
        queue_max=2000,
        settle_seconds=times["settle_seconds"],
    )
    accounts = StripeAccounts(db, vault, StripeHttp(fake.transport), 1.0)
    gateways = Gateways(SandboxGateway(clock), accounts)
    refunds, stripe = RefundDesk(db, gateways, clock, **times), StripeDesk(db, accounts, clock)
    sweepers: list[Sweeper] = [
        PaymentSweeper(db.first, gateways, **times),
        RefundSweeper(db.first, refunds, _nothing, **times),
        WordSweeper(db.first, clock, _nothing, settle_seconds=times["settle_seconds"]),
        EventSweeper(db.first, stripe, _nothing),
        CatchUpSweeper(db.first, stripe),
    ]
    desk = GiveDesk(db, writer, gateways, clock, projects_max=5, confirm_seconds=1.0, **times)
    life = Life(db, desk, refunds, stripe, sweepers)
    writer.start()
    life.tasks |= {*writer._batches._tasks}
    life.tasks |= {life.spawn(sweeper.run()) for sweeper in sweepers}
    return life


def _nothing() -> None:
    """Nobody is to be woken."""


@dataclass
class World:
    """One organization, its account at Stripe, its givers, and what these were told."""

    dsn: str
    organization_id: int
    fake: FakeStripe
    vault: Vault
    rng: random.Random
    life: Life
    steps: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    gifts: list[Given] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)

    async def live(self, times: Any = TIMES) -> None:
        """Begin a new life."""
        self.life = await new_life(self.dsn, self.fake, self.vault, times)

    async def attempt(self, call: Coroutine[Any, Any, Any], life: Life) -> Any:
        """The result of a call in a life, or how it ended."""
        task = life.spawn(call)
        await asyncio.wait([task])
        self.steps.release()
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        assert error is None or isinstance(error, _KNOWN), error
        return task.result() if error is None else error

    async def give(self, n: int) -> str:
        """Somebody gives, and gives again until told what became of it, or goes away."""
        token = self.rng.choices([*METHODS], [*METHODS.values()])[0]
        parts = [{"code": "WELLS", "amount": 2 + n % 50}, {"code": "BOOKS", "amount": 1 + n % 30}]
        more: dict[str, Any] = {
            "paymentMethodId": token,
            "paymentMethodType": None,
            "projects": parts,
            "notes": str(n),
        }
        raw = json.dumps(give_body(3 + n % 50 + n % 30, f"d{n % 400}@example.org", **more)).encode()
        key = None if self.rng.random() < 0.05 else f"key {n}"
        while True:
            life = self.life
            call = life.desk.give(self.organization_id, decode_body(raw, GiveBody), key=key, fingerprint=raw)
            answer = await self.attempt(call, life)
            if isinstance(answer, Given):
                self.gifts.append(answer)
                return "given"
            assert not isinstance(answer, Conflict | Invalid), answer
            if isinstance(answer, ConfirmationNeeded):
                if (mood := self.rng.random()) < 0.2:
                    return "abandoned at the bank"
                self.fake.books.answer_bank(answer.transaction_id, confirms=mood < 0.85)
            elif isinstance(answer, PaymentDeclined) and self.rng.random() < 0.5:
                return "declined"
            elif key is None or self.rng.random() < GIVE_UP:
                return "left"
            await asyncio.sleep(self.rng.random() * 0.02)

    async def refund(self, n: int) -> str:
        """Staff refund a part of some gift, until told what became of it."""
        if not self.gifts:
            return "nothing to refund"
        given = self.rng.choice(self.gifts)
        raw = json.dumps({"amount": self.rng.randint(1, 3)}).encode()
        while True:
            life = self.life
            call = life.refunds.refund(
                self.organization_id,
                given.gift.id,
                decode_body(raw, RefundBody),
                by="Ann",
                key=f"refund {n}",
                fingerprint=raw,
            )
            answer = await self.attempt(call, life)
            if isinstance(answer, RefundRefused | Conflict | Invalid):
                return "refund refused"
            if not isinstance(answer, BaseException):
                return "refunded"
            if self.rng.random() < GIVE_UP:
                return "left a refund"
            await asyncio.sleep(self.rng.random() * 0.02)

    async def happen(self) -> str:
        """Something happens at Stripe: a dispute begins or is decided, a debit or a refund ends, staff refund there."""
        books, rng = self.fake.books, self.rng
        paid = [one for one in books.all("pi_")[:400] if one["status"] in ("succeeded", "processing")]
        if not paid:
            return "nothing happens"
        intent = rng.choice(paid)
        if intent["status"] == "processing":
            books.end_debit(intent["id"], fails=rng.random() < 0.4)
            return "debit ends"
        what = rng.random()
        if what < 0.35 and books.open_dispute(intent["id"]) is not None:
            return "dispute opens"
        disputes = [one for one in books.all("dp_") if one["status"] == "needs_response"]
        if what < 0.7 and disputes:
            books.end_dispute(rng.choice(disputes)["id"], wins=rng.random() < 0.5)
            return "dispute ends"
        refunds = books.all("re_")[:100]
        if what < 0.85 and refunds:
            books.end_refund(rng.choice(refunds)["id"], fails=rng.random() < 0.5)
            return "refund ends"
        return self._refund_there(intent["id"])

    def _refund_there(self, intent_id: str) -> str:
        with_key = {"payment_intent": intent_id, "amount": "100"}
        try:
            self.fake.books.create_refund(with_key)
        except Exception as refused:  # noqa: BLE001 - as staff who read it and go on
            return f"{type(refused).__name__} there"
        return "refunded there"

    async def hear(self) -> None:
        """Stripe's notices come, some twice, some never, in any order; one that the process does not take comes again."""

        async def take(body: bytes, signature: str) -> int:
            life = self.life
            answer = await self.attempt(life.stripe.receive(self.organization_id, body, signature), life)
            self.ends["(notice)" if answer is None else "(notice not taken)"] += 1
            return 200 if answer is None else 503

        while True:
            await self.fake.send_notices(take, lost=0.03)
            await asyncio.sleep(0.02)
