"""The wire shape of a payment (an extension: the original shows none)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.giving.payments.rules import MEANINGS, State
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class PaymentView(View):
    """What a gateway was asked to take, and what became of it. `giftId` is its gift; `givenBack` the payments that no gift has.

    `gatewayKey` is the key that the gateway knows it by, `transactionId` the gateway's own name of the payment. `nextLookDate` says
    when the gateway is looked at, if it is.
    """

    id: int
    """The id of the payment."""
    state: State
    """What became of it."""
    explanation: str
    """The same in a sentence."""
    amount: Decimal
    """The amount, in `currency`."""
    currency: str
    """The currency, by its code in ISO 4217."""
    gateway: str
    """The processor that was asked."""
    gateway_key: str
    """The key that the processor knows it by."""
    transaction_id: str | None
    """The processor's own name of the payment."""
    gift_id: int | None
    """Its gift; null when it has none."""
    given_back: list[str]
    """The processor's names of what was given back because no gift has it."""
    detail: str | None
    """What went wrong, if something did."""
    idempotency_key: str | None
    """The `Idempotency-Key` of the request."""
    transaction_source: str | None
    """The system that the gift was brought over from."""
    source_transaction_id: str | None
    """The key that the gift has there."""
    failed_looks: int
    """How often in a row the processor could not be asked, or did not give back: the next look is later each time, by an hour and a quarter at most."""
    next_look_date: Instant | None
    """When the processor is asked about it, if it is."""
    created_date: Instant
    """When the processor was about to be asked."""
    modified_date: Instant
    """When the payment last changed."""


def payment_view(row: Any) -> PaymentView:
    """A row of the statement `records` as the wire has it."""
    return fill(
        PaymentView,
        row,
        explanation=MEANINGS[State(row["state"])],
        amount=to_decimal(row["amount_minor"], row["currency"]),
        gateway_key=str(row["gateway_key"]),
        transaction_source=row["source_system"],
        source_transaction_id=row["source_key"],
        next_look_date=None if row["look_at"] is None else utc_text(row["look_at"]),
        created_date=utc_text(row["created_at"]),
        modified_date=utc_text(row["modified_at"]),
    )
