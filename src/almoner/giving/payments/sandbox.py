"""The default gateway: no network, no money, the same answer to the same token every time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from almoner.giving.payments.errors import PaymentDeclined, RefundRefused
from almoner.giving.payments.rules import Charge, ChargeRequest, Refund, RefundRequest, Word
from almoner.kernel.clock import Clock, SystemClock
from almoner.kernel.errors import Invalid
from almoner.platform.program import typed

APPROVED = {
    "tok_visa": ("Credit", "Visa x4242"),
    "tok_mastercard": ("Credit", "MasterCard x4444"),
    "tok_amex": ("Credit", "American Express x0005"),
    "tok_ach": ("EFT", "ACH Checking x6789"),
    "tok_offline": (None, "Offline"),
    "tok_slow": ("Credit", "Visa x0002"),
    "tok_timeout": ("Credit", "Visa x0003"),
    "tok_refund_refused": ("Credit", "Visa x5126"),
    "tok_refund_pending": ("Credit", "Visa x7726"),
    "tok_dispute": ("Credit", "Visa x0259"),
    "tok_dispute_won": ("Credit", "Visa x0267"),
    "tok_dispute_lost": ("Credit", "Visa x0275"),
    "tok_ach_fails": ("EFT", "ACH Checking x3116"),
}
"""What each token pays with, and as people read it. Of what was paid elsewhere only the caller knows."""
DECLINED = {
    "tok_declined": "Card declined",
    "tok_expired": "Card expired",
    "tok_invalid_number": "Invalid card number",
    "tok_insufficient_funds": "Insufficient funds",
    "tok_issuer_unavailable": "Issuer unavailable",
    "tok_gateway_timeout": "Gateway timeout",
}
"""Tokens and their reasons; the texts are those of raise-api.md 1.3."""


SLOW_SECONDS = 3.0
"""How long `tok_slow` takes."""
COMING: dict[str, tuple[tuple[str, str, int], ...]] = {
    "tok_dispute": (("dispute", "open", 1),),
    "tok_dispute_won": (("dispute", "open", 1), ("dispute", "won", 10)),
    "tok_dispute_lost": (("dispute", "open", 1), ("dispute", "lost", 10)),
    "tok_ach_fails": (("failure", "done", 3),),
}
"""What comes of a payment by these tokens, and how many days after it was taken."""
REFUND_DAYS = 2
"""When a refund of a payment by `tok_refund_pending` is done."""
REASONS = {"dispute": "The sandbox's cardholder disputes the payment.", "failure": "Insufficient funds"}


def _stripes(token: str) -> str:
    """What to do about a name of Stripe's, which came here because the organization has no account there."""
    if not token.startswith(("pm_", "ctoken_")):
        return ""
    return f" It is one of Stripe's, and this organization has no account there yet: set it up with {typed('gateway set stripe')}."


class SandboxGateway:
    """Approves and declines by token. A key always has the same transaction id, which carries the token where a refund hangs on it."""

    name = "Sandbox"
    is_test = False

    def __init__(self, clock: Clock | None = None) -> None:
        """What comes of payments comes at moments of `clock`."""
        self._clock = clock or SystemClock()
        self._timed_out: set[str] = set()

    async def charge(self, request: ChargeRequest) -> Charge:
        """Approve or decline as the token says; `Invalid` on field `paymentMethodId` when it is no sandbox token."""
        token = request.payment_method_id
        if token in DECLINED:
            raise PaymentDeclined(DECLINED[token])
        if token not in APPROVED:
            known = ", ".join([*APPROVED, *DECLINED])
            raise Invalid.field(
                "paymentMethodId",
                "UNKNOWN",
                f"The sandbox gateway does not know this token.{_stripes(token)} It knows: {known}.",
            )
        pays_with, info = APPROVED[token]
        if pays_with and request.payment_type not in (None, pays_with):
            raise Invalid.field(
                "paymentMethodType",
                "INCONSISTENT",
                f"This token pays with {pays_with}, not with {request.payment_type}. Leave the type out, or send what the token is.",
            )
        paid_with = pays_with or request.payment_type or "Other"
        reference = _reference(request.key)
        transaction_id = (
            f"sbx_{token.removeprefix('tok_') + '_' if token in _REFUNDED_APART else ''}{reference}"
        )
        await self._play(token, request.key)
        coming = self._coming(token, transaction_id, request)
        return Charge(paid_with, self.name, transaction_id, reference[:6].upper(), info, coming)

    async def find(self, _key: str, _since: datetime) -> Sequence[str]:
        """Nothing: no money was ever taken."""
        return ()

    async def cancel(self, transaction_id: str) -> None:
        """Nothing was taken, so nothing is given back."""

    async def refund(self, request: RefundRequest) -> Refund:
        """Nothing was taken, so nothing is given back; but it is refused, or takes its days, as the payment's token says."""
        if "_refund_refused_" in request.transaction_id:
            raise RefundRefused("The card was closed.")
        transaction_id = f"sbx_re_{_reference(request.key)}"
        if "_refund_pending_" not in request.transaction_id:
            return Refund(transaction_id, "done", request.amount_minor)
        done = Word(
            "refund",
            "done",
            self.name,
            f"{transaction_id}_done",
            request.transaction_id,
            transaction_id,
            request.amount_minor,
            request.currency,
            self._clock.now() + timedelta(days=REFUND_DAYS),
            gateway_key=request.key,
        )
        return Refund(transaction_id, "pending", request.amount_minor, foretold=(done,))

    async def find_refunds(self, _key: str, _payment_id: str) -> Sequence[Refund]:
        """Nothing: no money ever went back."""
        return ()

    async def _play(self, token: str, key: str) -> None:
        """Be slow, or time out once after the payment was taken, as the token says."""
        if token == "tok_slow":  # noqa: S105 - a sandbox token is no secret
            await asyncio.sleep(SLOW_SECONDS)
        if token == "tok_timeout" and key not in self._timed_out:  # noqa: S105 - see above
            self._timed_out.add(key)
            raise TimeoutError("The sandbox took the payment and says nothing of it until it is asked again.")

    def _coming(self, token: str, payment_id: str, request: ChargeRequest) -> tuple[Word, ...]:
        now = self._clock.now()
        return tuple(
            Word(
                kind,
                state,
                self.name,
                f"{payment_id}_{kind}_{state}",
                payment_id,
                payment_id if kind == "failure" else f"{payment_id}_{kind}",
                request.amount_minor,
                request.currency,
                now + timedelta(days=days),
                REASONS[kind],
            )
            for kind, state, days in COMING.get(token, ())
        )


_REFUNDED_APART = ("tok_refund_refused", "tok_refund_pending")


def _reference(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:24]
