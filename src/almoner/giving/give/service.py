"""Give: check, store the intent, take the payment, store the gift."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import KW_ONLY, dataclass, replace
from functools import partial
from typing import Any

from almoner.giving.gifts.service import read_gift
from almoner.giving.gifts.views import GiftView, gift_view
from almoner.giving.give.errors import KEYLESS, UNCONFIRMED, UNREPEATABLE, Lapsed, Unconfirmed
from almoner.giving.give.extras import NOTHING, Named, NamedSegment, names_records, segment_key
from almoner.giving.give.naming import ClosedCodes, none_closed, read_named, tell_near_codes
from almoner.giving.give.requests import GiveBody
from almoner.giving.give.rules import Asked, NewGift, check_give, examined
from almoner.giving.give.writer import GiveWriter, HomeWriter
from almoner.giving.payments import service as payments
from almoner.giving.payments.errors import ConfirmationNeeded, PaymentDeclined
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Charge, ChargeRequest, Gateway
from almoner.giving.reversals.words import hear
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import Conflict, FieldError, Invalid, Unavailable
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


@dataclass(eq=False, slots=True)
class GiveDesk:
    """Takes gifts: the one way a gift comes into being.

    A gateway is waited for `timeout_seconds`; what has no gift `settle_seconds` after it was asked is given back. A donor has
    `confirm_seconds` to confirm a payment. No form offers projects whose codes are `closed`.
    """

    db: Database
    writer: GiveWriter | HomeWriter
    gateways: Gateways
    clock: Clock
    _: KW_ONLY
    projects_max: int
    timeout_seconds: float = 30.0
    settle_seconds: float = 120.0
    confirm_seconds: float = 900.0
    closed: ClosedCodes = none_closed

    async def give(
        self, organization_id: int, request: GiveBody, *, key: str | None, fingerprint: bytes
    ) -> Given:
        """Take the payment and store the gift; returns after the commit.

        `key` is the Idempotency-Key and `fingerprint` the request's bytes: the same pair again answers with the first
        gift, the key with other bytes raises `Conflict`. Raises `Invalid` (every broken field), `PaymentDeclined`,
        `Unavailable` (too many wait), `Unconfirmed` (nobody knows yet) and `ConfirmationNeeded` (the donor is asked first). A payment
        that has no gift in the end is given back.
        """
        try:
            return await self._given(organization_id, request, key, fingerprint)
        except Unavailable as error:
            if key is None and request.transaction_source is None and error.message in KEYLESS:
                raise type(error)(KEYLESS[error.message]) from error
            raise

    async def _given(
        self, organization_id: int, request: GiveBody, key: str | None, fingerprint: bytes
    ) -> Given:
        gateway = await self.gateways.chosen(organization_id, is_test=request.is_test_mode)
        organization = await self.db.organization(organization_id)
        check = partial(
            check_give,
            request,
            base_currency=organization.currency,
            today=local_day(self.clock.now(), organization.time_zone),
            projects_max=self.projects_max,
            idempotency_key=key,
            fingerprint=fingerprint,
        )
        try:
            gift, asked = await self._ask(organization_id, request, check, gateway)
        except Invalid as refused:
            raise await self._with_near_codes(organization_id, request, refused) from None
        if gateway.is_test:
            gift = replace(gift, is_test_mode=True)
        if asked.gift_id is not None:
            return await self._replay(organization_id, asked.gift_id)
        charge = await self._charge(organization_id, gateway, asked, gift, request)
        if charge.foretold:
            async with self.db.tenant(organization_id) as tx:
                await hear(tx, charge.foretold, self.clock.now())
        row = gift.row(charge)
        try:
            written = await self.writer.write(
                organization_id, {**gift.donor, **row, "intent_id": asked.intent_id}
            )
        except (Invalid, Conflict, Lapsed) as error:
            await self._give_back(organization_id, asked.intent_id, charge.transaction_id, error.message)
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
            await self._give_back(organization_id, asked.intent_id, charge.transaction_id, reason)
        return given

    async def _ask(
        self, organization_id: int, request: GiveBody, check: Callable[..., NewGift], gateway: Gateway
    ) -> tuple[NewGift, Asked]:
        """What the gift is with the records that it names, and what is to be done for it before it is paid.

        Most name none, or a code that may be a segment's: that is looked for by asking itself.
        """
        named, code_key = NOTHING, segment_key(request)
        if (code_key is None and names_records(request)) or request.donor.custom_fields:
            async with self.db.tenant(organization_id) as tx:
                named, code_key = await read_named(tx, request, self.closed), None
        gift = check(named=named)
        asking = gift.asking(gateway.name, gateway.account_name)
        if code_key is not None:
            asking["segment_key"] = code_key
        asked = await self.writer.ask(organization_id, asking)
        if isinstance(asked, NamedSegment):
            gift = check(named=Named(segment=asked))
            asked = await self.writer.ask(organization_id, gift.asking(gateway.name, gateway.account_name))
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
            today=local_day(self.clock.now(), home.time_zone),
            projects_max=self.projects_max,
            named=await read_named(tx, request, self.closed)
            if names_records(request) or request.donor.custom_fields
            else NOTHING,
        )
        problems = await _queries.problems(tx, gift=encode_json(gift.asking("", None)).decode())
        errors += [FieldError(**problem) for problem in rows_of(problems)]
        return list(await tell_near_codes(tx, request, errors, self.closed))

    async def _with_near_codes(self, organization_id: int, request: GiveBody, refused: Invalid) -> Invalid:
        async with self.db.tenant(organization_id) as tx:
            fields = await tell_near_codes(tx, request, refused.fields, self.closed)
        return Invalid(refused.message, fields=fields)

    async def _charge(
        self, organization_id: int, gateway: Gateway, asked: Asked, gift: NewGift, request: GiveBody
    ) -> Charge:
        """Ask the gateway; what it refuses comes to nothing, what it does not answer in time the sweeper finds out."""
        charge = ChargeRequest(
            gift.amount_minor,
            gift.currency,
            request.payment_method_id,
            gift.payment_type,
            str(asked.gateway_key),
        )
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await gateway.charge(charge)
        except (PaymentDeclined, Invalid) as error:
            await self._settled(payments.decline(self.db, organization_id, asked.intent_id, error.message))
            raise
        except ConfirmationNeeded as error:
            await self._wait_for_donor(organization_id, asked.intent_id, gift, error)
            raise
        except Exception as error:
            _log.warning("payment_unconfirmed", payment=asked.intent_id, **error_facts(error))
            raise Unconfirmed(UNCONFIRMED) from error

    async def _wait_for_donor(
        self, organization_id: int, intent_id: int, gift: NewGift, needed: ConfirmationNeeded
    ) -> None:
        """Leave the donor time; who could not come back to this payment, for want of a key, is refused instead."""
        if gift.idempotency_key is None and gift.source_key is None:
            await self._give_back(organization_id, intent_id, needed.transaction_id, UNREPEATABLE)
            raise PaymentDeclined(UNREPEATABLE) from needed
        wait = payments.wait_for_donor(
            self.db, organization_id, intent_id, needed.transaction_id, self.confirm_seconds
        )
        await self._settled(wait)

    async def _give_back(
        self, organization_id: int, intent_id: int, transaction_id: str, reason: str
    ) -> None:
        """No gift will come of a payment: say so first, then give it back now. When that fails, the sweeper does it."""
        await self._settled(self._return(organization_id, intent_id, transaction_id, reason))

    async def _return(self, organization_id: int, intent_id: int, transaction_id: str, reason: str) -> None:
        await payments.give_up(self.db, organization_id, intent_id, transaction_id, reason)
        await payments.settle(
            self.db,
            self.gateways,
            organization_id,
            intent_id,
            settle_seconds=self.settle_seconds,
            known=[transaction_id],
        )

    async def _settled(self, step: Coroutine[Any, Any, None]) -> None:
        """Do what the sweeper would do later; the caller's answer does not wait for more than it would for a payment."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await step
        except Exception as error:  # noqa: BLE001 - the intent is stored: whatever failed, the sweeper comes to it
            _log.warning("payment_left_to_the_sweeper", **error_facts(error))

    async def _replay(self, organization_id: int, gift_id: int) -> Given:
        """The gift that an earlier request made."""
        return await self._read(organization_id, gift_id, is_replay=True)

    async def _read(self, organization_id: int, gift_id: int, *, is_replay: bool) -> Given:
        async with self.db.tenant(organization_id) as tx:
            return Given(await read_gift(tx, gift_id), is_replay=is_replay)
