"""The gateway protocol over Stripe's payment intents and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import stripe

from almoner.giving.payments.errors import ConfirmationNeeded, PaymentDeclined, RefundRefused
from almoner.giving.payments.rules import Charge, ChargeRequest, Refund, RefundRequest
from almoner.giving.stripe import errors
from almoner.giving.stripe.amounts import to_stripe
from almoner.giving.stripe.client import Account, connect, is_replayed, plain
from almoner.giving.stripe.rules import (
    CALLED_OFF,
    KEY,
    NAME,
    charge_of,
    declined,
    is_taken,
    pays_with,
    refund_of,
)
from almoner.kernel.errors import Invalid
from almoner.platform.logger import Logger

_log = Logger(__name__)

_WITH_CHARGE = ["latest_charge"]
PAGE, PAGES_MAX = 100, 20
"""Payments on a page, and pages of the same minutes that are read to find one; beyond that only the search is asked."""
BEFORE, AFTER = timedelta(minutes=5), timedelta(minutes=30)
"""Around the moment at which it was asked for, a payment is looked for by its time; clocks may disagree by so much."""


class StripeGateway:
    """Takes payments of one organization through its account. The key of an intent is Stripe's idempotency key, and stands in its metadata."""

    name = NAME

    def __init__(self, account: Account, http: stripe.HTTPClient) -> None:
        self.account = account
        self.http = http
        self.client = connect(account, http)
        self.is_test = not account.is_live
        self.account_name = account.name

    async def charge(self, request: ChargeRequest) -> Charge:
        """Create and confirm an intent in one call. Asked again under its key, Stripe tells what it told the first time, so it is read anew then."""
        params = self._params(request)
        await self._require_type(request)
        try:
            answer = await self.client.v1.payment_intents.create_async(
                params,  # type: ignore[arg-type]
                {"idempotency_key": request.key},
            )
        except stripe.CardError as error:
            raise PaymentDeclined(declined(error.code, _decline_code(error))) from error
        except stripe.InvalidRequestError as error:
            raise _refused(error) from error
        intent = plain(answer)
        if is_replayed(answer):
            intent = await self._intent(intent["id"])
        return await self._taken(intent, request)

    async def find(self, key: str, since: datetime) -> Sequence[str]:
        """By a search of metadata, which lags by a minute or more, else among all intents of the minutes in which it was asked for."""
        found = {}
        query = f"metadata['{KEY}']:'{key}'"
        pages = await self.client.v1.payment_intents.search_async(
            {"query": query, "limit": 100, "expand": ["data.latest_charge"]}
        )
        for one in pages.data:
            found[one.id] = plain(one)
        if not found:
            async for intent in self._intents_around(since):
                if intent["metadata"].get(KEY) == key:
                    found[intent["id"]] = intent
        return [id_ for id_, intent in found.items() if is_taken(intent)]

    async def cancel(self, transaction_id: str) -> None:
        """Call an intent off, or refund what it took. A bank debit that is under way, and a payment that is disputed, can be neither, and are
        asked about again later.
        """
        intent = await self._intent(transaction_id)
        if intent["status"] not in ("succeeded", "canceled"):
            try:
                await self.client.v1.payment_intents.cancel_async(transaction_id)
                return
            except stripe.InvalidRequestError:
                # The donor may have confirmed it in the same moment.
                intent = await self._intent(transaction_id)
                if intent["status"] not in ("succeeded", "canceled"):
                    raise
        if is_taken(intent):
            await self._refund_whole(transaction_id)

    async def refund(self, request: RefundRequest) -> Refund:
        """Refund a part of a payment. Asked again under its key, it is the same refund, as it stands by now."""
        try:
            answer = await self.client.v1.refunds.create_async(
                {
                    "payment_intent": request.transaction_id,
                    "amount": to_stripe(request.amount_minor, request.currency),
                    "metadata": {KEY: request.key},
                },
                {"idempotency_key": request.key},
            )
        except stripe.InvalidRequestError as error:
            raise RefundRefused(error.user_message or errors.NOT_REFUNDED) from error
        if is_replayed(answer):
            answer = await self.client.v1.refunds.retrieve_async(answer.id)
        return refund_of(plain(answer))

    async def find_refunds(self, key: str, payment_id: str) -> Sequence[Refund]:
        """Among the refunds of the payment, of which Stripe knows at once."""
        return [
            refund_of(one) for one in await self.refunds_of(payment_id) if one["metadata"].get(KEY) == key
        ]

    def _params(self, request: ChargeRequest) -> dict[str, Any]:
        params: dict[str, Any] = {
            "amount": to_stripe(request.amount_minor, request.currency),
            "currency": request.currency.lower(),
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {KEY: request.key},
            "expand": _WITH_CHARGE,
        }
        token = request.payment_method_id
        if token.startswith("tok_"):
            params["payment_method_data"] = {"type": "card", "card": {"token": token}}
        elif token.startswith("ctoken_"):
            params["confirmation_token"] = token
        else:
            params["payment_method"] = token
        if self.account.descriptor_suffix:
            params["statement_descriptor_suffix"] = self.account.descriptor_suffix
        return params

    async def _require_type(self, request: ChargeRequest) -> None:
        """Where the caller says what the payment is, the token must be that; `Invalid` before anything is taken."""
        if request.payment_type is None or not request.payment_method_id.startswith("pm_"):
            return
        try:
            method = await self.client.v1.payment_methods.retrieve_async(request.payment_method_id)
        except stripe.InvalidRequestError as error:
            raise _refused(error) from error
        if (is_type := pays_with(method.type)) != request.payment_type:
            text = f"This token pays with {is_type}, not with {request.payment_type}. Leave the type out, or send what the token is."
            raise Invalid.field("paymentMethodType", "INCONSISTENT", text)

    async def _intent(self, id_: str) -> dict[str, Any]:
        answer = await self.client.v1.payment_intents.retrieve_async(id_, {"expand": _WITH_CHARGE})
        return plain(answer)

    async def _taken(self, intent: dict[str, Any], request: ChargeRequest) -> Charge:
        """The charge that an intent is by now; who has to confirm it, and why it was not taken."""
        status = intent["status"]
        if status in ("succeeded", "processing"):
            return replace(charge_of(intent, request.payment_type), account=self.account_name)
        if status in ("requires_action", "requires_confirmation"):
            confirmation = {"transactionId": intent["id"], "clientSecret": intent["client_secret"]}
            if self.account.publishable_key:
                confirmation["publishableKey"] = self.account.publishable_key
            raise ConfirmationNeeded(errors.CONFIRM, intent["id"], confirmation)
        if status == "requires_payment_method":
            # Nothing may come of it any more: the page still has what it needs to confirm it with another card.
            await self.cancel(intent["id"])
        error = intent.get("last_payment_error") or {}
        raise PaymentDeclined(declined(error.get("code"), error.get("decline_code")))

    async def _intents_around(self, since: datetime) -> AsyncIterator[dict[str, Any]]:
        window = {"gte": int((since - BEFORE).timestamp()), "lte": int((since + AFTER).timestamp())}
        page = await self.client.v1.payment_intents.list_async(
            {"created": window, "limit": PAGE, "expand": ["data.latest_charge"]}  # type: ignore[arg-type]
        )
        for _ in range(PAGES_MAX):
            for one in page.data:
                yield plain(one)
            if not page.has_more:
                return
            page = await page.next_page_async()

    async def _refund_whole(self, transaction_id: str) -> None:
        """Refund all that is left, once; and once more for each refund that came back."""
        back = [
            one for one in await self.refunds_of(transaction_id) if one["status"] in ("failed", "canceled")
        ]
        try:
            await self.client.v1.refunds.create_async(
                {"payment_intent": transaction_id, "metadata": {CALLED_OFF: "true"}},
                {"idempotency_key": f"call-off-{transaction_id}-{len(back)}"},
            )
        except stripe.InvalidRequestError as error:
            if error.code == "charge_already_refunded":
                return
            if error.code != "charge_disputed" or not await self._is_lost(transaction_id):
                raise
            if back:  # what a refund brought back after the dispute took the rest: Stripe refunds nothing of it any more
                facts = {"organization": self.account.organization_id, "transaction": transaction_id}
                _log.warning("payment_not_given_back_for_a_lost_dispute", **facts)

    async def refunds_of(self, payment_id: str) -> list[dict[str, Any]]:
        """All refunds of a payment, as Stripe tells them."""
        page = await self.client.v1.refunds.list_async({"payment_intent": payment_id, "limit": 100})
        return [plain(one) async for one in page.auto_paging_iter()]

    async def _is_lost(self, payment_id: str) -> bool:
        """Whether a dispute took the payment for good."""
        page = await self.client.v1.disputes.list_async({"payment_intent": payment_id, "limit": 100})
        return any(one.status == "lost" for one in page.data)


def _decline_code(error: stripe.CardError) -> str | None:
    body: Any = error.json_body or {}
    code: str | None = body.get("error", {}).get("decline_code")
    return code


_FIELDS = {
    "payment_method": "paymentMethodId",
    "payment_method_data[card][token]": "paymentMethodId",
    "confirmation_token": "paymentMethodId",
    "amount": "amount",
    "currency": "currencyCode",
}


def _refused(error: stripe.InvalidRequestError) -> Exception:
    """What Stripe refuses before it takes anything, as the field that is wrong; what is no field of the caller's stays as it is."""
    field = _FIELDS.get(error.param or "")
    if field is None:
        return error
    code = "UNKNOWN" if field == "paymentMethodId" else "OUT_OF_RANGE" if field == "amount" else "UNSUPPORTED"
    return Invalid.field(field, code, error.user_message or errors.NOT_TAKEN)
