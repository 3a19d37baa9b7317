"""What a gateway is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

PAYMENT_TYPES = {0: "Credit", 1: "EFT", 2: "Check", 3: "Cash", 4: "Other"}
"""Our reading of `paymentMethodType`. Raise publishes 0 to 14 without labels; 5 to 14 are taken as Other."""


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One payment to take: minor units, the token the donor's browser got, and a key that makes a repeat harmless."""

    amount_minor: int
    currency: str
    payment_method_id: str
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment that was taken."""

    gateway: str
    transaction_id: str
    authorization_number: str
    payment_info: str


class Gateway(Protocol):
    """A card processor. The same idempotency key must always give the same charge."""

    name: str

    async def charge(self, request: ChargeRequest) -> Charge:
        """Take the payment; `PaymentDeclined` or `UnknownPaymentMethod` when it cannot be taken."""
        ...

    async def cancel(self, charge: Charge) -> None:
        """Give a payment back whose gift could not be stored. Must be harmless to repeat."""
        ...
