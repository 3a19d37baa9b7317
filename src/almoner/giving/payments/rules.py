"""What a gateway is asked and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

PAYMENT_TYPES = {0: "Credit", 1: "EFT", 2: "Check", 3: "Cash", 4: "Other"}
"""Our reading of `paymentMethodType`. Raise publishes 0 to 14 without labels; 5 to 14 are taken as Other."""


def payment_type(code: int | None) -> str | None:
    """What a `paymentMethodType` means; None when none was given."""
    return None if code is None else PAYMENT_TYPES.get(code, "Other")


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One payment to take: minor units, the token the donor's browser got, and the key of its intent, which no other has.

    `payment_type` is what the caller says it is, if it says so: one of `PAYMENT_TYPES`.
    """

    amount_minor: int
    currency: str
    payment_method_id: str
    payment_type: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment that was taken; `payment_type` is what it was, by the gateway's word."""

    payment_type: str
    gateway: str
    transaction_id: str
    authorization_number: str
    payment_info: str


class Gateway(Protocol):
    """A card processor. The same key must always give the same charge, and never one that was given back."""

    name: str

    async def charge(self, request: ChargeRequest) -> Charge:
        """Take the payment. `PaymentDeclined` when it cannot be taken; `Invalid` on field `paymentMethodId` for an unknown token, and
        on `paymentMethodType` when that contradicts the token: nothing is taken then. Any other error: nobody knows.
        """
        ...

    async def find(self, key: str) -> Sequence[str]:
        """The transaction ids of the payments that were taken under a key and not given back: mostly one or none."""
        ...

    async def cancel(self, transaction_id: str) -> None:
        """Give a payment back. Harmless to repeat."""
        ...


class State(StrEnum):
    """What became of an intent to take a payment (docs/reference/payments.md)."""

    ASKED = "asked"
    STORED = "stored"
    DECLINED = "declined"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


MEANINGS = {
    State.ASKED: "The gateway was asked, or is about to be; whether it took the payment is not known yet.",
    State.STORED: "The payment was taken, and its gift is stored.",
    State.DECLINED: "The gateway refused; nothing was taken.",
    State.CANCELLING: "No gift will come of it; what was taken is about to be given back.",
    State.CANCELLED: "No gift came of it, and what was taken was given back: see givenBack; empty when nothing was found.",
}
"""Each state in a sentence for staff."""


@dataclass(frozen=True, slots=True)
class PaymentTotal:
    """The payments of one state and currency: how many, their sum in minor units, and when the oldest was asked for (UTC)."""

    state: str
    currency: str
    payments: int
    amount_minor: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """An intent whose gateway is to be looked at, as it is now that nothing else can come of it."""

    id: int
    state: str
    gateway: str
    gateway_key: UUID
    transaction_id: str | None

    def strays(self, found: Sequence[str]) -> list[str]:
        """Of the payments `found` under its key, and the one it knows of, those that no gift has: to be given back."""
        if self.state == State.STORED:
            return [id_ for id_ in dict.fromkeys(found) if id_ != self.transaction_id]
        known = [] if self.transaction_id is None else [self.transaction_id]
        return list(dict.fromkeys([*known, *found]))
