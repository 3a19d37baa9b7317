"""What a gateway is asked and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from almoner.kernel.errors import FieldError
from almoner.kernel.money import format_amount

PAYMENT_TYPES = {0: "Credit", 1: "EFT", 2: "Check", 3: "Cash", 4: "Other"}
"""Our reading of `paymentMethodType`. Raise publishes 0 to 14 without labels; 5 to 14 are taken as Other."""


PAYMENT_TYPE_LABELS = ("0 Credit", "1 EFT", "2 Check", "3 Cash", "4 to 14 Other")
"""Each `paymentMethodType` with what it means."""


def payment_type(code: int | None) -> str | None:
    """What a `paymentMethodType` means; None when none was given."""
    return None if code is None else PAYMENT_TYPES.get(code, "Other")


def off_step(minor: int, currency: str, step: int) -> FieldError | None:
    """What is wrong with an amount of which a gateway takes only multiples of `step` minor units; None when nothing is."""
    if minor % step == 0:
        return None
    text = (
        f"The processor takes and gives back {currency} in multiples of {format_amount(step, currency)} only."
    )
    return FieldError("amount", "TOO_PRECISE", text)


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
class Word:
    """What a processor says happened to a payment. Its `event_id` is the processor's own: the same id again says nothing new.

    `payment_id` is the processor's name of the payment (`transactionId` of its gift), `transaction_id` that of the refund or dispute; a
    failure has that of the payment. `gateway_key` is the key that a refund was asked for under, if one was and the processor says it. Money in minor
    units of `currency`; `happened_at` is UTC. `state`: see `WORDS`.
    """

    kind: str
    state: str
    gateway: str
    event_id: str
    payment_id: str
    transaction_id: str
    amount_minor: int
    currency: str
    happened_at: datetime
    reason: str | None = None
    gateway_key: str | None = None


WORDS = {
    "refund": ("pending", "done", "failed"),
    "dispute": ("open", "won", "lost"),
    "failure": ("done",),
}
"""What can happen to a payment, and what a processor can say of each.

A refund is on its way, went, or came back in the end; a dispute was opened (the processor took the money), and the
organization has won it (the money is back) or lost it; a payment that was taken failed later, as bank debits do.
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment that was taken; `payment_type` is what it was, by the gateway's word.

    `account` is the name of the account that took it, where the gateway has several; `foretold` is what a gateway that plays knows to come of it.
    """

    payment_type: str
    gateway: str
    transaction_id: str
    authorization_number: str
    payment_info: str
    account: str | None = None
    foretold: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money of a payment to give back: the gateway's own name of the payment, minor units, and a key that no other refund has."""

    transaction_id: str
    amount_minor: int
    currency: str
    key: str


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund that a gateway knows, by its own name. `state` is `done`, `pending` (it takes days) or `failed`, as of a `Word`."""

    transaction_id: str
    state: str
    amount_minor: int
    detail: str | None = None
    foretold: tuple[Word, ...] = ()


def may_know(account: str | None, of_payment: str | None) -> bool:
    """Whether a processor's account may know a payment: no other does than the one that it went through, where both are known."""
    return None in (account, of_payment) or account == of_payment


def may_be_another(account: str | None, of_payment: str | None) -> bool:
    """Whether an account that finds nothing of a payment may be another than the one that it went through: it does not say which one it is."""
    return account is None and of_payment is not None


class Gateway(Protocol):
    """A card processor. The same key must always give the same charge, and never one that was given back."""

    name: str
    is_test: bool
    """Whether it takes play money by its account: what it takes is a test gift, whatever the caller says."""
    account_name: str | None
    """Which of the processor's accounts it is, if there are several and that is known: no other knows of its payments."""

    async def charge(self, request: ChargeRequest) -> Charge:
        """Take the payment. `PaymentDeclined` when it cannot be taken; `Invalid` on field `paymentMethodId` for an unknown token, and
        on `paymentMethodType` when that contradicts the token: nothing is taken then. `ConfirmationNeeded` when the bank asks the donor
        first: nothing is taken yet, and the same call afterwards gives the charge. Any other error: nobody knows.
        """
        ...

    async def find(self, key: str, since: datetime) -> Sequence[str]:
        """The transaction ids of the payments that were taken under a key and not given back: mostly one or none.

        One that the donor may still confirm counts as taken. `since` (UTC): when the gateway was about to be asked first.
        """
        ...

    async def cancel(self, transaction_id: str) -> None:
        """Give a payment back. Harmless to repeat."""
        ...

    async def refund(self, request: RefundRequest) -> Refund:
        """Give back so much of a payment. `RefundRefused` when it cannot be, and nothing went. Any other error: nobody knows."""
        ...

    async def find_refunds(self, key: str, payment_id: str) -> Sequence[Refund]:
        """The refunds of a payment under a key, in whatever state: mostly one or none."""
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
    created_at: datetime
    account: str | None = None
    has_failed: bool = False
    """Whether the payment of its gift failed after it was taken: the gift has it no more."""
    claimed_until: datetime | None = None
    """When the claim of whoever looks is over (UTC)."""

    def strays(self, found: Sequence[str]) -> list[str]:
        """Of the payments `found` under its key, and the one it knows of, those that no gift has: to be given back."""
        if self.state == State.STORED:
            kept = None if self.has_failed else self.transaction_id
            return [id_ for id_ in dict.fromkeys(found) if id_ != kept]
        known = [] if self.transaction_id is None else [self.transaction_id]
        return list(dict.fromkeys([*known, *found]))
