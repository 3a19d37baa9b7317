"""The wire shape of a payment (an extension: the original shows none)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.giving.payments.rules import MEANINGS, State
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import View, fill


class PaymentView(View):
    """What a gateway was asked to take, and what became of it. `giftId` is its gift; `givenBack` the payments that no gift has.

    `gatewayKey` is the key that the gateway knows it by, `transactionId` the gateway's own name of the payment. `nextLookDate` says
    when the gateway is looked at, if it is.
    """

    id: int
    state: str
    explanation: str
    amount: Decimal
    currency: str
    gateway: str
    gateway_key: str
    transaction_id: str | None
    gift_id: int | None
    given_back: list[str]
    detail: str | None
    idempotency_key: str | None
    transaction_source: str | None
    source_transaction_id: str | None
    next_look_date: str | None
    created_date: str
    modified_date: str


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
