"""Give: check, store the intent, take the payment, store the gift."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from almoner.giving.gifts.service import read_gift
from almoner.giving.gifts.views import GiftView, gift_view
from almoner.giving.give.errors import UNCONFIRMED, Lapsed, Unconfirmed
from almoner.giving.give.extras import NOTHING, Named, NamedSegment, names_records, segment_key
from almoner.giving.give.naming import ClosedCodes, none_closed, read_named
from almoner.giving.give.requests import GiveBody
from almoner.giving.give.rules import Asked, NewGift, check_give, examined
from almoner.giving.give.writer import GiveWriter, HomeWriter
from almoner.giving.payments import service as payments
from almoner.giving.payments.errors import PaymentDeclined
from almoner.giving.payments.rules import Charge, ChargeRequest, Gateway
from almoner.giving.reversals.words import hear
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import Conflict, FieldError, Invalid
from almoner.platform.database import Database, Tx, load_queries
from almoner.platform.logger import Logger, error_facts
from almoner.platform.wire import encode_json, rows_of

_queries = load_queries(__file__)

_log = Logger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """A stored gift, and whether an earlier request had stored it."""

    gift: GiftView
    is_replay: bool


class GiveDesk:
    """Takes gifts: the one way a gift comes into being."""

    def __init__(
        self,
        db: Database,
        writer: GiveWriter | HomeWriter,
        gateway: Gateway,
        clock: Clock,
        *,
        projects_max: int,
        timeout_seconds: float = 30.0,
        settle_seconds: float = 120.0,
        closed: ClosedCodes = none_closed,
    ) -> None:
        """A gateway is waited for `timeout_seconds`; what has no gift `settle_seconds` after it was asked is given back.

        No form offers projects whose codes are `closed`.
        """
        self._db = db
        self._writer = writer
        self._gateway = gateway
        self._clock = clock
        self._projects_max = projects_max
        self._timeout_seconds = timeout_seconds
        self._settle_seconds = settle_seconds
        self._closed = closed

    async def give(
        self, organization_id: int, request: GiveBody, *, key: str | None, fingerprint: bytes
    ) -> Given:
        """Take the payment and store the gift; returns after the commit.

        `key` is the Idempotency-Key and `fingerprint` the request's bytes: the same pair again answers with the first
        gift, the key with other bytes raises `Conflict`. Raises `Invalid` (every broken field), `PaymentDeclined`,
        `Unavailable` (too many wait) and `Unconfirmed` (nobody knows yet). A payment that has no gift in the end is given back.
        """
        organization = await self._db.organization(organization_id)
        check = partial(
            check_give,
            request,
            base_currency=organization.currency,
            today=local_day(self._clock.now(), organization.time_zone),
            projects_max=self._projects_max,
            idempotency_key=key,
            fingerprint=fingerprint,
        )
        gift, asked = await self._ask(organization_id, request, check)
        if asked.gift_id is not None:
            return await self._replay(organization_id, asked.gift_id)
        charge = await self._charge(organization_id, asked, gift, request)
        if charge.foretold:
            async with self._db.tenant(organization_id) as tx:
                await hear(tx, charge.foretold, self._clock.now())
        row = gift.row(charge)
        try:
            written = await self._writer.write(
                organization_id, {**gift.donor, **row, "intent_id": asked.intent_id}
            )
        except (Invalid, Conflict, Lapsed) as error:
            await self._give_back(organization_id, asked.intent_id, charge, error.message)
            raise
        if not written.is_replay:
            if gift.more:
                return await self._read(organization_id, written.gift_id, is_replay=False)
            # As `read_gift` would give it, without asking the database again.
            whole = {**row, **written.row(), "base_currency": organization.currency}
            return Given(gift_view(whole), is_replay=False)
        given = await self._replay(organization_id, written.gift_id)
        if given.gift.transaction_id != charge.transaction_id:
            reason = "The gift was paid by another request."
            await self._give_back(organization_id, asked.intent_id, charge, reason)
        return given

    async def _ask(
        self, organization_id: int, request: GiveBody, check: Callable[..., NewGift]
    ) -> tuple[NewGift, Asked]:
        """What the gift is with the records that it names, and what is to be done for it before it is paid.

        Most name none, or a code that may be a segment's: that is looked for by asking itself.
        """
        named, code_key = NOTHING, segment_key(request)
        if code_key is None and names_records(request):
            async with self._db.tenant(organization_id) as tx:
                named = await read_named(tx, request, self._closed)
        gift = check(named=named)
        asking = gift.asking(self._gateway.name)
        if code_key is not None:
            asking["segment_key"] = code_key
        asked = await self._writer.ask(organization_id, asking)
        if isinstance(asked, NamedSegment):
            gift = check(named=Named(segment=asked))
            asked = await self._writer.ask(organization_id, gift.asking(self._gateway.name))
            assert isinstance(asked, Asked)  # it was not asked for a segment
        return gift, asked

    async def broken(self, tx: Tx, request: GiveBody) -> list[FieldError]:
        """Everything that keeps `request` from being a gift before it is paid; null stands for what could not be read."""
        errors: list[FieldError] = []
        home = tx.organization
        gift = examined(
            request,
            errors,
            base_currency=home.currency,
            today=local_day(self._clock.now(), home.time_zone),
            projects_max=self._projects_max,
            named=await read_named(tx, request, self._closed) if names_records(request) else NOTHING,
        )
        problems = await _queries.problems(tx, gift=encode_json(gift.asking(self._gateway.name)).decode())
        return [*errors, *(FieldError(**problem) for problem in rows_of(problems))]

    async def _charge(self, organization_id: int, asked: Asked, gift: NewGift, request: GiveBody) -> Charge:
        """Ask the gateway; what it refuses comes to nothing, what it does not answer in time the sweeper finds out."""
        charge = ChargeRequest(
            gift.amount_minor,
            gift.currency,
            request.payment_method_id,
            gift.payment_type,
            str(asked.gateway_key),
        )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._gateway.charge(charge)
        except (PaymentDeclined, Invalid) as error:
            await self._settled(payments.decline(self._db, organization_id, asked.intent_id, error.message))
            raise
        except Exception as error:
            _log.warning("payment_unconfirmed", payment=asked.intent_id, **error_facts(error))
            raise Unconfirmed(UNCONFIRMED) from error

    async def _give_back(self, organization_id: int, intent_id: int, charge: Charge, reason: str) -> None:
        """No gift will come of a payment: say so first, then give it back now. When that fails, the sweeper does it."""
        await self._settled(self._return(organization_id, intent_id, charge.transaction_id, reason))

    async def _return(self, organization_id: int, intent_id: int, transaction_id: str, reason: str) -> None:
        await payments.give_up(self._db, organization_id, intent_id, transaction_id, reason)
        gateways = {self._gateway.name: self._gateway}
        await payments.settle(
            self._db,
            gateways,
            organization_id,
            intent_id,
            settle_seconds=self._settle_seconds,
            known=[transaction_id],
        )

    async def _settled(self, step: Coroutine[Any, Any, None]) -> None:
        """Do what the sweeper would do later; the caller's answer does not wait for more than it would for a payment."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await step
        except Exception as error:  # noqa: BLE001 - the intent is stored: whatever failed, the sweeper comes to it
            _log.warning("payment_left_to_the_sweeper", **error_facts(error))

    async def _replay(self, organization_id: int, gift_id: int) -> Given:
        """The gift that an earlier request made."""
        return await self._read(organization_id, gift_id, is_replay=True)

    async def _read(self, organization_id: int, gift_id: int, *, is_replay: bool) -> Given:
        async with self._db.tenant(organization_id) as tx:
            return Given(await read_gift(tx, gift_id), is_replay=is_replay)
