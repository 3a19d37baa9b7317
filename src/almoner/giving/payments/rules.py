"""What a gateway is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

PAYMENT_TYPES = {0: "Credit", 1: "EFT", 2: "Check", 3: "Cash", 4: "Other"}
"""Our reading of `paymentMethodType`. Raise publishes 0 to 14 without labels; 5 to 14 are taken as Other."""


def payment_type(code: int | None) -> str | None:
    """What a `paymentMethodType` means; None when none was given."""
    return None if code is None else PAYMENT_TYPES.get(code, "Other")


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One payment to take: minor units, the token the donor's browser got, and a key that makes a repeat harmless.

    `payment_type` is what the caller says it is, if it says so: one of `PAYMENT_TYPES`.
    """

    amount_minor: int
    currency: str
    payment_method_id: str
    payment_type: str | None
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment that was taken; `payment_type` is what it was, by the gateway's word."""

    payment_type: str
    gateway: str
    transaction_id: str
    authorization_number: str
    payment_info: str


class Gateway(Protocol):
    """A card processor. The same idempotency key must always give the same charge."""

    name: str

    async def charge(self, request: ChargeRequest) -> Charge:
        """Take the payment. `PaymentDeclined` when it cannot be taken; `Invalid` on field `paymentMethodId` for an unknown token, and
        on `paymentMethodType` when that contradicts the token: nothing is taken then.
        """
        ...

    async def cancel(self, charge: Charge) -> None:
        """Give a payment back whose gift could not be stored. Must be harmless to repeat."""
        ...
